"""Recipes: which fields of a form of usage make which dimension. Data in `recipes/`, whose README says what each key means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib.resources import files
from typing import Any

from .recipe_parts import (
    Ambiguity,
    Besides,
    Demand,
    FieldNames,
    Term,
    Test,
    Whole,
    Words,
    as_it_is,
    besides_of,
    demands_of,
    named,
    names_of,
    term,
    test_of,
    tests_of,
    whole_of,
)

FILES = ("responses", "gateways", "reports", "spans", "tools", "plain")


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How one form of usage is read."""

    name: str
    key: str
    known_by: tuple[Test, ...] = ()
    usage: FieldNames = ()
    flat: bool = False
    response: bool = False
    fields: Mapping[str, FieldNames] = field(default_factory=dict)  # day, provider, model, requests, prompt_size
    modes: tuple[Words, ...] = ()
    mode: str = ""
    places: tuple[Words, ...] = ()
    windows: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    charges: Mapping[str, FieldNames] = field(default_factory=dict)
    mentions: Mapping[str, FieldNames] = field(default_factory=dict)
    answers: FieldNames = ()
    besides: tuple[Besides, ...] = ()
    total: FieldNames = ()
    wholes: tuple[Whole, ...] = ()
    free: FieldNames = ()
    unclear: tuple[Ambiguity, ...] = ()
    must: tuple[Demand, ...] = ()
    calls: tuple[Test, ...] = ()
    sum_of_others: Test = ()
    trace: FieldNames = ()
    span: FieldNames = ()
    parent: FieldNames = ()
    free_if: Test = ()
    sums: Test = ()
    of_batch: Test = ()
    once_by: FieldNames = ()
    grows: bool = False
    session: bool = False
    rows: FieldNames = ()
    states_costs: FieldNames = ()
    carried: FieldNames = ()
    moved: str = ""

    @property
    def counts_usage(self) -> bool:
        """Whether rows of the form count anything that is paid for."""
        return bool(self.counts or self.charges)

    @property
    def contained(self) -> FieldNames:
        """The patterns of what is counted within something else."""
        return tuple(one.pattern for one in self.wholes)

    def known_fields(self) -> FieldNames:
        """Every field that the recipe names, without the patterns of what is contained or free."""
        named: list[str] = [name for names in self.fields.values() for name in names]
        named += [name for words in (*self.modes, *self.places) for name in words.names]
        for terms in self.counts.values():
            named += [name for term in terms for names in (term.names, *term.parts) for name in names]
        named += [name for names in self.charges.values() for name in names]
        named += [*self.total, *self.trace, *self.span, *self.parent, *self.once_by, *self.states_costs]
        tests = (*self.known_by, *self.calls, self.sum_of_others, self.free_if, self.sums, self.of_batch)
        tests = (
            *tests,
            *(one.test for one in self.must),
            *(test for one in self.besides for test in (one.test, one.unless)),
        )
        named += [condition.name for test in tests for condition in test]
        named += [name for one in self.unclear for names in (*one.both, one.unless) for name in names]
        named += [name for one in self.wholes for name in (one.pattern, *one.names) if "*" not in name]
        return tuple(dict.fromkeys(name for name in named if not name.startswith((":", "?"))))

    def mention_fields(self) -> FieldNames:
        """Where an answer may name what it is billed for: the paths of `mentions`, and what holds each. Never shown."""
        paths = [path for paths in self.mentions.values() for path in paths]
        return tuple(dict.fromkeys(name for path in paths for name in (path, path.rpartition(".")[0])))


@cache
def recipes() -> tuple[Recipe, ...]:
    """Every form that is known, in the order in which a row is held against them."""
    words = _word_tables()
    tables: dict[str, dict[str, Any]] = {}
    for name in FILES:
        tables |= _tables(name)
    made: dict[str, Recipe] = {}
    for key, table in tables.items():
        base = made.get(table.get("like", ""))
        if "within" in table and base is not None:
            base = _within(base, table["within"])
        made[key] = _recipe(key, table, words, base)
    # a row of another form may have whatever tells rows that count nothing
    found = sorted(made.values(), key=lambda recipe: (not recipe.counts_usage, "within" not in tables[recipe.key]))
    of_answers = _mentions_of_answers(made[key] for key, table in tables.items() if "within" not in table)
    return tuple(_with_common(_with_answers(recipe, of_answers), words) for recipe in found)


