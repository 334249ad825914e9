"""What a log would have cost otherwise: in batches, with and without a cache, at other prices; the log is read once.

The rows that meet the same price are added up where the log is; only those sums are priced again for each other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from pathlib import PurePath
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from octoregistry.costing.arrow import in_memory
from octoregistry.costing.costs import answer
from octoregistry.costing.ledger import units, with_reasons
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.rates import RateTable, compile_rates, thresholds_of
from octoregistry.costing.reading import How
from octoregistry.costing.sql import connect
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
from octoregistry.costing.usage import WHOLE, mask
from octoregistry.costing.values import DERIVED, UnpricedRows
from providers.dimensions import DIMENSIONS
from providers.exact import unscaled
from providers.registry import Registry

MOST_DAYS = 92  # three months of days; a longer log is told by month, or its bars are too thin to see
MOST_MODELS = 60
MOST_PROBLEMS = 30  # a log of nonsense must not make a report that nobody can open

PAID = "paid"  # as it was
_WRITES = ("cached_input", "cache_write_5m", "cache_write_1h")
Key = TypeVar("Key")
Way = Callable[[ir.Table], ir.Table]


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
    return found.told(", ".join(found.forms), problems, torn)


def _priced(sums: Sums, after: RateTable, before: RateTable, day: date, how: How, by: tuple[str, ...]) -> _Priced:
    rows, groups = sums.rows, sums.table
    all_rows = replace(rows, dimensions=DIMENSIONS, charged=())  # no other way has their prices: they stay apart
    places = pa.array(range(groups.num_rows), pa.int64())
    has_zones = "offset" in groups["zone"].to_pylist()
    local = connect()
    try:
        kept = in_memory(groups.append_column("at", places))
        absent = {f"t_{name}": ibis.literal(0).cast(WHOLE) for name in DIMENSIONS if f"t_{name}" not in kept.columns}
        kept = kept.mutate(**absent)
        scale = max(after.scale, before.scale)

        def price(rates: RateTable, *ways: str) -> dict[str, dict[str, list[object]]]:
            """{way: the columns of its answer}, all of one query: an engine takes longer to understand it than to answer."""
            others = [make[way](kept).mutate(way=ibis.literal(way)) for way in ways]
            other = reduce(lambda one, next_: one.union(next_.select(one.columns)), others)
            other = other.mutate(mask=mask(other, DIMENSIONS)).view()
            priced = with_reasons(other, rates, all_rows, ibis.literal(has_zones), how)
            cost = (units(priced, DIMENSIONS)).name("units")
            rows = answer(local, priced.select("way", "at", "reason", "known_model", cost).order_by("way", "at"))
            raised = 10 ** (scale - rates.scale)
            fields: dict[str, dict[str, list[object]]] = {}
            for way in ways:
                mine = rows.filter(pc.equal(rows["way"], way))
                whole = [None if cost is None else int(cost) * raised for cost in mine["units"].to_pylist()]
                fields[way] = {**mine.to_pydict(), "units": whole}
            return fields

        def today(table: ir.Table) -> ir.Table:
            return table.mutate(day=ibis.literal(day))

        make: dict[str, Way] = {
            PAID: _as_it_was,
            "batch": _in_batches,
            "uncached": _uncached,
            "cached": _all_cached,
            "today": today,
        }
        now, then = price(after, PAID, *WAYS), price(before, PAID, "today")
        return _Priced(
            groups={name: groups[name].to_pylist() for name in groups.column_names},
            models=[*map(_text, now[PAID]["known_model"])],
            reasons=[*map(_text, now[PAID]["reason"])],
            costs=_units(now[PAID]),
            otherwise={way: _units(now[way]) for way in WAYS},
            before=_units(then[PAID]),
            before_today=_units(then["today"]),
            scale=scale,
            forms=rows.forms,
            by=by,
            places=sums.places,
        )
    finally:
        local.disconnect()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _units(fields: Mapping[str, list[object]]) -> list[int | None]:
    return [units if isinstance(units, int) else None for units in fields["units"]]


def _as_it_was(groups: ir.Table) -> ir.Table:
    return groups


def _in_batches(groups: ir.Table) -> ir.Table:
    return groups.mutate(mode=ibis.literal("batch"))


def _uncached(groups: ir.Table) -> ir.Table:
    none = ibis.literal(0).cast(WHOLE)
    return groups.mutate(
        t_input=_sum(groups, ("input", *_WRITES)),
        t_input_audio=_sum(groups, ("input_audio", "cached_input_audio")),
        **{f"t_{name}": none for name in (*_WRITES, "cached_input_audio", "cache_storage_hour")},
    )


def _all_cached(groups: ir.Table) -> ir.Table:
    return groups.mutate(t_cached_input=_sum(groups, ("input", "cached_input")), t_input=ibis.literal(0).cast(WHOLE))


def _sum(groups: ir.Table, dimensions: Sequence[str]) -> ir.DecimalValue:
    total = groups[f"t_{dimensions[0]}"]
    for name in dimensions[1:]:
        total += groups[f"t_{name}"]
    return total.cast(WHOLE)


@dataclass(frozen=True, slots=True)
class _Priced:
    """Sums of rows, column by column, and what each costs this way and that in whole numbers of 10**-scale USD."""

    groups: Mapping[str, list[object]]
    models: list[str | None]
    reasons: list[str | None]
    costs: list[int | None]
    otherwise: Mapping[str, list[int | None]]
    before: list[int | None]
    before_today: list[int | None]
    scale: int
    forms: tuple[str, ...]
    by: tuple[str, ...]
    places: Sequence[str]

    @property
    def unpriced(self) -> int:
        """The rows without a price, without the lines that are no row."""
        return sum(rows for rows, cost in zip(self._whole("rows"), self.costs, strict=True) if cost is None)

    def told(self, form: str, problems: Sequence[Unpriced], torn: int) -> UsageCosts:
        """All of it as values; `torn` are the lines that are no row."""
        models = [
            ModelUsage(provider, model, self._figures(places))
            for (provider, model), places in _grouped(zip(self._texts("provider"), self.models, strict=True))
        ]
        models.sort(key=lambda line: (line.figures.cost is None, -(line.figures.cost or 0), _name(line)))
        days = [day if isinstance(day, date) else None for day in self.groups["day"]]
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
            by=tuple(self._by(key, place) for place, key in enumerate(self.by)),
        )

    def _by(self, key: str, place: int) -> GroupedUsage:
        """The usage by the values of a column, the dearest first."""
        if key == "month":
            values = [f"{day:%Y-%m}" if isinstance(day, date) else None for day in self.groups["day"]]
        else:
            values = self.models if key == "model" else self._texts(key if key in DERIVED else f"k_{place}")
        found = [GroupUsage(name, self._figures(places)) for name, places in _grouped(values)]
        found.sort(key=lambda one: (one.figures.cost is None, -(one.figures.cost or 0), one.name or ""))
        return GroupedUsage(key, tuple(found[:MOST_MODELS]), max(0, len(found) - MOST_MODELS))

    def problems(self) -> list[UnpricedRows]:
        """The rows without a price, by reason, model and mode, the most first."""
        in_sum = [cost is not None for cost in self.costs]
        whose = (self._texts("provider"), self._texts("model"), self._texts("mode"))
        found = []
        for (reason, lacks, provider, model, mode), places in _grouped(zip(self.reasons, in_sum, *whose, strict=True)):
            if reason is not None:
                rows = sum(self._whole("rows")[place] for place in places)
                days = sorted(day for place in places if isinstance(day := self.groups["day"][place], date))
                first, last = (days[0], days[-1]) if days else (None, None)
                where = self.places[places[0]] if self.places else None
                found.append(UnpricedRows(reason, rows, provider, model, mode, first, last, where, in_sum=lacks))
        return sorted(found, key=lambda one: (-one.rows, one.reason, str(one.provider), str(one.model), str(one.mode)))

    def _whole(self, name: str) -> list[int]:
        return [int(number) if isinstance(number, (int, Decimal)) else 0 for number in self.groups[name]]

    def _texts(self, name: str) -> list[str | None]:
        return [*map(_text, self.groups[name])]

    def _figures(self, places: Sequence[int], torn: int = 0) -> Figures:
        rows = {place: _int(self.groups["rows"][place]) for place in places}
        priced = [place for place in places if self.costs[place] is not None]
        tokens = {name: sum(_int(self.groups[f"t_{name}"][place]) for place in places) for name in self._counted()}
        return Figures(
            rows=sum(rows.values()) + torn,
            unpriced=sum(rows[place] for place in places if self.costs[place] is None) + torn,
            requests=sum(_int(self.groups["requests"][place]) for place in places),
            tokens={name: count for name, count in tokens.items() if count},
            cost=self._usd(self.costs[place] for place in priced) if priced else None,
            otherwise={name: self._other(other, priced, rows) for name, other in self.otherwise.items()},
            on_its_days=self._effect(self.before, self.costs, rows),
            from_now=self._effect(self.before_today, self.otherwise["today"], rows),
        )

    def _counted(self) -> list[str]:
        return [name for name in DIMENSIONS if f"t_{name}" in self.groups]

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


def _int(number: object) -> int:
    return int(number) if isinstance(number, (int, Decimal)) else 0


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
