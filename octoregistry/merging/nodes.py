"""Where everything of a registry stands in its text: the parts of chosen models, and the bounds of all others.

Positions are those of PyYAML's C events. They cost a microsecond each; a tree of the whole file is never built, so that
ten thousand models take a second.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from providers.yamlread import scalar


class MergeError(Exception):
    """A plan that cannot be written into this text; the text is left as it is."""


@dataclass(slots=True)
class Scalar:
    """A value, or a reference to an anchor (`alias`). `start` and `end` bound the value without anchor and tag."""

    start: int
    end: int
    text: str
    plain: bool
    line: int
    anchor: str | None = None
    alias: bool = False


@dataclass(slots=True)
class Mapping:
    """A mapping with its keys and values in the order of the text; `end` is where its last content ends."""

    start: int
    end: int
    flow: bool
    line: int
    anchor: str | None = None
    items: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)


@dataclass(slots=True)
class Sequence:
    """A list; `end` is where its last content ends."""

    start: int
    end: int
    flow: bool
    line: int
    anchor: str | None = None
    items: list[Node] = field(default_factory=list)


Node = Scalar | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class Span:
    """A model that nobody asked for: where its key begins and its content ends."""

    start: int
    end: int


@dataclass(slots=True)
class Models:
    """One provider's models: the mapping itself (its items only for the chosen ones), the bounds of the others, and the
    names of all in their order."""

    mapping: Mapping
    others: dict[str, Span]
    order: dict[str, None]


@dataclass(slots=True)
class Located:
    """A registry's text, found. `rest` is the root without the models."""

    rest: Mapping
    models: dict[str, Models]


def located(text: str, chosen: Collection[tuple[str, str]]) -> Located:
    """Where the `chosen` (provider, model) entries stand in `text`; MergeError where it is no registry."""
    collecting = gc.isenabled()
    gc.disable()  # many small values, none of them garbage
    try:
        return _Reader(text, frozenset(chosen)).registry()
    except yaml.YAMLError as error:
        raise MergeError(f"not YAML: {error}") from error
    finally:
        if collecting:
            gc.enable()


def values(node: Node) -> Any:
    """The node as plain values, with aliases as what they refer to by name."""
    match node:
        case Mapping():
            return {key: values(value) for key, (_, value) in node.items.items()}
        case Sequence():
            return [values(item) for item in node.items]
        case Scalar(alias=True):
            return ("alias", node.text)
        case Scalar():
            return scalar(node.text) if node.plain else node.text


def borrows(node: Node) -> bool:
    """True where a part of the node stands elsewhere: an alias, or the keys that a `<<` brings."""
    match node:
        case Mapping():
            return "<<" in node.items or any(borrows(value) for _, value in node.items.values())
        case Sequence():
            return any(map(borrows, node.items))
        case Scalar():
            return node.alias


def anchors_in(node: Node) -> Iterator[tuple[str, int]]:
    """Every anchor at or below the node, with its line."""
    if node.anchor:
        yield node.anchor, node.line
    below = node.items.values() if isinstance(node, Mapping) else ()
    for _, value in below:
        yield from anchors_in(value)
    for item in node.items if isinstance(node, Sequence) else ():
        yield from anchors_in(item)


