"""Columns within columns: the fields of structs and of JSON, under the names of the paths to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ibis.common.exceptions as failures
import ibis.expr.types as ir

from octoregistry.costing.forms import attribute_names, is_known, known_sources

_HOLDERS = ("attributes", "SpanAttributes")  # the latter in the tables of the collector's exporter to ClickHouse
_OURS = ("duckdb", "")  # a table in memory is bound to no engine yet, and ours will read it
_ENGINES_WITH_JSON_IN_TEXT = ("pyspark", "databricks")  # a text is JSON to them without a cast, if it is any


def opened(usage: ir.Table, further: Iterable[str] = ()) -> ir.Table:
    """`usage` with its inner columns: those of structs, and in JSON those that any form reads, or `further` names."""
    fields = {name: value for name, value in _fields(usage) if name not in usage.columns}
    usage = usage.mutate(**fields) if fields else usage
    inside = {name: value for name in (*known_sources(), *further) if (value := _in_json(usage, name)) is not None}
    usage = usage.mutate(**inside) if inside else usage
    attributes = _attributes(usage, further)
    return usage.mutate(**attributes) if attributes else usage


def _attributes(usage: ir.Table, further: Iterable[str]) -> dict[str, ir.Value]:
    """The attributes of spans, where a column holds them as a map or as JSON, and no other but `day` is known."""
    holder = next((name for name in _HOLDERS if name in usage.columns), None)
    if holder is None or is_known([name for name in usage.columns if name != "day"]):
        return {}
    held = usage[holder]
    if (held.type().is_string() or held.type().is_json()) and _engine(usage) in _OURS:
        # not as JSON: Ibis takes the points of a key for a path
        held = held.try_cast("json").try_cast("map<string, string>")
    if not (held.type().is_map() and held.type().key_type.is_string()):
        return {}
    names = [name for name in dict.fromkeys((*attribute_names(), *further)) if name not in usage.columns]
    return {name: held.get(name).cast("string").nullif("null") for name in names}


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
    outer, *path = name.split(".")
    if not path or name in usage.columns or outer not in usage.columns:
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
