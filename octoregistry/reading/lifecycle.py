"""What a vendor's page of endings states: which models end when, and what follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from octoregistry.documents import Document, Table
from octoregistry.reading.classify.days import leading_day, whole_day
from octoregistry.reading.classify.scan import key
from octoregistry.reading.rates import Evidence
from octoregistry.reading.vocabulary import Vocabulary, shipped

Status = Literal["active", "deprecated", "retired"]
_STATUSES: tuple[Status, ...] = ("active", "deprecated", "retired")
_COLUMNS = ("model", "status", "deprecated_on", "retires_on", "replaced_by")
_HYPHENS = re.compile("[\u2010-\u2012]")
_BETWEEN = re.compile(r"[,;\n]|\bor\b|\band\b")


@dataclass(frozen=True, slots=True)
class StatedLifecycle:
    """What a row states of the models that `names` name, as the page writes them; None and () are what it does not state.

    A day is stated only where a cell holds one whole day and nothing else: "not sooner than March 5, 2027" is none.
    """

    names: tuple[str, ...]
    evidence: Evidence
    status: Status | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    replaced_by: tuple[str, ...] = ()


def read_lifecycle(document: Document, vocabulary: Vocabulary | None = None) -> tuple[StatedLifecycle, ...]:
    """What the rows of a page's tables state of the life of models, in the order of the page.

    A table counts where its head names one column of models and at least one of a status or a day. A heading that begins
    with a day ("2026-04-22: some models") is the day on which the ends under it were announced.
    """
    words = vocabulary or shipped()
    return tuple(row for table in document.tables for row in _rows(table, document.url, words))


def _rows(table: Table, url: str, words: Vocabulary) -> Iterator[StatedLifecycle]:
    columns = _columns(table, words)
    if "model" not in columns or not columns.keys() & {"status", "deprecated_on", "retires_on"}:
        return
    announced = leading_day(table.headings[-1].text, words) if table.headings else None
    for number, row in enumerate(table.body, table.header_rows):
        cells = {name: row[column] for name, column in columns.items()}
        names = _names(cells["model"])
        if not names:
            continue
        yield StatedLifecycle(
            names,
            Evidence(url, table.address(number, columns["model"]), " | ".join(cell for cell in row if cell)),
            _status(cells.get("status", ""), words),
            whole_day(cells["deprecated_on"], words) if "deprecated_on" in columns else announced,
            whole_day(cells.get("retires_on", ""), words),
            _names(cells.get("replaced_by", "")),
        )


def _columns(table: Table, words: Vocabulary) -> dict[str, int]:
    """{what a column states: its number}; what two columns state is left out, and so is all of a table without a head."""
    heads = _heads(words)
    found: dict[str, list[int]] = {}
    for column in range(table.width if table.header_rows else 0):
        text = next((row[column] for row in reversed(table.rows[: table.header_rows]) if row[column].strip()), "")
        if name := heads.get(key(text)):
            found.setdefault(name, []).append(column)
    return {name: columns[0] for name, columns in found.items() if len(columns) == 1}


@lru_cache(maxsize=4)
def _heads(words: Vocabulary) -> dict[str, str]:
    return {key(text): column for column in _COLUMNS for text in words.words(f"word:head_{column}")}


def _status(text: str, words: Vocabulary) -> Status | None:
    stated = key(text)
    return next((one for one in _STATUSES if stated in map(key, words.words(f"word:status_{one}"))), None)


def _names(cell: str) -> tuple[str, ...]:
    """The names in a cell, apart. What stands beside a name stays with it: "gpt-4 fine-tuning" is not gpt-4."""
    parts = [part.strip().strip("`*").strip() for part in _BETWEEN.split(_HYPHENS.sub("-", cell))]
    return tuple(part for part in parts if part and part not in {"-", "\u2013", "\u2014"})