def _mentions_of_answers(among: Iterable[Recipe]) -> dict[str, FieldNames]:
    """What answers of any vendor may name that they are paid for, and where in them."""
    found: dict[str, FieldNames] = {}
    for recipe in among:
        for name, paths in recipe.mentions.items() if recipe.response else ():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *paths)))
    return found


def _with_answers(recipe: Recipe, of_answers: Mapping[str, FieldNames]) -> Recipe:
    """`recipe` with the mentions of whatever vendor's answer its rows hold."""
    if not recipe.answers:
        return recipe
    mentions = {
        name: tuple(
            dict.fromkeys(
                (*recipe.mentions.get(name, ()), *(f"{place}.{path}" for place in recipe.answers for path in paths))
            )
        )
        for name, paths in of_answers.items()
    }
    return replace(recipe, mentions={**recipe.mentions, **mentions})


@cache
def surfaces() -> frozenset[str]:
    """What an SDK adds to the name of a provider and what changes nothing."""
    return frozenset(_tables("words")["surface"])


@cache
def ways() -> Mapping[str, Mapping[str, str]]:
    """For each last step of a path that says how or where a call was served what the words in it mean."""
    return {step: _word_tables()[words] for step, words in _tables("words")["common"]["ways"].items()}


@cache
def speech() -> frozenset[str]:
    """The steps of a path within which words are somebody's."""
    return frozenset(_tables("words")["common"]["words"]["within"])


@cache
def _word_tables() -> dict[str, dict[str, Any]]:
    """The tables of words, each word in all the ways in which its table says that it may be written."""
    tables = _tables("words")
    return {key: _all_ways({**tables.get(table.get("like", ""), {}), **table}) for key, table in tables.items()}


def _all_ways(table: Mapping[str, Any]) -> dict[str, Any]:
    words = {word: meaning for word, meaning in table.items() if word not in ("also", "like")}
    ways = ("@", *table.get("also", ()))
    return {way.replace("@", word): meaning for word, meaning in words.items() for way in ways}


@cache
def _tables(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "recipes" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def only_taken_away(recipe: Recipe) -> frozenset[str]:
    """The fields that dimensions take away and that nothing counts: what they hold would be in no sum."""
    terms = [one for terms in recipe.counts.values() for one in terms]
    taken = {name for one in terms if one.sign < 0 for names in (one.names, *one.parts) for name in names}
    counted = {name for one in terms if one.sign > 0 for name in one.names}
    known = (*recipe.contained, *recipe.free)
    return frozenset(name for name in taken - counted if not any(fnmatchcase(name, one) for one in known))


@cache
def known_patterns(recipe: Recipe) -> re.Pattern[str]:
    """What matches a field that the recipe names, be it counted, contained or free."""
    patterns = [re.escape(name) for name in recipe.known_fields() if name not in only_taken_away(recipe)]
    patterns += [translate(name) for name in (*recipe.contained, *recipe.free)]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


@cache
def shown_patterns(recipe: Recipe) -> re.Pattern[str]:
    """What matches a field whose number may be shown: one that is counted, contained in another, or says when, whose, of how many
    requests and how; never what is free, for a prompt may stand there.
    """
    terms = [one for terms in recipe.counts.values() for one in terms]
    shown = [name for one in terms for names in (one.names, *one.parts) for name in names]
    shown += [name for names in (*recipe.fields.values(), *recipe.charges.values()) for name in names]
    shown += [name for words in (*recipe.modes, *recipe.places) for name in words.names]
    shown += [*recipe.total, *recipe.states_costs, *(name for one in recipe.wholes for name in one.names)]
    patterns = [*map(re.escape, shown), *map(translate, recipe.contained)]
    free = "|".join(map(translate, recipe.free)) or r"(?!)"
    return re.compile(f"(?!(?:{free})$)(?:{'|'.join(patterns) or r'(?!)'})")


def _recipe(key: str, table: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], base: Recipe | None) -> Recipe:
    """The recipe that `table` writes, over `base` where it is like another."""
    within = base.known_by if base and "within" in table else ()
    said = {
        "name": table["name"],
        "key": key,
        "known_by": (*within, *tests_of(table.get("known_by", ()))),
        "fields": {
            **(base.fields if base else {}),
            **{name: named(table[name]) for name in _FIELDS if name in table},
        },
        **{name: read(table[name]) for name, read in _READ.items() if name in table},
        **_of_words(table, words),
        **_of_counts(table),
    }
    return replace(base, **said) if base else Recipe(**said)


