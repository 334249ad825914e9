"""The costs of a frame that a program holds: pandas, polars, Arrow, or a table of Ibis wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from octoregistry.costing.costs import Costs, Problem, costs_of
from octoregistry.costing.examples import with_examples
from octoregistry.costing.files import connect
from octoregistry.costing.rates import compile_rates
from providers.registry import Registry, load_registry


@dataclass(frozen=True, slots=True)
class FrameCosts:
    """The costs by group as `frame`, of the kind that was given (for Ibis: Arrow), and what has no price.

    `problems` say of all `unpriced` rows why they are in no cost.
    """

    frame: Any
    total: Decimal
    rows: int
    unpriced: int
    problems: tuple[Problem, ...]


def cost_frame(
    usage: Any,
    by: Sequence[str] = ("provider", "model"),
    *,
    registry: Registry | None = None,
    names: Mapping[str, str] | None = None,
) -> FrameCosts:
    """What the usage in a frame cost, by the columns `by`, in exact decimals.

    Its columns are `day`, `provider`, `model`, `mode`, the dimensions and `requests`, those of a known export, or those
    that `names` (ours -> theirs) says. Without `registry` the one in force counts. Raises CostingError where no column
    counts tokens, and for a key that is none.
    """
    rates = compile_rates(registry or load_registry())
    if isinstance(usage, ir.Table):
        connection, table = usage.get_backend(), usage
    else:
        connection, table = connect(), ibis.memtable(_as_arrow(usage))
    costs = costs_of(connection, table, rates, list(by), names=names)
    costs = with_examples(costs, connection, table, rates, names=names)
    return FrameCosts(_as_given(usage, costs), costs.total, costs.rows, costs.unpriced, costs.problems)


def _as_arrow(usage: Any) -> Any:
    """A pandas frame as Arrow, columns of mixed kinds as text: a word among numbers is the fault of its row alone."""
    if type(usage).__module__.partition(".")[0] != "pandas":
        return usage
    columns = {}
    for name in usage.columns:
        try:
            columns[str(name)] = pa.array(usage[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            absent = usage[name].isna()
            columns[str(name)] = pa.array(
                [None if none else str(cell) for cell, none in zip(usage[name], absent, strict=True)]
            )
    return pa.table(columns)


def _as_given(usage: Any, costs: Costs) -> Any:
    module = type(usage).__module__.partition(".")[0]
    if module == "pandas":
        return costs.table.to_pandas()
    if module == "polars":
        import polars  # noqa: PLC0415 - only who gives a polars frame has polars

        return polars.from_arrow(costs.table)
    return costs.table
