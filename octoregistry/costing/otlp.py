"""Spans of traces as a collector writes them (OTLP in JSON), each as an object whose attributes are one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.flat import object_of

_SCOPES = ("scopeSpans", "instrumentationLibrarySpans")  # the latter until OTLP 0.15
_ALONE = "resourceSpans"  # the field of a row that holds what is no span, to be told


def spans(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The spans within an object of traces; whatever else it holds is a row of its own, which nobody reads."""
    if rest := _held(item, _ALONE):
        yield rest
    for resource in item[_ALONE]:
        if not isinstance(resource, Mapping):
            yield {_ALONE: [resource]}
            continue
        if (rest := _held(resource, "resource", *_SCOPES)) or not any(name in resource for name in _SCOPES):
            yield {_ALONE: [rest]}
        around = {"resource": _attributes(resource.get("resource"))}
        for name in _SCOPES:
            for scope in _listed(resource.get(name)):
                yield from _of_scope(scope, around)


def with_events(span: Mapping[str, Any]) -> Mapping[str, Any]:
    """A span with the attributes of its events as one object, so that usage in them is told; others as they are."""
    events = span.get("events")
    if not isinstance(events, list) or not events or not all(isinstance(one, Mapping) for one in events):
        return span
    pairs = [pair for event in events for pair in _attributes(event).items()]
    return {**span, "events": object_of(pairs)}


def _of_scope(scope: Any, around: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if not isinstance(scope, Mapping) or "spans" not in scope:
        yield {_ALONE: [scope]}
        return
    if rest := _held(scope, "spans", "scope", "instrumentationLibrary"):
        yield {_ALONE: [rest]}
    for span in _listed(scope["spans"]):
        if not isinstance(span, Mapping):
            yield {_ALONE: [span]}
            continue
        named = {key: value for key, value in span.items() if not isinstance(value, (list, dict))}
        events = with_events(span).get("events") or {}
        yield {**named, **around, "attributes": _attributes(span), "events": events}


def _held(holder: Mapping[str, Any], *known: str) -> dict[str, Any]:
    """The lists and objects that something has besides those that are known."""
    return {
        key: value for key, value in holder.items() if key not in known and value and isinstance(value, (list, dict))
    }


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [] if held is None else [held]


def _attributes(owner: Any) -> dict[str, Any]:
    held = owner.get("attributes") if isinstance(owner, Mapping) else None
    return dict(held) if isinstance(held, Mapping) else _pairs(held)


def _pairs(held: Any) -> dict[str, Any]:
    """Keys and values as OTLP writes them, by key; what is none of that is left out."""
    pairs = held if isinstance(held, list) else ()
    return object_of(
        [(str(pair.get("key", "")), _typed(pair.get("value") or {})) for pair in pairs if isinstance(pair, Mapping)]
    )


def _typed(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    for kind in ("stringValue", "intValue", "doubleValue", "boolValue"):
        if kind in value:
            return value[kind]
    for kind in ("kvlistValue", "arrayValue"):
        if kind in value:
            held = value[kind].get("values") if isinstance(value[kind], Mapping) else value[kind]
            return _pairs(held) if kind == "kvlistValue" else [_typed(one) for one in _listed(held)]
    return None
