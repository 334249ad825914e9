"""What becomes of a figure: a price with all that is known of it, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from octoregistry.reading.classify.days import Span
from octoregistry.reading.classify.tiers import Tier
from octoregistry.reading.labels import Doubt, Figure
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE


@dataclass(frozen=True, slots=True)
class Priced:
    """One price with all that is known of it. `price` is per million tokens (and hour, for storage) in `currency`; `place` is
    the region that it is the price of, "global" for the plain one.
    """

    names: tuple[str, ...]
    mode: str
    tier: Tier
    dimensions: tuple[str, ...]
    span: Span
    price: Decimal
    figure: Figure
    unit_stated: bool
    doubts: tuple[Doubt, ...] = ()
    witness: str = "rules"
    ids: tuple[str, ...] = ()
    mentioned: bool = False
    place: str = PLAIN_PLACE
    currency: str = PLAIN_CURRENCY


@dataclass(frozen=True, slots=True)
class Refused:
    """A figure that is not a token price, and the reason. `quiet` for what no reader would take for one; `open` are the
    words in its scope that nobody understands, where they may say what is missing.
    """

    reason: str
    figure: Figure
    quiet: bool = False
    open: tuple[Doubt, ...] = ()
