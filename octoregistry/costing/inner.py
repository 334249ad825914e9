"""Columns within columns: the fields of structs and of JSON, under the names of the paths to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import ibis
import ibis.common.exceptions as failures
import ibis.expr.types as ir

from octoregistry.costing.counts import UsageTable
from octoregistry.costing.errors import CostingError
from octoregistry.costing.numbers import begins_object
from octoregistry.costing.plain_tables import INSIDE
from octoregistry.costing.reading import forms_of
from providers.flat import plain_name
from providers.recipe import Recipe
from providers.recipe_parts import Test
from providers.unread import WORDS, holders

_HOLDERS = ("attributes", "SpanAttributes")  # the latter in the tables of the collector's exporter to ClickHouse
_FIELD, _UNREAD, _TORN = (
    "octoregistry_f",
    "octoregistry_u",
    "octoregistry_t",
)  # and a number: PostgreSQL cuts longer names
_OURS = ("duckdb", "")  # a table in memory is bound to no engine yet, and ours will read it
_ENGINES_WITH_JSON_IN_TEXT = ("pyspark", "databricks")  # a text is JSON to them without a cast, if it is any


def opened(usage: ir.Table, further: Iterable[str], recipes: Sequence[Recipe]) -> UsageTable:
    """`usage` with its inner fields: those of structs, and in JSON those that any of `recipes` reads, or `further` names.

    Raises CostingError where two of its columns have one name to us.
    """
    log = UsageTable(usage)
    for column in usage.columns:
        if not column.startswith("octoregistry_"):
            before = log.columns.setdefault(plain_name(column), column)
            if before != column:
                raise CostingError(
                    f"several columns are called {plain_name(column)} ({before}, {column}); name each, for only one can count"
                )
    if INSIDE in usage.columns:
        return log
    _add(log, dict(_fields(usage)))
    _open_maps(log, recipes)
    likely = _likely(log, recipes)
    known = (name for recipe in likely for name in (*recipe.known_fields(), *recipe.mention_fields()))
    named = dict.fromkeys((*known, *further))
    inside = {name: value for name in named if (value := _in_json(log, name)) is not None}
    unread = dict(_unread(log, likely))
    _add(log, inside)
    _mark(log, unread)
    _mark_torn(log, likely)
    _open_attributes(log, further, recipes)
    return log


def _add(log: UsageTable, fields: Mapping[str, ir.Value]) -> None:
    """Adds each field under its path, as a column of a short name; a path that is a column already stays what it is."""
    named = {path: f"{_FIELD}{len(log.columns) + place}" for place, path in enumerate(fields)}
    named = {path: name for path, name in named.items() if plain_name(path) not in log.columns}
    log.table = log.table.mutate(**{name: fields[path] for path, name in named.items()}) if named else log.table
    for path, name in named.items():
        if log.columns.setdefault(plain_name(path), name) == name:
            log.made.add(plain_name(path))


def _mark(log: UsageTable, unread: Mapping[str, ir.BooleanValue]) -> None:
    """Adds for each object of usage whether a number in it is unread."""
    log.unread |= {root: f"{_UNREAD}{len(log.unread) + place}" for place, root in enumerate(unread)}
    log.table = log.table.mutate(**{log.unread[root]: value for root, value in unread.items()}) if unread else log.table


def _mark_torn(log: UsageTable, recipes: Sequence[Recipe]) -> None:
    """Adds for each column of texts that may be objects of usage whether one begins so and is none."""
    names = dict.fromkeys(name for recipe in recipes for name in holders(recipe) if name in log.columns)
    for name in names:
        text = log[name]
        if not text.type().is_string() or name in log.made:
            continue
        parsed = _parsed(text, _engine(log.table))
        torn = begins_object(text) & (ibis.literal(True) if parsed is None else parsed.isnull())
        log.torn[name] = f"{_TORN}{len(log.torn)}"
        log.table = log.table.mutate(**{log.torn[name]: torn})


def _likely(log: UsageTable, recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes whose form a row may have, if its columns of JSON hold what they may hold."""
    there = log.columns

    def may(test: Test) -> bool:
        return any(one.absent or one.name in there or one.name.partition(".")[0] in there for one in test)

    return [recipe for recipe in recipes if all(map(may, recipe.known_by))]


def _unread(log: UsageTable, recipes: Sequence[Recipe]) -> Iterator[tuple[str, ir.BooleanValue]]:
    """Each usage object within a column of JSON, and whether a number in it is of no recipe, by its key."""
    for root in dict.fromkeys(root for recipe in recipes for root in recipe.usage):
        value = _in_json(log, root) if "." in root else _whole_json(log, root)
        if value is None:
            continue
        known = {
            name.rpartition(".")[2]
            for recipe in recipes
            if root in recipe.usage
            for name in (*recipe.known_fields(), *recipe.contained, *recipe.free)
            if name.startswith(f"{root}.") or ("*" in name and f"{root}.".startswith(name.partition("*")[0]))
        }
        keys = "|".join(sorted(re.escape(key) for key in known if "*" not in key))
        left = value.re_replace(rf'"({keys})"[ ]*:[ ]*"?-?[0-9.eE+-]+"?', "")
        yield root, left.re_search(r':[ ]*"?-?[0-9.]*[1-9]').fill_null(False)


