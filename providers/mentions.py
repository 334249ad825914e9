"""What an answer itself names that is billed besides tokens, a search it made, where its usage does not count it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from .recipe import Recipe


def mentioned(row: Mapping[str, Any], recipe: Recipe) -> dict[str, int]:
    """The charges that the answer in a row names, each once: how many of them are billed is not known."""
    return {name: 1 for name, paths in recipe.mentions.items() if any(_stands(row, path) for path in paths)}


def counted_as(name: str) -> str:
    """The charge that says how many there were of what an answer names, where its usage has it."""
    return name.removesuffix(" in the answer")


@cache
def mention_pattern(path: str) -> str:
    """The pattern of a JSON text whose entries are told apart by the last step of `path` as their type, or hold an object or a
    list under it that is not empty; texts within the JSON do not match, for their quotes are escaped.
    """
    key = path.rpartition(".")[2]
    first, *others = key.split("_")
    keys = "|".join(map(re.escape, dict.fromkeys((key, first + "".join(map(str.title, others))))))
    return rf'"type"[ ]*:[ ]*"{re.escape(key)}"|"({keys})"[ ]*:[ ]*(\[[ ]*["{{]|\{{[ ]*")'


@cache
def key_pattern(key: str) -> str:
    """The pattern of a JSON text in which any object has a key."""
    return rf'"{re.escape(key)}"[ ]*:'


def has_key(held: Any, key: str) -> bool:
    """Whether any object of a list has a key, however deep; the list may be its JSON."""
    if not isinstance(held, (str, list)):
        return False
    return re.search(key_pattern(key), _json(held)) is not None


def _json(held: str | list[Any]) -> str:
    return held if isinstance(held, str) else json.dumps(held, default=str)


def _stands(row: Mapping[str, Any], path: str) -> bool:
    if any(name == path or name.startswith(f"{path}.") for name in row):
        return row.get(path) not in ("", "[]", [])
    held = row.get(path.rpartition(".")[0])
    if not isinstance(held, (str, list)):
        return False
    return re.search(mention_pattern(path), _json(held)) is not None
