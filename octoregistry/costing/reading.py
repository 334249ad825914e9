"""Which recipe a row of a log is read by: those that are known, with a person's own names over them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from octoregistry.costing.errors import CostingError
from providers.dimensions import DIMENSIONS
from providers.flat import Clash, plain_name
from providers.numerals import is_whole_number
from providers.recipe import Recipe, recipes, shown_patterns
from providers.recipe_parts import Condition, Term, Whole, Words, term
from providers.unread import has_word

FIELDS = ("day", "provider", "model", "mode", "requests", "prompt_size")
CONTAINED = "contained"  # OURS of --map for columns that are counted within others
_ADDRESS = re.compile(r"://|[?#]|:[^/]*@|@[^@]*/")  # a password or a key may stand in it
_HOST = re.compile(
    r"(?:[a-zA-Z][a-zA-Z0-9+.-]*+://)?+(?:[^/?#\s]*@)?([a-zA-Z0-9.-]++)(?::\d*+)?+(?:[/?#].*)?+", re.DOTALL
)
_LONGEST_NAME = 100  # letters of a model's name, or of a day
NAMES = (*FIELDS, *DIMENSIONS, CONTAINED)


@dataclass(frozen=True, slots=True)
class How:
    """How a person wants a log to be read: `names` (ours -> theirs), what tells a response, at whose prices other
    sellers' calls are costed, whether assumed tiers are left out, and which column states a cost to compare with.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    once_by: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    strict_tiers: bool = False
    stated_cost: str | None = None

    def columns(self) -> tuple[str, ...]:
        """The columns that a person names."""
        return (*(name for theirs in self.names.values() for name in columns_of(theirs)), *self.once_by)


# What a field's name says it counts, for a proposal of --map alone: nothing is ever read by it.
_LIKELY = (
    ("cached_input", r"cache.*read|read.*cache|cached|cache.*hit"),
    ("cache_write_1h", r"cache.*1h"),
    ("cache_write_5m", r"cache.*(writ|creat)"),
    ("output_audio", r"(output|completion).*audio"),
    ("input_audio", r"audio"),
    ("output_image", r"(output|completion).*image"),
    ("input_image", r"image"),
    ("contained", r"total|reasoning|thought|accepted|rejected"),
    ("output", r"output|completion|response|generated|answer"),
    ("input", r"input|prompt|request"),
)


def recipes_with(how: How) -> tuple[Recipe, ...]:
    """Every recipe, with a person's names over what it says.

    Theirs is a column, a sum of columns and differences (`prompt_tokens-cached_tokens`), or a text after `:`. Raises
    CostingError for names that are none of ours.
    """
    names, once_by = how.names, tuple(map(plain_name, how.once_by))
    if unknown := [name for name in names if name not in NAMES]:
        raise CostingError(f"{unknown[0]} is no name of ours: {', '.join(NAMES)}")
    if not names and not once_by:
        return recipes()
    return tuple(_renamed(recipe, names, once_by) for recipe in recipes())


