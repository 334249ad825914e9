"""Rates as costs are computed by them: first day, sizes of prompts and prices of each, and who vouches for them."""

from __future__ import annotations

from .days import ordinal
from .dimensions import DIMENSIONS, PLAIN_DIMENSION
from .rates import ENDLESS

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from typing import Any


class TierPrices:
    """The prices of one rate in USD per million tokens; the other fields are those of `rates`."""

    __slots__ = ("above", "first_day", "prices", "unsure_after", "up_to")

    def __init__(self, rate: Mapping[str, Any]) -> None:
        self.first_day = ordinal(rate["from"]) if "from" in rate else 0
        self.unsure_after = ordinal(rate["seen_before"]) if "seen_before" in rate else self.first_day
        self.above = rate.get("above_input_tokens", -1)
        self.up_to = rate.get("up_to_input_tokens", ENDLESS)
        self.prices = prices_of(rate)


def prices_of(rate: Mapping[str, Any]) -> dict[str, Decimal | int]:
    """The prices of a rate by dimension."""
    return {name: rate[name] for name in DIMENSIONS if name in rate}


def plainly(tokens: Mapping[str, int], tier: TierPrices | None) -> dict[str, int]:
    """The tokens, with those of a modality that has no price of its own counted as the plain dimension."""
    known = tier.prices if tier else {}
    counted: dict[str, int] = {}
    for name, count in tokens.items():
        dimension = name if name in known else PLAIN_DIMENSION.get(name, name)
        counted[dimension] = counted.get(dimension, 0) + count
    return counted


def vouched_by(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The registries that alone vouch for the prices of a model, as the file has it; none where the vendor states them."""
    return tuple(dict.fromkeys(who for rate in entry.get("rates", ()) for who in rate.get("vouched_by", ())))
