"""Usage logs of Parquet as an engine reads them: files whose columns all hold plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.plain_tables import FILE, LINE, TableQueries, can_be_columns, marks
from octoregistry.costing.sql import fetched, name_of, text_of, texts_of

_FINE = "TIMESTAMPTZ_NS"  # which DuckDB can write as text, and as nothing else but this
_WHOLE = re.compile("U?(TINY|SMALL|BIG)INT|U?INTEGER")
_PLAIN = re.compile(rf"BOOLEAN|VARCHAR|DATE|FLOAT|DOUBLE|DECIMAL\([0-9, ]*\)|TIMESTAMP[A-Z_ ]*|{_WHOLE.pattern}")
_Columns = tuple[tuple[str, str], ...]
_HIVE = "hive_types_autocast = false, hive_partitioning = true"


def parquet_source(connection: Backend, files: Sequence[str]) -> TableQueries | None:
    """The rows of Parquet files; None where only Python reads them as they are meant."""
    alike: dict[_Columns, list[str]] = {}
    rows = 0
    for file in files:
        try:
            alike.setdefault(_columns(connection, file), []).append(file)
            rows += fetched(connection, f"SELECT num_rows FROM parquet_file_metadata({text_of(file)})")[0][0]
        except CostingError:  # a torn one, of which Python tells
            return None
    if (
        not _are_plain([column for columns in alike for column in columns])
        or len({_folders(file) for file in files}) > 1
    ):
        return None
    queries, placed = [], []
    tables = [[name for name, _ in columns] for columns in alike]
    for columns, group in alike.items():
        read = f"read_parquet({texts_of(group)}, {_HIVE}"
        casts = [f"{name_of(name)}::TIMESTAMPTZ AS {name_of(name)}" for name, kind in columns if kind == _FINE]
        replaced = f" REPLACE ({', '.join(casts)})" if casts else ""
        marked = marks([name for name, _ in columns], [name for name, kind in columns if kind == "VARCHAR"], tables)
        queries.append(f"SELECT *{replaced}, {marked} FROM {read})")
        placed.append(
            f"SELECT * EXCLUDE (filename, file_row_number){replaced}, {marked}, filename AS {FILE}, "
            f"file_row_number + 1 AS {LINE} FROM {read}, filename = true, file_row_number = true)"
        )
    return TableQueries(" UNION ALL BY NAME ".join(queries), " UNION ALL BY NAME ".join(placed), rows)


def _columns(connection: Backend, file: str) -> _Columns:
    """The columns of a file, the folders of a partition among them, each with its kind."""
    inner = {name for (name,) in fetched(connection, f"SELECT name FROM parquet_schema({text_of(file)})")}
    if inner & set(_folders(file)):
        return (("of a folder and of the file", "both"),)
    query = f"DESCRIBE SELECT * FROM read_parquet({text_of(file)}, {_HIVE})"
    return tuple((name, kind) for name, kind, *_ in fetched(connection, query))


def _are_plain(columns: _Columns | list[tuple[str, str]]) -> bool:
    """Whether all columns hold plain values, each of one kind everywhere: of a number here and a text there an engine makes one
    kind, by rules of its own.
    """
    kinds: dict[str, set[str]] = {}
    for name, kind in columns:
        kinds.setdefault(name, set()).add("whole" if _WHOLE.fullmatch(kind) else kind)
    return (
        can_be_columns(kinds)
        and all(len(of_name) == 1 for of_name in kinds.values())
        and all(_PLAIN.fullmatch(kind) for _, kind in columns)
    )


def _folders(file: str) -> tuple[str, ...]:
    return tuple(part.partition("=")[0] for part in Path(file).parts[:-1] if "=" in part)
