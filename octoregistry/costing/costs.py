"""What a log cost: the answer of an engine as values, with every row that has no price, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from octoregistry.costing.arrow import fetched_from, in_memory
from octoregistry.costing.engines import check_engine
from octoregistry.costing.errors import CostingError
from octoregistry.costing.ledger import ledger, read_as, rolled_up
from octoregistry.costing.rates import RateTable
from octoregistry.costing.sql import connect

Ask = Callable[[BaseBackend, ir.Table], pa.Table]
_IN_TIME = ("day", "month")


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows that have no price for the same reason: how many, of which model, between which days, and one of them."""

    reason: str
    rows: int
    provider: str | None = None
    model: str | None = None
    mode: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    place: str | None = None
    example: Mapping[str, Any] | str | None = None

    def __str__(self) -> str:
        whose = "/".join(part for part in (self.provider, self.model) if part)
        return ": ".join(part for part in (whose, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a log. `table` has a row for each group: keys, rows, requests, tokens, cost, unpriced.

    `cost` is USD, exact, and null where no row of a group has a price. `unpriced` rows are in no cost.
    """

    table: pa.Table
    keys: tuple[str, ...]
    form: str
    total: Decimal
    rows: int
    problems: tuple[Problem, ...] = field(default=())

    @property
    def unpriced(self) -> int:
        """The rows without a price, lines that are no row among them."""
        return sum(problem.rows for problem in self.problems)


def costs_of(
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    keys: Sequence[str],
    *,
    names: Mapping[str, str] | None = None,
    ask: Ask | None = None,
) -> Costs:
    """The costs of `usage`, computed where `connection` has it: one query, and only its answer comes back.

    `ask` runs the query, where more is wanted than an answer (a progress bar). Raises CostingError for what an engine
    cannot run, such as a total that is longer than 38 digits, and for an engine that is known to answer wrongly.
    """
    check_engine(connection)
    keys = tuple(dict.fromkeys(keys))
    form = read_as(usage, names)[1]
    found = (ask or answer)(connection, ledger(usage, rates, keys, names=names))
    local = connect()
    try:
        kept = in_memory(found)
        groups = rolled_up(kept, rates.scale, keys)
        table = answer(local, groups.order_by(_order(groups, keys)))
        problems = answer(local, _problems(kept)).to_pylist()
    finally:
        local.disconnect()
    costs = table["cost"].to_pylist()
    return Costs(
        table=table,
        keys=keys,
        form=form.name,
        total=sum((cost for cost in costs if cost is not None), Decimal(0)),
        rows=sum(table["rows"].to_pylist()),
        problems=tuple(Problem(**problem) for problem in problems),
    )


def answer(connection: BaseBackend, query: ir.Table) -> pa.Table:
    """The rows that `query` gives on `connection`; raises CostingError with what the engine says."""
    try:
        return fetched_from(connection, query)
    except Exception as error:  # every engine has exceptions of its own, and all mean the same here
        said = " ".join(str(error).split())
        raise CostingError(f"{connection.name} could not run it: {said[:500]}") from error


def _order(groups: ir.Table, keys: Sequence[str]) -> list[Any]:
    """By the keys where time is among them, else the dearest first."""
    by_keys = [groups[key].asc(nulls_first=True) for key in keys]
    return by_keys if set(keys) & set(_IN_TIME) else [groups.cost.desc(nulls_first=False), *by_keys]


def _problems(found: ir.Table) -> ir.Table:
    without = found.filter(found.reason.notnull())
    whose = {name: without[f"unpriced_{name}"] for name in ("provider", "model", "mode")}
    groups = without.group_by(reason=without.reason, **whose).agg(
        rows=without.rows.sum().cast("int64"), first_day=without.first_day.min(), last_day=without.last_day.max()
    )
    return groups.order_by([groups.rows.desc(), groups.reason, groups.provider, groups.model, groups.mode])
