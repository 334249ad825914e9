"""What a log cost: the answer of an engine as values, with every row that has no price, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from octoregistry.costing.arrow import fetched_from, in_memory
from octoregistry.costing.engines import check_engine
from octoregistry.costing.errors import EngineError
from octoregistry.costing.ledger import ledger_of, rolled_up, rows_of
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How
from octoregistry.costing.sql import connect
from octoregistry.costing.tally import uncertain_of
from octoregistry.costing.values import NO_FORM, Assumed, Costs, Derived, Groups, Retired, UnpricedRows
from providers.exact import unscaled
from providers.recipe import Recipe

Ask = Callable[[BaseBackend, ir.Table], pa.Table]
_IN_TIME = ("day", "month")
_ASSUMED = ["assumed_rows", "assumed_units", "assumed_least", "assumed_most", "endless"]
_RETIRED = ["unpriced_provider", "unpriced_model", "retired", "first_day", "last_day"]


def costs_of(
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    keys: Sequence[str],
    *,
    how: How | None = None,
    ask: Ask | None = None,
) -> Costs:
    """The costs of `usage`, computed where `connection` has it: one query, and only its answer comes back.

    `ask` runs the query, where more is wanted than an answer (a progress bar). Raises CostingError for what an engine
    cannot run, such as a total that is longer than 38 digits, and for an engine that is known to answer wrongly.
    """
    check_engine(connection)
    keys = tuple(dict.fromkeys(keys))
    rows = rows_of(usage, rates, keys, how=how)
    found = (ask or answer)(connection, ledger_of(rows, rates, keys, how))
    local = connect()
    try:
        kept = in_memory(found)
        groups = rolled_up(kept, rates.scale, keys)
        table = answer(local, groups.order_by(_order(groups, keys)))
        problems = answer(local, _problems(kept)).to_pylist()
    finally:
        local.disconnect()
    costs = table["cost"].to_pylist()
    groups_ = Groups(table.to_pylist(), tuple(table.column_names), rates.scale)
    return Costs(
        groups=groups_,
        keys=keys,
        form=_form([rows.recipes[place] for place in sorted(set(found["form"].to_pylist()))]),
        total=sum((cost for cost in costs if cost is not None), Decimal(0)),
        rows=sum(table["rows"].to_pylist()),
        problems=tuple(UnpricedRows(**problem) for problem in problems),
        assumed=_assumed(found, rates.scale),
        derived=_derived(found, rates.scale),
        uncertain=uncertain_of(groups_),
        retired=_retired(found),
    )


def _form(recipes: Sequence[Recipe]) -> str:
    """The names of the forms that rows have."""
    return ", ".join(sorted({one.name for one in recipes if one is not NO_FORM})) or NO_FORM.name


def _assumed(found: pa.Table, scale: int) -> Assumed | None:
    """The rows in the sum whose tier is assumed."""
    rows = [row for row in found.select(_ASSUMED).to_pylist() if row["assumed_rows"]]
    if not rows:
        return None
    sums = {
        name: unscaled(sum(int(row[f"assumed_{name}"] or 0) for row in rows), scale)
        for name in ("units", "least", "most")
    }
    endless = any(row["endless"] for row in rows)
    return Assumed(
        rows=sum(row["assumed_rows"] for row in rows),
        cost=sums["units"],
        least=sums["least"],
        most=None if endless else sums["most"],
    )


def _derived(found: pa.Table, scale: int) -> Derived | None:
    """The rows in the sum of which a price is derived."""
    rows = sum(found["derived_rows"].to_pylist())
    cost = sum(int(units or 0) for units in found["derived_units"].to_pylist())
    return Derived(rows, unscaled(cost, scale)) if rows else None


def _retired(found: pa.Table) -> tuple[Retired, ...]:
    """The rows in the sum of days after their model's end, by model."""
    ended: dict[tuple[str, str], Retired] = {}
    for provider, model, rows, first, last in (row.values() for row in found.select(_RETIRED).to_pylist()):
        if rows:
            before = ended.get((provider, model), Retired(provider, model, 0, first, last))
            days = (min(before.first_day, first), max(before.last_day, last))
            ended[provider, model] = Retired(provider, model, before.rows + rows, *days)
    return tuple(ended[whose] for whose in sorted(ended))


def answer(connection: BaseBackend, query: ir.Table) -> pa.Table:
    """The rows that `query` gives on `connection`; raises EngineError with what the engine says."""
    if connection.name == "postgres":  # to compile a query of so many expressions takes its JIT minutes
        connection.raw_sql("SET jit = off").close()
    try:
        return fetched_from(connection, query)
    except Exception as error:  # every engine has exceptions of its own, and all mean the same here
        said = " ".join(str(error).split())
        raise EngineError(f"{connection.name} could not run it: {said[:500]}") from error


def _order(groups: ir.Table, keys: Sequence[str]) -> list[Any]:
    """By the keys where time is among them, else the dearest first."""
    by_keys = [groups[key].asc(nulls_first=True) for key in keys]
    return by_keys if set(keys) & set(_IN_TIME) else [groups.cost.desc(nulls_first=False), *by_keys]


def _problems(found: ir.Table) -> ir.Table:
    without = found.filter(found.reason.notnull())
    whose = {name: without[f"unpriced_{name}"] for name in ("provider", "model", "mode")}
    groups = without.group_by(reason=without.reason, **whose, in_sum=without.unpriced == 0).agg(
        rows=without.rows.sum().cast("int64"), first_day=without.first_day.min(), last_day=without.last_day.max()
    )
    return groups.order_by([groups.rows.desc(), groups.reason, groups.provider, groups.model, groups.mode])
