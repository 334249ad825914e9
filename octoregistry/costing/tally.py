"""What a log of some thousand rows cost, in Python alone: the same answer as an engine's, without waiting for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from octoregistry.costing.call import Call
from octoregistry.costing.calls import example_of
from octoregistry.costing.errors import CostingError
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import SIZE_UNKNOWN, UNKNOWN_SIZE, RateSpan, RateTable, changed
from octoregistry.costing.reading import How
from octoregistry.costing.values import (
    ANSWERED,
    CHARGES,
    DERIVED,
    NOT_COMPARED,
    STRICT,
    UNKNOWN_MODE,
    UNKNOWN_MODEL,
    UNKNOWN_PROVIDER,
    ZONES_MIXED,
    Assumed,
    Derived,
    Groups,
    Retired,
    Stated,
    Uncertain,
    UnpricedRows,
)
from providers.charge_units import UNIT_CALLED
from providers.dimensions import DIMENSIONS, MODES
from providers.exact import EXACT, unscaled
from providers.flat import plain_name
from providers.numerals import MOST

SHOWN = 10  # rows that are shown of those that differ
_CENT = Decimal("0.000001")  # what a stated cost may be rounded to


Either = tuple[int, int]  # at one price and at the other


@dataclass(slots=True)
class _Sum:
    """What stands under the same keys."""

    rows: int = 0
    requests: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    cost: int | None = None
    unpriced: int = 0
    uncertain: int = 0
    either: dict[tuple[Any, ...], Either] = field(default_factory=dict)

    def bounds(self) -> Either | None:
        """The least and the most that the uncertain rows cost; None where there is none."""
        if not self.uncertain:
            return None
        return sum(map(min, self.either.values())), sum(map(max, self.either.values()))


@dataclass(slots=True)
class _Found:
    """Rows with the same problem."""

    problem: UnpricedRows
    rows: int = 0
    days: list[date] = field(default_factory=list)


@dataclass(slots=True)
class _Bounded:
    """Rows with their costs, and the least and the most that they may have cost."""

    rows: int = 0
    cost: int = 0
    least: int = 0
    most: int | None = 0

    def add(self, cost: int, least: int = 0, most: int | None = 0) -> None:
        """Adds one row; without an end where it has none."""
        self.rows += 1
        self.cost += cost
        self.least += least
        self.most = None if self.most is None or most is None else self.most + most


class Tally:
    """Adds up rows, by keys, at the prices in force."""

    def __init__(self, rates: RateTable, names: CallNames, keys: Sequence[str], how: How) -> None:
        self.rates, self.names, self.keys, self.how = rates, names, tuple(dict.fromkeys(keys)), how
        self.spans: dict[tuple[str, str, str, str], list[RateSpan]] = {}
        for span in rates.spans:
            self.spans.setdefault((span.provider, span.name, span.place, span.mode), []).append(span)
        self.known = {(span.provider, span.name) for span in rates.spans}
        self.groups: dict[tuple[Any, ...], _Sum] = {}
        self.problems: dict[tuple[Any, ...], _Found] = {}
        self.assumed = _Bounded()
        self.derived = _Bounded()
        self.retired: dict[tuple[str, str], Retired] = {}
        self.stated: list[tuple[str, Decimal, Decimal]] = []
        self.counted: dict[str, None] = {}
        self.forms: dict[str, None] = {}
        self.rows = 0

    def add(self, call: Call, *, has_zones: bool) -> None:
        """Adds one row."""
        span, reason, charges = self._price(call, has_zones=has_zones)
        assumed = call.size(self.rates.thresholds)[1]
        cost = None
        if reason is None:
            tokens = call.said.tokens
            cost = sum(count * span.prices[name] for name, count in tokens.items()) if span else 0
            billed = _billed(call, span)
            if assumed and span is not None and span.low != UNKNOWN_SIZE:
                if self.how.strict_tiers:
                    cost, reason = None, STRICT
                else:
                    least, most = self._bounds(call, span)
                    self.assumed.add(cost + billed, least + billed, None if most is None else most + billed)
            if cost is not None and span is not None and (derived := set(tokens) & set(span.derived)):
                self.derived.add(sum(tokens[name] * span.prices[name] for name in derived))
            cost = None if cost is None else cost + billed
        self.rows += 1
        group = self.groups.setdefault(tuple(self._key(call, span, key) for key in self.keys), _Sum())
        group.rows += 1
        group.requests += call.said.requests or 1
        for name, count in call.said.tokens.items():
            group.tokens[name] = group.tokens.get(name, 0) + count
        if cost is None:
            group.unpriced += 1
            self._add_either(group, call, span, reason)
        else:
            if span is not None and span.end and call.day and call.day >= span.end:
                whose = (call.provider or span.provider, call.model)
                before = self.retired.get(whose, Retired(*whose, 0, call.day, call.day))
                first, last = min(before.first_day, call.day), max(before.last_day, call.day)
                self.retired[whose] = Retired(*whose, before.rows + 1, first, last)
            group.cost = (group.cost or 0) + cost
            self._compare(call, cost)
        if reason is not None:
            self._tell(call, reason, in_sum=False)
        elif charges:
            self._tell(call, f"{', '.join(charges)}: {CHARGES}", in_sum=True)

    def _price(  # noqa: PLR0911 - a line for each reason
        self, call: Call, *, has_zones: bool
    ) -> tuple[RateSpan | None, str | None, Sequence[str]]:
        """The span whose prices hold, or why there is none; and the charges that no price covers."""
        said = call.said
        if call.fault is not None:
            return None, call.fault, ()
        if call.zone == "none" and has_zones:
            return None, ZONES_MIXED, ()
        if call.provider and call.provider not in self.rates.providers:
            return None, UNKNOWN_PROVIDER, ()
        mode = said.mode.strip().lower()
        if mode not in MODES:
            return None, UNKNOWN_MODE, ()
        name = self.names.model(call.provider, call.model)
        if (call.provider, name) not in self.known:
            return None, UNKNOWN_MODEL, ()
        place = said.place if (call.provider, name, said.place, mode) in self.spans else ""
        size = call.size(self.rates.thresholds)[0]
        span = next(
            (
                span
                for span in self.spans.get((call.provider, name, place, mode), ())
                if span.first <= (call.day or date.min) <= span.last and span.low <= size <= span.high
            ),
            None,
        )
        if not said.tokens and not said.charges:
            return span, None, ()
        if said.place != place:
            return span, f"no known price in {said.place}", ()
        if span is None or span.reason is not None:
            return span, span.reason if span else SIZE_UNKNOWN, ()
        lacking = next((name for name in said.tokens if name not in span.prices), None)
        unpriced = tuple(name for name, count in said.charges.items() if not _is_priced(span, name, count))
        return span, span.lacks(lacking) if lacking else None, unpriced

    def _add_either(self, group: _Sum, call: Call, span: RateSpan | None, reason: str | None) -> None:
        """Adds what a row costs at the price before a change and at the one after it, where only those are known.

        Rows of one day that meet the same prices are taken together, as an engine does: on one day one of the two held.
        """
        tokens = {name: count for name, count in call.said.tokens.items() if count}
        if span is None or not span.either or reason != changed(span.mode) or call.said.charges:
            return
        size, assumed = call.size(self.rates.thresholds)
        if (assumed and span.low != UNKNOWN_SIZE) or any(tokens.keys() - prices.keys() for prices in span.either):
            return
        early, late = (sum(count * prices[name] for name, count in tokens.items()) for prices in span.either)
        place = (
            call.said.recipe.name,
            call.day,
            call.zone,
            call.provider,
            call.model,
            span.mode,
            call.said.place,
            size,
            *sorted(tokens),
        )
        known = group.either.get(place, (0, 0))
        group.either[place] = known[0] + early, known[1] + late
        group.uncertain += 1

    def _compare(self, call: Call, cost: int) -> None:
        column = self.how.stated_cost
        value = None if column is None else call.record.row.get(plain_name(column))
        if value is None:
            return
        try:
            theirs = Decimal(str(value).strip().removeprefix("$"))
        except ArithmeticError:
            theirs = Decimal("NaN")
        if not theirs.is_finite():
            self._tell(call, NOT_COMPARED, in_sum=True)
            return
        self.stated.append((f"{call.record.file}:{call.record.line}", theirs, unscaled(cost, self.rates.scale)))

    def _bounds(self, call: Call, span: RateSpan) -> tuple[int, int | None]:
        """The least and the most that the row may have cost, whatever the sizes of its prompts."""
        costs: list[int | None] = []
        for other in self.spans[span.provider, span.name, span.place, span.mode]:
            if other.first <= span.first <= other.last and other.low != UNKNOWN_SIZE:
                tokens = call.said.tokens
                for prices in other.either or (other.prices,):
                    lacks = other.reason is not None or any(name not in prices for name in tokens)
                    costs.append(None if lacks else sum(count * prices[name] for name, count in tokens.items()))
        known = [cost for cost in costs if cost is not None]
        return min(known), None if None in costs else max(known)

    def _key(self, call: Call, span: RateSpan | None, key: str) -> Any:
        if key == "day":
            return call.day
        if key == "month":
            return call.day and call.day.replace(day=1)
        if key == "provider":
            return call.provider or None
        if key == "model":
            known = self.spans.get((call.provider, self.names.model(call.provider, call.model), "", "standard"))
            return span.model if span else known[0].model if known else call.model or None
        if key == "mode":
            return call.said.mode.strip().lower()
        value = call.record.row.get(plain_name(key))
        return value if value is None or isinstance(value, (str, date, datetime)) else _text(value)

    def _tell(self, call: Call, reason: str, *, in_sum: bool) -> None:
        said = call.said
        mode = said.mode.strip().lower() if call.provider else None
        key = (reason, call.provider or None, call.model or None, mode, in_sum)
        found = self.problems.get(key)
        if found is None:
            place = f"{call.record.file}:{call.record.line}" if call.record.file else None
            problem = UnpricedRows(reason, 0, *key[1:4], place=place, example=example_of(call), in_sum=in_sum)
            found = self.problems[key] = _Found(problem)
        found.rows += 1
        if call.day:
            found.days = [min([*found.days, call.day]), max([*found.days, call.day])]


def _is_priced(span: RateSpan, charge: str, count: int) -> bool:
    """Whether the registry has the price of so many of a charge, as a form calls it."""
    return UNIT_CALLED.get(charge) in span.charges and 0 < count < MOST


def _billed(call: Call, span: RateSpan | None) -> int:
    """What a row's charges cost, of those that have a price."""
    if span is None:
        return 0
    charges = call.said.charges.items()
    return sum(count * span.charges[UNIT_CALLED[name]] for name, count in charges if _is_priced(span, name, count))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def usd(cost: int, scale: int) -> Decimal:
    """Whole numbers of 10**-scale USD with so many digits behind the point, as an engine has them: a constructor does not
    round.
    """
    return Decimal(f"{cost}E-{scale}")


