"""Usage logs in files, as a table of DuckDB: CSV, JSON lines and Parquet, by name or by pattern."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError

FILE, LINE = "octoregistry_file", "octoregistry_line"  # of each row, where it is asked for
_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
_PACKED = {".gz", ".zst"}
_SAMPLE = 1000  # lines of JSON whose keys become columns, of each file
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Log:
    """Usage files as one table. `placed_query` gives every row its FILE and LINE too, which costs time."""

    connection: Backend
    table: ir.Table
    placed_query: str

    def placed(self) -> ir.Table:
        """The same rows, each with its file and line."""
        return _view(self.connection, "placed", self.placed_query)

    def torn(self) -> tuple[Torn, ...]:
        """The lines that were passed over when the table was read, because they do not hold what a row holds."""
        tables = self.connection.con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
        if ("reject_errors",) not in tables:
            return ()
        query = (
            "SELECT DISTINCT ON (file_path, line) file_path, line, error_message, csv_line "
            "FROM reject_errors JOIN reject_scans USING (scan_id, file_id) ORDER BY file_path, line"
        )
        return tuple(Torn(*row) for row in self.connection.con.execute(query).fetchall())


@dataclass(frozen=True, slots=True)
class Torn:
    """A line of a file that is no row, and why."""

    file: str
    line: int
    reason: str
    text: str


def read_files(patterns: Sequence[str]) -> Log:
    """The rows of all files that the patterns name; files of one kind may differ in their columns.

    Raises CostingError for a pattern that names no file, for a kind that is not read, and for kinds mixed.
    """
    files = tuple(file for pattern in patterns for file in _named(pattern))
    kinds = {_kind(file) for file in files}
    if len(kinds) > 1:
        raise CostingError(f"files of different kinds ({', '.join(sorted(kinds))}): cost them one kind at a time")
    (kind,) = kinds
    connection = connect()
    if kind == "json":
        table = connection.create_table("usage", _pages(files), temp=True)
        return Log(connection, table.drop(FILE, LINE), "SELECT * FROM usage")
    query, placed = _QUERIES[kind](connection, files)
    return Log(connection, _view(connection, "usage", query), placed)


def _view(connection: Backend, name: str, query: str) -> ir.Table:
    """`query` as a table. `Backend.sql` would do, if ibis 12 did not call what DuckDB 2 no longer has."""
    connection.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    return connection.table(name)


def connect() -> Backend:
    """A DuckDB of this process, whose days are those of UTC."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    connection.raw_sql("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return connection


def _named(pattern: str) -> list[str]:
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise CostingError(f"{pattern}: no such file")
    return found


def _kind(file: str) -> str:
    path = Path(file)
    suffix = Path(path.stem).suffix if path.suffix.lower() in _PACKED else path.suffix
    kind = _KINDS.get(suffix.lower())
    if kind is None:
        raise CostingError(f"{file}: not a kind of log that is read; these are: {', '.join(_KINDS)}")
    return kind


def _parquet(_connection: Backend, files: Sequence[str]) -> tuple[str, str]:
    read = f"read_parquet({_texts(files)}, union_by_name = true"
    return f"SELECT * FROM {read})", (
        f"SELECT * EXCLUDE (filename, file_row_number), filename AS {FILE}, file_row_number + 1 AS {LINE} "
        f"FROM {read}, filename = true, file_row_number = true)"
    )


def _csv(connection: Backend, files: Sequence[str]) -> tuple[str, str]:
    # Every cell is read as text: one word among a million numbers is that row's fault, not the file's. Lines that are
    # no row are stored by DuckDB, which it does only for files of the same columns; hence a query for each set of them.
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        alike.setdefault(_header(connection, file), []).append(file)
    read = "read_csv({}, all_varchar = true, header = true, strict_mode = true, store_rejects = true)"
    query = " UNION ALL BY NAME ".join(f"SELECT * FROM {read.format(_texts(group))}" for group in alike.values())
    # a window without an order numbers the rows as they are read, which is the order of a file while there is but one
    placed = " UNION ALL BY NAME ".join(
        f"SELECT *, {_text(file)} AS {FILE}, row_number() OVER () + 1 AS {LINE} FROM {read.format(_text(file))}"
        for file in files
    )
    return query, placed


def _header(connection: Backend, file: str) -> tuple[str, ...]:
    query = f"SELECT Delimiter, Columns FROM sniff_csv({_text(file)}, all_varchar = true, header = true)"
    try:
        (found,) = connection.con.execute(query).fetchall()
    except (
        duckdb.Error
    ) as error:  # mixed line ends are one reason; what follows the first line is advice on its options
        raise CostingError(f"{file}: no CSV that can be read: {str(error).splitlines()[0]}") from error
    return (found[0], *(column["name"] for column in found[1]))


def _jsonl(connection: Backend, files: Sequence[str]) -> tuple[str, str]:
    names = dict.fromkeys(name for file in files for name in _keys(connection, file))
    chosen = ", ".join(f"{_value(path)} AS {_name(name)}" for name, path in _columns(list(names)).items())
    read = "read_ndjson_objects({}, ignore_errors = true, maximum_object_size = 100000000)"
    placed = " UNION ALL ".join(
        f"SELECT {chosen}, {_text(file)} AS {FILE}, row_number() OVER () AS {LINE} FROM {read.format(_text(file))}"
        for file in files
    )
    return f"SELECT {chosen} FROM {read.format(_texts(files))}", placed


_QUERIES = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}


def _keys(connection: Backend, file: str) -> Iterator[tuple[str, ...]]:
    """The paths to everything in the first lines of a file that is no object itself."""
    query = f"SELECT json FROM read_ndjson_objects({_text(file)}, ignore_errors = true) LIMIT {_SAMPLE}"
    for (line,) in connection.con.execute(query).fetchall():
        if line is not None:
            yield from _paths(json.loads(line), ())


def _paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif path:
        yield path


def _columns(paths: Sequence[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A path for each column: its keys joined by points, without the `attributes` that spans keep theirs in."""
    return {".".join(path[1:] if path[0] == "attributes" and len(path) > 1 else path): path for path in paths}


def _value(path: Sequence[str]) -> str:
    steps = "".join('."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in path)
    return f"json ->> {_text('$' + steps)}"


def _pages(files: Sequence[str]) -> pa.Table:
    """The rows of JSON documents: a list of rows, or the pages of a vendor's usage report (buckets with results)."""
    rows = [row for file in files for row in _rows_of(file)]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([_as_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _rows_of(file: str) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(Path(file).read_bytes())
    except ValueError as error:
        raise CostingError(f"{file}: not JSON: {error}") from error
    buckets = document.get("data", [document]) if isinstance(document, dict) else document
    for place, bucket in enumerate(buckets, 1):
        if not isinstance(bucket, dict):
            raise CostingError(f"{file}: item {place} is no object")
        results = bucket.get("results")
        around = {key: value for key, value in bucket.items() if key != "results"}
        for row in [bucket] if results is None else results:
            merged = around | row if row is not bucket else row
            flat = {".".join(path): _at(merged, path) for path in _paths(merged, ())}
            yield {**flat, FILE: file, LINE: place}


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value[key]
    return value


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _texts(files: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, files))}]"


def _text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
