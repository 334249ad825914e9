"""Readings in files that people can read and review: those that come with the package, and those of earlier runs."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from octoregistry.reading.meaning import DIMENSION_WORDS, MODE_WORDS, TIER_WORDS, WORDS, Meaning, Quote, Quotes, Refusal
from octoregistry.reading.shapes import Shape, key

_HEAD = """\
# What the parts of a page mean, as a language model said it. No price stands here: figures are read from the page.
# Look at it beside the page and set `reviewed = true`: until then all that it says is held for review.

"""
_HEAD_OF_REFUSAL = """\
# A language model was asked twice what this part of a page means, and nothing that it said could be taken. It is asked
# again after a week, or once this file is gone.

"""
_LONGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept reading and the file it stands in; `kept` is None where `fault` says what is wrong with the file."""

    file: str
    kept: Meaning | Quotes | Refusal | None
    shipped: bool = False
    fault: str | None = None


def readings_folder() -> Path:
    """Where new readings are kept: the user's data folder."""
    return user_data_path("octoregistry") / "readings"


class Kept:
    """The readings at hand: those of the package (unless not `shipped`) and those that `folder` holds from `earlier` runs.

    New ones are kept in `folder`, with None only for as long as the run lasts.
    """

    def __init__(self, folder: Path | None = None, *, shipped: bool = True, earlier: bool = True) -> None:
        self.folder = folder
        self.unsaved: str | None = None  # why readings of this run will not be there for the next
        self._entries = [*(_shipped() if shipped else ()), *(_in_folder(folder) if folder and earlier else ())]

    def entries(self) -> tuple[Entry, ...]:
        """Every reading, and every file that is none."""
        return tuple(self._entries)

    def meaning(self, provider: str, shape: Shape) -> Meaning | None:
        """What `shape` is known to mean, one that was reviewed before one that was not; None where nobody was asked."""
        return next((m for m in self._of(Meaning) if m.provider == provider and _covers(m, shape)), None)

    def quotes(self, provider: str, fingerprint: str) -> Quotes | None:
        """What a passage of this wording is known to state."""
        found = (q for q in self._of(Quotes) if q.provider == provider and q.fingerprint == fingerprint)
        return next(found, None)

    def refusal(self, provider: str, fingerprint: str, witness: str, day: date) -> Refusal | None:
        """Why `witness` is not asked on `day` about what it could not read a short while ago."""
        known = (entry.kept for entry in self._entries if isinstance(entry.kept, Refusal))
        found = (r for r in known if r.provider == provider and r.fingerprint == fingerprint)
        return next((refusal for refusal in found if refusal.holds(witness, day)), None)

    def keep(self, readings: Iterable[Meaning | Quotes | Refusal]) -> None:
        """Keeps `readings` for this run, and in the folder for those to come."""
        for kept in readings:
            name = f"{kept.provider}-{kept.fingerprint}.toml"
            if self.folder:
                try:
                    head = _HEAD_OF_REFUSAL if isinstance(kept, Refusal) else _HEAD
                    _write(self.folder / name, head + as_toml(kept))
                except OSError as error:  # the run goes on; the next one asks again
                    self.unsaved = f"{self.folder}: {error.strerror}"
            self._entries = [e for e in self._entries if e.shipped or e.file != name]
            self._entries.append(Entry(name, kept))

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """The files that were removed: those of `names`, which are fingerprints or names of files, or `all`."""
        wanted = set(names)
        gone = []
        for entry in [e for e in self._entries if not e.shipped]:
            known = {entry.file, entry.file.removesuffix(".toml"), getattr(entry.kept, "fingerprint", ""), "all"}
            if wanted & known and self.folder:
                (self.folder / entry.file).unlink(missing_ok=True)
                self._entries.remove(entry)
                gone.append(entry.file)
        return tuple(gone)

    def _of(self, kind: type[Any]) -> Iterator[Any]:
        found = [entry.kept for entry in self._entries if isinstance(entry.kept, kind)]
        return iter(sorted(found, key=lambda kept: not kept.reviewed))


def _covers(meaning: Meaning, shape: Shape) -> bool:
    """True where `meaning` was given for all that matters of `shape`: a row that nobody was asked about is not known."""
    if meaning.fingerprint != shape.fingerprint:
        return False
    if any(meaning.rows.values()) and any(key(label) not in meaning.rows for label in shape.rows):
        return False
    tells_modes = any(set(words) & set(MODE_WORDS) for words in meaning.overs.values())
    return not tells_modes or all(key(label) in meaning.overs for label in shape.overs)


