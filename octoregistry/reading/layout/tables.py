"""The figures of a table: each with its row, its column, what stands beside it, and the rows that group it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from octoregistry.documents import Table
from octoregistry.reading.labels import Figure, Label, Place

_DASH = re.compile(r"[^\w€£¥₹₩]*")  # a sign of another currency says something
_ABOVE = 24  # rows above that may name the model of a row

HasAmount = Callable[[str], bool]


def table_figures(table: Table, has_amount: HasAmount) -> tuple[tuple[Figure, ...], dict[str, tuple[Label, ...]]]:
    """(the figures of `table`, the labels of rows above each that may name its model)."""
    figures: list[Figure] = []
    names_above: dict[str, tuple[Label, ...]] = {}
    columns = [tuple(_heads(table, column)) for column in range(table.width)]
    groups: list[Label] = []
    above: list[Label] = []
    below_group = False
    struck = {table.address(r, c): text for r, c, text in table.struck}
    for r in range(table.header_rows, len(table.rows)):
        row = table.rows[r]
        money = [c for c, text in enumerate(row) if has_amount(text)]
        if not money:
            if label := _group(table, r):
                groups = [label] if not below_group or below_group is None else [label, *groups][:2]
                below_group = True
                above = []
            continue
        below_group = False
        first = next((c for c, text in enumerate(row) if c not in money and text), None)
        for c in money:
            own = _labels(table, r, c, first, money, columns, groups)
            address = table.address(r, c)
            figures.append(Figure(row[c], row[c], address, tuple(own), struck.get(address, "")))
            names_above[address] = tuple(above[:_ABOVE])
        if first is not None:
            above.insert(0, Label(row[first], "row_head", len(above) + 1, table.address(r, first)))
    return tuple(figures), names_above


def _heads(table: Table, column: int) -> Iterator[Label]:
    """The heads of a column, the lowest first; one that covers several columns is the same in each."""
    seen: set[str] = set()
    for distance, row in enumerate(range(table.header_rows - 1, -1, -1)):
        text = table.rows[row][column]
        if text and text not in seen:
            seen.add(text)
            yield Label(text, "column_head", distance, table.address(row, column))


def _group(table: Table, r: int) -> Label | None:
    """The label of a row that groups those below it: one text, alone or over the whole width."""
    row = table.rows[r]
    texts = {text for text in row if text and not _DASH.fullmatch(text)}
    if len(texts) != 1:
        return None
    text = texts.pop()
    alone = row.count("") >= len(row) - 1 or all(cell == text for cell in row)
    return Label(text, "group_row", 0, table.address(r, row.index(text))) if alone and len(row) > 1 else None


def _labels(
    table: Table,
    r: int,
    c: int,
    first: int | None,
    money: list[int],
    columns: list[tuple[Label, ...]],
    groups: list[Label],
) -> Iterator[Label]:
    row = table.rows[r]
    seen: set[str] = set()
    for column, text in enumerate(row):
        if column in money or not text or _DASH.fullmatch(text) or text in seen:
            continue
        seen.add(text)
        head = columns[column][0].text if columns[column] else ""
        place: Place = "row_head" if column == first else "beside"
        yield Label(text, place, 0, table.address(r, column), head)
    yield from columns[c]
    for distance, group in enumerate(groups):
        yield Label(group.text, "group_row", distance, group.address)
    for column, heads in enumerate(columns):
        for label in heads[:1] if column != c and column in money else ():
            yield Label(label.text, "neighbour_head", 0, label.address)
