"""The cells of a table in HTML, whether its tags or its roles say that it is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bs4.element import NavigableString, PageElement, Tag

from octoregistry.documents.grid import Grid, SpanningCell, grid
from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.parts import is_cell, is_row, is_table
from octoregistry.documents.styles import Look
from octoregistry.documents.visible import first_parts, is_hidden, look_of, struck_text, visible_text
from octoregistry.documents.whole_number import whole_number

_MOST_PARTS = 30
_PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?[$€£¥]|^[\d.,]+$")


def nested_tables(table: Tag) -> bool:
    """True where cells of `table` hold tables: it lays out the page, or a part of it."""
    return next(_own(table, is_table), None) is not None


def html_grid(table: Tag, look: Look = Look.SHOWN) -> Grid:
    """The cells of `table`, without those of tables inside it; `look` is that of what the table stands in."""
    rows: list[list[SpanningCell]] = []
    look = max(look, look_of(table))
    head, unseen = 0, False
    for tr in _own(table, is_row):
        if is_hidden(tr):
            continue
        row = max(look, look_of(tr), look_of(tr.parent or tr))
        cells: list[SpanningCell] = []
        for tag in _own(tr, is_cell):
            cell = None if is_hidden(tag) else _cell(tag, row)
            unseen = unseen or (not (cell and (cell.struck or any(map(str.isdigit, cell.text)))) and _holds_price(tag))
            cells += [cell] if cell else []
        if not cells:
            continue
        cells = _as_written(tr, cells)
        if isinstance(tr.parent, Tag) and tr.parent.name == "thead" and head == len(rows):
            head += 1
        rows.append(cells)
    header: int | None = head or None
    if not head and len(rows) > 1 and not any(cell.header for row in rows for cell in row):
        header = 0 if any(_PRICE.search(cell.text) for cell in rows[0]) else 1
    return replace(grid(rows, header_rows=header), unseen=unseen)


def _holds_price(cell: Tag) -> bool:
    parts = first_parts(cell, _MOST_PARTS)
    return _PRICE.search(" ".join("".join(part for part in parts if type(part) is NavigableString).split())) is not None


def _as_written(tr: Tag, cells: list[SpanningCell]) -> list[SpanningCell]:
    """`cells` without the empty ones that a Markdown renderer adds to a row that had too few, and with one more where it cut
    some off, so that it shows as ragged."""
    written = whole_number(tr.get("data-cells"))
    if written is None or written == len(cells):
        return cells
    return cells[:written] if written < len(cells) else [*cells, SpanningCell(LEFT_OUT)]


def _own(tag: Tag, wanted: Callable[[Tag], bool]) -> Iterator[Tag]:
    """The `wanted` descendants of `tag` that belong to no other table and to no other wanted one in between."""
    open_tags: list[Iterator[PageElement]] = [iter(tag.children)]
    while open_tags:
        child = next(open_tags[-1], None)
        if child is None:
            open_tags.pop()
        elif isinstance(child, Tag):
            if wanted(child):
                yield child
            elif not is_table(child):
                open_tags.append(iter(child.children))


def _cell(tag: Tag, row: Look) -> SpanningCell:
    header = tag.name == "th" or tag.get("role") in ("columnheader", "rowheader")
    text = visible_text(tag)
    tip = " ".join(str(tag.get("title") or "").split())
    if tip and tip not in text and _PRICE.search(text) and not _PRICE.search(tip):
        text = f"{text} ({tip})"
    mark = max(row, look_of(tag)).sign if any(map(str.isdigit, text)) else ""
    return SpanningCell(f"{mark}{text}", header, _span(tag, "rowspan"), _span(tag, "colspan"), struck_text(tag))


def _span(tag: Tag, name: str) -> int:
    return max(1, whole_number(tag.get(name) or tag.get(f"aria-{name}"), 9999) or 1)
