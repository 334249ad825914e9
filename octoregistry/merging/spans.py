"""Where the providers and models of a registry stand in its text."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAPPING_END: Any = yaml.MappingEndEvent


@dataclass(frozen=True, slots=True)
class EntrySpan:
    """An entry's text: from its key, or from the beginning of the key's line where entries stand in lines of their own, up
    to the next one. `reference` where the value is an alias of another entry."""

    start: int
    end: int
    line: int
    reference: bool


@dataclass(frozen=True, slots=True)
class EntriesSpan:
    """The entries of a mapping in their order: on one line (`flow`) or each from `column` on; `end` is before the `}`."""

    flow: bool
    column: int
    end: int
    entries: dict[str, EntrySpan]


def models_spans(text: str, section: str = "providers") -> dict[str, EntriesSpan]:
    """Provider -> where its models stand in a section, if it has a mapping of its own. Raises yaml.YAMLError."""
    collecting = gc.isenabled()
    gc.disable()  # many small values, none of them garbage: collecting takes half of the time
    try:
        return dict(_providers(text, section))
    finally:
        if collecting:
            gc.enable()


def providers_span(text: str, section: str = "providers") -> EntriesSpan | None:
    """Where the providers themselves stand in a section, if there is a mapping of them. Raises yaml.YAMLError."""
    events = _root(text)
    return next((_span(events, start) for _, start in _mappings(events, section)), None)


def root_span(text: str) -> EntriesSpan:
    """Where the keys of the file stand. Raises yaml.YAMLError."""
    events = iter(LOADER(text).get_event, None)
    start = next(event for event in events if isinstance(event, yaml.MappingStartEvent))
    return _span(events, start)


def keys_spans(text: str, section: str = "providers") -> dict[str, EntriesSpan]:
    """Provider of a section -> where its keys stand, `models` and `charges` among them. Raises yaml.YAMLError."""
    events = _root(text)
    found = {}
    for _ in _mappings(events, section):
        for provider, start in _mappings(events):
            found[provider] = _span(events, start)
    return found


def _root(text: str) -> Iterator[Any]:
    """The events of the text, from the first key of its mapping on; those of an empty one where it is none."""
    events = iter(LOADER(text).get_event, None)
    while not isinstance(next(events), yaml.DocumentStartEvent):
        pass
    return events if isinstance(next(events), yaml.MappingStartEvent) else _root("{}")


def _providers(text: str, section: str) -> Iterator[tuple[str, EntriesSpan]]:
    events = _root(text)
    for _ in _mappings(events, section):
        for provider, _ in _mappings(events):
            for _, start in _mappings(events, "models"):
                yield provider, _span(events, start)


def _mappings(events: Iterator[Any], wanted: str | None = None) -> Iterator[tuple[str, Any]]:
    """(key, first event of its value) of the keys of the current mapping whose values are mappings, or of `wanted` alone;
    whoever asks reads the value to its end.
    """
    while not isinstance(key := next(events), _MAPPING_END):
        value = next(events)
        if isinstance(value, yaml.MappingStartEvent) and wanted in (None, _name(key)):
            yield _name(key), value
        else:
            _end_of(value, events)


def _name(key: Any) -> str:
    return getattr(key, "value", "")  # a key that is an alias names nothing here


def _end_of(value: Any, events: Iterator[Any]) -> Any:
    """The last event of the value that begins with this one."""
    depth, event = 0, value
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if not depth:
            return event
        event = next(events)


def _span(events: Iterator[Any], start: Any) -> EntriesSpan:
    """Where the entries of the mapping stand that begins with this event; it is read to its end."""
    flow, found = bool(start.flow_style), []
    while not isinstance(key := next(events), _MAPPING_END):
        value = next(events)
        found.append((key, value, _end_of(value, events).end_mark.index))
    marks = [key.start_mark for key, _, _ in found]
    starts = [mark.index if flow else mark.index - mark.column for mark in marks]
    end = key.end_mark.index - flow
    ends = [stop for _, _, stop in found] if flow else [*starts[1:], end]
    entries = {
        _name(key): EntrySpan(start, stop, key.start_mark.line + 1, isinstance(value, yaml.AliasEvent))
        for (key, value, _), start, stop in zip(found, starts, ends, strict=True)
    }
    return EntriesSpan(flow, marks[0].column if marks else 0, end, entries)
