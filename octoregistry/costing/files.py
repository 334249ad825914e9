"""Usage logs in files, as a table of DuckDB: CSV, JSON lines and Parquet, by name or by pattern."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from octoregistry.costing.csv_files import csv_query
from octoregistry.costing.errors import CostingError
from octoregistry.costing.json_files import lines_query
from octoregistry.costing.otlp_files import is_otlp, spans
from octoregistry.costing.parquet_files import can_be_read, parquet_query
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.records import TORN_FILE, Record, Torn, is_session, records
from octoregistry.costing.sql import FILE, LINE, LINE_BY_LINE, connect, fetched, view

_QUERIES: dict[str, Callable[[Backend, Sequence[str], Sequence[str]], tuple[str, str, str]]] = {
    "parquet": parquet_query,
    "csv": csv_query,
    "jsonl": lines_query,
    "otlp": partial(lines_query, source=spans),
}


@dataclass(frozen=True, slots=True)
class Log:
    """Usage files as one table. `placed_query` gives every row its FILE and LINE too, which costs time."""

    connection: Backend
    table: ir.Table
    placed_query: str
    torn_query: str = ""
    torn_lines: tuple[Torn, ...] = ()
    parquet: tuple[str, ...] = ()

    def placed(self) -> ir.Table:
        """The same rows, each with its file and line."""
        return view(self.connection, "placed", self.placed_query)

    def torn(self) -> tuple[Torn, ...]:
        """The lines that were passed over when the table was read, because they do not hold what a row holds."""
        tables = fetched(self.connection, "SELECT table_name FROM duckdb_tables() WHERE temporary")
        if not self.torn_query or ("reject_errors" in self.torn_query and ("reject_errors",) not in tables):
            return self.torn_lines
        return (*self.torn_lines, *(Torn(*row) for row in fetched(self.connection, f"{self.torn_query} ORDER BY 1, 2")))

    def without_torn(self) -> Log | None:
        """The log without the Parquet files that break off in their data, which only reading them shows; they are told
        as torn. None where there are none, or no other.
        """
        sound = [file for file in self.parquet if can_be_read(self.connection, file)]
        if not sound or len(sound) == len(self.parquet):
            return None
        torn = tuple(Torn(file, 1, TORN_FILE, "") for file in self.parquet if file not in sound)
        query, placed, _ = parquet_query(self.connection, sound, ())
        return Log(self.connection, view(self.connection, "usage", query), placed, torn_lines=torn)


def read_files(patterns: Sequence[str], wanted: Sequence[str] = ()) -> Log:
    """The rows of all files that the patterns name; files of one kind may differ in their columns.

    `wanted` are columns that are asked for by name: in JSON lines they are looked for to the last line. Raises
    CostingError for a pattern that names no file, for a kind that is not read, for kinds mixed, and for no row at all.
    """
    found = usage_files(patterns)
    files, kinds = tuple(file for file, _ in found), {kind for _, kind in found}
    if len(kinds) > 1:
        raise CostingError(f"files of different kinds ({', '.join(sorted(kinds))}): cost them one kind at a time")
    (kind,) = kinds
    connection = connect()
    if kind.startswith("json") and (traces := [file for file in files if is_otlp(connection, file)]):
        if len(traces) < len(files):
            raise CostingError(f"{traces[0]} holds traces, others do not: cost them one kind at a time")
        kind = "otlp"
    if kind == "json" or (kind == "jsonl" and any(map(is_session, files))):
        return _in_memory(connection, files, kind)
    query, placed, torn = _QUERIES[kind](connection, files, wanted)
    return Log(connection, view(connection, "usage", query), placed, torn, parquet=files if kind == "parquet" else ())


def _in_memory(connection: Backend, files: Sequence[str], kind: str) -> Log:
    """The rows that only Python finds, as a table of texts; raises CostingError where there is none."""
    found = [one for file in files for one in records(file, kind)]
    rows = [one for one in found if isinstance(one, Record)]
    names = dict.fromkeys(name for one in rows for name in one.row)
    if not names:
        raise CostingError(f"no row in {', '.join(files)}")
    columns = {name: pa.array([_as_text(one.row.get(name)) for one in rows], pa.string()) for name in names}
    place = {FILE: pa.array([one.file for one in rows]), LINE: pa.array([one.line for one in rows])}
    marks = {LINE_BY_LINE: pa.array([True] * len(rows))}
    table = connection.create_table("usage", pa.table({**columns, **place, **marks}), temp=True)
    torn = tuple(one for one in found if isinstance(one, Torn))
    return Log(connection, table.drop(FILE, LINE), "SELECT * FROM usage", torn_lines=torn)


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, default=str)
