"""Where a log's last month is going, beside a budget, and which changes of habit would save most of its cost."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.costing.summary import Figures, UsageCosts

_SAVED = 6
_WAYS = ("batch", "cached")


@dataclass(frozen=True, slots=True)
class Outlook:
    """The last month of a log in USD. `through` is its last day; `forecast` is what the month costs at the pace of its days
    so far, `before` what the month before cost, None where the log has none. `unpriced` rows are in no sum.
    """

    through: date
    spent: Decimal
    forecast: Decimal
    before: Decimal | None
    unpriced: int

    @property
    def complete(self) -> bool:
        """Whether the log reaches the month's end."""
        return self.through.day == _days_of(self.through)


@dataclass(frozen=True, slots=True)
class PossibleSaving:
    """What one model's calls would have cost less another way (`batch` or `cached`), in USD, of what they did cost.

    `kept` of its `rows` have no price that way and are not in it.
    """

    provider: str | None
    model: str | None
    way: str
    saved: Decimal
    cost: Decimal
    requests: int
    rows: int
    kept: int


def outlook(usage: UsageCosts) -> Outlook | None:
    """The outlook of a log; None where none of its days is known, or nothing of the last month has a price."""
    through = usage.last_day
    if through is None:
        return None
    before = through.replace(day=1) - timedelta(days=1)
    month, month_before = (
        [one.figures for one in usage.periods if one.period.startswith(f"{day:%Y-%m}")] for day in (through, before)
    )
    spent, spent_before = _sum(month), _sum(month_before)
    if spent is None:
        return None
    return Outlook(
        through=through,
        spent=spent,
        forecast=spent * _days_of(through) / through.day,
        before=spent_before,
        unpriced=sum(figures.unpriced for figures in month),
    )


def possible_savings(usage: UsageCosts) -> tuple[PossibleSaving, ...]:
    """The largest savings first, those of one model that name another way each; nothing that would cost more."""
    found = []
    for one in usage.models:
        figures = one.figures
        for way in _WAYS:
            other = figures.otherwise[way].cost
            if figures.cost is not None and other is not None and other < figures.cost:
                saved, kept = figures.cost - other, figures.otherwise[way].kept
                found.append(
                    PossibleSaving(
                        one.provider, one.model, way, saved, figures.cost, figures.requests, figures.rows, kept
                    )
                )
    return tuple(sorted(found, key=lambda saving: -saving.saved)[:_SAVED])


def _days_of(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _sum(figures: Iterable[Figures]) -> Decimal | None:
    costs = [one.cost for one in figures if one.cost is not None]
    return sum(costs, Decimal(0)) if costs else None
