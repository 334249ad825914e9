"""One question about the labels of a page, and what a reply to it says of each."""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from octoregistry.reading.labels import OpenLabel
from octoregistry.reading.language.label_readings import bare
from octoregistry.settings.templating import environment

MOST_LABELS = 24
"""In one question: more would be one long answer that a single slip refuses."""
_MOST_TORN = 200  # braces of an answer that open no JSON: each of 99,000 was read to the end, 9 s
_LONGEST_LINE = 120
_LONGEST_REPLY = 100_000
_MOST_NAMES = 8
_FIGURE = re.compile(r"\d[\d.,]*")
_AMOUNT = re.compile(rf"(?<=[$€£¥])\s?{_FIGURE.pattern}")


class RefusedError(Exception):
    """A reply that is no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call's worth: the labels by letter, the answers that may be given about each, the prompt, and the reply's form."""

    labels: Mapping[str, OpenLabel]
    allowed: Mapping[str, tuple[str, ...]]
    prompt: str
    schema: dict[str, Any]


def question_of(
    provider: str,
    labels: Sequence[tuple[OpenLabel, tuple[str, ...]]],
    known_ids: Sequence[str],
    *,
    fault: str | None = None,
) -> Question:
    """The question about `labels`, each with the answers that may be given; `fault` is of the reply before."""
    lettered = dict(zip(string.ascii_uppercase, labels, strict=False))
    lines = [line for letter, (label, _) in lettered.items() for line in _lines(letter, label)]
    fence = _fence("\n".join(lines))
    prompt = (
        environment()
        .get_template("prompts/labels.j2")
        .render(provider=provider, known=list(known_ids)[:_MOST_NAMES], fence=fence, lines=lines, fault=fault)
    )
    allowed = {letter: words for letter, (_, words) in lettered.items()}
    return Question({letter: label for letter, (label, _) in lettered.items()}, allowed, prompt, _schema(allowed))


def _lines(letter: str, label: OpenLabel) -> list[str]:
    """What is shown of one label: no amount of money, and of what stands beside it no figure at all."""
    text, leftover = (_AMOUNT.sub("#", each) for each in (label.text, label.leftover))
    open_words = "" if leftover == bare(text) else f" of it: {_cut(leftover)}"
    shown = [f"{letter} {label.place}: {_cut(text)}{open_words}"]
    if label.neighbour:
        shown.append(f"  beside: {_cut(_FIGURE.sub('#', label.neighbour))}")
    return shown


def _schema(allowed: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The form of a reply: a key a label, and for each the answers that it may have. No part can hold a price."""
    kinds = {words: f"k{number}" for number, words in enumerate(dict.fromkeys(allowed.values()), start=1)}
    return {
        "title": "labels",
        "type": "object",
        "properties": {letter: {"$ref": f"#/$defs/{kinds[words]}"} for letter, words in allowed.items()},
        "required": list(allowed),
        "additionalProperties": False,
        "$defs": {name: {"type": "string", "enum": list(words)} for words, name in kinds.items()},
    }


def answers_in(text: str, question: Question) -> dict[str, str]:
    """{letter: answer} of the reply `text`, with prose or a fence around it, in whatever case; labels that it leaves out
    are not there. Raises RefusedError for what is no answer, or two.
    """
    if len(text) > _LONGEST_REPLY:
        raise RefusedError("the answer is longer than any that was asked for")
    found = [one for one in _objects(text) if any(key.upper() in question.labels for key in one)]
    if not found:
        raise RefusedError("the answer is no JSON object with the letters of the labels")
    said = [
        {key.upper(): _word(value) for key, value in one.items() if key.upper() in question.labels} for one in found
    ]
    if any(one != said[0] for one in said):
        raise RefusedError("two answers that differ")
    return said[0]


def _word(value: Any) -> str:
    """One answer; what is no text becomes one that no label may have."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else f"no text: {str(value)[:20]}"


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand in `text`, whatever stands between them. Raises RefusedError for a key given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name.upper() for name, _ in pairs}) < len(pairs):
            raise RefusedError("a key stands twice")
        return dict(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=once)
    found: list[dict[str, Any]] = []
    torn = 0
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
            found.append(value)
        except ValueError:
            torn += 1
            if torn > _MOST_TORN:
                raise RefusedError("the answer opens braces without end") from None
            end = place + 1
        except RecursionError:
            raise RefusedError("the answer is nested without end") from None
        place = text.find("{", end)
    return found


def _fence(text: str) -> str:
    """Letters at random that `text` does not hold: whoever wrote the page could not close the fence."""
    while (fence := secrets.token_hex(6)) in text:
        pass
    return fence


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 1]}…"
