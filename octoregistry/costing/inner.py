"""Columns within columns: the fields of structs and of JSON, under the names of the paths to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ibis.common.exceptions as failures
import ibis.expr.types as ir

from octoregistry.costing.forms import known_sources

_ENGINES_WITH_JSON_IN_TEXT = ("pyspark", "databricks")  # a text is JSON to them without a cast, if it is any


def opened(usage: ir.Table, further: Iterable[str] = ()) -> ir.Table:
    """`usage` with its inner columns: those of structs, and in JSON those that any form reads, or `further` names."""
    fields = {name: value for name, value in _fields(usage) if name not in usage.columns}
    usage = usage.mutate(**fields) if fields else usage
    inside = {name: value for name in (*known_sources(), *further) if (value := _in_json(usage, name)) is not None}
    return usage.mutate(**inside) if inside else usage


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
    value = usage[outer]
    if value.type().is_string():
        value = value.cast("json") if _engine(usage) in _ENGINES_WITH_JSON_IN_TEXT else value.try_cast("json")
    if not value.type().is_json():
        return None
    for key in path:
        value = value[key]
    return value.cast("string").re_replace('^"|"$', "").nullif("null")


def _engine(usage: ir.Table) -> str:
    try:
        return str(usage.get_backend().name)
    except failures.IbisError:  # a table that is not bound to any, or to none yet
        return ""