def total_of(tally: Tally) -> Decimal:
    """The sum of all groups, exactly."""
    known = [one.cost for one in tally.groups.values() if one.cost is not None]
    return usd(sum(known), tally.rates.scale) if known else Decimal(0)


def groups_of(tally: Tally) -> Groups:
    """The groups of a tally, by time where that is a key, else the dearest first."""
    names = [name for name in DIMENSIONS if name in tally.counted and name not in tally.keys]
    rows = [
        {
            **dict(zip(tally.keys, key, strict=True)),
            "rows": one.rows,
            "requests": one.requests,
            **{name: one.tokens.get(name, 0) for name in names},
            "cost": None if one.cost is None else usd(one.cost, tally.rates.scale),
            "unpriced": one.unpriced,
            "uncertain": one.uncertain,
            **{
                name: usd(bound, tally.rates.scale) if bound is not None else None
                for name, bound in zip(("least", "most"), one.bounds() or (None, None), strict=True)
            },
        }
        for key, one in tally.groups.items()
    ]

    def by_keys(row: Mapping[str, Any]) -> list[tuple[bool, str]]:
        return [(row[key] is not None, str(row[key])) for key in tally.keys]

    if {"day", "month"} & set(tally.keys):
        rows.sort(key=by_keys)
    else:
        rows.sort(key=lambda row: (row["cost"] is None, -(row["cost"] or Decimal(0)), by_keys(row)))
    columns = (*tally.keys, "rows", "requests", *names, "cost", "unpriced", "uncertain", "least", "most")
    return Groups(rows, columns, tally.rates.scale)


