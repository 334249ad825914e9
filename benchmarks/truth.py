"""A truthful reader: it says of each label what the shipped vocabulary says of the words that it is asked about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from octoregistry.documents import Document
from octoregistry.reading.classify import classify
from octoregistry.reading.classify.names import plain
from octoregistry.reading.labels import OpenLabel
from octoregistry.reading.language.label_readings import HARMLESS, MEANINGS, NAME, OFFER, UNSURE
from octoregistry.reading.page import reader_of
from octoregistry.reading.settle import Reader
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped

_ASKED = re.compile(r"^([A-Z]) (\w+): (.*?)(?: of it: (.*))?$", re.MULTILINE)
_ANSWERS = {means: answer for answer, means in MEANINGS.items()}
# What says nothing of a price by itself, so that a person would call it harmless.
_HARMLESS = {"harmless", "function", "note", "price", "head", "describes", "vendor", "token"}


@cache
def without_meanings() -> Vocabulary:
    """The shipped vocabulary without every row that an answer could take the place of: what is left are the signs, units,
    months and little words of the grammars."""
    gone = {*_ANSWERS, *_HARMLESS}
    return shipped().without(row for row in shipped().rows if _is_one(row, gone))


def _is_one(row: Row, meanings: set[str]) -> bool:
    return row.means in meanings or row.means.partition(":")[0] in {"offer", *meanings}


@dataclass
class Truth:
    """What is true of one page of a provider, as a language model would say it."""

    document: Document
    provider: str
    day: date

    @cached_property
    def _reader(self) -> Reader:
        return reader_of(self.document, self.provider, self.day)

    def answers(self, prompt: str) -> dict[str, str]:
        """{letter: answer} for the labels of a prompt."""
        asked = prompt[prompt.index("unsure: anything") :]
        return {
            letter: self.answer(label, place, words or label) for letter, place, label, words in _ASKED.findall(asked)
        }

    def answer(self, label: str, place: str, words: str) -> str:
        """What the shipped vocabulary says of `words` in `label`."""
        label = plain(label.replace("#", " "))  # an amount that was blanked
        said = classify(label, place, self._reader.vocabulary, self._reader.families, self.day)  # type: ignore[arg-type]
        start = label.lower().find(" ".join(words.lower().split()))
        facts = [f for f in said.facts if f.start < start + len(words) and f.end > start] if start >= 0 else []
        meanings = {_answer_of(f.slot, f.row) for f in facts} - {HARMLESS}
        unknown = any(part in words for part in said.leftover.split(" … ")) if said.leftover else False
        if unknown or not facts or len(meanings) > 1:
            return UNSURE
        return meanings.pop() if meanings else HARMLESS


def _answer_of(slot: str, row: Row | None) -> str:
    if slot == "model":
        return NAME
    if row is None:
        return UNSURE
    if slot == "offer":
        return OFFER
    return HARMLESS if slot in _HARMLESS else _ANSWERS.get(row.means, UNSURE)


def as_json(answers: dict[str, str]) -> str:
    """An answer as a model writes it: compact."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))


def asked_about(labels: Iterable[OpenLabel]) -> int:
    """How many labels hold prices."""
    return sum(1 for _ in labels)
