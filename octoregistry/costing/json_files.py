"""Usage logs of JSON: lines with an object each, and documents, as columns of text named by the paths to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.sql import FILE, LINE, LINE_BY_LINE, fetched, name_of, text_of, texts_of
from octoregistry.costing.usage import forms_of
from providers.flat import plain_name
from providers.interpretation import WORDS
from providers.recipe import recipes

_SAMPLE = 1000  # lines of each file that are looked through for whatever they have
_DEEPEST = 6
_VALUES = "octoregistry_values"
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
    sampled = list(dict.fromkeys(path for file in files for path in _sampled(connection, source([file]))))
    ends = _ends_of(sampled, wanted)
    paths, all_rows = _late(connection, source(files), sampled, ends)
    found = _columns([*sampled, *paths])
    if not found:
        raise CostingError(f"no row in {', '.join(files)}")
    values, chosen = _values(found, ends)
    rows = "" if all_rows else f" WHERE {_IS_ROW}"
    # a row's line is counted without the torn ones before it, as DuckDB counts the rows of a CSV
    placed = " UNION ALL ".join(
        f"SELECT {chosen}, {FILE}, {LINE} FROM (SELECT *, {values} FROM ({_numbered(file, source, rows)}))"
        for file in files
    )
    torn = " UNION ALL ".join(
        f"SELECT {FILE}, {LINE}, 'no JSON object', coalesce(json::VARCHAR, '') FROM ({_numbered(file, source)}) "
        f"WHERE NOT ({_IS_ROW})"
        for file in files
    )
    query = f"SELECT {chosen} FROM (SELECT json, {values} FROM {source(files)}{rows})"
    return query, placed, "" if all_rows else torn


def _values(found: dict[str, Path_], ends: frozenset[str]) -> tuple[str, str]:
    """(the texts that the recipes may ask for, in one list, so that a row is parsed once; all columns, made of that list
    and of the rest, which is parsed where somebody asks for it).
    """
    asked = [name for name in found if _says_usage(name, ends)]
    steps = ", ".join(text_of(_steps(found[name])) for name in asked)
    columns = {name: f"{_VALUES}[{place}]" for place, name in enumerate(asked, 1)}
    chosen = [
        f"{columns.get(name) or f'json ->> {text_of(_steps(path))}'} AS {name_of(name)}" for name, path in found.items()
    ]
    return (
        f"json_extract_string(json, [{steps}]::VARCHAR[]) AS {_VALUES}",
        f"{', '.join(chosen)}, true AS {LINE_BY_LINE}",
    )


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


def _ends_of(sampled: Sequence[Path_], wanted: Sequence[str]) -> frozenset[str]:
    """The last keys of what the recipes of such lines know, and of what is `wanted`."""
    columns = {plain_name(name) for name in _columns(sampled)}
    forms = forms_of(list(columns), recipes())
    ends = {
        end
        for recipe in forms
        for name in (*recipe.known_fields(), *recipe.mention_fields())
        for end in (name.rpartition(".")[2], _camel(name))
    }
    return frozenset(ends | {name.rpartition(".")[2] for name in wanted})


def _says_usage(name: str, ends: frozenset[str]) -> bool:
    end = name.rpartition(".")[2]
    return end in ends or any(word in end.lower() for word in WORDS)


def _late(
    connection: Backend, all_rows: str, sampled: Sequence[Path_], ends: frozenset[str]
) -> tuple[list[Path_], bool]:
    """(paths of usage fields that appear only in later lines, whether every line is a row).

    A key may come late: tokens that nobody saw in the first thousand calls are not to be left out of the bill. Lines that
    have the keys of the first ones and no others, as most logs do, are seen to by that alone.
    """
    objects = dict.fromkeys(path[:end] for path in sampled for end in range(len(path) + 1))
    steps = ", ".join(text_of(_steps(path)) for path in objects) or "'$'"
    keys = f"CASE WHEN {_IS_ROW} THEN flatten(json_keys(json, [{steps}])) ELSE [NULL] END"
    there = {key for (key,) in fetched(connection, f"SELECT DISTINCT unnest({keys}) FROM {all_rows}")}
    if not there - {None} <= {key for path in sampled for key in path}:
        return _searched(connection, all_rows, sampled, ends), None not in there
    return [], None not in there


def _searched(connection: Backend, all_rows: str, sampled: Sequence[Path_], ends: frozenset[str]) -> list[Path_]:
    """The paths to what says usage and stands in no first line, at whatever depth."""
    plain = sorted(re.escape(end) for end in ends if not any(word in end.lower() for word in WORDS))
    words = "(?i:" + "|".join(WORDS) + ")"
    pattern = text_of(f'"((?:[^"\\\\]*{words}[^"\\\\]*)|{"|".join(plain) or "-"})"[ ]*:')
    keys = f"SELECT DISTINCT unnest(regexp_extract_all(json::VARCHAR, {pattern}, 1)) FROM {all_rows} WHERE {_IS_ROW}"
    known = {key for path in sampled for key in path}
    new = [key for (key,) in fetched(connection, keys) if key not in known]
    if not new:
        return []
    shape = f"SELECT DISTINCT json_structure(json) FROM {all_rows} WHERE {_IS_ROW} AND {_has_key(new)}"
    return [path for (structure,) in fetched(connection, shape) for path in _paths(json.loads(structure), ())]


def _camel(name: str) -> str:
    first, *others = name.rpartition(".")[2].split("_")
    return first + "".join(part.title() for part in others)


def _has_key(keys: Sequence[str]) -> str:
    pattern = "|".join(re.escape(json.dumps(key)[1:-1]) for key in keys)
    searched = text_of('"(?:' + pattern + ')"[ ]*:')
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


def _steps(path: Path_) -> str:
    return "$" + "".join('."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in path)
