"""A Document from the headings, passages and tables that a walk over a page meets, in that order."""

from __future__ import annotations

from dataclasses import dataclass, field

from octoregistry.documents.document import Document, Gap, Heading, Passage, Table
from octoregistry.documents.grid import Grid
from octoregistry.documents.panes import Place


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

    def heading(self, level: int, text: str) -> None:
        """Open the section that `text` heads: it closes every section of its own level or a deeper one."""
        while self._headings and self._headings[-1].level >= level:
            self._headings.pop()
        self._headings_met += 1
        self._headings.append(Heading(level, text, self._headings_met))

    def passage(self, text: str, place: Place, codes: tuple[str, ...] = ()) -> None:
        """Add a paragraph, list item or label that stands in `place`."""
        number = len(self.passages) + 1
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
        if not grid.rows:
            return
        self.tables.append(
            Table(
                number=len(self.tables) + 1,
                rows=grid.rows,
                header_rows=grid.header_rows,
                headings=tuple(self._headings),
                pane=pane,
                caption=caption,
                after=len(self.passages),
                hidden=hidden,
                ragged=grid.ragged,
                component=component,
            )
        )

    def document(self) -> Document:
        """The page so far."""
        return Document(
            self.url, tuple(self.tables), tuple(self.passages), self.title, tuple(self.empty_panes), tuple(self.gaps)
        )
