"""Figures that no Reading takes: what they are priced by, where that is said, or that nobody knows."""

from __future__ import annotations

from octoregistry.documents import Document, Table
from octoregistry.reading.context import unit_over
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.rates import Problem
from octoregistry.reading.reading import Reading
from octoregistry.reading.units import Unit, unit_at, unit_in
from octoregistry.reading.words import NOT_A_DIMENSION, NOT_PAID

_SHOWN = 60


def other_units(document: Document, table: Table) -> tuple[str, ...] | None:
    """What the figures of `table` are priced by, where none of them is priced by the token; None where one may be."""
    over = unit_over(document, table)
    labels = [_label(table, column) for column in range(table.width)]
    found: dict[str, None] = {}
    for row in table.body if table.header_rows < len(table.rows) else table.rows:
        for column, text in enumerate(row):
            for unit in _units(text, unit_in(labels[column]) or unit_in(row[0][:200]) or over):
                if unit is None or not unit.known or unit.factor is not None:
                    return None
                found[unit.name] = None
    return tuple(found) or None


def _units(text: str, around: Unit | None) -> list[Unit | None]:
    amounts = list(AMOUNT.finditer(text))
    ends = [*(match.start() for match in amounts[1:]), len(text)][: len(amounts)]
    own = [unit_at(text[match.end() : end]) for match, end in zip(amounts, ends, strict=True)]
    # "1 GB $0.03, 4 GB $0.12 per container": a unit holds for the figures before it
    later: Unit | None = None
    for index in range(len(own) - 1, -1, -1):
        later = own[index] = own[index] or later
    return [unit or around for unit in own]


def _label(table: Table, column: int) -> str:
    return "\n".join(dict.fromkeys(row[column] for row in table.rows[: table.header_rows] if row[column]))[:300]


def ignored(document: Document, table: Table, reading: Reading) -> tuple[Problem, ...]:
    """Why columns or rows of a table that is read hold token prices, or figures without a unit, that are not."""
    over = reading.unit or unit_over(document, table)
    problems: list[Problem] = []
    taken = {field.index for field in reading.fields}
    if reading.fields_are == "columns":
        lines = [
            (c, _label(table, c), [(r, c) for r in range(table.header_rows, len(table.rows))])
            for c in range(table.width)
        ]
    else:
        rows = range(table.header_rows, len(table.rows))
        lines = [(r, table.rows[r][0], [(r, c) for c in reading.values]) for r in rows]
    for index, label, places in lines:
        if index in taken or NOT_PAID.search(label) or NOT_A_DIMENSION.search(label):
            continue
        unknown = next((place for place in places if _token_price(table.rows[place[0]][place[1]], label, over)), None)
        if unknown:
            reason = f"what {label.replace(chr(10), ' ')[:_SHOWN] or 'a column without a header'!r} prices is not known"
            problems.append(Problem(document.url, table.address(*unknown), reason))
    return tuple(problems)


def _token_price(text: str, label: str, over: Unit | None) -> bool:
    return any(unit is None or unit.factor is not None for unit in _units(text, unit_in(label[:300]) or over))
