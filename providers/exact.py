"""Products and sums of prices of any length, exactly: a decimal context that refuses to round, and counts that are whole."""

from __future__ import annotations

import operator
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, Overflow

from .dimensions import InvalidUsageError

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from typing import Any

# Longer than any price times any count; whatever would need more raises instead of being rounded.
EXACT = Context(prec=10_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation, Overflow])
_ONE = Decimal(1)


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros behind its point, and never with an exponent above 0."""
    whole = number.to_integral_value(context=EXACT)
    return EXACT.quantize(whole, _ONE) if whole == number else number.normalize(EXACT)


def scaled(price: Decimal | int, places: int) -> int:
    """`price` × 10**places as a whole number, exactly; raises Inexact where `places` are too few for its digits."""
    return int(EXACT.quantize(EXACT.scaleb(Decimal(price), places), _ONE))


def unscaled(total: int, places: int) -> Decimal:
    """`total` × 10**-places, exactly and tidy."""
    return tidy(EXACT.scaleb(Decimal(total), -places))


def times(price: Decimal | int, multiplier: Decimal | int) -> Decimal:
    """The exact product, of any length."""
    return tidy(EXACT.multiply(Decimal(price), Decimal(multiplier)))


def whole(name: str, count: Any) -> int:
    """`count` as an int: whatever counts as one (numpy's do), but no bool, no float, no text, nothing below 0."""
    try:
        number = -1 if isinstance(count, bool) else operator.index(count)
    except TypeError:
        number = -1
    if number < 0:
        raise InvalidUsageError(f"{name}={count!r}: tokens are counted in whole numbers from 0 up")
    return number
