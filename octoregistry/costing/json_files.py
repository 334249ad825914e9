"""Usage logs of JSON lines as an engine reads them: objects that hold plain values, as columns of text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice

from ibis.backends.duckdb import Backend

from octoregistry.costing.plain_tables import COLUMNS, FILE, INSIDE, LINE, TableQueries, can_be_columns
from octoregistry.costing.reading import forms_of
from octoregistry.costing.records import NO_OBJECT, Torn, json_columns, opened
from octoregistry.costing.sql import fetched, name_of, text_of, texts_of
from providers.flat import plain_name
from providers.recipe import Recipe
from providers.unread import WORDS

_LOOKED_AT = 50  # lines of each file, before an engine reads them all
_MOST_SHAPES = 1000
_VALUES = "octoregistry_values"


def lines_source(connection: Backend, files: Sequence[str], recipes: Sequence[Recipe]) -> TableQueries | None:
    """The rows of JSON lines; None where only Python reads them as they are meant: a line that is no object, an object or a
    list within one, a key that stands in it twice.

    The columns are the keys that any line has.
    """
    if not all(map(_begins_plain, files)):
        return None
    shapes = fetched(
        connection,
        f"SELECT json_keys(json) AS keys, count(*) FROM {_read(files)} GROUP BY keys LIMIT {_MOST_SHAPES + 1}",
    )
    known = [keys for keys, _ in shapes if keys is not None]
    names = list(dict.fromkeys(key for keys in known for key in keys))
    if len(shapes) > _MOST_SHAPES or not names or not can_be_columns(names):
        return None
    if "has_more" in names or any(not keys or len(set(keys)) < len(keys) for keys in known):
        return None
    torn: list[Torn] = []
    for file in files if len(known) < len(shapes) else ():
        found = _torn(connection, file)
        if found is None:
            return None
        torn += found
    values, chosen = _values(names, _asked(names, recipes))
    query = f"SELECT {chosen} FROM (SELECT json, {values} FROM {_read(files)} WHERE json IS NOT NULL)"
    # a row's line is counted without the torn ones before it, as DuckDB counts the rows of a CSV
    placed = " UNION ALL ".join(
        f"SELECT {chosen}, {text_of(file)} AS {FILE}, {LINE} FROM (SELECT json, {values}, "
        f"row_number() OVER () AS {LINE} FROM {_read([file])} WHERE json IS NOT NULL)"
        for file in files
    )
    return TableQueries(query, placed, sum(rows for keys, rows in shapes if keys), torn=tuple(torn))


def _read(files: Sequence[str]) -> str:
    return f"read_ndjson_objects({texts_of(files)}, ignore_errors = true, maximum_object_size = 100000000)"


def _torn(connection: Backend, file: str) -> list[Torn] | None:
    """The lines that an engine cannot read; None where Python can."""
    query = f"SELECT place FROM (SELECT json, row_number() OVER () AS place FROM {_read([file])}) WHERE json IS NULL"
    places = {place for (place,) in fetched(connection, query)}
    torn = []
    with opened(file) as lines:
        filled = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        for place, (number, line) in enumerate(filled, 1):
            if place in places:
                try:
                    json.loads(line)
                except (ValueError, RecursionError):
                    torn.append(Torn(file, number, NO_OBJECT, ""))
                else:
                    return None
    return torn


def _begins_plain(file: str) -> bool:
    """Whether the first lines are objects that hold plain values."""
    with opened(file) as lines:
        for line in islice(lines, _LOOKED_AT):
            try:
                row = json.loads(line) if line.strip() else {}
            except (ValueError, RecursionError):
                continue  # torn, of which more is known once all lines are read
            if not isinstance(row, dict) or any(isinstance(value, (dict, list)) for value in row.values()):
                return False
    return True


def _asked(names: Sequence[str], recipes: Sequence[Recipe]) -> list[str]:
    """What the recipes of such rows may ask for."""
    known = {name for recipe in forms_of(names, recipes) for name in recipe.known_fields()}
    return [name for name in names if plain_name(name) in known or any(word in plain_name(name) for word in WORDS)]


def _values(names: Sequence[str], asked: Sequence[str]) -> tuple[str, str]:
    """(the texts that the recipes may ask for, in one list, so that a row is parsed once; all columns, made of that list
    and of the rest, which is parsed where somebody asks for it).
    """
    steps = ", ".join(text_of(_step(name)) for name in asked)
    columns = {name: f"{_VALUES}[{place}]" for place, name in enumerate(asked, 1)}
    chosen = [f"{columns.get(name) or f'json ->> {text_of(_step(name))}'} AS {name_of(name)}" for name in names]
    return (
        # a list of one, spread out: a filter on values stays behind it, where it parses no row a second time
        f"unnest([json_extract_string(json, [{steps}]::VARCHAR[])]) AS {_VALUES}",
        f"{', '.join(chosen)}, '' AS {COLUMNS}, {_inside(names)} AS {INSIDE}",
    )


def _inside(names: Sequence[str]) -> str:
    """Whether a row holds an object, a list, or a text of one: only rows with a bracket are looked into."""
    text = "json::VARCHAR"
    steps = ", ".join(text_of(_step(name)) for name in names)
    held = f"list_has_any(json_type(json, [{steps}]), ['OBJECT', 'ARRAY'])"
    texts = ", ".join(text_of(_step(name)) for name in names if plain_name(name) in json_columns())
    if texts:
        begins = "lambda one: left(ltrim(one), 1) IN ('{', '[', '\"')"
        held += f" OR coalesce(list_bool_or(list_transform(json_extract_string(json, [{texts}]), {begins})), false)"
    return f"CASE WHEN {text} LIKE '_%{{%' OR contains({text}, '[') THEN {held} ELSE false END"


def _step(name: str) -> str:
    return '$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
