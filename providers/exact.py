"""Products and sums of prices of any length, exactly: whole numbers, and one decimal at the end."""

from __future__ import annotations

from decimal import Decimal


def scaled(price: Decimal | int, places: int) -> int:
    """`price` × 10**places as a whole number, exactly; `places` must be enough for its digits."""
    if isinstance(price, int):
        return price * int(10**places)
    _, digits, exponent = price.as_tuple()
    return int("".join(map(str, digits))) * int(10 ** (places + int(exponent)))


def unscaled(total: int, places: int) -> Decimal:
    """`total` × 10**-places, exactly and without trailing zeros: a constructor, unlike an operator, does not round."""
    if not total:
        return Decimal(0)
    text = str(total)
    short = text.rstrip("0")
    zeros = len(text) - len(short)
    if zeros >= places:
        return Decimal(total // 10**places)
    return Decimal(f"{short}E-{places - zeros}")


def times(price: Decimal | int, multiplier: Decimal | int) -> Decimal:
    """The exact product, of any length."""
    places = [max(0, -int(Decimal(number).as_tuple().exponent)) for number in (price, multiplier)]
    return unscaled(scaled(price, places[0]) * scaled(multiplier, places[1]), sum(places))
