"""A Document from the headings, passages and tables that a walk over a page meets, in that order."""

from __future__ import annotations

from dataclasses import dataclass, field

from octoregistry.documents.document import Document, Gap, Heading, Passage, Table
from octoregistry.documents.grid import MOST_SPREAD, Grid
from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.panes import Position

LONGEST_CELL = 4_000
LONGEST_PASSAGE = 40_000
MOST_ROWS = 5_000
MOST_CELLS = 100_000
"""What of a page is read: of all its tables so many rows and cells. No price list of anybody is longer."""


@dataclass(slots=True)
class DocumentBuilder:
    """Collects a page's parts and tells each what stands over it."""

    url: str
    title: str | None = None
    tables: list[Table] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    empty_panes: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _headings: list[Heading] = field(default_factory=list)
    _headings_met: int = 0
    _rows: int = 0
    _cells: int = 0
    _spread: int = 0

    def gap(self, address: str, reason: str) -> None:
        """Say once of the page that something is left out."""
        if not any(known.reason == reason for known in self.gaps):
            self.gaps.append(Gap(address, reason))

    def heading(self, level: int, text: str) -> None:
        """Open the section that `text` heads: it closes every section of its own level or a deeper one."""
        while self._headings and self._headings[-1].level >= level:
            self._headings.pop()
        self._headings_met += 1
        self._headings.append(Heading(level, text, self._headings_met))

    def passage(self, text: str, place: Position, codes: tuple[str, ...] = ()) -> None:
        """Add a paragraph, list item or label that stands in `place`."""
        number = len(self.passages) + 1
        if len(text) > LONGEST_PASSAGE:
            text = text[:LONGEST_PASSAGE]
            self.gap(f"P{number}", f"a text of more than {LONGEST_PASSAGE:,} letters is cut")
        self.passages.append(
            Passage(number, text, tuple(self._headings), codes, place.pane, place.hidden, place.listed)
        )

    def table(
        self,
        grid: Grid,
        *,
        pane: str | None = None,
        caption: str | None = None,
        hidden: bool = False,
        component: str | None = None,
    ) -> None:
        """Add a table; an empty one is left out."""
        rows = self._read_of(grid)
        if not rows:
            return
        self.tables.append(
            Table(
                number=len(self.tables) + 1,
                rows=rows,
                header_rows=grid.header_rows,
                headings=tuple(self._headings),
                pane=pane,
                caption=caption,
                after=len(self.passages),
                hidden=hidden,
                ragged=tuple(row for row in grid.ragged if row < len(rows)),
                struck=tuple(one for one in grid.struck if one[0] < len(rows)),
                component=component,
            )
        )

    def _read_of(self, grid: Grid) -> tuple[tuple[str, ...], ...]:
        """The rows of `grid` that are read."""
        address = f"T{len(self.tables) + 1}"
        if grid.unseen:
            self.gap(address, "a cell with a figure that the page does not show is left out")
        self._spread += grid.spread
        if self._spread > MOST_SPREAD:
            self.gap(address, f"cells that span others fill more than {MOST_SPREAD:,} places; the table is left out")
            return ()
        width = len(grid.rows[0]) if grid.rows else 1
        rows = grid.rows[: max(0, min(MOST_ROWS - self._rows, (MOST_CELLS - self._cells) // width))]
        if len(rows) < len(grid.rows):
            self.gap(
                address, f"the page has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells; the rest is left out"
            )
        self._rows += len(rows)
        self._cells += len(rows) * width
        if max((len(text) for row in rows for text in row), default=0) <= LONGEST_CELL:
            return rows
        self.gap(address, f"a cell of more than {LONGEST_CELL:,} letters is left out")
        return tuple(tuple(text if len(text) <= LONGEST_CELL else LEFT_OUT for text in row) for row in rows)

    def document(self) -> Document:
        """The page so far."""
        return Document(
            self.url, tuple(self.tables), tuple(self.passages), self.title, tuple(self.empty_panes), tuple(self.gaps)
        )
