"""What becomes of a figure: a price with all that is known of it, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from octoregistry.reading.classify.days import Span
from octoregistry.reading.classify.tiers import Tier
from octoregistry.reading.labels import Doubt, Figure
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE

OF_A_MODEL = "it names a model beside a charge of a tool"


@dataclass(frozen=True, slots=True)
class Priced:
    """One price with all that is known of it. `price` is per million tokens (and hour, for storage) in `currency`; `place` is
    the region that it is the price of, "global" for the plain one. `path` are the page's words for where it stands.
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
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A figure that is not a token price, and the reason. `quiet` for what no reader would take for one; `open` are the
    words in its scope that nobody understands, where they may say what is missing.
    """

    reason: str
    figure: Figure
    quiet: bool = False
    open: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Charged:
    """A price for something else than tokens: `usd` for `per` of `unit`. Without `names` it is one of the vendor's tools.

    `when` are its conditions, in the order of their keys; `free` is what costs nothing first ("5000 per month").
    `estimated` says that the page calls it an estimate.
    """

    names: tuple[str, ...]
    ids: tuple[str, ...]
    unit: str
    per: Decimal
    usd: Decimal
    mode: str
    when: tuple[tuple[str, str], ...]
    free: str | None
    span: Span
    figure: Figure
    doubts: tuple[Doubt, ...] = ()
    estimated: bool = False
