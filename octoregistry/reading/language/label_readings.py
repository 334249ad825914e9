"""What may be said of a label, and what somebody did say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from octoregistry.reading.labels import OpenLabel, Place
from octoregistry.reading.settle.said import TOLD
from octoregistry.reading.vocabulary import Row

OFFER, HARMLESS, NAME, UNSURE = "other_offer", "harmless", "model_name", "unsure"
MEANINGS = {
    "standard": "mode:standard",
    "batch": "mode:batch",
    "flex": "mode:flex",
    "priority": "mode:priority",
    "input": "dimension:input",
    "output": "dimension:output",
    "cached_input": "dimension:cached",
    "cache_write": "dimension:write",
    "cache_storage": "dimension:storage",
    "long_prompts": "tier:long",
    "text": "modality:text",
    "image": "modality:image",
    "audio": "modality:audio",
    "video": "modality:video",
    OFFER: "offer:other",
    NAME: "model",
    HARMLESS: "harmless",
}
"""What may be said of a label -> what a row of the vocabulary calls it."""
ANSWERS = (*MEANINGS, UNSURE)
PERSON = "person"
_ASKED_AGAIN = timedelta(days=7)


Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class LabelReading:
    """What `said_by` (`llm:VENDOR/MODEL` or `person`) says that the words `text` of a label mean: one of ANSWERS. Where
    that is `unsure` the `reason` says why. Nothing of an answer is relied on until it is `reviewed`.
    """

    provider: str
    label: str
    place: Place
    text: str
    means: str
    said_by: str
    day: date
    page: str = ""
    reviewed: bool = False
    reason: str = ""

    @property
    def key(self) -> Key:
        """What it is about: the provider, the place, the label and the words of it, whatever the case and the spaces."""
        return self.provider, self.place, folded(self.label), folded(self.text)

    @property
    def sure(self) -> bool:
        """False for one that explains nothing."""
        return self.means != UNSURE

    @property
    def row(self) -> Row | None:
        """The row of the vocabulary that it is, None where it explains nothing. What is harmless leaves the rest of its label
        as it is. That a price is one of another offer counts once it is reviewed, for it takes the price away; so does
        that a sentence names a model, for it takes the sentence away from all others.
        """
        takes_away = self.means == OFFER or (self.means == NAME and self.place in TOLD)
        if not self.sure or (takes_away and not self.reviewed):
            return None
        about = {"place": (self.place,), "example": self.label, "seen": f"{self.page} {self.day}".strip()}
        whose: dict[str, Any] = {"said_by": self.said_by, "reviewed": self.reviewed, "provider": self.provider, **about}
        if self.means != HARMLESS:
            return Row(MEANINGS[self.means], self.text, **whose)
        if bare(self.label) == self.text:
            return Row("harmless:rest", self.label, **whose)
        return Row("note:harmless", self.text, **whose)

    def holds(self, day: date) -> bool:
        """True where nobody need be asked again on `day`: what was not understood is, after a week."""
        return self.sure or self.reviewed or day < self.day + _ASKED_AGAIN

    def __str__(self) -> str:
        state = "reviewed" if self.reviewed else "not reviewed"
        said = self.means + (f" ({self.reason})" if self.reason else "")
        return f"{self.place.replace('_', ' ')} “{self.label}”: {said}; {self.said_by}, {self.day}, {state}"


def key_of(provider: str, label: OpenLabel) -> Key:
    """The key of an answer about `label`."""
    return provider, label.place, folded(label.text), folded(label.leftover)


def folded(text: str) -> str:
    """`text` without regard to case and spaces."""
    return " ".join(text.casefold().split())


def allowed_for(label: OpenLabel) -> tuple[str, ...]:
    """The answers that may be given about `label`: none that what is understood of it denies. Only a label of which nothing
    else is understood can be harmless, and one with a number, a price word or a negation only if a person says so.
    """
    said = {one.partition(":")[0] for one in label.says}
    barred: set[str] = set()
    if not said <= _NO_MATTER or _NUMBER.search(label.text):
        barred.add(HARMLESS)
    for slot in said & {"mode", "model", "tier"}:
        barred |= {answer for answer, means in MEANINGS.items() if means.partition(":")[0] == slot}
    for counted, others in _NOT_WITH.items():
        if counted in label.says:
            barred |= set(others)
    return tuple(answer for answer in ANSWERS if answer not in barred)


def pieces(label: OpenLabel) -> tuple[OpenLabel, ...]:
    """`label` once for each stretch of words of it that is not understood."""
    stretches = (bare(part) for part in label.leftover.split(" … "))
    return tuple(replace(label, leftover=part) for part in dict.fromkeys(stretches) if part)


def bare(text: str) -> str:
    """`text` without the brackets, marks and blanks around it."""
    return " ".join(text.split()).strip(" .,;:()[]{}|/*–—-·•\"'“”")


_NO_MATTER = {"function", "vendor"}
_NOT_WITH = {
    "dimension:input": ("output",),
    "dimension:output": ("input", "cached_input", "cache_write", "cache_storage"),
}
_NUMBER = re.compile(r"[\d%½¼¾×]")
_GOES_ON = re.compile(r"[-.:/@_\w]")


def fault_in(said: str, label: OpenLabel, allowed: Sequence[str], names: Iterable[str]) -> str | None:
    """Why `said` cannot be what `label` means, or None. `names` are the ids and names that are known."""
    if said not in ANSWERS:
        return f"{said[:40]!r} is none of the answers"
    if said not in allowed:
        return f"{said} is no answer for it: its own words deny that, or only a person may say so"
    if said == NAME and (longer := _longer_name(label, names)):
        return f"it is a part of the longer name {longer!r}"
    return None


def _longer_name(label: OpenLabel, names: Iterable[str]) -> str | None:
    """The longer name that stands where the leftover of `label` was called a name, or None: gpt-4 is not gpt-4o."""
    name, text = folded(label.leftover), folded(label.text)
    start = text.find(name)
    if start < 0:
        return label.text
    behind, before = text[start + len(name) :], text[:start]
    if (behind and _GOES_ON.match(behind)) or (before and _GOES_ON.match(before[-1])):
        return label.text
    return next(
        (known for known in names if len(known) > len(name) and name in (at := folded(known)) and at in text), None
    )
