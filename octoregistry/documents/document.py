"""A page, normalised: tables and passages whose every cell and paragraph has an address."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_NEAR = 60  # so many passages at both ends of a section are looked at for what they say of a table
PANES = " \u203a "
"""Stands between the labels of panes that stand in one another."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands over a table or passage: the `number`th of the page. `level` counts from 1 (outermost)."""

    level: int
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item or label outside of tables. `codes` are the inline code spans in it (where ids stand);
    `listed` is how many items the list has that it stands in, 0 outside of lists.
    """

    number: int
    text: str
    headings: tuple[Heading, ...] = ()
    codes: tuple[str, ...] = ()
    pane: str | None = None
    hidden: bool = False
    listed: int = 0

    @property
    def address(self) -> str:
        """Where it stands: `P7` is the seventh passage of the page."""
        return f"P{self.number}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page. `rows` is rectangular: spanned cells repeat the text of the cell that spans them, cells that
    a ragged row lacks are empty. The first `header_rows` of them are its header. `after` is the number of the passage
    that it follows (0 for none). `hidden` says that the page shows it only after a click (a tab), not that it is
    invisible for good.
    """

    number: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    headings: tuple[Heading, ...] = ()
    pane: str | None = None
    caption: str | None = None
    after: int = 0
    hidden: bool = False
    ragged: tuple[int, ...] = ()  # indices of the rows that had fewer or more cells than the header
    struck: tuple[tuple[int, int, str], ...] = ()  # (row, column, what is struck through in that cell): a former price
    component: str | None = None  # the page's component whose data this is, where no table was rendered

    @property
    def panes(self) -> tuple[str, ...]:
        """The labels of the panes that it stands in, the outermost first."""
        return tuple(self.pane.split(PANES)) if self.pane else ()

    @property
    def width(self) -> int:
        """How many columns every row has."""
        return len(self.rows[0]) if self.rows else 0

    @property
    def body(self) -> tuple[tuple[str, ...], ...]:
        """The rows below the header."""
        return self.rows[self.header_rows :]

    def address(self, row: int, column: int) -> str:
        """Where a cell stands; `row` and `column` count from 0, the address from 1: `T3R5C2`."""
        return f"T{self.number}R{row + 1}C{column + 1}"

    def cells(self) -> Iterator[tuple[str, str]]:
        """(address, text) of every cell, row by row."""
        for r, row in enumerate(self.rows):
            for c, text in enumerate(row):
                yield self.address(r, c), text


@dataclass(frozen=True, slots=True)
class Gap:
    """What of the page could not be taken in, where it stood, and why."""

    address: str
    reason: str


@dataclass(frozen=True)
class Document:
    """A page as tables and passages, in the order in which they stand."""

    url: str
    tables: tuple[Table, ...]
    passages: tuple[Passage, ...] = ()
    title: str | None = None
    empty_panes: tuple[str, ...] = ()  # labels of panes in which no table stands
    gaps: tuple[Gap, ...] = ()

    def lead(self, table: Table) -> tuple[Passage, ...]:
        """The passages between `table` and what comes before it: another table, or the heading over it."""
        first = self.tables[table.number - 2].after if table.number > 1 else 0
        return tuple(p for p in self.passages[first : table.after] if p.headings == table.headings)

    def section(self, table: Table) -> tuple[Passage, ...]:
        """The passages before `table` under the heading that stands over it; of a very long section its ends."""
        passages = self._passages_under.get(table.headings, [])
        before = bisect_right(passages, table.after, key=lambda passage: passage.number)
        return tuple(passages[:before] if before <= 2 * _NEAR else passages[:_NEAR] + passages[before - _NEAR : before])

    def under(self, heading: Heading) -> tuple[Passage, ...]:
        """The passages right under `heading`, not those under headings of its own."""
        return tuple(self._passages_right_under.get(heading, ()))

    def siblings(self, table: Table) -> Sequence[Table]:
        """The tables under the same heading as `table`, itself among them."""
        return self._tables_under[table.headings]

    def table_between(self, first: Passage, second: Passage) -> bool:
        """True where a table stands between two passages."""
        at = bisect_left(self.tables, first.number, key=lambda table: table.after)
        return at < len(self.tables) and self.tables[at].after < second.number

    @cached_property
    def _passages_under(self) -> Mapping[tuple[Heading, ...], list[Passage]]:
        found: dict[tuple[Heading, ...], list[Passage]] = defaultdict(list)
        for passage in self.passages:
            found[passage.headings].append(passage)
        return found

    @cached_property
    def _passages_right_under(self) -> Mapping[Heading, list[Passage]]:
        found: dict[Heading, list[Passage]] = defaultdict(list)
        for headings, passages in self._passages_under.items():
            if headings:
                found[headings[-1]] += passages
        return found

    @cached_property
    def _tables_under(self) -> Mapping[tuple[Heading, ...], list[Table]]:
        found: dict[tuple[Heading, ...], list[Table]] = defaultdict(list)
        for table in self.tables:
            found[table.headings].append(table)
        return found


@dataclass(frozen=True, slots=True)
class Unread:
    """A page from which nothing can be read, and why. It is never taken for "no change"."""

    reason: str