def _with_common(recipe: Recipe, words: Mapping[str, Any]) -> Recipe:
    """`recipe` with the fields that say in any log how and where a call was served, but for those that it names itself."""

    def added(own: tuple[Words, ...], part: str) -> tuple[Words, ...]:
        known = {name for one in own for name in one.names}
        common = (Words(named(names), words[word]) for names, word in words["common"][part].items())
        return (*own, *(one for one in common if not known & set(one.names)))

    return replace(recipe, modes=added(recipe.modes, "modes"), places=added(recipe.places, "place"))


def _of_words(table: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The parts of a recipe whose words stand in a table of their own."""
    said: dict[str, Any] = {
        part: tuple(Words(named(names), words[word]) for names, word in table[key].items())
        for key, part in (("modes", "modes"), ("place", "places"))
        if key in table
    }
    return said | ({"windows": words[table["windows"]]} if "windows" in table else {})


def _of_counts(table: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a recipe that count, whose fields may stand in each place of the table's `also`."""
    also = tuple(table.get("also", ()))

    def full(text: str) -> str:
        """`text` with each `@.name` as the alternatives of that name in all the places of `also`."""
        return re.sub(r"@\.([\w.]+)", lambda found: "|".join(f"{place}.{found[1]}" for place in also), text)

    said: dict[str, Any] = {}
    if "contained" in table:
        said["wholes"] = tuple(map(whole_of, table["contained"]))
    if "counts" in table:
        said["counts"] = {
            name: tuple(term(full(text)) for text in terms) for name, terms in table["counts"].items() if terms
        }
    if "charges" in table:
        said["charges"] = {name: named(full(text)) for name, text in table["charges"].items()}
    if "mentions" in table:
        said["mentions"] = {name: named(full(text)) for name, text in table["mentions"].items()}
    if "unclear" in table:
        said["unclear"] = tuple(
            Ambiguity(
                (named(full(one["both"][0])), named(full(one["both"][1]))),
                tuple(name for text in one.get("unless", ()) for name in named(full(text))),
                one["says"],
            )
            for one in table["unclear"]
        )
    return said


_FIELDS = ("day", "provider", "model", "requests", "prompt_size")
# What a key of a recipe holds, for those that need nothing else of the table.
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("flat", "response", "mode", "moved", "grows", "session"), as_it_is),
    **dict.fromkeys(("usage", "free", "rows", "once_by", "carried", "answers"), names_of),
    **dict.fromkeys(("total", "trace", "span", "parent", "states_costs"), named),
    **dict.fromkeys(("sum_of_others", "free_if", "sums", "of_batch"), test_of),
    "calls": tests_of,
    "must": demands_of,
    "besides": besides_of,
}


def _within(recipe: Recipe, place: str) -> Recipe:
    """`recipe` with all its fields within `place`."""

    def inside(name: str) -> str:
        return name if name.startswith((":", "?")) else f"{place}.{name}"

    def all_inside(names: Iterable[str]) -> FieldNames:
        return tuple(map(inside, names))

    def test(conditions: Test) -> Test:
        return tuple(condition._replace(name=inside(condition.name)) for condition in conditions)

    return replace(
        recipe,
        known_by=tuple(map(test, recipe.known_by)),
        usage=all_inside(recipe.usage),
        fields={name: all_inside(names) for name, names in recipe.fields.items()},
        modes=tuple(Words(all_inside(one.names), one.words) for one in recipe.modes),
        places=tuple(Words(all_inside(one.names), one.words) for one in recipe.places),
        counts={
            name: tuple(
                one._replace(names=all_inside(one.names), parts=tuple(map(all_inside, one.parts))) for one in terms
            )
            for name, terms in recipe.counts.items()
        },
        charges={name: all_inside(names) for name, names in recipe.charges.items()},
        mentions={name: all_inside(names) for name, names in recipe.mentions.items()},
        total=all_inside(recipe.total),
        wholes=tuple(one._replace(pattern=inside(one.pattern), names=all_inside(one.names)) for one in recipe.wholes),
        free=all_inside(recipe.free),
        unclear=tuple(
            Ambiguity((all_inside(one.both[0]), all_inside(one.both[1])), all_inside(one.unless), one.says)
            for one in recipe.unclear
        ),
        must=tuple(Demand(test(one.test), one.says) for one in recipe.must),
        besides=tuple(one._replace(test=test(one.test), unless=test(one.unless)) for one in recipe.besides),
        free_if=test(recipe.free_if),
        sums=test(recipe.sums),
        of_batch=test(recipe.of_batch),
    )
