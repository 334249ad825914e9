"""Which rate of a mode counts, for a day and for the size of a prompt: one rule for whoever prices.

A rate is anything with `first_day` (the number of its first day, 0 for ever), `unsure_after` (the last day on which the
price before it was seen; `first_day` where the day of the change is known), and `above` and `up_to`, the sizes of its
prompts: -1 and infinity without a bound.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Protocol, TypeVar

    class Dated(Protocol):
        """A rate, as far as the choice among rates goes."""

        @property
        def first_day(self) -> int: ...
        @property
        def unsure_after(self) -> int: ...
        @property
        def above(self) -> int: ...
        @property
        def up_to(self) -> float: ...

    AnyRate = TypeVar("AnyRate", bound=Dated)

ENDLESS = float("inf")
_ABOVE, _UP_TO = "above_input_tokens", "up_to_input_tokens"


def holding(rates: Iterable[AnyRate], day: int, *, maybe: bool = False) -> list[AnyRate]:
    """Of the rates of one mode those that hold on a day, or with `maybe` may have held; the one that counts first.

    A later rate of the same `above` replaces the earlier: what that said is over, also where the new one says less.
    """
    begun = [rate for rate in rates if rate.first_day <= day or (maybe and rate.unsure_after < day)]
    latest = {rate.above: rate for rate in sorted(begun, key=_first_day)}
    return sorted(latest.values(), key=_precedence, reverse=True)


def fitting(held: Sequence[AnyRate], prompt: int) -> AnyRate | None:
    """Of the rates that `holding` gave the one that counts for a prompt of so many tokens; None where none answers."""
    for rate in held:
        if rate.above < prompt <= rate.up_to:
            return rate
    return None


def bounded(rates: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """`rates` as the registry has them; those of a mode that says nothing of sizes end where the standard price of short
    prompts does: longer prompts cost more in every mode (BerriAI/litellm#25003), and how much more nobody has read.
    """
    standard = [rate for rate in rates if rate["mode"] == "standard"]
    ends = [rate.get(_ABOVE, rate.get(_UP_TO)) for rate in standard if _ABOVE in rate or _UP_TO in rate]
    if not ends:
        return rates
    sized = {rate["mode"] for rate in rates if _ABOVE in rate or _UP_TO in rate}
    return [rate if rate["mode"] in sized else {**rate, _UP_TO: min(ends)} for rate in rates]


def _first_day(rate: Dated) -> int:
    return rate.first_day


def _precedence(rate: Dated) -> tuple[int, int]:
    return rate.first_day, rate.above
