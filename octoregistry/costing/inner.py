"""Columns within columns: the fields of structs and of JSON, under the names of the paths to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import ibis
import ibis.common.exceptions as failures
import ibis.expr.types as ir

from octoregistry.costing.counts import UNREAD_WITHIN
from octoregistry.costing.sql import LINE_BY_LINE
from octoregistry.costing.usage import forms_of
from providers.flat import plain_name
from providers.recipe import Recipe, Test

_HOLDERS = ("attributes", "SpanAttributes")  # the latter in the tables of the collector's exporter to ClickHouse
_OURS = ("duckdb", "")  # a table in memory is bound to no engine yet, and ours will read it
_ENGINES_WITH_JSON_IN_TEXT = ("pyspark", "databricks")  # a text is JSON to them without a cast, if it is any


def opened(usage: ir.Table, further: Iterable[str], recipes: Sequence[Recipe]) -> ir.Table:
    """`usage` with its inner columns: those of structs, and in JSON those that any of `recipes` reads, or `further` names.

    Where JSON or a map holds usage, a column that begins as UNREAD_WITHIN says whether numbers in it are of no recipe.
    """
    fields = {name: value for name, value in _fields(usage) if name not in usage.columns}
    usage = usage.mutate(**fields) if fields else usage
    likely = _likely(usage, recipes)
    named = dict.fromkeys((*(name for recipe in likely for name in recipe.known_fields()), *further))
    inside = {name: value for name in named if (value := _in_json(usage, name)) is not None}
    inside |= {f"{UNREAD_WITHIN}{root}": value for root, value in _unread(usage, likely)}
    usage = usage.mutate(**inside) if inside else usage
    attributes = _attributes(usage, further, recipes)
    return usage.mutate(**attributes) if attributes else usage


def _likely(usage: ir.Table, recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes whose form a row may have, if its columns of JSON hold what they may hold."""
    there = {plain_name(name) for name in usage.columns}

    def may(test: Test) -> bool:
        return any(one.absent or one.name in there or one.name.partition(".")[0] in there for one in test)

    return [recipe for recipe in recipes if all(map(may, recipe.known_by))]


def _unread(usage: ir.Table, recipes: Sequence[Recipe]) -> Iterator[tuple[str, ir.BooleanValue]]:
    """Each usage object within a column of JSON, and whether a number in it is of no recipe, by its key."""
    for root in dict.fromkeys(root for recipe in recipes for root in recipe.usage):
        value = _in_json(usage, root) if "." in root else _whole_json(usage, root)
        if value is None:
            continue
        known = {
            name.rpartition(".")[2]
            for recipe in recipes
            if root in recipe.usage
            for name in (*recipe.known_fields(), *recipe.contained, *recipe.free)
        }
        keys = "|".join(sorted(re.escape(key) for key in known if "*" not in key))
        left = value.re_replace(rf'"({keys})"[ ]*:[ ]*"?-?[0-9.eE+-]+"?', "")
        yield root, left.re_search(r':[ ]*"?-?[0-9.]*[1-9]').fill_null(False)


def _attributes(usage: ir.Table, further: Iterable[str], recipes: Sequence[Recipe]) -> dict[str, ir.Value]:
    """The attributes of spans, where a column holds them as a map or as JSON, and no other but `day` is known."""
    holder = next((name for name in _HOLDERS if name in usage.columns), None)
    if holder is None or forms_of([name for name in usage.columns if name != "day"], recipes):
        return {}
    held = usage[holder]
    if (held.type().is_string() or held.type().is_json()) and _engine(usage) in _OURS:
        # not as JSON: Ibis takes the points of a key for a path
        held = held.try_cast("json").try_cast("map<string, string>")
    if not (held.type().is_map() and held.type().key_type.is_string()):
        return {}
    spans = [recipe for recipe in recipes if recipe.trace and all("." in root for root in recipe.usage)]
    named = dict.fromkeys(name for recipe in spans for name in recipe.known_fields() if "." in name)
    found = {
        name: held.get(name).cast("string").nullif("null") for name in (*named, *further) if name not in usage.columns
    }
    roots = tuple(dict.fromkeys(root for recipe in spans for root in recipe.usage if "." in root))
    known = list(dict.fromkeys((*named, *(name for recipe in spans for name in recipe.contained))))
    # as a text, for Ibis writes functions over lists in a way that DuckDB no longer takes
    keys = ibis.literal(" ") + held.keys().join("  ") + " "
    patterns = "|".join(re.escape(name).replace(r"\*", "[^ ]*") for name in known)
    left = keys.re_replace(f" ({patterns}) ", "")
    for root in roots:
        found[f"{UNREAD_WITHIN}{root}"] = left.re_search(f" {re.escape(root)}[.]").fill_null(False)
    # every row has attributes of its own
    return found | {LINE_BY_LINE: ibis.literal(True)}


def _whole_json(usage: ir.Table, name: str) -> ir.StringValue | None:
    column = next((one for one in usage.columns if plain_name(one) == name), None)
    if column is None:
        return None
    value = _parsed(usage[column], _engine(usage))
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


def _in_json(usage: ir.Table, name: str) -> ir.StringValue | None:
    """The text at the path `name` within a column of JSON, of JSON in a text too; None where there is no such column."""
    first, *path = name.split(".")
    outer = next((one for one in usage.columns if one == first or plain_name(one) == first), None)
    if not path or name in usage.columns or outer is None:
        return None
    value = _parsed(usage[outer], _engine(usage))
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
