"""A Document from HTML: one walk over the tree that collects headings, passages and tables as a reader would see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from octoregistry.documents.builder import DocumentBuilder
from octoregistry.documents.components import ComponentTable, island_table
from octoregistry.documents.document import Document
from octoregistry.documents.htmlgrid import html_grid, nested_tables
from octoregistry.documents.marks import END, settled, unmarked
from octoregistry.documents.nesting import DEEPEST, without_the_deepest
from octoregistry.documents.panes import MOST_PANES, Panes, Position
from octoregistry.documents.parts import is_table
from octoregistry.documents.styles import Look
from octoregistry.documents.stylesheets import hide_what_is_not_shown
from octoregistry.documents.visible import (
    BLOCKS,
    PICTURES,
    SKIPPED,
    edge,
    first_parts,
    gone,
    heading_level,
    is_glued_id,
    is_hidden,
    is_icon,
    look_of,
    small_text,
    tidy,
    visible_text,
)
from octoregistry.documents.whole_number import whole_number

_LONGEST_HEADING = 120
_AMOUNT = re.compile(
    r"(?:from )?[$€£¥]\s?\d[\d.,]*(?:\s*/.*)?", re.IGNORECASE
)  # a price that is set large heads nothing
_AS_WRITTEN = ("pre", "code", "textarea")
_LINKED_MODEL = re.compile(r"[?&]model=([a-z0-9][\w.-]+)")


def _nothing() -> None:
    pass


@dataclass(slots=True)
class _Open:
    """A tag that the walk is in: what of it is still to come, where that stands, and what to do at its end."""

    children: Iterator[PageElement]
    place: Position
    leave: Callable[[], None] = _nothing


_NOTE = re.compile(r"(?:^|\n)\W{0,3}[*†‡§¶⁰¹²³⁴⁵⁶⁷⁸⁹]")
_PARTS = ["section", "article", "figure", "details", "li"]
_MOST_OF_A_FOOTER = 400  # parts; what is longer is the map of a site


def _holds_notes(footer: Tag) -> bool:
    """True for the footer of a part of the page, and for one in which a line begins with the mark of a note, or which has a
    numbered list or one of terms."""
    if footer.find_parent(_PARTS):
        return True
    parts = first_parts(footer, _MOST_OF_A_FOOTER)
    text = "\n".join(part for part in parts if isinstance(part, NavigableString))
    return bool(_NOTE.search(text)) or any(isinstance(part, Tag) and part.name in ("ol", "dl", "sup") for part in parts)


def _own_number(item: Tag) -> int | None:
    """The number that a browser shows before an item of a list that begins elsewhere than at 1; None for any other."""
    around = item.parent
    if around is None or around.name != "ol":
        return None
    items = around.find_all("li", recursive=False, limit=_MOST_ITEMS)
    if not ("start" in around.attrs or any("value" in each.attrs for each in items)):
        return None
    number = (whole_number(around.get("start"), _MOST_ITEMS) or 1) - 1
    for each in items:
        number = whole_number(each.get("value"), _MOST_ITEMS) or number + 1
        if each is item:
            return number
    return None


_MOST_ITEMS = 99


@dataclass(slots=True)
class _Walk:
    """It keeps a stack of its own: a page may nest deeper than Python recurses."""

    builder: DocumentBuilder
    panes: Panes
    components: Sequence[ComponentTable]
    lines: bool
    _text: list[str] = field(default_factory=list)
    _codes: list[str] = field(default_factory=list)
    _in_code: int = 0
    _awaited: int | None = None  # the level of a heading whose text has yet to come

    def over(self, root: Tag) -> None:
        """Walk over all that stands in `root`."""
        open_tags = [_Open(iter(root.children), Position(), lambda: self._flush(Position()))]
        while open_tags:
            child = next(open_tags[-1].children, None)
            if child is None:
                open_tags.pop().leave()
            elif isinstance(child, NavigableString):
                if not isinstance(child, PreformattedString):
                    raw = self.lines or (child.parent is not None and child.parent.name in _AS_WRITTEN)
                    self._text.append(unmarked(child if raw else " ".join(child.split("\n"))))
            elif isinstance(child, Tag) and (entered := self._enter(child, open_tags[-1].place)):
                open_tags.append(entered)

    def _enter(self, tag: Tag, place: Position) -> _Open | None:
        """How to go on inside `tag`, or None where it holds nothing (more) to walk over."""
        name = tag.name.lower()
        look = look_of(tag)
        if look > max(Look.MAYBE, place.look):
            place = replace(place, look=look)
        skipped = name in SKIPPED and not (name == "footer" and _holds_notes(tag))
        label = None if skipped else self.panes.label(tag)
        if label is not None:
            return self._pane(tag, label, place)
        if skipped or name in PICTURES or is_icon(tag) or is_hidden(tag):
            self._text.append("" if name in BLOCKS else gone(tag))
            return None
        if is_table(tag):
            return self._table(tag, place)
        if name == "astro-island":
            return self._island(tag, place)
        level = heading_level(tag)
        if level or name in BLOCKS or "data-component-table" in tag.attrs:
            return self._block(tag, place, level)
        self._text.append(f"{look.mark}{'' if name == 'br' else edge(tag, tag.previous_sibling)}")
        if name == "br":
            self._text.append("\n")
        elif (small := small_text(tag) or "").strip():
            self._text.append(small)
            return None
        elif name == "code":
            if is_glued_id(tag):
                self._text.append("\n")
            return self._code(tag, place)
        elif name == "a" and (linked := _LINKED_MODEL.search(str(tag.get("href")))):
            self._codes.append(linked[1])
        return _Open(iter(tag.children), place, lambda: self._end(tag))

    def _end(self, tag: Tag) -> None:
        self._text.append(f"{edge(tag, tag.next_sibling)}{END if look_of(tag).opens else ''}")

    def _code(self, tag: Tag, place: Position) -> _Open:
        """Keep what stands in code; code in code is a part of it."""
        if not self._in_code:
            self._codes.append(visible_text(tag))
        self._in_code += 1

        def leave() -> None:
            self._in_code -= 1
            self._end(tag)

        return _Open(iter(tag.children), place, leave)

    def _block(self, tag: Tag, place: Position, heading: int | None = None) -> _Open:
        self._flush(place)
        if heading:
            # Parsers close a heading at the first block inside it, so its text may only come after it.
            self._awaited = heading
        if "data-component-table" in tag.attrs:
            self._component(tag, place)
        if tag.name in ("ul", "ol"):
            place = replace(place, listed=len(tag.find_all("li", recursive=False)))
        if tag.name == "li" and (number := _own_number(tag)):
            self._text.append(f"{number}. ")
        return _Open(iter(tag.children), place, lambda: self._flush(place))

    def _pane(self, tag: Tag, label: str, place: Position) -> _Open:
        self._flush(place)
        inner = place.inside(label, hidden=is_hidden(tag))
        if len(place.panes) == MOST_PANES:
            self.builder.gap(
                "page", f"more than {MOST_PANES} panes stand in each other; the labels of the inner ones are left out"
            )
        tables = len(self.builder.tables)

        def leave() -> None:
            self._flush(inner)
            if label and len(self.builder.tables) == tables and tag.name != "details":
                self.builder.empty_panes.append(label)

        return _Open(iter(tag.children), inner, leave)

    def _flush(self, place: Position) -> None:
        """End the passage that is being collected; the first one after an empty heading is that heading's text."""
        text = tidy(settled("".join(self._text)))
        text = f"{place.look.sign}{text}" if any(map(str.isdigit, text)) else text
        if text and self._awaited and len(text) <= _LONGEST_HEADING and not _AMOUNT.fullmatch(text):
            self.builder.heading(self._awaited, text)
        elif text:
            self.builder.passage(text, place, tuple(filter(None, self._codes)))
        if text:
            self._awaited = None
        self._text, self._codes = [], []

    def _table(self, tag: Tag, place: Position) -> _Open | None:
        """Add a table. One that holds tables lays out the page: what stands in its cells is walked over as well."""
        self._flush(place)
        grid = html_grid(tag, place.look)
        nested = nested_tables(tag)
        if nested and (len(grid.rows) < 2 or len(grid.rows[0]) < 2):
            return self._block(tag, place)
        caption = tag.find("caption", recursive=False)
        self.builder.table(
            grid,
            pane=place.pane,
            hidden=place.hidden,
            caption=visible_text(caption) if isinstance(caption, Tag) else str(tag.get("aria-label") or "") or None,
        )
        return _Open(_tables_in(tag), place) if nested else None

    def _island(self, tag: Tag, place: Position) -> _Open:
        """The rendered part of an island, then the rows of its props: a page often renders a few rows and keeps the rest."""
        self._flush(place)

        def leave() -> None:
            self._flush(place)
            component = island_table(str(tag.get("component-export") or "island"), str(tag.get("props") or ""))
            if component:
                self._add(component, place)

        return _Open(iter(tag.children), place, leave)

    def _component(self, tag: Tag, place: Position) -> None:
        number = whole_number(tag["data-component-table"])
        if number is not None and number < len(self.components):
            self._add(self.components[number], place)

    def _add(self, table: ComponentTable, place: Position) -> None:
        self.builder.table(table.grid, pane=place.pane or table.label, hidden=place.hidden, component=table.component)


def _tables_in(table: Tag) -> Iterator[PageElement]:
    open_tags: list[Iterator[PageElement]] = [iter(table.children)]
    while open_tags:
        child = next(open_tags[-1], None)
        if child is None:
            open_tags.pop()
        elif isinstance(child, Tag):
            if is_table(child):
                yield child
            else:
                open_tags.append(iter(child.children))


def html_document(markup: str, url: str, *, components: Sequence[ComponentTable] = (), lines: bool = False) -> Document:
    """The Document that `markup` shows. `components` are the tables for which it holds marks; `lines` says that a line
    break of its source is one that is seen, as the copies of pages in Markdown have it.
    """
    soup = BeautifulSoup(markup, "lxml")
    too_deep = without_the_deepest(soup)
    hide_what_is_not_shown(soup)
    root = soup.body or soup
    builder = DocumentBuilder(url, title=visible_text(soup.title) if soup.title else None)
    if too_deep:
        builder.gap("page", f"{too_deep:,} parts stand in more than {DEEPEST:,} others; they are left out")
    _Walk(builder, Panes(root), components, lines).over(root)
    return builder.document()
