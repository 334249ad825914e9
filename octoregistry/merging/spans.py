"""Where the models of a registry stand in its text."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class ModelSpan:
    """A model's text: from its key, or from the beginning of the key's line where models stand in lines of their own, up
    to the next model. `reference` where the value is an alias of another entry."""

    start: int
    end: int
    line: int
    reference: bool


@dataclass(frozen=True, slots=True)
class ModelsSpan:
    """One provider's models in their order: on one line (`flow`) or each from `column` on; `end` is before the `}`."""

    flow: bool
    column: int
    end: int
    models: dict[str, ModelSpan]


def models_spans(text: str) -> dict[str, ModelsSpan]:
    """Provider -> where its models stand, if it has a mapping of its own. Raises yaml.YAMLError."""
    collecting = gc.isenabled()
    gc.disable()  # many small values, none of them garbage: collecting takes half of the time
    try:
        root = yaml.compose(text, Loader=LOADER)
    finally:
        if collecting:
            gc.enable()
    return {
        provider: _span(models)
        for providers in _own(root, "providers")
        for provider, entry in ((name.value, entry) for name, entry in providers.value)
        for models in _own(entry, "models")
    }


def _own(node: Any, key: str) -> list[Any]:
    """The mapping under `key`, if the node has one that is written there."""
    items = node.value if isinstance(node, yaml.MappingNode) else []
    return [
        value
        for name, value in items
        if name.value == key and isinstance(value, yaml.MappingNode) and not _is_reference(name, value)
    ]


def _is_reference(key: Any, value: Any) -> bool:
    """True where the value stands before its key: of an alias the composer gives the node that it names."""
    return bool(value.start_mark.index < key.start_mark.index)


def _span(node: Any) -> ModelsSpan:
    flow = bool(node.flow_style)
    marks = [key.start_mark for key, _ in node.value]
    starts = [mark.index if flow else mark.index - mark.column for mark in marks]
    end = node.end_mark.index - flow
    ends = [value.end_mark.index for _, value in node.value] if flow else [*starts[1:], end]
    models = {
        key.value: ModelSpan(start, stop, key.start_mark.line + 1, _is_reference(key, value))
        for (key, value), start, stop in zip(node.value, starts, ends, strict=True)
    }
    return ModelsSpan(flow, marks[0].column if marks else 0, end, models)
