"""Usage logs in files as a table of DuckDB, where their rows hold plain values: what an engine reads as Python does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from octoregistry.costing.costs import Ask, costs_of
from octoregistry.costing.csv_files import csv_source
from octoregistry.costing.errors import CostingError, EngineError
from octoregistry.costing.examples import with_examples
from octoregistry.costing.json_files import lines_source
from octoregistry.costing.parquet_files import parquet_source
from octoregistry.costing.plain_tables import INSIDE, TableQueries, is_told_by_others
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, recipes_with
from octoregistry.costing.records import UNREADABLE, Torn
from octoregistry.costing.sql import connect, fetched, view
from octoregistry.costing.values import Costs
from providers.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Log:
    """Usage files as one table. `placed` gives every row its file and line too, which costs time."""

    connection: Backend
    table: ir.Table
    source: TableQueries

    def placed(self) -> ir.Table:
        """The same rows, each with its file and line."""
        return view(self.connection, "placed", self.source.placed)

    def torn(self) -> tuple[Torn, ...]:
        """The lines that were passed over when the table was read, because they do not hold what a row holds."""
        tables = fetched(self.connection, "SELECT table_name FROM duckdb_tables() WHERE temporary")
        if ("reject_errors",) not in tables:
            return self.source.torn
        return tuple(Torn(*row) for row in fetched(self.connection, f"{self.source.torn_query} ORDER BY 1, 2"))

    def is_answered(self, rows: int, reasons: Sequence[str]) -> bool:
        """Whether an answer about so many rows, with these reasons for having no price, is about every row, and none of them
        holds what only Python reads.
        """
        return rows == self.source.rows and INSIDE not in reasons and all(one.reason for one in self.torn())


def costs_of_plain_files(
    files: Sequence[tuple[str, str]],
    rates: RateTable,
    keys: Sequence[str],
    how: How | None = None,
    *,
    ask: Ask | None = None,
) -> Costs | None:
    """The costs of the rows of files, each with its kind, with examples; None where only Python reads them all.

    `ask` is that of `costs_of`.
    """
    how = how or How()
    log = plain_log(files, how)
    if log is None:
        return None
    try:
        costs = costs_of(log.connection, log.table, rates, keys, how=how, ask=ask)
        if not log.is_answered(costs.rows, [problem.reason for problem in costs.problems]):
            return None
        return with_examples(costs, log.connection, log.placed(), rates, how=how, torn=log.torn())
    except EngineError:  # whatever it cannot read, Python tells
        return None
    finally:
        log.connection.disconnect()


def plain_log(files: Sequence[tuple[str, str]], how: How) -> Log | None:
    """The rows of files, each with its kind, as a table; None where they are read in Python.

    That is so where they hold more than plain values, are of several kinds, or of a form whose rows are told by others.
    """
    recipes = recipes_with(how)
    kinds = {kind for _, kind in files}
    connection = connect()
    try:
        source = _source(connection, kinds.pop(), [file for file, _ in files], recipes) if len(kinds) == 1 else None
        if source is not None:
            table = view(connection, "usage", source.query)
            if not is_told_by_others(table.columns, how):
                return Log(connection, table, source)
    except (CostingError, *UNREADABLE):  # whatever it cannot read, Python tells
        pass
    connection.disconnect()
    return None


def _source(connection: Backend, kind: str, files: Sequence[str], recipes: Sequence[Recipe]) -> TableQueries | None:
    if kind == "csv":
        return csv_source(connection, files)
    if kind == "parquet":
        return parquet_source(connection, files)
    return lines_source(connection, files, recipes) if kind == "jsonl" else None
