"""Tables by rich: coloured, and as narrow as the terminal without cutting or breaking a number, a price or an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from octoregistry.cli.output import cell_text

_BORDER = 3  # around each cell: a blank on both sides, and a line
_CUT = "left out for want of width: {}; a wider terminal shows them"


def cell(text: object, style: str = "") -> Text:
    """`text` for a table: no markup is read from it, and nothing in it steers the terminal or opens a second line."""
    return Text(cell_text(text), style=style)


class WideTable(Table):
    """A table that says what gives way where the terminal is too narrow: the columns in `folds` hold words and may take
    more lines, those in `drops` go, in this order. Where that is not enough each row becomes a list. Nothing else is ever
    broken or cut."""

    def __init__(self, title: str = "", *, drops: Sequence[str] = (), folds: Sequence[str] = ()) -> None:
        super().__init__(title=Text(title) if title else None, title_justify="left", header_style="bold")
        self.drops, self.folds = tuple(drops), tuple(folds)


def print_styled(renderable: RenderableType) -> None:
    """Print a table on standard output. Into a pipe it is as wide as it has to be; NO_COLOR is honoured by rich."""
    console = Console()
    if not isinstance(renderable, Table):
        console.print(renderable)
        return
    widths = {id(column): _widest(column) for column in renderable.columns}
    if not console.is_terminal:
        for column in renderable.columns:  # measured here: rich would do it thrice, and that is most of the work
            column.width = widths[id(column)]
        Console(width=max(80, _total(widths.values()))).print(renderable)
        return
    for part in _fitted(renderable, widths, console.width):
        console.print(part, highlight=False)


def _fitted(table: Table, widths: dict[int, int], room: int) -> Iterator[RenderableType]:
    """What is printed of a table in so many columns of a terminal: its title, and the table or a list."""
    if table.title:
        yield Text(str(table.title))
        table.title = None
    folds = getattr(table, "folds", ())
    least = {
        id(column): _longest_word(column) if str(column.header) in folds else widths[id(column)]
        for column in table.columns
    }
    kept, dropped = list(table.columns), []
    for heading in getattr(table, "drops", ()):
        if _total(least[id(column)] for column in kept) <= room:
            break
        dropped += [heading for column in kept if str(column.header) == heading]
        kept = [column for column in kept if str(column.header) != heading]
    if _total(least[id(column)] for column in kept) > room:
        yield from _as_list(table)
        return
    table.columns[:] = kept
    _set_widths(kept, widths, least, room)
    yield table
    if dropped:
        yield Text(_CUT.format(", ".join(dropped)), style="dim")


def _set_widths(columns: Sequence[Column], widths: dict[int, int], least: dict[int, int], room: int) -> None:
    """Give each column its width: what is to be had beyond the least goes to the columns that fold most."""
    given = {id(column): least[id(column)] for column in columns}
    for _ in range(room - _total(given.values())):
        most = max(given, key=lambda column: widths[column] / max(1, given[column]))
        given[most] += given[most] < widths[most]
    for column in columns:
        column.width = given[id(column)]
        column.no_wrap = column.width == widths[id(column)]


def _as_list(table: Table) -> Iterator[RenderableType]:
    """A row after the other with every column named: what does not fit side by side fits below each other."""
    headings = [str(column.header) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        first, *others = (each if isinstance(each, Text) else Text(str(each)) for each in row)
        told = [
            Text.assemble((f"{heading} ", "dim"), each)
            for heading, each in zip(headings[1:], others, strict=True)
            if each.plain
        ]
        if first.plain:
            yield first
        if told:
            yield Padding(Text("; ").join(told), (0, 0, 0, 4), expand=False)


def _widest(column: Column) -> int:
    return max(cell_len(text) for cell in (column.header, *column.cells) for text in str(cell).split("\n"))


def _longest_word(column: Column) -> int:
    return max((cell_len(word) for cell in (column.header, *column.cells) for word in str(cell).split()), default=0)


def _total(widths: Iterable[int]) -> int:
    return sum(width + _BORDER for width in widths) + 1
