"""A record as one row: every field under the path to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

Row = dict[str, Any]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KINDS = ("modality", "type")  # what the entries of a list are told apart by
_DEEPEST = 9


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A key in small letters and snake case: `promptTokenCount` is `prompt_token_count`."""
    return _CAMEL.sub("_", name.strip()).lower().replace(" ", "_").replace("-", "_")


def flat(record: Mapping[str, Any], opened: frozenset[str] = frozenset()) -> Row:
    """The fields of `record` that hold anything, keys joined by points; texts of JSON in columns `opened` are read too.

    The entries of a list that name a modality or a type stand under it, their numbers added up; other lists stay as
    they are.
    """
    row: Row = {}
    for path, value in _fields(record, "", 0, opened):
        row.setdefault(path, value)
    return row


def _fields(record: Mapping[str, Any], above: str, depth: int, opened: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for key, found in record.items():
        if found is None or found == "":
            continue
        path = above + plain_name(str(key))
        value = found
        if isinstance(value, str) and value[0] in "{[" and not depth and path in opened:
            value = _json(value)
        if isinstance(value, Mapping):
            inner = above if not depth and path in ("attributes", "span_attributes") else f"{path}."
            if depth < _DEEPEST:
                yield from _fields(value, inner, depth + 1, opened)
        elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
            yield from _entries(value, path, depth, opened)
        elif value is not None and value != []:
            yield path, value


def _entries(
    entries: list[Mapping[str, Any]], path: str, depth: int, opened: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    kinds = [next((str(entry[name]) for name in _KINDS if entry.get(name)), None) for entry in entries]
    if depth > _DEEPEST or None in kinds:
        yield path, entries
        return
    sums: Row = {}
    for kind, entry in zip(kinds, entries, strict=True):
        for name, value in _fields(entry, f"{path}.{plain_name(str(kind))}.", depth + 1, opened):
            before = sums.get(name)
            both = [_number(before), _number(value)]
            sums[name] = both[0] + both[1] if before is not None and None not in both else value
    yield from sums.items()


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
