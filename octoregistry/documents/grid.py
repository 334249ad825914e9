"""A rectangle of cell texts from rows whose cells may span and may be missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WIDEST = 200  # a colspan of a million is an attack or a typing error, never a price list
MOST_SPREAD = 500
"""So many places of a page are filled by cells that stand in others: of ninety-nine cells with a colspan of 1000, each
with a price, reading took 20 s. The widest page that is known fills 50."""


@dataclass(frozen=True, slots=True)
class SpanningCell:
    """A cell as the page writes it."""

    text: str
    header: bool = False
    rowspan: int = 1
    colspan: int = 1
    struck: str = ""  # what of it is struck through, which is no part of its text


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of equal width. `ragged` are the indices of rows whose own cells do not fill the header's width, go beyond it with
    more than a button, or hold a price under no head; `spread` is how many places are filled by cells that stand in others.
    One with more than `MOST_SPREAD` has no rows. `unseen` says that the page does not show a figure of a cell."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    ragged: tuple[int, ...] = ()
    spread: int = 0
    struck: tuple[tuple[int, int, str], ...] = ()  # (row, column, what is struck through there)
    unseen: bool = False


def grid(rows: Sequence[Sequence[SpanningCell]], *, header_rows: int | None = None) -> Grid:
    """The rectangle that `rows` describe, with the text of spanning cells repeated in every place they cover.

    `header_rows` says how many rows head the table; without it the leading rows that hold header cells only count.
    A `rowspan` or `colspan` beyond the table is cut at its edge.
    """
    rows = [row for row in rows if row]
    if header_rows is None:
        header_rows = next((i for i, row in enumerate(rows) if not all(cell.header for cell in row)), len(rows))
    placed: list[list[str | None]] = [[] for _ in rows]
    spread = 0
    struck: list[tuple[int, int, str]] = []
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            while c < len(placed[r]) and placed[r][c] is not None:
                c += 1
            last = min(c + min(cell.colspan, _WIDEST), _WIDEST)
            covered = range(r, min(r + cell.rowspan, len(rows)))
            spread += max(0, (last - c) * len(covered) - 1)
            if spread > MOST_SPREAD:
                return Grid((), 0, spread=spread)
            if cell.struck:
                struck.append((r, c, cell.struck))
            for down in covered:
                line = placed[down]
                line.extend([None] * (last - len(line)))
                line[c:last] = [cell.text] * (last - c)
            c = last
    width = max((len(line) for line in placed), default=0)
    expected = len(placed[header_rows - 1]) if header_rows and placed else width
    worded = _worded([line for line in placed[header_rows:] if len(line) == expected])
    unnamed = _unnamed(placed[:header_rows])
    ragged = tuple(
        i
        for i, line in enumerate(placed)
        if i >= header_rows
        and (
            len(line) < expected
            or any(c is None for c in line)
            or (any(line[expected:]) and not _goes_on(line, expected, worded))
            or (unnamed and _PRICE.search(line[unnamed] or ""))
        )
    )
    return Grid(
        tuple(tuple(c or "" for c in line) + ("",) * (width - len(line)) for line in placed),
        header_rows,
        ragged,
        spread,
        tuple(struck),
    )


_PRICE = re.compile(r"[$\u20ac\u00a3\u00a5\u20b9]\s?\d|\d\s?[$\u20ac\u00a3\u00a5\u20b9]")
_WORDS = re.compile(r"[^\W\d]")


def _says_words(cell: str | None) -> bool:
    return bool(cell) and not any(map(str.isdigit, cell or "")) and _WORDS.search(cell or "") is not None


def _worded(rows: Sequence[Sequence[str | None]]) -> set[int]:
    """The columns of which a cell is a word and no number."""
    return {c for row in rows for c, cell in enumerate(row) if _says_words(cell)}


def _goes_on(row: Sequence[str | None], width: int, worded: set[int]) -> bool:
    """True for a row of which only a button or the like, without a number, stands beyond the header: its own cells hold words
    only where those of other rows do."""
    beyond = all(_says_words(cell) for cell in row[width:] if cell)
    return beyond and not any(_says_words(cell) and c not in worded for c, cell in enumerate(row[1:width], 1))


def _unnamed(header: Sequence[Sequence[str | None]]) -> int:
    """The last column, where it alone has no head: a price there has slipped out of its own. 0 where there is none."""
    heads = [any(column) for column in zip(*header, strict=False)]
    return len(heads) - 1 if len(heads) > 3 and not heads[-1] and all(heads[1:-1]) else 0
