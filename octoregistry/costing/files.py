"""Usage logs in files, as a table of DuckDB: CSV, JSON lines and Parquet, by name or by pattern."""

from __future__ import annotations

import glob
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from octoregistry.costing.csv_files import csv_query
from octoregistry.costing.errors import CostingError
from octoregistry.costing.json_files import lines_query, pages_table
from octoregistry.costing.otlp_files import is_otlp, spans
from octoregistry.costing.parquet_files import parquet_query
from octoregistry.costing.sql import FILE, LINE, connect, fetched, view

_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
_QUERIES: dict[str, Callable[[Backend, Sequence[str], Sequence[str]], tuple[str, str, str]]] = {
    "parquet": parquet_query,
    "csv": csv_query,
    "jsonl": lines_query,
    "otlp": partial(lines_query, source=spans),
}
_PACKED = {".gz", ".zst"}


@dataclass(frozen=True, slots=True)
class Torn:
    """A line of a file that is no row, and why."""

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Log:
    """Usage files as one table. `placed_query` gives every row its FILE and LINE too, which costs time."""

    connection: Backend
    table: ir.Table
    placed_query: str
    torn_query: str = ""

    def placed(self) -> ir.Table:
        """The same rows, each with its file and line."""
        return view(self.connection, "placed", self.placed_query)

    def torn(self) -> tuple[Torn, ...]:
        """The lines that were passed over when the table was read, because they do not hold what a row holds."""
        tables = fetched(self.connection, "SELECT table_name FROM duckdb_tables() WHERE temporary")
        if not self.torn_query or ("reject_errors" in self.torn_query and ("reject_errors",) not in tables):
            return ()
        return tuple(Torn(*row) for row in fetched(self.connection, f"{self.torn_query} ORDER BY 1, 2"))


def read_files(patterns: Sequence[str], wanted: Sequence[str] = ()) -> Log:
    """The rows of all files that the patterns name; files of one kind may differ in their columns.

    `wanted` are columns that are asked for by name: in JSON lines they are looked for to the last line. Raises
    CostingError for a pattern that names no file, for a kind that is not read, for kinds mixed, and for no row at all.
    """
    files = tuple(dict.fromkeys(file for pattern in patterns for file in _named(pattern)))
    kinds = {_kind(file) for file in files}
    if len(kinds) > 1:
        raise CostingError(f"files of different kinds ({', '.join(sorted(kinds))}): cost them one kind at a time")
    (kind,) = kinds
    # a log that was just rotated has no byte yet, and no row that could be lost; a Parquet without one is torn
    files = tuple(file for file in files if kind == "parquet" or Path(file).stat().st_size)
    if not files:
        raise CostingError(f"no row in {', '.join(patterns)}")
    connection = connect()
    if kind.startswith("json") and (traces := [file for file in files if is_otlp(connection, file)]):
        if len(traces) < len(files):
            raise CostingError(f"{traces[0]} holds traces, others do not: cost them one kind at a time")
        kind = "otlp"
    if kind == "json":
        table = connection.create_table("usage", pages_table(files), temp=True)
        return Log(connection, table.drop(FILE, LINE), "SELECT * FROM usage")
    query, placed, torn = _QUERIES[kind](connection, files, wanted)
    return Log(connection, view(connection, "usage", query), placed, torn)


def _named(pattern: str) -> list[str]:
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if "://" in pattern and not found:
        raise CostingError(f"{pattern}: not a file of this machine; `--engine duckdb://` reads Parquet at such places")
    if not found:
        raise CostingError(f"{pattern}: no such file")
    if folders := [name for name in found if Path(name).is_dir()]:
        raise CostingError(
            f"{folders[0]}: a folder; name the files in it, as in '{folders[0].rstrip('/')}/**/*.parquet'"
        )
    return found


def _kind(file: str) -> str:
    path = Path(file)
    suffix = Path(path.stem).suffix if path.suffix.lower() in _PACKED else path.suffix
    kind = _KINDS.get(suffix.lower())
    if kind is None:
        raise CostingError(f"{file}: not a kind of log that is read; these are: {', '.join(_KINDS)}")
    return kind
