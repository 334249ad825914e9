"""The model that a name on a page means: an exact match after normalisation, or none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from octoregistry.reading.classify.names import without_links
from octoregistry.sources.listings import ListedModel
from providers.entries import Model
from providers.vendors import Names

# -20251001, -2024-08-06, -latest: the same model on a day.
_SNAPSHOT = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
_FOOTNOTE = re.compile(r"\^\S*\^|\[\^?\d+\]|[*†‡§¶^`\\]")
# The same with the day's four digits that older ids have: gpt-4-0613.
_ON_A_DAY = re.compile(r"-(?:\d{4}|\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
# Emoji and their modifiers, zero-width and direction marks, combining marks, private letters.
_NO_LETTERS = frozenset({"So", "Sk", "Cf", "Mn", "Me", "Co", "Cs", "Cn"})
_PARENTHESES = re.compile(r"(?<!\s)\s*+[(（][^()（）]*+(?:\([^()]*+\)[^()]*+)*+[)）]")
_API_ID = re.compile(r"^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+$|^[a-z]+\d+$")


@dataclass(frozen=True, slots=True)
class Matched:
    """The registry's models of a name: one, or several if the page prices several ids at once.

    `aliases` are ids that the page gives beside them and the registry does not know yet; `moved` are names of other models
    that it gives beside a model's own id. `alias` is True where the page has neither the model's id, nor its display name,
    nor either on a day: a name that the vendor may point at another model.
    """

    ids: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    alias: bool = False


@dataclass(frozen=True, slots=True)
class AmbiguousMatch:
    """Several models that the name may mean; nothing is written for any of them."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model that the registry lacks. `derived` says that nobody gave the id: it follows from the vendor's rule."""

    id: str
    display_name: str
    aliases: tuple[str, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name that no rule turns into an id, and why."""

    reason: str


Match = Matched | AmbiguousMatch | NewModel | Unmatched


class ModelNames:
    """The names of one provider's models: ids and names of the registry, the vendor's list and the alias table."""

    def __init__(self, models: Iterable[Model], listed: Iterable[ListedModel], naming: Names) -> None:
        self._naming = naming
        self._registered: dict[str, set[str]] = {}
        self._listed = {entry.id: entry for entry in listed}
        self._spelled: dict[str, set[str]] = {}
        self._own_names: dict[str, set[str]] = {}
        for model in models:
            self._own_names[model.id] = {self._without_day(text) for text in (model.id, model.display_name)}
            for known in (model.id, *model.aliases):
                self._registered.setdefault(known.casefold(), set()).add(model.id)
                self._spell(known, known)
            self._spell(model.display_name, model.id)
        for entry in self._listed.values():
            self._spell(entry.id, entry.id)
            self._spell(entry.display_name or entry.id, entry.id)
        self._table: dict[str, tuple[str, ...]] = {
            normalised(name, naming.optional_prefix): ids for name, ids in naming.ids.items()
        }

    def match(self, name: str, ids: tuple[str, ...] = ()) -> Match:
        """Which model a page means by `name`, given the `ids` that the page itself puts beside it."""
        found = self._match(name, ids)
        if isinstance(found, Matched) and len(found.ids) == 1:
            spelling = normalised(name, self._naming.optional_prefix)
            meant = (name, *ids, *self._spelled.get(spelling, ()), *self._table.get(spelling, ()))
            own = self._own_names[found.ids[0]]
            return replace(found, alias=own.isdisjoint(self._without_day(text) for text in meant))
        return found

    def _match(self, name: str, ids: tuple[str, ...]) -> Match:
        if ids:
            return self._by_ids(name, ids)
        literal = self._registered.get(_undecorated(name).casefold())
        if literal:
            return _one_of(literal)
        spelling = normalised(name, self._naming.optional_prefix)
        if spelling in self._spelled:
            return self._among(name, self._spelled[spelling])
        if spelling in self._table:
            return self._by_ids(name, self._table[spelling])
        return self._unknown(name)

    def _without_day(self, name: str) -> str:
        return _ON_A_DAY.sub("", normalised(name, self._naming.optional_prefix))

    def _spell(self, name: str, model: str) -> None:
        spelling = normalised(name, self._naming.optional_prefix)
        if spelling:
            self._spelled.setdefault(spelling, set()).add(model)

    def _by_ids(self, name: str, ids: tuple[str, ...]) -> Match:
        """The registry's models of these ids; where it has none, a new one by the first, the others its aliases."""
        owners = {id_: sorted(self._registered.get(id_.casefold(), ())) for id_ in ids}
        own = dict.fromkeys(model for id_, models in owners.items() for model in models if model in self._own(id_))
        found = own or dict.fromkeys(model for models in owners.values() for model in models)
        new_ids = tuple(id_ for id_ in ids if not owners[id_])
        if found:
            # a name that is given beside another model's own id is that model's now: its old owner has not its price
            moved = tuple(id_ for id_, models in owners.items() if models and found.keys().isdisjoint(models))
            return Matched(tuple(found), new_ids, moved)
        return NewModel(ids[0], display_name_of(name), aliases=ids[1:])

    def _own(self, id_: str) -> set[str]:
        """The registry's models of just this id, in any letter case."""
        return {model for model in self._registered.get(id_.casefold(), ()) if model.casefold() == id_.casefold()}

    def _among(self, name: str, spelled: set[str]) -> Match:
        """The one model that several ids of one spelling mean: an id and its dated snapshots are one model."""
        models: set[str] = set().union(*(self._registered.get(id_.casefold(), ()) for id_ in spelled))
        if models:
            return _one_of(models)
        if len(spelled) > 1 and len({_SNAPSHOT.sub("", id_) for id_ in spelled}) > 1:
            return AmbiguousMatch(tuple(sorted(spelled)))
        first, *others = sorted(spelled, key=lambda id_: (bool(_SNAPSHOT.search(id_)), id_))
        listed = self._listed.get(first)
        return NewModel(first, (listed and listed.display_name) or display_name_of(name), aliases=tuple(others))

    def _unknown(self, name: str) -> Match:
        value_text = display_name_of(name)
        own = value_text.partition("-")[0] in (*self._naming.families, *self._naming.id_prefixes)
        if (self._naming.names_are_ids or own) and _API_ID.match(value_text):
            return NewModel(value_text, value_text)
        derived = self._naming.derived_id(value_text.lower())
        if derived:
            prefix = self._naming.optional_prefix
            named = bool(prefix) and not value_text.lower().startswith(f"{prefix} ")
            return NewModel(derived, f"{str(prefix).title()} {value_text}" if named else value_text, derived=True)
        return Unmatched(f"no id is known for the name {value_text!r}")


def normalised(name: str, optional_prefix: str | None = None) -> str:
    """`**[Claude Opus 4.8](/x)** (new) ^1^` -> "opus-4-8": what is left when only a name's letters and digits count."""
    # Letters of every script count: a Cyrillic o dropped from "gpt-4o" would leave another model's name.
    text = re.sub(r"[^\w+]+|_", "-", display_name_of(name).lower()).strip("-")
    return text.removeprefix(f"{optional_prefix}-") if optional_prefix else text


def display_name_of(name: str) -> str:
    """The name without links, footnote marks, emoji and remarks in parentheses."""
    return " ".join(_PARENTHESES.sub(" ", _undecorated(name)).split())


def remarks_of(name: str) -> tuple[str, ...]:
    """The remarks in parentheses, in lower case: `(deprecated)` -> ("deprecated",)."""
    return tuple(remark.strip()[1:-1].strip().lower() for remark in _PARENTHESES.findall(_undecorated(name)))


def remarked_status(names: Sequence[str]) -> str | None:
    """`retired` or `deprecated` where a page says so in parentheses behind the name."""
    remarks = " ".join(remark for name in names for remark in remarks_of(name))
    return next((status for status in ("retired", "deprecated") if remarks.startswith(status)), None)


def _undecorated(name: str) -> str:
    text = _FOOTNOTE.sub("", without_links(name))
    # NFKC would turn a superscript footnote mark into a digit of the version, so those go first.
    text = "".join(char for char in text if not unicodedata.decomposition(char).startswith("<super>"))
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in text if unicodedata.category(char) not in _NO_LETTERS)
    return " ".join(text.split())


def _one_of(models: set[str]) -> Matched | AmbiguousMatch:
    return Matched(tuple(models)) if len(models) == 1 else AmbiguousMatch(tuple(sorted(models)))
