"""Tables with colours, by rich: those of a plan, of evidence and of costs."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from octoregistry.cli.output import cell_text

_BORDER = 3  # around each cell: a blank on both sides, and a line


def cell(text: object, style: str = "") -> Text:
    """`text` for a table: no markup is read from it, and nothing in it steers the terminal or opens a second line."""
    return Text(cell_text(text), style=style)


def print_styled(renderable: RenderableType) -> None:
    """None; a table on standard output. Into a pipe it is as wide as it has to be; NO_COLOR is honoured by rich."""
    console = Console()
    if not console.is_terminal and isinstance(renderable, Table):
        for column in renderable.columns:  # measured here: rich would do it thrice, and that is most of the work
            column.width = max(
                cell_len(text) for cell in (column.header, *column.cells) for text in str(cell).split("\n")
            )
        console = Console(width=max(80, sum((column.width or 0) + _BORDER for column in renderable.columns) + 1))
    console.print(renderable)
