"""The words of pricing pages as data: rows of a word and what it means, a file a language."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from octoregistry.reading.labels import Place

COMPLETE = (
    "mode:batch", "mode:priority", "mode:standard", "dimension:input", "dimension:output", "dimension:cached",
    "dimension:write", "dimension:storage", "modality:text", "tier:long", "word:above", "word:below", "word:from",
    "word:until", "word:per", "word:token", "word:million", "currency:*", "offer:*", "price", "speaks_of_table", "negation",
)  # fmt: skip
"""What a language's file must hold before its harmless rows and notes count."""
_UNTIL_COMPLETE = ("harmless", "note", "function", "describes")


class Row(NamedTuple):
    """A word or phrase of pricing pages and what it means: `harmless`, `mode:batch`, `dimension:cached`, `note`, …

    Either `text` (a last `*` stands for any letters) or `pattern`, a regular expression, is given. `place` limits it to
    places, `provider` to one vendor's pages. `said_by` is the language model that said so, `reviewed` whether a person
    agreed.
    """

    means: str
    text: str = ""
    pattern: str = ""
    place: tuple[Place, ...] = ()
    example: str = ""
    seen: str = ""
    said_by: str | None = None
    reviewed: bool = True
    provider: str | None = None
    language: str = "en"

    @property
    def witness(self) -> str | None:
        """Who vouches for it where nobody has reviewed it yet: `llm:…`; None for a row that counts as it stands."""
        return self.said_by if self.said_by and not self.reviewed else None


@dataclass(frozen=True)
class Vocabulary:
    """All rows that hold for a page; a value, so that what is classified by it may be kept."""

    rows: tuple[Row, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.rows)

    def with_rows(self, rows: Iterable[Row]) -> Vocabulary:
        """This vocabulary and `rows`, which come first where both know a word."""
        return Vocabulary((*rows, *self.rows))

    def without(self, rows: Iterable[Row]) -> Vocabulary:
        """This vocabulary less `rows`."""
        gone = set(rows)
        return Vocabulary(tuple(row for row in self.rows if row not in gone))

    def for_provider(self, provider: str) -> Vocabulary:
        """Those rows that hold on every page or on those of `provider`."""
        own = provider.lower()
        rows = tuple(
            row for row in self.rows
            if row.provider in (None, provider) and not (row.means == "offer:cloud" and own in row.text.lower())
        )  # fmt: skip
        return Vocabulary(rows) if len(rows) < len(self.rows) else self

    def in_scripts(self, scripts: frozenset[str], languages: frozenset[str]) -> Vocabulary:
        """Those rows that can stand on a page that is written in `scripts` and in Latin letters; words that change nothing
        those alone of English and of `languages`: in another they may be short for something, or a name.
        """
        spoken = {"en", "common", *languages}
        return Vocabulary(
            tuple(
                row for row in self.rows
                if (row.pattern or scripts_of(row.text) <= scripts)
                and (row.means != "function" or row.language in spoken or not row.text.isascii())
            )
        )  # fmt: skip

    def spoken_in(self, text: str) -> frozenset[str]:
        """The languages of which two words for what is counted, sold or paid stand in `text`, in lower case."""
        words = set(_WORDS.findall(text))
        return frozenset(language for language, own in self._own_words.items() if len(own & words) > 1)

    @cached_property
    def _own_words(self) -> Mapping[str, frozenset[str]]:
        """By language its words of four letters or more that no other has."""
        owners: dict[str, set[str]] = defaultdict(set)
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            for word in _WORDS.findall(row.text.lower()):
                owners[word].add(row.language)
                if row.means.startswith(_OF_GRAMMARS) or row.means in ("price", "speaks_of_table"):
                    found[row.language].add(word)
        return {language: frozenset(w for w in own if len(owners[w]) == 1) for language, own in found.items()}

    @cached_property
    def grammar(self) -> Vocabulary:
        """Its words that units, days, prompt sizes and amounts are written with: one value for all that share them."""
        return _one_value(tuple(row for row in self.rows if row.text and row.means.startswith(_OF_GRAMMARS)))

    def words(self, means: str) -> tuple[str, ...]:
        """The texts that mean `means`, the longest first."""
        return self._by_meaning.get(means, ())

    @cached_property
    def _by_meaning(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            if row.text:
                found[row.means].append(row.text)
        return {means: tuple(sorted(set(texts), key=lambda t: (-len(t), t))) for means, texts in found.items()}


_WORDS = re.compile(r"[^\W\d_]{4,}")
_OF_GRAMMARS = ("word:", "month:", "currency:", "dimension:", "modality:")
_one_value = lru_cache(maxsize=64)(Vocabulary)

_SCRIPTS = {
    "Greek and Cyrillic": re.compile("[\u0370-\u052f]"),
    "Hangul": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "Han and kana": re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"),
}


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of other than Latin letters in `text`, of those that the vocabulary's languages are written in."""
    return frozenset() if text.isascii() else frozenset(name for name, signs in _SCRIPTS.items() if signs.search(text))


def expanded(entry: Mapping[str, Any], language: str) -> tuple[Row, ...]:
    """The rows of an entry of a file: `text` may be a list, of which each is a row of its own."""
    texts = entry["text"] if isinstance(entry.get("text"), list) else [entry.get("text", "")]
    place = entry.get("place", ())
    places = (place,) if isinstance(place, str) else tuple(place)
    means, pattern, example, seen = entry["means"], *(entry.get(key, "") for key in ("pattern", "example", "seen"))
    return tuple(Row(means, text, pattern, places, example or text, seen, language=language) for text in texts)


def is_complete(rows: Iterable[Row]) -> bool:
    """True for a language of which nothing is missing that could change a price."""
    known = {row.means for row in rows}
    return all(
        any(means.startswith(need[:-1]) for means in known) if need.endswith("*") else need in known
        for need in COMPLETE
    )


@cache
def charge_rows() -> tuple[Row, ...]:
    """The rows that hold where a figure is read as a charge, by the language of their file."""
    rows: list[Row] = []
    for file in sorted((files(__package__) / "charges").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            entries = tomllib.loads(file.read_text(encoding="utf-8"))["rows"]
            rows += [row for entry in entries for row in expanded(entry, file.name.removesuffix(".toml"))]
    return tuple(rows)


@lru_cache(maxsize=16)
def with_charges(vocabulary: Vocabulary) -> Vocabulary:
    """`vocabulary` and the words of charges, which come first; a label that is one of them whole is not called harmless."""
    own = {row.text.lower() for row in charge_rows() if row.text}
    rest = (row for row in vocabulary.rows if not (row.means.startswith("harmless") and row.text.lower() in own))
    return Vocabulary((*charge_rows(), *rest))


@cache
def shipped() -> Vocabulary:
    """The vocabulary that comes with the package: of a language that is not complete no harmless word counts."""
    rows: list[Row] = []
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            language = file.name.removesuffix(".toml")
            entries = tomllib.loads(file.read_text(encoding="utf-8"))["rows"]
            own = [row for entry in entries for row in expanded(entry, language)]
            complete = language == "common" or is_complete(own)
            rows += [row for row in own if complete or row.means not in _UNTIL_COMPLETE]
    return Vocabulary(tuple(rows))
