"""The section "Your usage": what a log cost, by model and day, what it would have cost otherwise, and unpriced rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from octoregistry.costing.summary import WAYS, Effect, Figures, GroupedUsage, Unpriced, UsageCosts
from octoregistry.queries import wording
from octoregistry.queries.estimate import dollars
from octoregistry.report.report import Report
from octoregistry.report.token_shares import token_shares
from octoregistry.report.usage_outlook import Outlook, PossibleSaving, outlook, possible_savings
from octoregistry.report.usage_picture import usage_picture

_TITLES = {
    "batch": "In batches",
    "uncached": "Without the cache",
    "cached": "With all input cached",
    "today": "At the prices of this report’s day",
}
_SHORT = ("batch", "uncached", "cached", "today")
_UNPRICED = "no price"  # said in words: a row without a price is neither a dash of nothing nor 0


@dataclass(frozen=True, slots=True)
class CostComparison:
    """A sum beside another. `direction` is "up", "down" or nothing; `exact` is the sum with all its digits."""

    title: str
    assumes: str
    before: str
    cost: str
    exact: str
    move: str
    direction: str
    left: str


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One model or one day as text. `others` are its sums the other ways, in the order of the columns; `each` is the cost of
    a request, empty where some of them have no price.
    """

    name: str
    provider: str
    rows: str
    tokens: str
    cost: str
    others: tuple[str, ...]
    update: str
    direction: str
    unpriced: str
    each: str = ""


@dataclass(frozen=True, slots=True)
class UsageGroups:
    """The rows by the values of one column as text; `more` counts those beyond what a page holds, or is empty."""

    column: str
    rows: tuple[UsageRow, ...]
    more: str


@dataclass(frozen=True, slots=True)
class UnpricedRow:
    """Why rows have no price, as text."""

    rows: str
    whose: str
    reason: str
    days: str
    place: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The log's last month as text; `over` where its forecast is above the budget, `share` of which is at most 100."""

    title: str
    spent: str
    forecast: str
    budget: str
    over: bool
    share: int
    before: str


@dataclass(frozen=True, slots=True)
class SavingLine:
    """One possible saving as text: what to do, how much it saves, of how many calls, and what it assumes."""

    what: str
    saved: str
    calls: str
    caveat: str


@dataclass(frozen=True, slots=True)
class UsageSection:
    """All that the section shows; `picture` is None where no row has a price."""

    summary: str
    cost: str
    exact: str
    unpriced: str
    without_charge: str
    month: MonthLine | None
    savings: tuple[SavingLine, ...]
    otherwise: tuple[CostComparison, ...]
    update: tuple[CostComparison, ...]
    models: tuple[UsageRow, ...]
    more_models: str
    groups: tuple[UsageGroups, ...]
    periods: tuple[UsageRow, ...]
    by: str
    problems: tuple[UnpricedRow, ...]
    more_problems: str
    picture: Markup | None
    each: str
    shares: Markup | None


def usage_section(report: Report) -> UsageSection | None:
    """The section; None for a report without usage."""
    usage = report.usage
    if usage is None:
        return None
    total = usage.total
    by = "month" if any(len(one.period) == len("2026-09") for one in usage.periods) else "day"
    return UsageSection(
        summary=_summary(usage),
        cost=_UNPRICED if total.cost is None else dollars(total.cost),
        exact=_exact(total.cost),
        unpriced=_unpriced(total),
        without_charge=_without_charge(usage.problems),
        month=_month(outlook(usage), report.budget),
        savings=tuple(map(_saving, possible_savings(usage))),
        otherwise=tuple(_otherwise(name, total) for name in WAYS),
        update=tuple(
            _effect(title, assumes, effect)
            for title, assumes, effect in (
                (
                    "The same usage from now on",
                    "All of it at the prices of this report’s day, by the registry before and after this update.",
                    total.from_now,
                ),
                (
                    "What was paid",
                    "Each row at the prices of its own day, by the registry before and after this update.",
                    total.on_its_days,
                ),
            )
        ),
        models=tuple(
            _row(one.model or "(none stated)", one.provider or wording.DASH, one.figures) for one in usage.models
        ),
        more_models=wording.counted(usage.more_models, "more model") if usage.more_models else "",
        groups=tuple(map(_groups, usage.by)),
        periods=tuple(_row(one.period, "", one.figures) for one in usage.periods),
        by=by,
        problems=tuple(map(_problem, usage.problems)),
        more_problems=wording.counted(usage.more_problems, "more reason") if usage.more_problems else "",
        picture=usage_picture(usage.periods, by),
        each=_each(total),
        shares=token_shares(usage),
    )


def _groups(found: GroupedUsage) -> UsageGroups:
    rows = tuple(_row(one.name or "(none stated)", "", one.figures) for one in found.groups)
    return UsageGroups(found.column, rows, wording.counted(found.more, "more value") if found.more else "")


