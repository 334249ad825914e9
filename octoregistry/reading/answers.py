"""The one form in which a language model may answer, and what is wrong with an answer that has another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from octoregistry.reading.asking import Reply
from octoregistry.reading.meaning import DIMENSION_WORDS, MODE_WORDS, TIER_WORDS, WORDS, Meaning, Quotes
from octoregistry.reading.questions import Question
from octoregistry.reading.quotes import NotThereError, quote_in, wording
from octoregistry.reading.shapes import Shape, key

_QUOTE = ("at", "quote", "model", "is", "mode", "context")


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(words: tuple[str, ...]) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": list(words)}, {"type": "null"}]}


_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "title": "reading",
    **_closed(
        {
            "tables": {
                "type": "array",
                "items": _closed(
                    {
                        "table": _TEXT,
                        "parts": {
                            "type": "array",
                            "items": _closed(
                                {
                                    "is": {"type": "string", "enum": list(WORDS)},
                                    "at": {"type": "array", "items": _TEXT},
                                }
                            ),
                        },
                    }
                ),
            },
            "quotes": {
                "type": "array",
                "items": _closed(
                    {
                        "at": _TEXT,
                        "quote": _TEXT,
                        "model": _TEXT,
                        "is": {"type": "string", "enum": list(DIMENSION_WORDS)},
                        "mode": _or_null(MODE_WORDS),
                        "context": _or_null(TIER_WORDS),
                    }
                ),
            },
        }
    ),
}
"""Lists and closed objects only, every key required: what all three vendors enforce. No part of it can hold a price."""


class RefusedError(Exception):
    """An answer that is not in the form that was asked for; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and what of it was dropped with the reason: by fingerprint, or by a passage's address."""

    meanings: tuple[Meaning, ...]
    quotes: tuple[Quotes, ...]
    dropped: Mapping[str, str]


def answer_of(reply: Reply, question: Question, provider: str, witness: str, day: str) -> Answer:
    """What `reply` answers. Raises RefusedError where its form is wrong; a table or quote with faults is dropped by itself."""
    if reply.wrong:
        raise RefusedError(reply.wrong)
    root = _keys(_json(reply.text), ("tables", "quotes"), "the answer")
    entries: dict[str, list[Any]] = {}
    for entry in _list(root["tables"], "tables"):
        fields = _keys(entry, ("table", "parts"), "a table")
        letter = _text(fields["table"], "a table's letter")
        if letter in entries:
            raise RefusedError(f"table {letter} is answered twice")
        entries[letter] = _list(fields["parts"], f"the parts of table {letter}")
        for part in entries[letter]:
            _part(part, letter)
    quotes = [_quote(entry) for entry in _list(root["quotes"], "quotes")]
    meanings: list[Meaning] = []
    dropped: dict[str, str] = {
        f"table {letter}": "no such table was asked about" for letter in entries if letter not in question.shapes
    }
    for letter, shape in question.shapes.items():
        if letter not in entries:
            dropped[shape.fingerprint] = f"table {letter} is not answered"
            continue
        try:
            meanings.append(_meaning(entries[letter], shape, provider, witness, day))
        except RefusedError as why:
            dropped[shape.fingerprint] = f"table {letter}: {why}"
    found = _quotes(quotes, question, provider, witness, day, dropped)
    return Answer(tuple(meanings), found, dropped)


def _json(text: str) -> Any:
    if not text.strip():
        raise RefusedError("the answer is empty")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise RefusedError("a key stands twice")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise RefusedError(f"the answer is not JSON and nothing else: {error}") from None
    except RecursionError:
        raise RefusedError("the answer is nested without end") from None