def _shipped() -> Iterator[Entry]:
    for file in sorted(resources.files("octoregistry.reading").joinpath("known").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            yield from _entries(file.name, file.read_text(encoding="utf-8"), shipped=True)


def _in_folder(folder: Path) -> Iterator[Entry]:
    for file in sorted(folder.glob("*.toml")):
        try:
            if file.stat().st_size > _LONGEST_FILE:
                yield Entry(file.name, None, fault="too long for a reading")
            else:
                yield from _entries(file.name, file.read_text(encoding="utf-8"), shipped=False)
        except (OSError, ValueError) as error:  # a file that cannot be read costs a call, never the run
            yield Entry(file.name, None, fault=str(error))


def _entries(name: str, text: str, *, shipped: bool) -> Iterator[Entry]:
    for values in tomllib.loads(text).get("reading", ()):
        try:
            yield Entry(name, _kept(values, shipped=shipped), shipped)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield Entry(name, None, shipped, f"no reading: {error!r}")


def _kept(values: dict[str, Any], *, shipped: bool) -> Meaning | Quotes | Refusal:
    if "refused" in values:
        named = {name: str(values[name]) for name in ("fingerprint", "provider")}
        return Refusal(
            reason=str(values["refused"]),
            witness=str(values["said_by"]),
            day=date.fromisoformat(values["day"]),
            **named,
        )
    about: dict[str, Any] = {
        "fingerprint": str(values["fingerprint"]),
        "provider": str(values["provider"]),
        "witness": "known" if shipped else f"llm:{str(values['said_by']).removeprefix('llm:')}",
        "reviewed": shipped or values.get("reviewed") is True,
        "day": str(values.get("day", "")),
    }
    if "begins" in values:
        quotes = tuple(_quote(quote) for quote in values.get("quote", ()))
        return Quotes(begins=str(values["begins"]), quotes=quotes, **about)
    columns = {int(n): _words(words) for n, words in values.get("columns", {}).items()}
    rows, overs = ({str(k): _words(w) for k, w in values.get(part, {}).items()} for part in ("rows", "over"))
    names = values.get("names")
    if names is not None and names not in {"H", "P", "R"} and not (names[0] == "C" and names[1:].isdigit()):
        raise ValueError(f"names stand at {names!r}")
    return Meaning(
        header=tuple(map(str, values["header"])), names=names, columns=columns, rows=rows, overs=overs, **about
    )


def _words(words: list[str]) -> tuple[str, ...]:
    if wrong := [word for word in words if word not in WORDS]:
        raise ValueError(f"unknown words: {', '.join(map(str, wrong))}")
    return tuple(words)


def _quote(values: dict[str, Any]) -> Quote:
    mode, tier = values.get("mode"), values.get("context")
    if values["is"] not in DIMENSION_WORDS or mode not in (None, *MODE_WORDS) or tier not in (None, *TIER_WORDS):
        raise ValueError(f"unknown words in a quote: {values['is']}, {mode}, {tier}")
    return Quote(str(values["quote"]), str(values["model"]), values["is"], mode, tier, int(values.get("nth", 0)))


def as_toml(kept: Meaning | Quotes | Refusal) -> str:
    """`kept` as a [[reading]] of a file."""
    lines = ["[[reading]]", f"fingerprint = {_text(kept.fingerprint)}", f"provider = {_text(kept.provider)}"]
    lines += [f"said_by = {_text(kept.witness)}", f"day = {_text(str(kept.day))}"]
    if isinstance(kept, Refusal):
        return "\n".join([*lines, f"refused = {_text(kept.reason)}"]) + "\n"
    lines.append(f"reviewed = {str(kept.reviewed).lower()}")
    if isinstance(kept, Quotes):
        lines.append(f"begins = {_text(kept.begins)}")
        for quote in kept.quotes:
            parts = {"quote": quote.quote, "model": quote.model, "is": quote.dimension}
            parts |= {k: v for k, v in (("mode", quote.mode), ("context", quote.tier)) if v}
            lines += ["", "[[reading.quote]]", *(f"{name} = {_text(value)}" for name, value in parts.items())]
            lines.append(f"nth = {quote.nth}")
        return "\n".join(lines) + "\n"
    lines.append(f"header = [{', '.join(map(_text, kept.header))}]")
    if kept.names is not None:
        lines.append(f"names = {_text(kept.names)}")
    tables = {"columns": {str(n): w for n, w in kept.columns.items()}, "rows": kept.rows, "over": kept.overs}
    for name, words in tables.items():
        if words:
            lines += ["", f"[reading.{name}]"]
            lines += [f"{_text(label)} = [{', '.join(map(_text, said))}]" for label, said in words.items()]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """`text` as a TOML string: JSON's escapes are TOML's, but for one letter that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