_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Reader:
    def __init__(self, text: str, chosen: frozenset[tuple[str, str]]) -> None:
        self.text = text
        self.chosen = chosen
        self.next: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text).get_event
        self.last = 0  # where the latest content ended
        self.models: dict[str, Models] = {}

    def registry(self) -> Located:
        event = self.next()
        while isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            event = self.next()
        if not isinstance(event, yaml.MappingStartEvent):
            raise MergeError("not a registry: the file is no mapping")
        rest = self._mapping(event, self._root_value)
        if not isinstance(self.next(), yaml.DocumentEndEvent) or not isinstance(self.next(), yaml.StreamEndEvent):
            raise MergeError("more than one document in the file")
        return Located(rest, self.models)

    def _root_value(self, key: str, event: Any) -> Node:
        if key == "providers" and isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, self._provider)
        return self._node(event)

    def _provider(self, name: str, event: Any) -> Node:
        if not isinstance(event, yaml.MappingStartEvent):
            return self._node(event)

        def value(key: str, inner: Any) -> Node:
            if key != "models" or not isinstance(inner, yaml.MappingStartEvent):
                return self._node(inner)
            found = self._models(name, inner)
            self.models[name] = found
            return Scalar(found.mapping.start, found.mapping.end, "", False, found.mapping.line)

        return self._mapping(event, value)

    def _models(self, provider: str, event: Any) -> Models:
        """The models of a provider, of which only the chosen ones become nodes."""
        found = Models(self._open_mapping(event), {}, {})
        get_event = self.next
        while True:
            key = get_event()
            if isinstance(key, yaml.MappingEndEvent):
                self._close(found.mapping, key)
                return found
            start = key.start_mark.index
            name = getattr(key, "value", "")
            found.order[name] = None
            value = get_event()
            if (provider, name) in self.chosen:
                found.mapping.items[name] = (self._scalar(key), self._node(value))
            else:
                self._skip(value)
                found.others[name] = Span(start, self.last)

    def _skip(self, event: Any) -> None:
        """Goes past a node, remembering no more of it than where its content ends."""
        get_event, depth, content = self.next, 0, event
        while True:
            kind = type(event)
            if kind in _STARTS:
                depth += 1
            elif kind in _ENDS:
                depth -= 1
                if event.end_mark.index > event.start_mark.index:  # a bracket, not the end of a block
                    content = event
            else:
                content = event
            if not depth:
                break
            event = get_event()
        self.last = self._content_end(content)

    def _node(self, event: Any) -> Node:
        if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
            return self._scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, lambda _, inner: self._node(inner))
        node = Sequence(event.start_mark.index, 0, bool(event.flow_style), event.start_mark.line + 1, event.anchor)
        self.last = self._after_properties(event)
        while not isinstance(inner := self.next(), yaml.SequenceEndEvent):
            node.items.append(self._node(inner))
        self._close(node, inner)
        return node

    def _mapping(self, event: Any, value: Any) -> Mapping:
        node = self._open_mapping(event)
        while not isinstance(key := self.next(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise MergeError(f"line {key.start_mark.line + 1}: a key that is no text")
            node.items[key.value] = (self._scalar(key), value(key.value, self.next()))
        self._close(node, key)
        return node

    def _open_mapping(self, event: Any) -> Mapping:
        self.last = start = self._after_properties(event)
        return Mapping(start, 0, bool(event.flow_style), event.start_mark.line + 1, event.anchor)

    def _close(self, node: Mapping | Sequence, event: Any) -> None:
        if node.flow:
            self.last = event.end_mark.index
        node.end = self.last

    def _scalar(self, event: Any) -> Scalar:
        start = self._after_properties(event)
        self.last = self._content_end(event)
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return Scalar(start, self.last, str(event.anchor), True, line, alias=True)
        plain = bool(event.implicit[0]) and not event.style
        return Scalar(start, max(start, self.last), event.value, plain, line, event.anchor)

    def _after_properties(self, event: Any) -> int:
        """Where the value itself begins, behind `&anchor` and `!tag`."""
        place: int = event.start_mark.index
        if isinstance(event, yaml.AliasEvent):
            return place
        while place < event.end_mark.index and self.text[place] in "&!":
            while place < len(self.text) and not self.text[place].isspace():
                place += 1
            while place < event.end_mark.index and self.text[place].isspace():
                place += 1
        return place

    def _content_end(self, event: Any) -> int:
        """Where the visible content of an event ends: block scalars claim the line breaks behind them, too."""
        end: int = event.end_mark.index
        if getattr(event, "style", None) in ("|", ">"):
            end = len(self.text[event.start_mark.index : end].rstrip()) + event.start_mark.index
        return end
