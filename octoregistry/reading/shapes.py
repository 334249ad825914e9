"""Which tables are of one shape, so that one question, and one answer kept, serves them all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from octoregistry.documents import Document, Table
from octoregistry.reading.cells import CellContext, read_cell
from octoregistry.reading.context import elsewhere, labels_of, unit_over
from octoregistry.reading.ignored import other_units
from octoregistry.reading.names import is_model_name, looks_like_id, shown_name
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.rules import column_labels
from octoregistry.reading.units import unit_in
from octoregistry.reading.words import FAMILY, TRAINING

_LONGEST_LABEL = 80
_THRESHOLD = re.compile(r"\d[\d.,]*\s*k\b", re.IGNORECASE)
_ANY_DAY = date(2000, 1, 1)  # whether a cell holds a price does not depend on the day


@dataclass(frozen=True, slots=True)
class Shape:
    """Tables with the same headers. `header` is the label of each column, `rows` are the labels of rows with figures
    (those that are no model's name), `overs` the labels that stand over the tables: panes, captions, headings.
    """

    fingerprint: str
    header: tuple[str, ...]
    tables: tuple[int, ...]
    rows: tuple[str, ...]
    overs: tuple[str, ...]


def shapes_of(document: Document, tables: Iterable[Table]) -> tuple[Shape, ...]:
    """The shapes of `tables`, in the order in which they first stand in the page."""
    groups: dict[str, list[Table]] = {}
    for table in tables:
        groups.setdefault(fingerprint(table), []).append(table)
    return tuple(
        Shape(
            found,
            column_labels(same[0]),
            tuple(table.number for table in same),
            tuple(_by_key(label for table in same for _, label in row_labels(table))),
            tuple(_by_key(label for table in same for label in labels_over(document, table))),
        )
        for found, same in groups.items()
    )


def _by_key(labels: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for label in labels:
        found.setdefault(key(label), label)
    return list(found.values())


def key(label: str) -> str:
    """`label` as kept readings know it: without prices, thresholds, case and needless blanks.

    Other figures stay: "5m cache writes" and "1h cache writes", "per 1M" and "per 1K" are not the same.
    """
    return " ".join(_THRESHOLD.sub("#k", AMOUNT.sub("$#", label)).casefold().split())


def fingerprint(table: Table) -> str:
    """What all tables of this shape, and no others, have in common: their headers, in 16 letters.

    A table without headers is like no other but itself: what stands over it is all that tells what it means.
    """
    labels = [key(label) for label in column_labels(table)]
    parts = [str(table.width), "component" if table.component else "table", *labels]
    if not any(labels):
        parts += [key(text) for text in (*table.panes, table.caption or "", *(h.text for h in table.headings))]
        parts += [key(label) for _, label in row_labels(table)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def row_labels(table: Table) -> Iterator[tuple[int, str]]:
    """(row, label) of each row that begins with a label: neither a model's name nor a price."""
    for row in range(table.header_rows, len(table.rows)):
        label = table.rows[row][0]
        if label and not AMOUNT.search(label) and not _names_a_model(label) and len(label) <= 2 * _LONGEST_LABEL:
            yield row, label


def labels_over(document: Document, table: Table) -> tuple[str, ...]:
    """The labels over `table`, the nearest first, without those that name a model and the title of the page."""
    headings = [h.text for h in reversed(table.headings) if h.level > 1]
    labels = [table.caption or "", *reversed(table.panes), *labels_of(document.lead(table)), *headings]
    return tuple(
        dict.fromkeys(
            label
            for label in labels
            if re.search(r"[^\W\d_]", label) and len(label) <= _LONGEST_LABEL and not _names_a_model(label)
        )
    )


def _names_a_model(label: str) -> bool:
    shown = shown_name(label)
    return is_model_name(shown) or looks_like_id(shown) or bool(FAMILY.search(shown))


def why_not_asked(document: Document, table: Table) -> str | None:
    """Why nobody needs to be asked what `table` means, or None: it holds no price, or none of tokens."""
    labels = column_labels(table)
    why: str | None = None
    if place := elsewhere(document, table):
        why = f"it stands under {place!r}, which is not the price of a plain call"
    elif any(TRAINING.search(label) for label in labels):
        why = "its columns price training, or work out an example"
    else:
        context = CellContext(_ANY_DAY, bare_figures=table.component is not None)
        prices = [price for row in table.body for text in row for price in read_cell(text, context).prices]
        stated = [*map(unit_in, labels), unit_over(document, table)]
        # "per 1M tokens" may stand over "$3.50 or $0.005 per minute"
        in_tokens = any(unit and unit.factor is not None for unit in stated)
        if not prices:
            why = "it holds no price"
        elif not in_tokens and (units := other_units(document, table)):
            why = f"it is priced by {', '.join(units[:4])}, not by the token"
        elif not in_tokens and all(price.unit is not None and price.unit.factor is None for price in prices):
            why = "its prices are in other units than tokens"
    return why