def _month(found: Outlook | None, budget: Decimal | None) -> MonthLine | None:
    if found is None:
        return None
    least = "at least " if found.unpriced else ""
    expected = found.spent if found.complete else found.forecast
    forecast = (
        "" if found.complete else f"{least}{dollars(found.forecast)} by the month’s end, at the pace of its days so far"
    )
    share = "" if budget is None else f"{wording.percent(100 * expected / budget).removeprefix('+')} of the budget of "
    return MonthLine(
        title=f"{found.through:%Y-%m}, to {found.through:%Y-%m-%d}",
        spent=f"{least}{dollars(found.spent)}",
        forecast=forecast,
        budget="" if budget is None else f"{share}{dollars(budget)} a month",
        over=budget is not None and expected > budget,
        share=0 if budget is None else min(100, int(100 * expected / budget)),
        before=""
        if found.before is None
        else f"The month before, as far as the log has it, cost {dollars(found.before)}.",
    )


def _saving(found: PossibleSaving) -> SavingLine:
    whose = found.model or "(no model stated)"
    what = {"batch": f"Send the calls of {whose} in batches", "cached": f"Cache the input of {whose}"}[found.way]
    kept = (
        f" {wording.counted(found.kept, 'row has', 'rows have')} no such price and is not in it." if found.kept else ""
    )
    return SavingLine(
        what=what,
        saved=f"{'up to ' if found.way == 'cached' else ''}−{dollars(found.saved)} of {dollars(found.cost)}",
        calls=f"{found.requests:,}",
        caveat=f"{WAYS[found.way]}{kept}",
    )


def _without_charge(problems: Iterable[Unpriced]) -> str:
    rows = sum(one.rows for one in problems if one.in_sum)
    return f"{wording.counted(rows, 'row lacks', 'rows lack')} a charge that is not for tokens" if rows else ""


def _summary(usage: UsageCosts) -> str:
    total = usage.total
    when = ""
    if usage.periods:
        first, last = usage.periods[0].period, usage.periods[-1].period
        when = f", {first}" if first == last else f", {first} to {last}"
    return f"{wording.counted(total.rows, 'row')} of a log{when}; its form: {usage.form}."


def _unpriced(figures: Figures) -> str:
    if not figures.unpriced:
        return ""
    return f"{wording.counted(figures.unpriced, 'row has', 'rows have')} no price"


def _otherwise(name: str, total: Figures) -> CostComparison:
    other = total.otherwise[name]
    left = (
        f"{wording.counted(other.kept, 'row has', 'rows have')} no such price and count as paid" if other.kept else ""
    )
    if other.cost is None:
        left = "no row has such a price"
    return _compared(_TITLES[name], WAYS[name], total.cost if other.cost is not None else None, other.cost, left)


def _effect(title: str, assumes: str, effect: Effect) -> CostComparison:
    left = "; ".join(
        f"{wording.counted(count, 'row has', 'rows have')} a price only {when} it: in neither sum"
        for count, when in ((effect.gained, "since"), (effect.lost, "before"))
        if count
    )
    return _compared(title, assumes, effect.before, effect.after, left)


def _compared(title: str, assumes: str, before: Decimal | None, cost: Decimal | None, left: str) -> CostComparison:
    move, direction = _move(before, cost)
    return CostComparison(title, assumes, _money(before), _money(cost), _exact(cost), move, direction, left)


def _move(before: Decimal | None, after: Decimal | None) -> tuple[str, str]:
    """How far the second sum is from the first, in dollars and percent, and which way."""
    if before is None or after is None:
        return wording.DASH, ""
    if before == after:
        return "no difference", ""
    moved = after - before
    share = f" ({wording.percent(100 * moved / before)})" if before else ""
    return f"{'−' if moved < 0 else '+'}{dollars(abs(moved))}{share}", "up" if moved > 0 else "down"


def _row(name: str, provider: str, figures: Figures) -> UsageRow:
    move, direction = _move(figures.from_now.before, figures.from_now.after)
    return UsageRow(
        name=name,
        provider=provider,
        rows=f"{figures.rows:,}",
        tokens=f"{sum(count for kind, count in figures.tokens.items() if kind != 'cache_storage_hour'):,}",
        cost=_UNPRICED if figures.cost is None else dollars(figures.cost),
        others=tuple(_money(figures.otherwise[way].cost) for way in _SHORT),
        update=move,
        direction=direction,
        unpriced=f"{figures.unpriced:,}",
        each=_each(figures),
    )


def _each(figures: Figures) -> str:
    """What a request cost in the mean, rounded; empty where requests without a price would make it too small."""
    if figures.cost is None or figures.unpriced or not figures.requests:
        return ""
    return f"{dollars((figures.cost / figures.requests).quantize(Decimal('0.000001')))} a request"


def _problem(problem: Unpriced) -> UnpricedRow:
    days = dict.fromkeys(str(day) for day in (problem.first_day, problem.last_day) if day)
    return UnpricedRow(
        rows=f"{problem.rows:,}",
        whose=_joined((problem.provider, problem.model)),
        reason=problem.reason,
        days=" to ".join(days) or wording.DASH,
        place=problem.place or wording.DASH,
    )


def _joined(names: Iterable[str | None]) -> str:
    return "/".join(name for name in names if name) or wording.DASH


def _money(cost: Decimal | None) -> str:
    return wording.DASH if cost is None else dollars(cost)


def _exact(cost: Decimal | None) -> str:
    return "" if cost is None else f"{cost:f}"
