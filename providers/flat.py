"""A record as one row: every field under the path to it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Row = dict[str, Any]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HOLDERS = ("attributes", "span_attributes")  # what spans keep their fields in
# A text that begins an object or a list in JSON, of JSON in JSON, or as Python prints it; an empty one holds nothing.
OBJECT_TEXT = r"""^[ \t\r\n]*(?:"[ ]*)?[{\[][ \t\r\n]*(["'{\[0-9\\-]|$)"""
_KINDS = ("modality", "type")  # what the entries of a list are told apart by
_DEEPEST = 9
_LONGEST = 100_000  # letters of a literal of Python's that is read


@dataclass(frozen=True, slots=True)
class Clash:
    """Values that stand under one plain name and differ: which of them counts nobody can say."""

    values: tuple[Any, ...]


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A key in small letters and snake case: `promptTokenCount` is `prompt_token_count`; without the `attributes.` before it that
    spans keep their fields in, where they stand in columns.
    """
    found = _CAMEL.sub("_", name.strip()).lower().replace(" ", "_").replace("-", "_")
    holder = next((one for one in HOLDERS if found.startswith(f"{one}.")), None)
    return found if holder is None else found[len(holder) + 1 :]


def flat(record: Mapping[str, Any], opened: frozenset[str] = frozenset()) -> Row:
    """The fields of `record` that hold anything, keys joined by points; texts in fields `opened` are read where they hold an
    object, in JSON or as Python prints it.

    The entries of a list that name a modality or a type stand under it, their numbers added up; other lists stay as
    they are. Fields of one plain name that differ are a Clash.
    """
    row: Row = {}
    for path, value in _fields(record, "", 0, opened):
        if path not in row:
            row[path] = value
        elif str(row[path]) != str(value) and row[path] != value:
            row[path] = Clash((row[path], value))
    return row


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a key that stands in it twice, with values that differ, holds a Clash."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key in found:
            values = [value for name, value in pairs if name == key]
            if any(value != values[0] for value in values):
                found[key] = Clash(tuple(values))
    return found


def _fields(record: Mapping[str, Any], above: str, depth: int, opened: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for key, found in record.items():
        if found is None or found == "":
            continue
        path = above + plain_name(str(key))
        value = found
        if isinstance(value, str) and path in opened:
            value = _opened(value)
        if isinstance(value, list) and value and all(map(_is_pair, value)):
            value = object_of([(pair["key"], pair["value"]) for pair in value])
        if isinstance(value, Mapping):
            inner = above if not depth and path in HOLDERS else f"{path}."
            if depth < _DEEPEST:
                yield from _fields(value, inner, depth + 1, opened)
            elif value:  # too deep to be read, and not to be passed over
                yield path, value
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
            if before is None or (before == value and both[0] is None):
                sums[name] = value
            else:
                sums[name] = both[0] + both[1] if None not in both else Clash((before, value))
    yield from sums.items()


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, Mapping) and entry.keys() == {"key", "value"} and isinstance(entry["key"], str)


def _opened(text: str) -> Any:
    """The object or the list that a text holds: JSON, JSON in JSON, or what Python prints; else the text."""
    value: Any = text.strip()
    for _ in range(2):
        if not isinstance(value, str) or value[:1] not in ("{", "[", '"'):
            break
        try:
            value = json.loads(value, object_pairs_hook=object_of)
        except (ValueError, RecursionError):
            value = _literal(value)
            break
    return value if isinstance(value, (dict, list)) else text


def _literal(text: str) -> Any:
    """The object that Python prints as `text`; None where it is none."""
    if not text.startswith("{") or len(text) > _LONGEST:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