def _keys(value: Any, names: tuple[str, ...], what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RefusedError(f"{what} is no object")
    if set(value) != set(names):
        wrong = sorted(set(value) ^ set(names))
        raise RefusedError(f"{what} has the keys {', '.join(names)} and no others; wrong: {', '.join(wrong)[:80]}")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise RefusedError(f"{what} is no list")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise RefusedError(f"{what} is no text")
    return value


def _word(value: Any, words: tuple[str, ...], what: str) -> str:
    if not isinstance(value, str) or value not in words:
        raise RefusedError(f"{what} is none of the words it may be: {str(value)[:40]!r}")
    return value


def _part(value: Any, letter: str) -> None:
    fields = _keys(value, ("is", "at"), f"a part of table {letter}")
    _word(fields["is"], WORDS, "`is`")
    for address in _list(fields["at"], "`at`"):
        _text(address, "an address")


def _quote(value: Any) -> dict[str, Any]:
    fields = _keys(value, _QUOTE, "a quote")
    for name in ("at", "quote", "model"):
        _text(fields[name], f"`{name}` of a quote")
    _word(fields["is"], DIMENSION_WORDS, "`is` of a quote")
    for name, words in (("mode", MODE_WORDS), ("context", TIER_WORDS)):
        if fields[name] is not None:
            _word(fields[name], words, f"`{name}` of a quote")
    return fields


def _meaning(parts: list[Any], shape: Shape, provider: str, witness: str, day: str) -> Meaning:
    """The Meaning that `parts` tell. Raises RefusedError for an address that the table does not have."""
    places: dict[str, list[str]] = {}
    for part in parts:
        for address in part["at"]:
            places.setdefault(address, []).append(part["is"])
    known = {
        *(f"C{n}" for n in range(1, len(shape.header) + 1)),
        *(f"L{n}" for n in range(1, len(shape.rows) + 1)),
        *(f"O{n}" for n in range(1, len(shape.overs) + 1)),
        *("H", "P", "R"),
    }
    if unknown := [address for address in places if address not in known]:
        raise RefusedError(f"{', '.join(unknown)[:60]} is no address of it")
    names = [address for address, words in places.items() if "names" in words]
    if len(names) > 1 or any(name[0] in "LO" for name in names):
        raise RefusedError(f"the names cannot stand at {', '.join(names)}")
    if stray := [a for a in ("H", "P", "R") if set(places.get(a, ())) - {"names"}]:
        raise RefusedError(f"{stray[0]} can only hold names")
    says = {address: tuple(dict.fromkeys(w for w in words if w != "names")) for address, words in places.items()}
    if any(says.values()) and not names:
        raise RefusedError("it is not said where the names of the models stand")
    return Meaning(
        fingerprint=shape.fingerprint,
        provider=provider,
        header=shape.header,
        names=names[0] if names and any(says.values()) else None,
        columns={int(a[1:]): words for a, words in says.items() if a[0] == "C" and words},
        rows={key(label): says.get(f"L{n}", ()) for n, label in enumerate(shape.rows, start=1)},
        overs={key(label): says.get(f"O{n}", ()) for n, label in enumerate(shape.overs, start=1)},
        witness=witness,
        day=day,
    )


def _quotes(
    quotes: list[dict[str, Any]], question: Question, provider: str, witness: str, day: str, dropped: dict[str, str]
) -> tuple[Quotes, ...]:
    for fields in quotes:
        if fields["at"] not in question.passages:
            dropped[f"quote at {fields['at'][:20]}"] = "no such passage was asked about"
    found: list[Quotes] = []
    for address, passage in question.passages.items():
        of_passage = []
        for fields in (fields for fields in quotes if fields["at"] == address):
            try:
                quote = quote_in(passage, fields["quote"], fields["model"], fields["is"])
            except NotThereError as why:
                dropped[address] = str(why)
                continue
            of_passage.append(quote.qualified(fields["mode"], fields["context"]))
        if address not in dropped:
            begins = " ".join(passage.text.split())[:80]
            found.append(Quotes(wording(passage.text), provider, begins, tuple(of_passage), witness=witness, day=day))
    return tuple(found)
