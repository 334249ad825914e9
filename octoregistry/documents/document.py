"""A page, normalised: tables and passages whose every cell and paragraph has an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands over a table or passage. `level` counts from 1 (outermost)."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item or label outside of tables. `codes` are the inline code spans in it (where ids stand)."""

    number: int
    text: str
    headings: tuple[Heading, ...] = ()
    codes: tuple[str, ...] = ()
    pane: str | None = None
    hidden: bool = False

    @property
    def address(self) -> str:
        """Where it stands: `P7` is the seventh passage of the page."""
        return f"P{self.number}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page. `rows` is rectangular: spanned cells repeat the text of the cell that spans them, cells that
    a ragged row lacks are empty. The first `header_rows` of them are its header. `lead` holds the passages between the
    last table or heading before this table and the table itself, `section` all passages since the last heading.
    `hidden` says that the page shows it only after a click (a tab), not that it is invisible for good.
    """

    number: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    headings: tuple[Heading, ...] = ()
    pane: str | None = None
    caption: str | None = None
    lead: tuple[Passage, ...] = ()
    section: tuple[Passage, ...] = ()
    hidden: bool = False
    ragged: tuple[int, ...] = ()  # numbers of the rows that had fewer or more cells than the header

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
class Document:
    """A page as tables and passages, in the order in which they stand."""

    url: str
    tables: tuple[Table, ...]
    passages: tuple[Passage, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A page from which nothing can be read, and why. It is never taken for "no change"."""

    reason: str
