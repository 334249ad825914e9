"""Plain tables: text in columns under a title. A terminal gets them from rich; a pipe or a file without loading it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from octoregistry.cli.output import TERMINAL_VARIABLES, cell_text, visible

if TYPE_CHECKING:
    from rich.table import Table


class PlainTable:
    """A title, headings, and rows that are added one by one; the columns in `numbers` stand to the right.

    Where a terminal is too narrow the columns in `folds` take more lines and those in `drops` go, in this order.
    """

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        numbers: Iterable[str] = (),
        *,
        drops: Sequence[str] = (),
        folds: Sequence[str] = (),
    ) -> None:
        self.drops, self.folds = drops, folds
        self.title = visible(title)
        self.headings = tuple(headings)
        self.rows: list[tuple[str, ...]] = []
        right = set(numbers)
        self.right = tuple(heading in right for heading in self.headings)

    def add_row(self, *cells: object) -> None:
        """Add a row. Nothing in a cell steers the terminal or opens a second line."""
        self.rows.append(tuple(cell_text(cell) for cell in cells))

    def lines(self) -> Iterator[str]:
        """The table as lines of text, as wide as it has to be."""
        widths = [max(map(_width, column)) for column in zip(self.headings, *self.rows, strict=True)]
        yield self.title
        yield "┏" + "┳".join("━" * (width + 2) for width in widths) + "┓"
        yield self._line(self.headings, widths, "┃")
        yield "┡" + "╇".join("━" * (width + 2) for width in widths) + "┩"
        for row in self.rows:
            yield self._line(row, widths, "│")
        yield "└" + "┴".join("─" * (width + 2) for width in widths) + "┘"

    def _line(self, cells: Sequence[str], widths: Sequence[int], border: str) -> str:
        padded = (
            " " * (width - _width(cell)) + cell if right else cell + " " * (width - _width(cell))
            for cell, width, right in zip(cells, widths, self.right, strict=True)
        )
        return f"{border} {f' {border} '.join(padded)} {border}"


def print_table(table: PlainTable) -> None:
    """Print the table on standard output."""
    if _rich_draws():
        from octoregistry.cli.styled_tables import print_styled  # noqa: PLC0415 - see the module's docstring

        print_styled(styled(table))
    else:
        click.echo("\n".join(table.lines()))


def styled(plain: PlainTable) -> Table:
    """The same table as rich draws it, on a terminal that may be too narrow for it."""
    from rich.text import Text  # noqa: PLC0415 - see the module's docstring

    from octoregistry.cli.styled_tables import WideTable  # noqa: PLC0415 - as above

    table = WideTable(plain.title, drops=plain.drops, folds=plain.folds)
    for heading, right in zip(plain.headings, plain.right, strict=True):
        table.add_column(heading, justify="right" if right else "left")
    for row in plain.rows:
        table.add_row(*map(Text, row))
    return table


def _rich_draws() -> bool:
    """True where lines may have to be folded, coloured, or drawn in ASCII."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return sys.stdout.isatty() or any(map(os.environ.get, TERMINAL_VARIABLES)) or not encoding.startswith("utf")


def _width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - for letters of other scripts alone

    return cell_len(text)
