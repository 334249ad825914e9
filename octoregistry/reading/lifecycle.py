"""What a vendor's page of endings states: which models end when, and what follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from octoregistry.documents import Document, Table
from octoregistry.reading.classify.days import leading_day, whole_day
from octoregistry.reading.classify.scan import STARTS, Index, fold, found_at, index_of, key, spaced
from octoregistry.reading.rates import Evidence
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped
from providers.dimensions import PLAIN_PLACE

Status = Literal["active", "deprecated", "retired"]
_STATUSES: tuple[Status, ...] = ("active", "deprecated", "retired")
_COLUMNS = ("model", "status", "deprecated_on", "retires_on", "replaced_by", "other")
_HYPHENS = re.compile("[\u2010-\u2012]")
_BETWEEN = re.compile(r"[,;\n]|\bor\b|\band\b")


@dataclass(frozen=True, slots=True)
class StatedLifecycle:
    """What a row states of the models that `names` name, as the page writes them; None and () are what it does not state.

    A day is stated only where a cell holds one whole day and nothing else: "not sooner than March 5, 2027" is none.
    `endless` says that the row states that no day is set. `unread` is what of the row nobody understands; a row of another
    offer, seller or place states nothing but that. `undated` is what stands for the day of an end that is still to be set,
    of a model that the row does not call active.
    """

    names: tuple[str, ...]
    evidence: Evidence
    status: Status | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    replaced_by: tuple[str, ...] = ()
    endless: bool = False
    unread: tuple[str, ...] = ()
    undated: str = ""


def read_lifecycle(document: Document, vocabulary: Vocabulary | None = None) -> tuple[StatedLifecycle, ...]:
    """What the rows of a page's tables state of the life of models, in the order of the page.

    A table counts where its head names one column of models and at least one of a status or a day, all its other heads are
    known, and nothing over it speaks of another offer, seller, place or mode. A heading that begins with a day
    ("2026-04-22: some models") is the day on which the ends under it were announced.
    """
    words = vocabulary or shipped()
    return tuple(row for table in document.tables for row in _rows(table, document.url, words))


def _rows(table: Table, url: str, words: Vocabulary) -> Iterator[StatedLifecycle]:
    columns = _columns(table, words)
    if "model" not in columns or not columns.keys() & {"status", "deprecated_on", "retires_on"}:
        return
    announced = leading_day(table.headings[-1].text, words) if table.headings else None
    aside = tuple(f"{text!r}: it is not known what that limits" for text in _limits(table, words))
    for number, row in enumerate(table.body, table.header_rows):
        cells = {name: row[column] for name, column in columns.items()}
        names = _names(cells["model"])
        if not names:
            continue
        evidence = Evidence(url, table.address(number, columns["model"]), " | ".join(cell for cell in row if cell))
        if aside:
            yield StatedLifecycle(names, evidence, unread=aside)
            continue
        status = _status(cells.get("status", ""), words)
        unread = [name for name in ("deprecated_on", "retires_on") if _is_unread(cells.get(name, ""), words)]
        yield StatedLifecycle(
            names,
            evidence,
            status,
            whole_day(cells["deprecated_on"], words) if "deprecated_on" in columns else announced,
            whole_day(cells.get("retires_on", ""), words),
            _names(cells.get("replaced_by", "")),
            endless="retires_on" in columns and _says_no_day(cells["retires_on"], words),
            unread=tuple(f"{cells[name]!r} is no whole day" for name in unread),
            undated=cells.get("retires_on", "") if status != "active" and _ends_some_day(cells, words) else "",
        )


def _limits(table: Table, words: Vocabulary) -> list[str]:
    """What over a table, or at the head of a column, limits its rows to an offer, a seller, a place or a mode."""
    over = [heading.text for heading in table.headings if heading.level > 1] + [table.caption or "", *table.panes]
    index = index_of(words)
    known = _heads(words)
    return [
        *(text for text in over if any(_is_limit(row) for row in _words_in(text, index))),
        *(text for text in _head(table) if text.strip() and key(text) not in known),
    ]


def _words_in(text: str, index: Index) -> Iterator[Row]:
    """The vocabulary's rows that stand in a heading."""
    folded = spaced(fold(text))
    at = 0
    while found := STARTS.search(folded, at):
        row_end = found_at(folded, found.start(), "heading", index)
        if row_end:
            yield row_end[0]
        at = max(row_end[1] if row_end else 0, found.start() + 1)


def _is_limit(row: Row) -> bool:
    kind, _, what = row.means.partition(":")
    harmless = {"offer": "past", "mode": "standard", "place": PLAIN_PLACE}
    return kind in harmless and what != harmless[kind]


def _says_no_day(cell: str, words: Vocabulary) -> bool:
    """True where a cell says that no day is set: it is empty, "N/A", or "not sooner than" a day."""
    text = key(cell)
    return (
        not text
        or text in map(key, (*words.words("word:no_day"), *words.words("word:day_to_come")))
        or text.startswith(tuple(words.words("word:not_before")))
    )


def _ends_some_day(cells: Mapping[str, str], words: Vocabulary) -> bool:
    """True where the day of an end is still to be set: "TBD", "Not sooner than March 1, 2027"."""
    text = key(cells.get("retires_on", ""))
    to_come = (*words.words("word:day_to_come"), *words.words("word:not_before"))
    return text.startswith(tuple(map(key, to_come)))


def _is_unread(cell: str, words: Vocabulary) -> bool:
    return not _says_no_day(cell, words) and whole_day(cell, words) is None


def _columns(table: Table, words: Vocabulary) -> dict[str, int]:
    """{what a column states: its number}; what two columns state is left out, and so is all of a table without a head."""
    heads = _heads(words)
    found: dict[str, list[int]] = {}
    for column, text in enumerate(_head(table)):
        if name := heads.get(key(text)):
            found.setdefault(name, []).append(column)
    return {name: columns[0] for name, columns in found.items() if len(columns) == 1}


def _head(table: Table) -> list[str]:
    """The text at the head of each column, the lowest where the head has several rows; none without a head."""
    rows = table.rows[: table.header_rows]
    return [
        next((row[at] for row in reversed(rows) if row[at].strip()), "") for at in range(table.width if rows else 0)
    ]


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
