"""Usage logs of JSON: lines with an object each, and documents, as columns of text named by the paths to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.forms import known_sources
from octoregistry.costing.sql import FILE, LINE, fetched, name_of, text_of, texts_of

_SAMPLE = 1000  # lines of each file that are looked through for whatever they have
_DEEPEST = 6
_IS_ROW = "coalesce(json_type(json), '') = 'OBJECT'"

Path_ = tuple[str, ...]
Source = Callable[[Sequence[str]], str]  # of files: what a query selects the rows from, each as `json`


def lines(files: Sequence[str]) -> str:
    """What gives every line of the files."""
    return f"read_ndjson_objects({texts_of(files)}, ignore_errors = true, maximum_object_size = 100000000)"


def lines_query(
    connection: Backend, files: Sequence[str], wanted: Sequence[str], source: Source = lines
) -> tuple[str, str, str]:
    """The rows of JSON lines; the same with FILE and LINE; and what lines are no rows, as `torn_query` has them.

    The columns are what the first lines of each file have, and of the known names and those `wanted` what any line has.
    """
    sampled = dict.fromkeys(path for file in files for path in _sampled(connection, source([file])))
    missing = [name for name in (*known_sources(), *wanted) if name not in _columns(list(sampled))]
    paths, all_rows = _searched(connection, source(files), missing)
    found = _columns([*sampled, *paths])
    if not found:
        raise CostingError(f"no row in {', '.join(files)}")
    chosen = ", ".join(f"{_value(path)} AS {name_of(name)}" for name, path in found.items())
    rows = "" if all_rows else f" WHERE {_IS_ROW}"
    # a row's line is counted without the torn ones before it, as DuckDB counts the rows of a CSV
    placed = " UNION ALL ".join(
        f"SELECT {chosen}, {FILE}, {LINE} FROM ({_numbered(file, source, rows)})" for file in files
    )
    torn = " UNION ALL ".join(
        f"SELECT {FILE}, {LINE}, 'no JSON object', coalesce(json::VARCHAR, '') FROM ({_numbered(file, source)}) "
        f"WHERE NOT ({_IS_ROW})"
        for file in files
    )
    return f"SELECT {chosen} FROM {source(files)}{rows}", placed, "" if all_rows else torn


def _numbered(file: str, source: Source, condition: str = "") -> str:
    # a window without an order numbers the rows as they are read, which is the order of a file while there is but one
    rows = f"FROM {source([file])}{condition}"
    return f"SELECT json, {text_of(file)} AS {FILE}, row_number() OVER () AS {LINE} {rows}"


def _sampled(connection: Backend, file_rows: str) -> Iterator[Path_]:
    """The paths to everything in the first lines of a file that is no object itself."""
    query = f"SELECT json FROM {file_rows} LIMIT {_SAMPLE}"
    for (line,) in fetched(connection, query):
        if line is not None:
            yield from _paths(json.loads(line), ())


def _searched(connection: Backend, all_rows: str, names: Sequence[str]) -> tuple[list[Path_], bool]:
    """The paths in all lines that name any of `names`, and whether every line is a row.

    A key may come late: cached tokens that nobody saw in the first thousand calls are not to be left out of the bill.
    """
    named = " OR ".join(f"({condition})" for condition in _conditions(names)) or "false"
    shape = f"CASE WHEN {named} THEN json_structure(json) END"
    query = f"SELECT DISTINCT {_IS_ROW} AS is_row, {shape} FROM {all_rows}"
    found = fetched(connection, query)
    paths = [path for is_row, structure in found if is_row and structure for path in _paths(json.loads(structure), ())]
    return [path for path in dict.fromkeys(paths) if _name(path) in names], all(is_row for is_row, _ in found)


def _conditions(names: Sequence[str]) -> Iterator[str]:
    """What is true of every line that names one of `names`, and of few others: a structure takes long to tell.

    A name with points may be one key or a path of several: one begins as it begins, and one ends as it ends.
    """
    whole = [name for name in names if "." not in name]
    if whole:
        yield _has_key("|".join(map(_escaped, whole)))
    begun: dict[str, list[str]] = {}
    for name in names:
        if "." in name:
            begun.setdefault(name.partition(".")[0], []).append(name)
    for first, alike in begun.items():
        ends = {name.split(".", place)[-1] for name in alike for place in range(name.count(".") + 1)}
        last = _has_key("|".join(map(_escaped, sorted(ends))))
        yield f"{_has_key(_escaped(first) + '[^' + chr(34) + ']*')} AND {last}"


def _escaped(key: str) -> str:
    return re.escape(json.dumps(key)[1:-1])


def _has_key(pattern: str) -> str:
    searched = text_of(f'"(?:{pattern})"[ ]*:')
    return f"regexp_matches(json::VARCHAR, {searched})"


def _paths(value: Any, path: Path_) -> Iterator[Path_]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif path:
        yield path


def _columns(paths: Sequence[Path_]) -> dict[str, Path_]:
    """A path for each column."""
    return {_name(path): path for path in paths}


def _name(path: Path_) -> str:
    """The keys of a path joined by points, without the `attributes` that spans keep theirs in."""
    return ".".join(path[1:] if path[0] == "attributes" and len(path) > 1 else path)


def _value(path: Path_) -> str:
    steps = "".join('."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in path)
    return f"json ->> {text_of('$' + steps)}"


def pages_table(files: Sequence[str]) -> pa.Table:
    """The rows of JSON documents: a list of rows, or the pages of a vendor's usage report (buckets with results)."""
    rows = [row for file in files for row in _rows_of(file)]
    names = dict.fromkeys(name for row in rows for name in row)
    if not names:
        raise CostingError(f"no row in {', '.join(files)}")
    return pa.table({name: pa.array([_as_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _rows_of(file: str) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(Path(file).read_bytes())
    except ValueError as error:
        raise CostingError(f"{file}: not JSON: {error}; of lines with an object each, call it .jsonl") from error
    buckets = document.get("data", [document]) if isinstance(document, dict) else document
    if not isinstance(buckets, list):
        raise CostingError(f"{file}: neither a list of rows nor a page of a usage report")
    for place, bucket in enumerate(buckets, 1):
        if not isinstance(bucket, dict):
            raise CostingError(f"{file}: item {place} is no object")
        results = bucket.get("results")
        around = {key: value for key, value in bucket.items() if key != "results"}
        for row in [bucket] if results is None else results:
            merged = around | row if row is not bucket else row
            flat = {_name(path): _at(merged, path) for path in _paths(merged, ())}
            yield {**flat, FILE: file, LINE: place}


def _at(value: Any, path: Path_) -> Any:
    for key in path:
        value = value[key]
    return value


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
