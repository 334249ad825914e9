"""Costs of a log under other conditions: batches, caching, other prices. The log is read once.

The rows that meet the same price are added up where the log is; only those sums are priced again for each other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import TypeVar

from octoregistry.costing.billed import Billed
from octoregistry.costing.names import CallNames
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.prices import Prices
from octoregistry.costing.rates import RateTable, compile_rates, thresholds_of
from octoregistry.costing.reading import How
from octoregistry.costing.summary import (
    WAYS,
    Effect,
    Figures,
    GroupedUsage,
    GroupUsage,
    ModelUsage,
    Otherwise,
    PeriodUsage,
    Unpriced,
    UsageCosts,
)
from octoregistry.costing.sums import Sums, sums_of
from octoregistry.costing.values import DERIVED, UnpricedRows
from providers.dimensions import DIMENSIONS
from providers.exact import unscaled
from providers.registry import Registry

MOST_DAYS = 92  # three months of days; a longer log is told by month, or its bars are too thin to see
MOST_MODELS = 60
MOST_PROBLEMS = 30  # a log of nonsense must not make a report that nobody can open

_WRITES = ("cached_input", "cache_write_5m", "cache_write_1h")
_CACHED = (*_WRITES, "cached_input_audio", "cache_storage_hour")
Key = TypeVar("Key")
Way = Callable[[Billed], Billed]


def usage_costs(
    patterns: Sequence[str],
    before: Registry,
    after: Registry,
    day: date,
    names: Mapping[str, str] | None = None,
    *,
    by: Sequence[str] = (),
) -> UsageCosts:
    """What the usage in these files cost by the registry `after`, otherwise, and by the registry `before`.

    `day` is the day whose prices are today's; `by` are columns of the log (or `mode`, `provider`) to group it by as well.
    Raises CostingError for files that cannot be read as usage, and for columns that are not there.
    """
    how = How(names or {})
    # both by the size classes of both, so that one reading of the log serves for both
    rates = compile_rates(after, thresholds_of(before))
    with sums_of(usage_files(patterns), rates, how, tuple(by)) as sums:
        found = _priced(sums, rates, compile_rates(before, thresholds_of(after)), day, how, tuple(by))
        problems = _with_places(sums.told(found.problems()))
    torn = sum(problem.rows for problem in problems if not problem.in_sum) - found.unpriced
    return found.told(", ".join(sums.forms), problems, torn)


def _priced(sums: Sums, after: RateTable, before: RateTable, day: date, how: How, by: tuple[str, ...]) -> _Priced:
    rows = sums.rows
    has_zones = any(one.zone == "offset" for one in rows)
    scale = max(after.scale, before.scale)
    now, then = (Prices(rates, CallNames(rates, how.hosts)) for rates in (after, before))

    def units(prices: Prices, way: Way) -> list[int | None]:
        """What each sum costs that way, in whole numbers of 10**-scale USD."""
        raised = 10 ** (scale - prices.rates.scale)
        costs = (prices.cost(way(one), has_zones=has_zones).units for one in rows)
        return [None if cost is None else cost * raised for cost in costs]

    def today(one: Billed) -> Billed:
        return replace(one, day=day)

    ways: dict[str, Way] = {"batch": _in_batches, "uncached": _uncached, "cached": _all_cached, "today": today}
    paid = [now.cost(one, has_zones=has_zones) for one in rows]
    return _Priced(
        rows=rows,
        models=[now.model(one, cost) for one, cost in zip(rows, paid, strict=True)],
        reasons=[cost.problem for cost in paid],
        costs=units(now, _as_it_was),
        otherwise={way: units(now, ways[way]) for way in WAYS},
        before=units(then, _as_it_was),
        before_today=units(then, today),
        scale=scale,
        by=by,
    )


def _as_it_was(one: Billed) -> Billed:
    return one


def _in_batches(one: Billed) -> Billed:
    return replace(one, mode="batch")


def _uncached(one: Billed) -> Billed:
    kept = {name: count for name, count in one.tokens.items() if name not in _CACHED}
    text, audio = (_sum(one, names) for names in (("input", *_WRITES), ("input_audio", "cached_input_audio")))
    return replace(one, tokens=_counted({**kept, "input": text, "input_audio": audio}))


def _all_cached(one: Billed) -> Billed:
    read = _sum(one, ("input", "cached_input"))
    return replace(one, tokens=_counted({**one.tokens, "input": 0, "cached_input": read}))


def _sum(one: Billed, dimensions: Sequence[str]) -> int:
    return sum(one.tokens.get(name, 0) for name in dimensions)


def _counted(tokens: Mapping[str, int]) -> dict[str, int]:
    """Those of which there are any."""
    return {name: count for name, count in tokens.items() if count}


@dataclass(frozen=True, slots=True)
class _Priced:
    """Sums of rows, and what each costs this way and that in whole numbers of 10**-scale USD."""

    rows: Sequence[Billed]
    models: list[str | None]
    reasons: list[str | None]
    costs: list[int | None]
    otherwise: Mapping[str, list[int | None]]
    before: list[int | None]
    before_today: list[int | None]
    scale: int
    by: tuple[str, ...]

    @property
    def unpriced(self) -> int:
        """The rows without a price, without the lines that are no row."""
        return sum(one.rows for one, cost in zip(self.rows, self.costs, strict=True) if cost is None)

    def told(self, form: str, problems: Sequence[Unpriced], torn: int) -> UsageCosts:
        """All of it as values; `torn` are the lines that are no row."""
        models = [
            ModelUsage(provider, model, self._figures(places))
            for (provider, model), places in _grouped(
                zip((one.provider or None for one in self.rows), self.models, strict=True)
            )
        ]
        models.sort(key=lambda line: (line.figures.cost is None, -(line.figures.cost or 0), _name(line)))
        days = [one.day for one in self.rows]
        by_month = len({day for day in days if day}) > MOST_DAYS
        periods = [None if day is None else f"{day:%Y-%m}" if by_month else str(day) for day in days]
        total = self._figures(range(len(days)), torn)
        return UsageCosts(
            form=form,
            total=total,
            models=tuple(models[:MOST_MODELS]),
            periods=tuple(
                PeriodUsage(period, self._figures(places))
                for period, places in sorted((key, found) for key, found in _grouped(periods) if key is not None)
            ),
            problems=tuple(problems[:MOST_PROBLEMS]),
            more_models=max(0, len(models) - MOST_MODELS),
            more_problems=max(0, len(problems) - MOST_PROBLEMS),
            last_day=max((day for day in days if day), default=None),
            by=tuple(map(self._by, self.by)),
        )

    def _by(self, key: str) -> GroupedUsage:
        """The usage by the values of a column, the dearest first."""
        values = [self._value(key, place) for place in range(len(self.rows))]
        found = [GroupUsage(name, self._figures(places)) for name, places in _grouped(values)]
        found.sort(key=lambda one: (one.figures.cost is None, -(one.figures.cost or 0), one.name or ""))
        return GroupedUsage(key, tuple(found[:MOST_MODELS]), max(0, len(found) - MOST_MODELS))

    def _value(self, key: str, place: int) -> str | None:
        """What a sum has under a key, as a text."""
        one = self.rows[place]
        if key in ("day", "month"):
            return None if one.day is None else f"{one.day:%Y-%m}" if key == "month" else str(one.day)
        if key == "model":
            return self.models[place]
        value = getattr(one, key) or None if key in DERIVED else one.own[key]
        return None if value is None else str(value)

    def problems(self) -> list[UnpricedRows]:
        """The rows without a price, by reason, model and mode, the most first."""
        whose = ((one.provider or None, one.model or None, one.mode if one.provider else None) for one in self.rows)
        in_sum = (cost is not None for cost in self.costs)
        found = []
        for (reason, lacks, names), places in _grouped(zip(self.reasons, in_sum, whose, strict=True)):
            if reason is not None:
                rows = [self.rows[place] for place in places]
                days = sorted(one.day for one in rows if one.day is not None)
                first, last = (days[0], days[-1]) if days else (None, None)
                count, one = sum(one.rows for one in rows), rows[0]
                found.append(UnpricedRows(reason, count, *names, first, last, one.at, in_sum=lacks, group=one.group))
        return sorted(found, key=lambda one: (-one.rows, one.reason, str(one.provider), str(one.model), str(one.mode)))

    def _figures(self, places: Sequence[int], torn: int = 0) -> Figures:
        rows = {place: self.rows[place].rows for place in places}
        priced = [place for place in places if self.costs[place] is not None]
        tokens = {name: sum(self.rows[place].tokens.get(name, 0) for place in places) for name in DIMENSIONS}
        return Figures(
            rows=sum(rows.values()) + torn,
            unpriced=sum(rows[place] for place in places if self.costs[place] is None) + torn,
            requests=sum(self.rows[place].requests for place in places),
            tokens=_counted(tokens),
            cost=self._usd(self.costs[place] for place in priced) if priced else None,
            otherwise={name: self._other(other, priced, rows) for name, other in self.otherwise.items()},
            on_its_days=self._effect(self.before, self.costs, rows),
            from_now=self._effect(self.before_today, self.otherwise["today"], rows),
        )

    def _other(self, other: Sequence[int | None], priced: Sequence[int], rows: Mapping[int, int]) -> Otherwise:
        """The cost the other way, with the actual cost of rows that have no price that way: leaving them out would look like a
        saving.
        """
        kept = [place for place in priced if other[place] is None]
        if len(kept) == len(priced):
            return Otherwise(None, sum(rows[place] for place in kept))
        cost = self._usd(self.costs[place] if other[place] is None else other[place] for place in priced)
        return Otherwise(cost, sum(rows[place] for place in kept))

    def _effect(self, before: Sequence[int | None], after: Sequence[int | None], rows: Mapping[int, int]) -> Effect:
        both = [place for place in rows if before[place] is not None and after[place] is not None]
        return Effect(
            before=self._usd(before[place] for place in both) if both else None,
            after=self._usd(after[place] for place in both) if both else None,
            gained=sum(count for place, count in rows.items() if before[place] is None and after[place] is not None),
            lost=sum(count for place, count in rows.items() if before[place] is not None and after[place] is None),
        )

    def _usd(self, costs: Iterable[int | None]) -> Decimal:
        return unscaled(sum(cost for cost in costs if cost is not None), self.scale)


def _name(line: ModelUsage) -> tuple[str, str]:
    return line.provider or "", line.model or ""


def _grouped(keys: Iterable[Key]) -> list[tuple[Key, list[int]]]:
    """The places of each key, in the order in which they first come."""
    found: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return list(found.items())


def _with_places(shown: Sequence[UnpricedRows]) -> list[Unpriced]:
    """The problems with the place of a row each; not the row itself: a report travels, and a log may name people."""
    return [
        Unpriced(
            reason=one.reason,
            rows=one.rows,
            provider=one.provider,
            model=one.model,
            mode=one.mode,
            first_day=one.first_day,
            last_day=one.last_day,
            place=None if one.place is None else PurePath(one.place).name,
            in_sum=one.in_sum,
        )
        for one in shown
    ]