def forms_of(columns: Sequence[str], recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes whose form a table of such columns may have."""
    there = {part for column in columns for part in _ends(plain_name(column))}
    return [recipe for recipe in recipes if all(any(_may(one, there) for one in test) for test in recipe.known_by)]


def _ends(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _may(condition: Condition, there: set[str]) -> bool:
    return condition.absent or condition.name in there


def columns_of(theirs: str) -> tuple[str, ...]:
    """The columns that a person's expression names."""
    if theirs.startswith(":"):
        return ()
    return tuple(plain_name(part) for part in re.split(r"[+,]|(?<=\w)-(?=[A-Za-z_])", theirs) if part)


def check_names(how: How, there: Iterable[str]) -> None:
    """Raises CostingError where a column that a person names is nowhere in the log."""
    known = set(there)
    named = [(ours, column) for ours, theirs in how.names.items() for column in columns_of(theirs)]
    named += [("--once-by", plain_name(column)) for column in how.once_by]
    named += [("--stated-cost", plain_name(how.stated_cost))] if how.stated_cost else []
    for ours, column in named:
        if column not in known and not any(name.startswith(f"{column}.") for name in known):
            listed = ", ".join(sorted(known)[:40])
            raise CostingError(f"no column {column}, which {ours} should be read from: there are {listed}")


def no_form(there: Iterable[str], numbers: Iterable[str] | None = None) -> str:
    """What to say of a log of no form that is known; `numbers` are those that hold any, where that is known."""
    listed = list(there)
    flags = proposal(listed if numbers is None else numbers)
    return f"no known form: there are {', '.join(listed[:60])}; names of your own are given as ours=theirs" + (
        f", perhaps {flags}" if flags else ""
    )


def proposal(fields: Iterable[str]) -> str:
    """The flags of --map that would read these fields, by their names; "" where these say nothing."""
    found: dict[str, str] = {}
    for name in fields:
        ours = _likely(name.rpartition(".")[2])
        if ours is not None and has_word(name):
            found.setdefault(ours, name)
    if "input" in found and "cached_input" in found:
        found["input"] += f"-{found['cached_input']}"
    return " ".join(f"--map {ours}={theirs}" for ours, theirs in found.items())


def _likely(name: str) -> str | None:
    """What the last part of a path says it counts: `response.prompt_tokens` is of the prompt."""
    return next((ours for ours, pattern in _LIKELY if re.search(pattern, name)), None)


def may_be_shown(name: str, value: Any, recipe: Recipe) -> bool:
    """Whether an example may show a field of a row: numbers that its recipe counts, and texts that say when, whose, which model
    and how; a prompt or an answer may stand in any other.
    """
    if not shown_patterns(recipe).fullmatch(name) or isinstance(value, (list, dict, Clash)):
        return False
    if isinstance(value, (bool, date)) or is_whole_number(value):
        return True
    said = (*recipe.fields.values(), *(one.names for one in (*recipe.modes, *recipe.places)))
    return len(str(value)) <= _LONGEST_NAME and not _ADDRESS.search(str(value)) and any(name in names for names in said)


def without_secrets(place: str) -> str:
    """Where a call was answered as it may be told: of an address its host alone, since a password or a key may stand in it."""
    if "@" not in place and not _ADDRESS.search(place):
        return place
    host = _HOST.fullmatch(place)
    return host[1] if host else "another place"


def _renamed(recipe: Recipe, names: Mapping[str, str], once_by: tuple[str, ...]) -> Recipe:
    fields = {**recipe.fields, **{ours: _field(names[ours]) for ours in FIELDS if ours in names and ours != "mode"}}
    counts = {**recipe.counts, **{ours: _terms(names[ours]) for ours in DIMENSIONS if ours in names}}
    wholes = (*recipe.wholes, *(Whole(column, ()) for column in columns_of(names.get(CONTAINED, ""))))
    changed = replace(recipe, fields=fields, counts=counts, wholes=wholes)
    if once_by:
        changed = replace(changed, once_by=once_by, grows=True)
    if "mode" in names:
        theirs = names["mode"]
        literal = theirs.startswith(":")
        words = next((one.words for one in recipe.modes), {})
        changed = replace(
            changed,
            mode=theirs[1:] if literal else "",
            modes=() if literal else (Words(_field(theirs), words),),
        )
    own = [column for ours in DIMENSIONS if ours in names for column in columns_of(names[ours])]
    if recipe.key == "plain" and own:
        known = tuple(Condition(name, absent=False, values=frozenset()) for name in (*own, *DIMENSIONS))
        changed = replace(changed, known_by=(known,))
    if "prompt_size" in names:
        changed = replace(changed, windows={})
    return changed


def _field(theirs: str) -> tuple[str, ...]:
    return (theirs,) if theirs.startswith(":") else (plain_name(theirs),)


def _terms(theirs: str) -> tuple[Term, ...]:
    if theirs.startswith(":"):
        raise CostingError(f"{theirs}: tokens are read from a column")
    signed = re.split(r"(\+|(?<=\w)-(?=[A-Za-z_]))", theirs)
    found = [term(plain_name(signed[0]))]
    for sign, name in zip(signed[1::2], signed[2::2], strict=True):
        found.append(term(("-" if sign == "-" else "") + plain_name(name)))
    return tuple(found)