def _open_maps(log: UsageTable, recipes: Sequence[Recipe]) -> None:
    """Adds the fields that recipes know of each column that is a map, and whether it has others that count."""
    for column in log.table.columns:
        held = log.table[column]
        if column in _HOLDERS or not (held.type().is_map() and held.type().key_type.is_string()):
            continue
        root = plain_name(column)
        known = (name for recipe in recipes for name in (*recipe.known_fields(), *recipe.contained))
        keys = [name.removeprefix(f"{root}.") for name in dict.fromkeys(known) if name.startswith(f"{root}.")]
        left = _without(held, keys)
        is_usage = any(root in recipe.usage for recipe in recipes) or any(word in root for word in WORDS)
        _add(log, {f"{root}.{key}": held.get(key).cast("string") for key in keys if "*" not in key})
        _mark(log, {root: left.re_search("[^ ]" if is_usage else "|".join(WORDS)).fill_null(False)})


def _without(held: ir.MapValue, keys: Sequence[str]) -> ir.StringValue:
    """The keys of a map that are none of these, between blanks."""
    # as a text, for Ibis writes functions over lists in a way that DuckDB no longer takes
    found = ibis.literal(" ") + held.keys().join("  ") + " "
    patterns = "|".join(re.escape(key).replace(r"\*", "[^ ]*") for key in keys)
    return found.re_replace(f" ({patterns}) ", "") if patterns else found


def _open_attributes(log: UsageTable, further: Iterable[str], recipes: Sequence[Recipe]) -> None:
    """Adds the attributes of spans, where a column holds them as a map or as JSON, and no other but `day` is known."""
    holder = next((name for name in _HOLDERS if name in log.table.columns), None)
    if holder is None or forms_of([name for name in log.columns if name != "day"], recipes):
        return
    held = log.table[holder]
    if (held.type().is_string() or held.type().is_json()) and _engine(log.table) in _OURS:
        # not as JSON: Ibis takes the points of a key for a path
        held = held.try_cast("json").try_cast("map<string, string>")
    if not (held.type().is_map() and held.type().key_type.is_string()):
        return
    spans = [recipe for recipe in recipes if recipe.trace and all("." in root for root in recipe.usage)]
    named = dict.fromkeys(name for recipe in spans for name in recipe.known_fields() if "." in name)
    roots = tuple(dict.fromkeys(root for recipe in spans for root in recipe.usage if "." in root))
    known = list(dict.fromkeys((*named, *(name for recipe in spans for name in recipe.contained))))
    left = _without(held, known)
    _add(log, {name: held.get(name).cast("string").nullif("null") for name in (*named, *further)})
    _mark(log, {root: left.re_search(f" {re.escape(root)}[.]").fill_null(False) for root in roots})


def _whole_json(log: UsageTable, name: str) -> ir.StringValue | None:
    column = log.columns.get(name)
    if column is None:
        return None
    value = _parsed(log.table[column], _engine(log.table))
    return None if value is None else value.cast("string")


def _fields(usage: ir.Table) -> Iterator[tuple[str, ir.Value]]:
    """Every field within a struct, by the path to it without the `attributes` that spans keep theirs in."""
    stack: list[tuple[tuple[str, ...], ir.Value]] = [((name,), usage[name]) for name in reversed(usage.columns)]
    stack = [(path, value) for path, value in stack if value.type().is_struct()]
    while stack:
        path, value = stack.pop()
        if value.type().is_struct():
            stack.extend(((*path, name), value[name]) for name in reversed(value.names))
        else:
            yield ".".join(path[1:] if path[0] == "attributes" else path), value


def _in_json(log: UsageTable, name: str) -> ir.StringValue | None:
    """The text at the path `name` within a column of JSON, of JSON in a text too; None where there is no such column."""
    first, *path = name.split(".")
    outer = first if first in log.table.columns else log.columns.get(first)
    if not path or plain_name(name) in log.columns or outer is None:
        return None
    value = _parsed(log.table[outer], _engine(log.table))
    if value is None:
        return None
    for key in path:
        value = value[key]
    return _text(value)


def _parsed(value: ir.Value, engine: str) -> ir.JSONValue | None:
    """A column of JSON, or of texts that may be JSON, as JSON; None for what cannot hold any."""
    if value.type().is_string():
        value = value.cast("json") if engine in _ENGINES_WITH_JSON_IN_TEXT else value.try_cast("json")
    return value if value.type().is_json() else None


def _text(value: ir.JSONValue) -> ir.StringValue:
    return value.cast("string").re_replace('^"|"$', "").nullif("null")


def _engine(usage: ir.Table) -> str:
    try:
        return str(usage.get_backend().name)
    except failures.IbisError:  # a table that is not bound to any, or to none yet
        return ""
