"""What may be said of a label, and what somebody did say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from octoregistry.reading.labels import OpenLabel, Place

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


@dataclass(frozen=True, slots=True)
class Answer:
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
    def key(self) -> tuple[str, str, str]:
        """What it is about: the provider, the place and the label, whatever the case and the spaces."""
        return self.provider, self.place, folded(self.label)

    @property
    def sure(self) -> bool:
        """False for one that explains nothing."""
        return self.means != UNSURE

    def holds(self, day: date) -> bool:
        """True where nobody need be asked again on `day`: what was not understood is, after a week."""
        return self.sure or self.reviewed or day < self.day + _ASKED_AGAIN

    def __str__(self) -> str:
        state = "reviewed" if self.reviewed else "not reviewed"
        said = self.means + (f" ({self.reason})" if self.reason else "")
        return f"{self.place.replace('_', ' ')} “{self.label}”: {said}; {self.said_by}, {self.day}, {state}"


def key_of(provider: str, label: OpenLabel) -> tuple[str, str, str]:
    """The key of an answer about `label`."""
    return provider, label.place, folded(label.text)


def folded(text: str) -> str:
    """`text` without regard to case and spaces."""
    return " ".join(text.casefold().split())


def allowed_for(label: OpenLabel, risky: Callable[[str], bool]) -> tuple[str, ...]:
    """The answers that may be given about `label`: one that is `risky` (it holds a price word or a negation) or holds a
    number is harmless only if a person says so.
    """
    bars = _NUMBER.search(label.text) or risky(label.text)
    return tuple(answer for answer in ANSWERS if answer != HARMLESS or not bars)


_NUMBER = re.compile(r"[\d%½¼¾×]")
_GOES_ON = re.compile(r"[-.:/@_\w]")


def fault_in(said: str, label: OpenLabel, allowed: Sequence[str], names: Iterable[str]) -> str | None:
    """Why `said` cannot be what `label` means, or None. `names` are the ids and names that are known."""
    if said not in ANSWERS:
        return f"{said[:40]!r} is none of the answers"
    if said not in allowed:
        return "it holds a number, a price word or a negation: only a person may call it harmless"
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
