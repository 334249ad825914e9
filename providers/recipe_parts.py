"""The parts of a recipe, and how its data writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

FieldNames = tuple[str, ...]


class Term(NamedTuple):
    """What is added to a dimension, or taken from it: the first of `names` that is not 0, less the `parts` where it is stated.

    `needed`: only where the stated total is not reached without it.
    """

    sign: int
    needed: bool
    names: FieldNames
    parts: tuple[FieldNames, ...]


class Condition(NamedTuple):
    """A field that is there (or is not), or holds one of `values`; one that ends in `*` is the beginning of others.

    With a `key`, a list whose entries have it, however deep; with `counts`, a number other than 0.
    """

    name: str
    absent: bool
    values: frozenset[str]
    key: str = ""
    counts: bool = False

    @property
    def beginnings(self) -> FieldNames:
        """How a value may begin."""
        return tuple(sorted(value.removesuffix("*") for value in self.values if value.endswith("*")))


Test = tuple[Condition, ...]  # any of them


class Whole(NamedTuple):
    """What the fields of a pattern are counted within: the first of `names`, all tokens of `:input` or `:output`, or without
    names all tokens of the row.
    """

    pattern: str
    names: FieldNames
    exact: bool = False  # the same again: never less either


class Words(NamedTuple):
    """A field, or alternatives, and what the words in it mean."""

    names: FieldNames
    words: Mapping[str, str]


class Ambiguity(NamedTuple):
    """Fields that together leave open what was used, `unless` others say it."""

    both: tuple[FieldNames, FieldNames]
    unless: FieldNames
    says: str


class Demand(NamedTuple):
    """A test that holds for every row that can be read, and what is to be said of others."""

    test: Test
    says: str


class Besides(NamedTuple):
    """A test for rows that are paid for something that nothing counts, but for those of which `unless` holds, and what that is;
    `alone`: only of rows without a token.
    """

    test: Test
    says: str
    alone: bool
    unless: Test


def named(text: str) -> FieldNames:
    """The alternatives of `a|b`."""
    return tuple(name.strip() for name in text.split("|"))


def term(text: str) -> Term:
    """A term as a recipe writes it."""
    sign = -1 if text.startswith("-") else 1
    first, *parts = text.lstrip("-?").split(" ~ ")
    return Term(sign, text.startswith("?"), named(first), tuple(map(named, parts)))


def whole_of(text: str) -> Whole:
    """What `part < whole|whole` says, or `part = the same`."""
    pattern, sign, names = re.split("( [<=] |$)", text, maxsplit=1)
    return Whole(pattern.strip(), named(names) if names else (), sign == " = ")


def names_of(value: Any) -> FieldNames:
    """The names of a list, or the steps of a path."""
    return tuple(value.split(".")) if isinstance(value, str) else tuple(value)


def as_it_is(value: Any) -> Any:
    """The value."""
    return value


def tests_of(texts: Iterable[str]) -> tuple[Test, ...]:
    """The tests of a list."""
    return tuple(map(test_of, texts))


def demands_of(tables: Iterable[Mapping[str, str]]) -> tuple[Demand, ...]:
    """What `must` writes."""
    return tuple(Demand(test_of(one["test"]), one["says"]) for one in tables)


def besides_of(tables: Iterable[Mapping[str, Any]]) -> tuple[Besides, ...]:
    """What `besides` writes."""
    return tuple(
        Besides(
            test_of(one["test"]),
            one["says"],
            one.get("alone", False),
            test_of(one["unless"]) if "unless" in one else (),
        )
        for one in tables
    )


def test_of(text: str) -> Test:
    """The conditions that ` or ` stands between."""
    return tuple(condition_of(part.strip()) for part in text.split(" or "))


def condition_of(text: str) -> Condition:
    """A condition as a recipe writes it."""
    written, equals, values = text.lstrip("!").partition("=")
    name, _, key = written.partition("~")
    among = frozenset(values.split("|")) if equals else frozenset()
    return Condition(name.removesuffix("#"), text.startswith("!"), among, key, name.endswith("#"))
