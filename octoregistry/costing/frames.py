"""The costs of a frame that a program holds: pandas, polars, Arrow, or a table of Ibis wherever it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial, reduce
from itertools import chain
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from octoregistry.costing.arrow import in_memory
from octoregistry.costing.costs import costs_of
from octoregistry.costing.errors import CostingError, EngineError
from octoregistry.costing.examples import with_examples
from octoregistry.costing.plain_tables import INSIDE, can_be_columns, is_told_by_others
from octoregistry.costing.rates import RateTable, compile_rates
from octoregistry.costing.reading import How
from octoregistry.costing.records import Record, json_columns, records_of
from octoregistry.costing.small import costs_of_rows
from octoregistry.costing.sql import connect
from octoregistry.costing.values import Costs, UnpricedRows
from providers.flat import plain_name
from providers.registry import Registry, load_registry


@dataclass(frozen=True, slots=True)
class FrameCosts:
    """The costs by group as `frame`, of the kind that was given (for Ibis: Arrow), and what has no price.

    Its `cost` is exact everywhere: decimal128(38, …) of Arrow, Decimal(38, …) of polars, `object` of decimals in pandas,
    where the tokens and `requests` are decimals too. It is null (None in pandas) where no row of a group has a price.
    `problems` say of all `unpriced` rows why they are in no cost.
    """

    frame: Any
    total: Decimal
    rows: int
    unpriced: int
    problems: tuple[UnpricedRows, ...]


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
    rates = compile_rates(load_registry() if registry is None else registry)
    how = How(names or {})
    if isinstance(usage, ir.Table):
        connection = usage.get_backend()
        costs = costs_of(connection, usage, rates, list(by), how=how)
        costs = with_examples(costs, connection, usage, rates, how=how)
    else:
        table = _as_arrow(usage)
        costs = _if_plain(table, rates, by, how) or costs_of_rows(partial(_records, table), rates, by, how)
    return FrameCosts(_as_given(usage, costs), costs.total, costs.rows, costs.unpriced, costs.problems)


def _if_plain(table: pa.Table, rates: RateTable, keys: Sequence[str], how: How) -> Costs | None:
    """The costs of a table that an engine reads as Python does; None for another."""
    plain = can_be_columns(table.column_names) and all(_is_plain(field.type) for field in table.schema)
    if not plain or is_told_by_others(table.column_names, how):
        return None
    usage = in_memory(table)
    cells = [usage[name] for name in table.column_names if plain_name(name) in json_columns()]
    texts = [cell.lstrip().left(1).isin(["{", "[", '"']).fill_null(False) for cell in cells if cell.type().is_string()]
    usage = usage.mutate(**{INSIDE: reduce(or_, texts, ibis.literal(False))})
    connection = connect()
    try:
        costs = costs_of(connection, usage, rates, keys, how=how)
        if costs.rows != table.num_rows or any(problem.reason == INSIDE for problem in costs.problems):
            return None
        return with_examples(costs, connection, usage, rates, how=how)
    except EngineError:  # whatever it cannot read, Python tells
        return None
    finally:
        connection.disconnect()


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column of that type holds plain values."""
    return not pa.types.is_nested(kind) and any(
        test(kind)
        for test in (
            pa.types.is_boolean,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_decimal,
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_date,
            pa.types.is_timestamp,
            pa.types.is_null,
        )
    )


def _records(table: pa.Table) -> Iterator[Record]:
    """The rows of a table as Python reads them."""
    batches = table.to_batches(max_chunksize=10_000)
    return records_of(
        chain.from_iterable(one.to_pylist(maps_as_pydicts="lossy") for one in batches), table.column_names
    )


def _as_arrow(usage: Any) -> pa.Table:
    """A frame as Arrow: columns of mixed kinds as text, so that a word among numbers is the fault of its row alone."""
    try:
        if _library(usage) == "pandas":
            table = pa.Table.from_arrays(
                [_column(usage.iloc[:, place]) for place in range(usage.shape[1])], [*map(str, usage.columns)]
            )
        elif _library(usage) == "polars":
            table = usage.lazy().collect().to_arrow()
        else:
            table = pa.Table.from_pylist(usage) if isinstance(usage, list) else pa.table(usage)
    except (pa.ArrowException, TypeError, ValueError, KeyError) as error:
        raise CostingError(f"a {type(usage).__name__} that cannot be read as Arrow: {error}") from error
    if twice := [name for name, times in Counter(table.column_names).items() if times > 1]:
        raise CostingError(f"several columns are called {', '.join(twice)}; name each, for only one can count")
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns" and field.type.tz:
            # DuckDB can take no day from nanoseconds with a zone
            finest = pa.timestamp("us", field.type.tz)
            table = table.set_column(place, field.name, table.column(place).cast(finest, safe=False))
    return table


def _column(cells: Any) -> Any:
    """A column of pandas as Arrow; as text where Arrow has no one type for it, or a wrong one."""
    try:
        column = pa.array(cells, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return _as_text(cells)
    if isinstance(column.type, pa.BaseExtensionType):  # pandas' periods
        return _as_text(cells)
    if cells.dtype == object and pa.types.is_timestamp(column.type):
        # of times with a zone and times without one, Arrow makes times of UTC
        zones = {getattr(cell, "tzinfo", None) is None for cell in cells[~cells.isna()]}
        return _as_text(cells) if len(zones) > 1 else column
    return column


def _as_text(cells: Any) -> Any:
    return pa.array([None if none else str(cell) for cell, none in zip(cells, cells.isna(), strict=True)], pa.string())


def _library(frame: Any) -> str:
    return type(frame).__module__.partition(".")[0]


def _as_given(usage: Any, costs: Costs) -> Any:
    if _library(usage) == "pandas":
        return costs.table.to_pandas()
    if _library(usage) == "polars":
        import polars  # noqa: PLC0415 - only who gives a polars frame has polars

        return polars.from_arrow(costs.table)
    return costs.table
