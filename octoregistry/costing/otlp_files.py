"""Traces as OpenTelemetry's collector writes them to files (OTLP in JSON), each span of a call as an object of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.sql import fetched, text_of, texts_of

# Line by line, or one document over many lines.
_READ = "read_json_objects({}, format = 'unstructured', maximum_object_size = 100000000)"


def is_otlp(connection: Backend, file: str) -> bool:
    """True where the file begins with the traces of a collector; False too for what is no JSON."""
    try:
        first = fetched(connection, f"SELECT json_keys(json) FROM {_READ.format(text_of(file))} LIMIT 1")
    except CostingError:  # whoever reads it as what it is says what is wrong with it
        return False
    return bool(first) and "resourceSpans" in (first[0][0] or ())


def spans(files: Sequence[str]) -> str:
    """A query for the spans that counted tokens, as `json`: when they began, their `attributes` and the `resource`'s.

    Spans without `gen_ai.usage` are no calls, and a trace has many of them.
    """
    return (
        f"(SELECT json_object('startTimeUnixNano', span -> 'startTimeUnixNano', "
        f"'attributes', {_object('span')}, 'resource', {_object('resource')}) AS json FROM ("
        "SELECT resource, unnest(spans) AS span FROM ("
        "SELECT part -> 'resource' AS resource, json_extract(part, '$.scopeSpans[*].spans[*]') AS spans FROM ("
        f"SELECT unnest(json_extract(json, '$.resourceSpans[*]')) AS part FROM {_READ.format(texts_of(files))}))) "
        "WHERE contains((span -> 'attributes')::VARCHAR, '\"gen_ai.usage.'))"
    )


def _object(owner: str) -> str:
    """The attributes of `owner`, a list of keys and typed values, as an object; lists among the values are left out."""
    kinds = ("stringValue", "intValue", "doubleValue", "boolValue")
    value = f"coalesce({', '.join(f'pair.value ->> {text_of(kind)}' for kind in kinds)})"
    pairs = f"from_json({owner} -> 'attributes', " + """'[{"key": "VARCHAR", "value": "JSON"}]')"""
    return f"to_json(map_from_entries(list_transform({pairs}, lambda pair: {{'key': pair.key, 'value': {value}}})))"
