"""A price for something else than tokens: a search, an image, a second, with its conditions and its exact cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, Inexact
from typing import Any

from .charge_units import per_words
from .dimensions import InvalidUsageError
from .exact import EXACT, tidy

_DIVISION = Context(prec=50)  # an hour's price by the minute may never come out even


@dataclass(frozen=True, slots=True)
class Charge:
    """A price that is not one of tokens: `usd` for `per` of `unit`, in `mode`, where all of `when` hold.

    `model` is None for one of the provider's tools. `free` is what costs nothing first ("5000 per month"). It holds from
    `start` on, without one as far back as is known; `seen_before` is the last day on which the price before it was seen.
    """

    unit: str
    usd: Decimal
    per: int = 1
    mode: str = "standard"
    when: Mapping[str, str] = field(default_factory=dict)
    free: str | None = None
    start: date | None = None
    seen_before: date | None = None
    read_on: date | None = None
    model: str | None = None

    def __str__(self) -> str:
        when = f" ({', '.join(f'{key} {value}' for key, value in self.when.items())})" if self.when else ""
        mode = "" if self.mode == "standard" else f", {self.mode}"
        return f"{self.usd:f} USD per {per_words(self.unit, self.per)}{when}{mode}"

    def cost(self, count: int | Decimal) -> Decimal:
        """Exact USD for so many; where the division does not come out even, to 50 digits."""
        total = EXACT.multiply(self.usd, counted(self.unit, count))
        try:
            return tidy(EXACT.divide(total, Decimal(self.per)) if self.per > 1 else total)
        except Inexact:
            return _DIVISION.divide(total, Decimal(self.per))

    @property
    def slot(self) -> tuple[str | None, str, str, tuple[tuple[str, str], ...]]:
        """What it is the price of, whatever the day: model, unit, mode and conditions."""
        return self.model, self.unit, self.mode, tuple(sorted(self.when.items()))

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any], model: str | None = None) -> Charge:
        """The charge that an entry of `charges` states."""
        free = entry.get("free")
        days = {key: date.fromisoformat(entry[key]) for key in ("from", "seen_before", "read_on") if key in entry}
        return cls(
            unit=entry["unit"],
            usd=Decimal(entry["usd"]),
            per=entry.get("per", 1),
            mode=entry.get("mode", "standard"),
            when={key: str(value) for key, value in entry.get("when", {}).items()},
            free=None if free is None else str(free),
            start=days.get("from"),
            seen_before=days.get("seen_before"),
            read_on=days.get("read_on"),
            model=entry.get("model", model),
        )


def counted(unit: str, count: int | Decimal) -> Decimal:
    """`count` as a number that can be charged; raises InvalidUsageError for text, a float, or less than 0."""
    if isinstance(count, bool) or not isinstance(count, int | Decimal) or not Decimal(count).is_finite() or count < 0:
        raise InvalidUsageError(f"{unit}={count!r}: so many are counted in whole numbers or decimals from 0 up")
    return Decimal(count)
