"""Readings of labels in files that people can read and review: one file a provider, in the user's data folder."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

from platformdirs import user_data_path

from octoregistry.reading.labels import OpenLabel, Place
from octoregistry.reading.language.label_readings import ANSWERS, Key, LabelReading, key_of
from octoregistry.reading.vocabulary import Row

_HEAD = """\
# What labels on the price pages of {provider} mean, as `said_by` has it. No price stands here: figures are read from the page.
# Look at each beside the page, correct `means`, and set `reviewed = true`: until then all that it says is held for review.
# `octoregistry readings review` asks for each, one key a label. This file is written anew: comments are not kept.
"""
_LONGEST_FILE = 1_000_000


def readings_folder() -> Path:
    """Where readings are kept: the user's data folder."""
    return user_data_path("octoregistry") / "readings"


class ReadingsStore:
    """The readings at hand, those of earlier runs in `folder` among them unless `earlier` is False.

    New ones are written there; with None they last as long as the run. `faults` are (file, what is wrong with it): such
    a file is left as it is, for a person's work may be in it. `unsaved` says why readings will not be there again.
    """

    def __init__(self, folder: Path | None = None, *, earlier: bool = True) -> None:
        self.folder = folder
        self.faults: list[tuple[str, str]] = []
        self.unsaved: str | None = None
        self._readings: dict[Key, LabelReading] = {}
        for file in sorted(folder.glob("*.toml")) if folder and earlier else ():
            for reading in self._read(file):
                self._readings[reading.key] = reading

    def readings(self, provider: str | None = None) -> tuple[LabelReading, ...]:
        """What was said of the labels of `provider`, or of all."""
        return tuple(reading for reading in self._readings.values() if provider in (None, reading.provider))

    def of(self, provider: str, label: OpenLabel) -> LabelReading | None:
        """What was said of `label`, or None."""
        return self._readings.get(key_of(provider, label))

    def rows(self, provider: str) -> tuple[Row, ...]:
        """What is known of the pages of `provider` beside the vocabulary, the last said first."""
        return tuple(row for reading in self.readings(provider) if (row := reading.row))

    def keep(self, readings: Iterable[LabelReading]) -> None:
        """Keeps `readings` for this run, and in the folder for those to come; a person's word is replaced by a person's only."""
        changed = set()
        for reading in readings:
            known = self._readings.get(reading.key)
            if known is None or reading.reviewed or not known.reviewed:
                self._readings[reading.key] = reading
                changed.add(reading.provider)
        for provider in sorted(changed):
            self._write(provider)

    def remove(self, wanted: Iterable[str]) -> tuple[LabelReading, ...]:
        """The readings that were removed: those about labels of these texts or providers, or `all`."""
        names = set(wanted)
        gone = [one for one in self._readings.values() if names & {one.label, one.provider, "all"}]
        for reading in gone:
            del self._readings[reading.key]
        for provider in sorted({reading.provider for reading in gone}):
            self._write(provider)
        return tuple(gone)

    def _read(self, file: Path) -> Iterator[LabelReading]:
        try:
            yield from _readings_in(file)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.faults.append((file.name, f"no file of readings: {error!r}"))

    def _write(self, provider: str) -> None:
        name = _file_of(provider)
        if self.folder is None:
            return
        if any(file == name for file, _ in self.faults):
            self.unsaved = f"{self.folder / name} cannot be read, and is not written over"
            return
        text = _HEAD.format(provider=provider) + "".join(map(_as_toml, self.readings(provider)))
        try:
            _replace(self.folder / name, text)
        except OSError as error:  # the run goes on; the next one asks again
            self.unsaved = f"{self.folder}: {error.strerror}"


def _readings_in(file: Path) -> tuple[LabelReading, ...]:
    """All the readings of a file; raises where any part of it is none."""
    if file.stat().st_size > _LONGEST_FILE:
        raise ValueError("too long")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    if "answer" in tables:
        raise ValueError("[[answer]] is called [[reading]] now: rename it in the file")
    found = tuple(map(_reading, tables["reading"]))
    if strange := [reading.provider for reading in found if _file_of(reading.provider) != file.name]:
        raise ValueError(f"a reading of {strange[0]} stands in it")
    return found


def _file_of(provider: str) -> str:
    """The name of a provider's file; what no file can be called is left out of it."""
    return f"{''.join(c for c in provider if c.isalnum() or c in '-_') or 'other'}.toml"


def _reading(values: dict[str, Any]) -> LabelReading:
    means, place = str(values["means"]), values["place"]
    if means not in ANSWERS:
        raise ValueError(f"{means!r} is none of {', '.join(ANSWERS)}")
    if place not in get_args(Place):
        raise ValueError(f"unknown place: {place}")
    label = str(values["label"])
    return LabelReading(
        str(values["provider"]),
        label,
        place,
        str(values.get("text", label)),
        means,
        str(values["said_by"]),
        date.fromisoformat(str(values["day"])),
        str(values.get("page", "")),
        values.get("reviewed") is True,
        str(values.get("reason", "")),
    )


def _as_toml(reading: LabelReading) -> str:
    fields = {"label": reading.label, "place": reading.place, "text": reading.text, "means": reading.means}
    about = {"provider": reading.provider, "said_by": reading.said_by, "day": str(reading.day), "page": reading.page}
    if reading.reason:
        about["reason"] = reading.reason
    lines = ["", "[[reading]]", *(f"{name} = {_text(value)}" for name, value in fields.items())]
    lines.append(f"reviewed = {str(reading.reviewed).lower()}")
    return "\n".join([*lines, *(f"{name} = {_text(value)}" for name, value in about.items())]) + "\n"


def _text(text: str) -> str:
    """`text` as a TOML string: JSON's escapes are TOML's, but for one letter that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
