"""What of a row's usage no recipe reads: which fields hold usage, and which of them hold what is in no count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from functools import cache
from typing import Any

from .flat import HOLDERS, OBJECT_TEXT, Clash, Row
from .numerals import BLANKS, holds_digits, is_number, small
from .recipe import Recipe, known_patterns, only_taken_away, speech, ways

NOTHING = ("", "null", "none", "nan")
# What tells a column of usage from others, and columns that are none all the same.
WORDS = (
    "token",
    "cache",
    "audio",
    "image",
    "video",
    "search",
    "second",
    "character",
    "unit",
    "request",
    "charge",
    "usage",
)
FREE = re.compile(
    r"(.*[._])?(id|ids|uuid|key|at|time|timestamp|time_ms|ms|ns|date|name|url|hash|status|type|tags|count_limit|cost|costs|spend|usd|price|limit)"
    r"|cost_.*|.*_cost|.*_usd|usd_.*|price_.*|.*_price|time_to_.*|max_.*|.*_per_.*|.*\.max_.*"
    r"|((request|response|total|api|call|llm)_)?(latency|duration|elapsed)(_seconds|_secs|_sec|_s)?"
    # texts about what was asked, sought or shown: a prompt may say "3 jokes"
    r"|([a-z]+_)?(request|search|image)(ed|er)?_(body|payload|json|params|parameters|options|headers|method|path|uri|query"
    r"|text|prompt|message|messages|content|model|user|agent|ip|ip_address|address|country|region|source|format|title|reason)"
)
_OBJECT = re.compile(OBJECT_TEXT)

UNREADABLE = "usage that cannot be read"
UNHEARD = "how or where a call was served, in a field that no recipe reads"
CLASH = "two fields of one name that differ"


def is_usage(name: str, recipe: Recipe) -> bool:
    """Whether a field of that name holds usage in rows of `recipe`: within its usage object, by a word in its name, or where
    tokens are taken from others for it.
    """
    if name in only_taken_away(recipe):
        return True
    if any(name.startswith(f"{root}.") or name == root for root in recipe.usage):
        return True
    return recipe.flat and not (recipe.usage and "." in name) and has_word(name)


def has_word(name: str) -> bool:
    """Whether a name has a word of usage, and is none of those that are free all the same."""
    return any(word in name for word in WORDS) and not FREE.fullmatch(name)


def unread(row: Row, recipe: Recipe) -> list[str]:
    """The fields of usage that hold a number and that the recipe does not know."""
    return [name for name, value in row.items() if is_number(value) and is_unknown_usage(name, recipe)]


@cache
def unheard_words(name: str, recipe: Recipe) -> Mapping[str, str] | None:
    """What the words in a field mean that says how or where a call was served and that `recipe` does not read; None for
    others.
    """
    above, _, step = name.rpartition(".")
    if not above or step not in ways() or not speech().isdisjoint(above.split(".")):
        return None
    return None if any(name in one.names for one in (*recipe.modes, *recipe.places)) else ways()[step]


def unheard(row: Row, recipe: Recipe) -> str | None:
    """The fault of a row that says how or where it was served where its recipe does not look."""
    for name, value in row.items():
        if isinstance(value, str) and (words := unheard_words(name, recipe)) is not None:
            text = small(value.strip(BLANKS))
            if text not in NOTHING and words.get(text, text):
                return f"{UNHEARD}: {name}"
    return None


def usage_of_no_call(row: Row, recipe: Recipe) -> str | None:
    """A field that counts something in a row that its recipe takes for no call; None where there is none: at the top of the
    row by the words in its name, or within an object of usage.
    """
    free = re.compile("|".join(map(translate, recipe.free)) or r"(?!)")
    for name, value in row.items():
        within = any(name == root or name.startswith(f"{root}.") for root in recipe.usage)
        if (within or ("." not in name and has_word(name))) and is_number(value) and not free.fullmatch(name):
            return name
    return None


def clash(row: Row, recipe: Recipe) -> str | None:
    """The fault of a row in which two fields of usage have one name, and differ."""
    for name, value in row.items():
        if isinstance(value, Clash) and (known_patterns(recipe).fullmatch(name) or is_usage(name, recipe)):
            return f"{CLASH}: {name}"
    return None


def unreadable(row: Row, recipe: Recipe) -> str | None:
    """The fault of a row whose fields of usage cannot be read at all, or what holds them."""
    name = next(_unreadable(row, recipe), None)
    return None if name is None else f"{UNREADABLE}: {name}"


def _unreadable(row: Row, recipe: Recipe) -> Iterator[str]:
    for root in recipe.usage:
        value = row.get(root)
        if value is not None and not (isinstance(value, str) and value.strip(BLANKS).lower() in NOTHING):
            yield root
    for name, value in row.items():
        if name in holders(recipe):
            if _holds_object(value):
                yield name
        elif is_unknown_usage(name, recipe) and isinstance(value, str) and _holds_object(value) and holds_digits(value):
            yield name


def _holds_object(value: Any) -> bool:
    """Whether a value that was not opened is, or begins, an object or a list of more than words."""
    if isinstance(value, list):
        return is_number(value)
    return isinstance(value, str) and _OBJECT.match(value) is not None


def is_unknown_usage(name: str, recipe: Recipe) -> bool:
    """Whether a field of that name holds usage that the recipe does not know."""
    return is_usage(name, recipe) and not known_patterns(recipe).fullmatch(name)


@cache
def holders(recipe: Recipe) -> frozenset[str]:
    """The fields that hold objects with usage in them, all the way up, and those that spans keep their attributes in."""
    terms = [one for terms in recipe.counts.values() for one in terms]
    counted = [name for one in terms for names in (one.names, *one.parts) for name in names]
    counted += [name for names in recipe.charges.values() for name in names]
    counted += [*recipe.total, *(f"{root}." for root in recipe.usage)]
    found = set(HOLDERS)
    for name in counted:
        while name := name.rpartition(".")[0]:
            found.add(name)
    return frozenset(found)
