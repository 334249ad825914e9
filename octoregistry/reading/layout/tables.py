"""The figures of a table: each with its row, its column, what stands beside it, and the rows that group it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from octoregistry.documents import Table
from octoregistry.reading.labels import Figure, Label, Place
from octoregistry.reading.layout.lines import is_label

_DASH = re.compile(r"[^\w€£¥₹₩]*")  # a sign of another currency says something
_TICK = re.compile(r"\s*[✓✔☑✅√]\ufe0f?\s*")  # it says yes to its head
_ABOVE = 24  # rows above that may name the model of a row

HasAmount = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class TableWords:
    """What words say of a table's make-up: `has_amount` of a cell, `counts` of the label of a row (it says what its figures
    are the price of), `is_name` of one and the head over it (it names a model), `is_offer` of one that has a price of its own, said in words: "Tuning"."""

    has_amount: HasAmount
    counts: Callable[[str], bool]
    is_name: Callable[[str, str], bool]
    is_offer: Callable[[str], bool]


def table_figures(table: Table, words: TableWords) -> tuple[tuple[Figure, ...], dict[str, tuple[Label, ...]]]:
    """(the figures of `table`, the labels of rows above each that may name its model)."""
    figures: list[Figure] = []
    names_above: dict[str, tuple[Label, ...]] = {}
    columns = [tuple(_heads(table, column)) for column in range(table.width)]
    rows = LabelRows(table, words, columns)
    groups: list[Label] = []
    above: list[Label] = []
    below_group = False
    struck = {table.address(r, c): text for r, c, text in table.struck}
    for r in range(table.header_rows, len(table.rows)):
        row = table.rows[r]
        money = [c for c, text in enumerate(row) if words.has_amount(text)]
        if not money:
            if _heads_again(table, r):
                columns = [tuple(_headed(table, r, c, heads)) for c, heads in enumerate(columns)]
                groups = []
            elif label := _group(table, r):
                groups = [label] if not below_group or below_group is None else [label, *groups][:2]
                below_group = True
                above = []
            continue
        below_group = False
        first = next((c for c, text in enumerate(row) if c not in money and text), None)
        for c in money:
            own = (*_labels(table, r, c, first, money, columns, groups), *rows.of(row, c))
            address = table.address(r, c)
            figures.append(Figure(row[c], row[c], address, tuple(own), struck.get(address, "")))
            names_above[address] = tuple(above[:_ABOVE])
        if first is not None:
            above.insert(0, Label(row[first], "row_head", len(above) + 1, table.address(r, first)))
    return tuple(figures), names_above


def closing_rows(table: Table) -> Iterator[Label]:
    """The texts that stand alone in the last rows of `table`: they group no figures, so they are notes below all of them."""
    for r in range(len(table.rows) - 1, table.header_rows, -1):
        if (label := _note(table, r)) is None:
            return
        yield label


def _note(table: Table, r: int) -> Label | None:
    """What row `r` says as a note: one text, or a sentence beside dashes or behind a word or sign ("Note", "*")."""
    row = table.rows[r]
    alone = _group(table, r)
    if alone is not None and all(text in ("", alone.text) for text in row):
        return alone
    said = next((text for text in reversed(row) if text and not _DASH.fullmatch(text)), "")
    if not said or is_label(said):
        return None
    opens = len(row[0].split()) < 2 and not any(map(str.isdigit, row[0]))
    rest = set(row[1:] if opens else row) - {said}
    return Label(said, "group_row", 0, table.address(r, row.index(said))) if all(map(_DASH.fullmatch, rest)) else None


class LabelRows:
    """The rows of a table that hold labels of its columns, as a column beside the figures holds labels of its rows."""

    def __init__(self, table: Table, words: TableWords, columns: list[tuple[Label, ...]]) -> None:
        self._words = words
        self._corner = columns[0][0].text if columns and columns[0] else ""
        self._all: dict[int, dict[tuple[str, str], Label]] = defaultdict(dict)
        self._of_names: dict[tuple[int, str], dict[tuple[str, str], Label]] = defaultdict(dict)
        self._of_none: dict[int, dict[tuple[str, str], Label]] = defaultdict(dict)
        self._known: dict[tuple[int, str | None], tuple[Label, ...]] = {}
        notes = {label.address for label in closing_rows(table)}
        for r in range(table.header_rows, len(table.rows)):
            row = table.rows[r]
            if notes.intersection(table.address(r, c) for c in range(table.width)):
                continue
            own_row = any(map(words.has_amount, row)) or words.is_offer(row[0]) or _heads_again(table, r)
            if not own_row and _group(table, r) is None:
                self._take(table, r, row)

    def of(self, row: Sequence[str], column: int) -> tuple[Label, ...]:
        """The labels of `column` that hold in `row`: all where the row says what it counts, else none of another model."""
        name = None if self._words.counts(row[0]) else row[0] if (column, row[0]) in self._of_names else ""
        if (column, name) not in self._known:
            found = self._of_none[column] | (self._of_names[column, name] if name else {})
            self._known[column, name] = _capped(tuple((self._all[column] if name is None else found).values()))
        return self._known[column, name]

    def _take(self, table: Table, r: int, row: Sequence[str]) -> None:
        name = self._words.is_name(row[0], self._corner)
        for c, text in enumerate(row[1:], 1):
            tick = _TICK.fullmatch(text) is not None
            if not tick and (text == row[0] or _DASH.fullmatch(text) or _PATH.fullmatch(_TAG.sub("", text))):
                continue
            label = Label(row[0] if tick else text, "beside", 1, table.address(r, c), row[0])
            self._all[c].setdefault((text, row[0]), label)
            (self._of_names[c, row[0]] if name else self._of_none[c]).setdefault((text, row[0]), label)


def _heads_again(table: Table, r: int) -> bool:
    """True for a row that heads those below it: it begins as the header does."""
    begins = table.rows[table.header_rows - 1][0] if table.header_rows else ""
    return bool(begins) and table.rows[r][0] == begins and len(set(table.rows[r])) > 1


def _headed(table: Table, r: int, column: int, heads: tuple[Label, ...]) -> Iterator[Label]:
    """The heads of `column` from row `r` on: its own takes the place of the lowest."""
    if text := table.rows[r][column]:
        yield Label(text, "column_head", 0, table.address(r, column))
    yield from heads[1:] if table.header_rows > 1 else ()


_TAG = re.compile(r"<[^<>]{0,300}>")
_PATH = re.compile(r"\s*(?:https?://\S+|(?:/[\w.{}-]+){2,}/?)\s*")


def _capped(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """`labels`; what is beyond the most of them as one, too long to be understood."""
    more = labels[_MOST_ROWS:]
    if not more:
        return labels
    rest = " \u2026 ".join(label.text for label in more).ljust(_TOO_LONG, "\u2026")
    return (*labels[:_MOST_ROWS], replace(more[0], text=rest))


_MOST_ROWS = 24
_TOO_LONG = 700


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
    for column, cell in enumerate(row):
        head = columns[column][0].text if columns[column] else ""
        text = head if _TICK.fullmatch(cell) else cell
        if column in money or not text or _DASH.fullmatch(text) or text in seen:
            continue
        seen.add(text)
        place: Place = "row_head" if column == first else "beside"
        yield Label(text, place, 0, table.address(r, column), head)
    yield from columns[c]
    for distance, group in enumerate(groups):
        yield Label(group.text, "group_row", distance, group.address)
    for column, heads in enumerate(columns):  # those at the left are nearer than those at the right
        for label in heads[:1] if column != c and column in money else ():
            yield Label(label.text, "neighbour_head", int(column > c), label.address)
