"""What the rows of a log cost, added up by what is asked for, with every row that has no price, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from octoregistry.costing.billed import Billed
from octoregistry.costing.calls import example_of
from octoregistry.costing.errors import CostingError
from octoregistry.costing.names import CallNames
from octoregistry.costing.prices import Cost, Prices
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How
from octoregistry.costing.values import (
    ANSWERED,
    DERIVED,
    NO_FORM,
    NOT_COMPARED,
    Assumed,
    Costs,
    Derived,
    Groups,
    Retired,
    Stated,
    Uncertain,
    UnpricedRows,
)
from providers.dimensions import DIMENSIONS
from providers.exact import EXACT, unscaled
from providers.flat import plain_name

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

    def add(self, rows: int, cost: int, least: int = 0, most: int | None = 0) -> None:
        """Adds rows; without an end where they have none."""
        self.rows += rows
        self.cost += cost
        self.least += least
        self.most = None if self.most is None or most is None else self.most + most


class Tally:
    """Adds up rows, by keys, at the prices in force."""

    def __init__(self, rates: RateTable, names: CallNames, keys: Sequence[str], how: How) -> None:
        self.rates, self.names, self.keys, self.how = rates, names, tuple(dict.fromkeys(keys)), how
        self._prices = Prices(rates, names, strict_tiers=how.strict_tiers)
        self._groups: dict[tuple[Any, ...], _Sum] = {}
        self._problems: dict[tuple[Any, ...], _Found] = {}
        self._assumed = _Bounded()
        self._derived = _Bounded()
        self._retired: dict[tuple[str, str], Retired] = {}
        self._stated: list[tuple[str, Decimal, Decimal]] = []
        self.counted: dict[str, None] = {}
        self.forms: dict[str, None] = {}
        self._rows = 0

    def add(self, one: Billed, *, has_zones: bool) -> None:
        """Adds rows that are billed alike; `has_zones` says that a time somewhere in their log has a zone."""
        cost = self._prices.cost(one, has_zones=has_zones)
        self._rows += one.rows
        group = self._groups.setdefault(tuple(self._key(one, cost, key) for key in self.keys), _Sum())
        group.rows += one.rows
        group.requests += one.requests
        for name, count in one.tokens.items():
            group.tokens[name] = group.tokens.get(name, 0) + count
        if cost.units is None:
            group.unpriced += one.rows
            self._add_either(group, one, cost)
        else:
            group.cost = (group.cost or 0) + cost.units
            self._mark(one, cost, cost.units)
        if (problem := cost.problem) is not None:
            self._tell(one, problem, in_sum=cost.reason is None)

    def costs(self, problems: Sequence[UnpricedRows] = ()) -> Costs:
        """All of it as values, with further `problems` behind those of rows."""
        groups, scale = self._grouped(), self.rates.scale
        known = [one.cost for one in self._groups.values() if one.cost is not None]
        assumed, derived = self._assumed, self._derived
        most = None if assumed.most is None else unscaled(assumed.most, scale)
        bounds = (unscaled(assumed.cost, scale), unscaled(assumed.least, scale), most)
        return Costs(
            groups=groups,
            keys=self.keys,
            form=", ".join(sorted(self.forms)) or NO_FORM.name,
            total=usd(sum(known), scale) if known else Decimal(0),
            rows=self._rows,
            problems=(*self._told(), *problems),
            assumed=Assumed(assumed.rows, *bounds) if assumed.rows else None,
            derived=Derived(derived.rows, unscaled(derived.cost, scale)) if derived.rows else None,
            stated=self._compared(),
            uncertain=_uncertain(groups),
            retired=tuple(self._retired[whose] for whose in sorted(self._retired)),
        )

    def _mark(self, one: Billed, cost: Cost, units: int) -> None:
        """Notes what is special about rows that have a price."""
        if cost.assumed:
            self._assumed.add(one.rows, units, cost.least, cost.most)
        if (derived := self._prices.derived(one, cost)) is not None:
            self._derived.add(one.rows, derived)
        span = cost.span
        if span is not None and span.end and one.day and one.day >= span.end:
            whose = (one.provider or span.provider, one.model)
            before = self._retired.get(whose, Retired(*whose, 0, one.day, one.day))
            days = min(before.first_day, one.day), max(before.last_day, one.day)
            self._retired[whose] = Retired(*whose, before.rows + one.rows, *days)
        if one.call is not None and self.how.stated_cost is not None:
            self._compare(one, units, one.call.record.row.get(plain_name(self.how.stated_cost)))

    def _add_either(self, group: _Sum, one: Billed, cost: Cost) -> None:
        """Adds what rows cost at the price before a change and at the one after it, where only those are known.

        Rows of one day that meet the same prices are taken together: on one day one of the two held.
        """
        either = self._prices.either(one, cost)
        if either is None:
            return
        whose = (
            one.form,
            one.day,
            one.zone,
            one.provider,
            one.model,
            one.mode,
            one.place,
            one.size,
            *sorted(one.tokens),
        )
        known = group.either.get(whose, (0, 0))
        group.either[whose] = known[0] + either[0], known[1] + either[1]
        group.uncertain += one.rows

    def _compare(self, one: Billed, units: int, value: Any) -> None:
        if value is None:
            return
        try:
            theirs = Decimal(str(value).strip().removeprefix("$"))
        except ArithmeticError:
            theirs = Decimal("NaN")
        if not theirs.is_finite():
            self._tell(one, NOT_COMPARED, in_sum=True)
            return
        self._stated.append((str(one.at), theirs, unscaled(units, self.rates.scale)))

    def _key(self, one: Billed, cost: Cost, key: str) -> Any:
        if key == "day":
            return one.day
        if key == "month":
            return one.day and one.day.replace(day=1)
        if key == "provider":
            return one.provider or None
        if key == "model":
            return self._prices.model(one, cost)
        return one.mode if key == "mode" else one.own[key]

    def _tell(self, one: Billed, reason: str, *, in_sum: bool) -> None:
        mode = one.mode if one.provider else None
        key = (reason, one.provider or None, one.model or None, mode, in_sum)
        found = self._problems.get(key)
        if found is None:
            example = None if one.call is None else example_of(one.call)
            problem = UnpricedRows(reason, 0, *key[1:4], place=one.at, example=example, in_sum=in_sum, group=one.group)
            found = self._problems[key] = _Found(problem)
        found.rows += one.rows
        if one.day:
            found.days = [min([*found.days, one.day]), max([*found.days, one.day])]

    def _grouped(self) -> Groups:
        """The groups, by time where that is a key, else the dearest first."""
        names = [name for name in DIMENSIONS if name in self.counted and name not in self.keys]
        scale = self.rates.scale
        rows = [
            {
                **dict(zip(self.keys, key, strict=True)),
                "rows": one.rows,
                "requests": one.requests,
                **{name: one.tokens.get(name, 0) for name in names},
                "cost": None if one.cost is None else usd(one.cost, scale),
                "unpriced": one.unpriced,
                "uncertain": one.uncertain,
                **{
                    name: None if bound is None else usd(bound, scale)
                    for name, bound in zip(("least", "most"), one.bounds() or (None, None), strict=True)
                },
            }
            for key, one in self._groups.items()
        ]

        def by_keys(row: Mapping[str, Any]) -> list[tuple[bool, str]]:
            return [(row[key] is not None, str(row[key])) for key in self.keys]

        if {"day", "month"} & set(self.keys):
            rows.sort(key=by_keys)
        else:
            rows.sort(key=lambda row: (row["cost"] is None, -(row["cost"] or Decimal(0)), by_keys(row)))
        columns = (*self.keys, "rows", "requests", *names, "cost", "unpriced", "uncertain", "least", "most")
        return Groups(rows, columns, scale)

    def _told(self) -> list[UnpricedRows]:
        """The problems of rows, the largest first."""
        found = [
            one.problem.with_rows(one.rows, min(one.days, default=None), max(one.days, default=None))
            for one in self._problems.values()
        ]
        found.sort(key=lambda one: (-one.rows, one.reason, one.provider or "", one.model or "", one.mode or ""))
        return found

    def _compared(self) -> Stated | None:
        """What the log states of its own costs, beside ours; None where nobody asked."""
        if self.how.stated_cost is None:
            return None
        differing = [one for one in self._stated if abs(one[1] - one[2]) > _CENT]
        return Stated(
            column=self.how.stated_cost,
            rows=len(self._stated),
            theirs=sum((theirs for _, theirs, _ in self._stated), Decimal(0)),
            ours=sum((ours for _, _, ours in self._stated), Decimal(0)),
            differ=len(differing),
            rows_that_differ=tuple(differing[:SHOWN]),
        )


def usd(cost: int, scale: int) -> Decimal:
    """Whole numbers of 10**-scale USD with so many digits behind the point, as an engine has them: a constructor does not
    round.
    """
    return Decimal(f"{cost}E-{scale}")


def _uncertain(groups: Groups) -> Uncertain | None:
    """The rows of all groups that cost one of two prices; None where there is none."""
    known = [row for row in groups if row["uncertain"]]
    if not known:
        return None
    least, most = (reduce(EXACT.add, (row[name] for row in known)) for name in ("least", "most"))
    return Uncertain(sum(row["uncertain"] for row in known), least, most)


def check_keys(keys: Sequence[str], there: Iterable[str]) -> None:
    """Raises CostingError for a key that is neither one of ours nor a column."""
    known = dict.fromkeys((*DERIVED, *there))
    for key in keys:
        if key not in known and plain_name(key) not in known:
            raise CostingError(f"nothing to group by: {key} is none of {', '.join(known)}")
        if key in ANSWERED:
            raise CostingError(f"nothing to group by {key} with: the answer has a column of that name")