def problems_of(tally: Tally) -> tuple[UnpricedRows, ...]:
    """The problems of a tally, the largest first."""
    found = [
        one.problem.with_rows(one.rows, min(one.days, default=None), max(one.days, default=None))
        for one in tally.problems.values()
    ]
    found.sort(key=lambda one: (-one.rows, one.reason, one.provider or "", one.model or "", one.mode or ""))
    return tuple(found)


def assumed_of(tally: Tally) -> Assumed | None:
    """The rows in the sum whose tier is assumed, with what they may have cost at least and at most."""
    found, scale = tally.assumed, tally.rates.scale
    if not found.rows:
        return None
    most = None if found.most is None else unscaled(found.most, scale)
    return Assumed(found.rows, unscaled(found.cost, scale), unscaled(found.least, scale), most)


def derived_of(tally: Tally) -> Derived | None:
    """The rows in the sum of which a price is derived, with what that part of them costs."""
    if not tally.derived.rows:
        return None
    return Derived(tally.derived.rows, unscaled(tally.derived.cost, tally.rates.scale))


def retired_of(tally: Tally) -> tuple[Retired, ...]:
    """The rows in the sum of days after their model's end, by model."""
    return tuple(tally.retired[whose] for whose in sorted(tally.retired))


def uncertain_of(groups: Groups) -> Uncertain | None:
    """The rows of all groups that cost one of two prices; None where there is none."""
    known = [row for row in groups if row["uncertain"]]
    if not known:
        return None
    least, most = (reduce(EXACT.add, (row[name] for row in known)) for name in ("least", "most"))
    return Uncertain(sum(row["uncertain"] for row in known), least, most)


def stated_of(tally: Tally) -> Stated | None:
    """What the log states of its own costs, beside ours; None where nobody asked."""
    if tally.how.stated_cost is None:
        return None
    differing = [one for one in tally.stated if abs(one[1] - one[2]) > _CENT]
    return Stated(
        column=tally.how.stated_cost,
        rows=len(tally.stated),
        theirs=sum((theirs for _, theirs, _ in tally.stated), Decimal(0)),
        ours=sum((ours for _, _, ours in tally.stated), Decimal(0)),
        differ=len(differing),
        rows_that_differ=tuple(differing[:SHOWN]),
    )


def check_keys(keys: Sequence[str], there: Iterable[str]) -> None:
    """Raises CostingError for a key that is neither one of ours nor a column."""
    known = dict.fromkeys((*DERIVED, *there))
    for key in keys:
        if key not in known and plain_name(key) not in known:
            raise CostingError(f"nothing to group by: {key} is none of {', '.join(known)}")
        if key in ANSWERED:
            raise CostingError(f"nothing to group by {key} with: the answer has a column of that name")
