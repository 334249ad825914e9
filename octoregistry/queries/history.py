"""The moves of prices, from the dated rates of a registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from octoregistry.planning.rates_in_force import in_force
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate

_EARLIEST = date.min


@dataclass(frozen=True, slots=True)
class PriceMove:
    """A price that became another on `start`; None for as far back as is known.

    `old` is None where the price is known for the first time, which is no move, and `new` where it is known no more.
    `seen_before` is the last day on which `old` was seen, where no page states the day of the move.
    """

    provider: str
    model: str
    mode: str
    dimension: str
    above_input_tokens: int | None
    start: date | None
    old: Decimal | None
    new: Decimal | None
    seen_before: date | None = None

    @property
    def first_known(self) -> bool:
        """True where the price was read for the first time."""
        return self.old is None

    @property
    def percent(self) -> Decimal | None:
        """The move in percent of the old price, None where there is none or it was 0."""
        return (self.new - self.old) / self.old * 100 if self.old and self.new is not None else None

    def as_values(self) -> dict[str, Any]:
        """The move as plain values, prices as decimal text."""
        return {
            "provider": self.provider,
            "model": self.model,
            "mode": self.mode,
            "dimension": self.dimension,
            "above_input_tokens": self.above_input_tokens,
            "from": self.start.isoformat() if self.start else None,
            "seen_before": self.seen_before.isoformat() if self.seen_before else None,
            "first_known": self.first_known,
            "old": None if self.old is None else f"{self.old:f}",
            "new": None if self.new is None else f"{self.new:f}",
            "percent": None if self.percent is None else f"{self.percent:.1f}",
        }


def history(model: Model, rates: Iterable[Rate], *, first_known: bool = True) -> tuple[PriceMove, ...]:
    """Every move of a model whose rates are `rates`, in order of day, mode and prompt size.

    With `first_known` also the prices that are known for the first time, which are most.
    """
    by_mode: dict[str, list[Rate]] = {}
    for rate in rates:
        by_mode.setdefault(rate.mode, []).append(rate)
    found = [
        move
        for mode, dated in by_mode.items()
        if first_known or any(rate.start != dated[0].start for rate in dated)
        for move in _of_mode(model, mode, dated)
        if first_known or not move.first_known
    ]
    return tuple(sorted(found, key=lambda move: (move.start or _EARLIEST, MODES.index(move.mode))))


def _of_mode(model: Model, mode: str, rates: list[Rate]) -> Iterator[PriceMove]:
    before: Mapping[int | None, Rate] = {}
    for start in sorted({rate.start for rate in rates}, key=lambda day: day or _EARLIEST):
        now = in_force(rates, mode, start or _EARLIEST)
        for tier in sorted({*before, *now}, key=_height):
            old, new = before[tier].prices if tier in before else {}, _prices(now, tier)
            for dimension in DIMENSIONS:
                was, becomes = old.get(dimension), new.get(dimension)
                if was != becomes and not _as_below(before, now, tier, dimension):
                    seen = now[tier].seen_before if tier in now and was is not None else None
                    yield PriceMove(model.provider, model.id, mode, dimension, tier, start, was, becomes, seen)
        before = now


def _prices(view: Mapping[int | None, Rate], tier: int | None) -> Mapping[str, Decimal]:
    """What prompts just above `tier` cost: the rate of the highest tier that is not above it, and reaches so far."""
    below = [known for known, rate in view.items() if _height(known) <= _height(tier) < rate.up_to]
    return view[max(below, key=_height)].prices if below else {}


def _as_below(
    before: Mapping[int | None, Rate], now: Mapping[int | None, Rate], tier: int | None, dimension: str
) -> bool:
    """True where long prompts move just as ordinary ones do: that is told once."""
    if tier is None:
        return False
    pairs = [(_prices(before, of).get(dimension), _prices(now, of).get(dimension)) for of in (tier, None)]
    return pairs[0] == pairs[1]


def _height(tier: int | None) -> int:
    return -1 if tier is None else tier
