"""A truthful reader: it answers a question with the Readings that the rules make of the same page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from octoregistry.documents import Document
from octoregistry.reading.cards import read_cards
from octoregistry.reading.cells import CellContext
from octoregistry.reading.context import thresholds
from octoregistry.reading.reading import Field, Reading
from octoregistry.reading.ruled import ByRules
from octoregistry.reading.shapes import Shape, key, row_labels, shapes_of, why_not_asked

Parts = list[dict[str, Any]]
_TABLE = re.compile(r"^TABLE (\w+)$(.*?)(?=^TABLE |^PASSAGE |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^T(\d+)R\d+ ", re.MULTILINE)


@dataclass
class Truth:
    """What the rules know of one page, in the form of an answer."""

    document: Document
    day: date
    readings: dict[int, Reading] = field(init=False)

    def __post_init__(self) -> None:
        """Reads the page by the rules."""
        tiers = thresholds(self.document)
        context = CellContext(self.day, thresholds=tuple(tiers.items()))
        read = ByRules(self.document, context, ()).readings
        self.readings = {n: r for n, r in read.items() if isinstance(r, Reading)}
        self.cards, _ = read_cards(self.document, context)

    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all tables that are worth a question."""
        tables = [t for t in self.document.tables if why_not_asked(self.document, t) is None]
        return shapes_of(self.document, tables)

    def answer(self, prompt: str) -> dict[str, Any]:
        """The true answer to a prompt about this page."""
        by_table = {number: shape for shape in self.shapes() for number in shape.tables}
        tables = []
        for letter, block in _TABLE.findall(prompt):
            rows = _ROW.search(block)
            shape = by_table.get(int(rows[1])) if rows else None
            tables.append({"table": letter, "parts": self.parts(shape) if shape else []})
        quotes = [
            {
                "at": f.price.evidence.address,
                "quote": f.price.evidence.text,
                "model": f.name,
                "is": f.dimension,
                "mode": f.mode,
                "context": None if f.above is None else "long_context",
            }
            for f in self.cards
            if f"PASSAGE {f.price.evidence.address} " in prompt
        ]
        return {"tables": tables, "quotes": quotes}

    def parts(self, shape: Shape) -> Parts:
        """What the rules' Readings of the tables of `shape` say, by addresses."""
        said: dict[str, list[str]] = {}

        def say(word: str, address: str) -> None:
            if address not in said.setdefault(word, []):
                said[word].append(address)

        for number in shape.tables:
            reading = self.readings.get(number)
            if reading is None:
                continue
            say("names", _names(reading))
            for name in ("mode", "tier", "modality"):
                column = getattr(reading, f"{name}_column")
                if column is not None:
                    say(f"{name}_of_row", f"C{column + 1}")
            for column in reading.values:
                say("prices", f"C{column + 1}")
            labels = dict(row_labels(self.document.tables[number - 1]))
            places = {key(label): f"L{n}" for n, label in enumerate(shape.rows, start=1)}
            for found in reading.fields:
                address = f"C{found.index + 1}"
                if reading.fields_are == "rows":
                    address = places.get(key(labels.get(found.index, "")), "")
                if address:
                    for word in _words(found):
                        say(word, address)
        return [{"is": word, "at": addresses} for word, addresses in said.items()]


def _names(reading: Reading) -> str:
    return {"column": f"C{reading.names.index + 1}", "row": "R", "heading": "H", "passage": "P"}[reading.names.where]


def _words(found: Field) -> list[str]:
    return [found.dimension or "in_cells", *(["long_context"] if found.tier_stated and found.above is not None else [])]


def as_json(answer: dict[str, Any]) -> str:
    """An answer as a model writes it: compact."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
