"""A Document from HTML: one walk over the tree that collects headings, passages and tables as a reader would see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from octoregistry.documents.builder import DocumentBuilder
from octoregistry.documents.components import ComponentTable, island_table
from octoregistry.documents.document import Document
from octoregistry.documents.grid import Grid, SpanningCell, grid

_SKIPPED = {
    "script",
    "style",
    "template",
    "noscript",
    "svg",
    "nav",
    "footer",
    "head",
    "iframe",
    "object",
    "select",
    "math",
}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "button", "dd", "details", "div", "dl", "dt", "fieldset"),
    *(
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "label",
        "li",
        "main",
        "ol",
        "option",
        "p",
        "pre",
    ),
    *("section", "small", "summary", "table", "ul", "note", "tip", "warning", "info", "tab", "tabs", "card", "center"),
}
_HEADING = re.compile(r"h([1-6])$")
_INVISIBLE_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
)
_INVISIBLE_CLASSES = {"hidden", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-only"}
_HEADING_CLASS = re.compile(r"(?:^|[-_])(?P<sub>sub)?heading$")
_LONGEST_HEADING = 120
_LINKED_MODEL = re.compile(r"[?&]model=([a-z0-9][\w.-]+)")
_FOOTNOTE = re.compile(r"[\s()\[\]\d*†‡§¶,]{0,6}$")
# Zero-width, directional and soft-hyphen characters: they change nothing that is seen, and hide words from a search.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_PANE_TAGS = {"tab", "tabitem", "tab-item", "tab-panel", "tabpanel"}
_PANE_LABELS = ("title", "label", "data-label", "data-title", "data-tab", "data-value", "aria-label", "value")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: in which pane, and whether that pane stood hidden."""

    pane: str | None = None
    hidden: bool = False


@dataclass(slots=True)
class _Walk:
    builder: DocumentBuilder
    root: Tag
    components: Sequence[ComponentTable]
    _text: list[str] = field(default_factory=list)
    _codes: list[str] = field(default_factory=list)
    _awaited: int | None = None  # the level of a heading whose text has yet to come

    def visit(self, tag: Tag, place: _Place) -> None:
        """Walk over what stands in `tag`."""
        for child in tag.children:
            if isinstance(child, NavigableString):
                if not isinstance(child, PreformattedString):
                    self._text.append(child)
            elif isinstance(child, Tag):
                self._tag(child, place)

    def _tag(self, tag: Tag, place: _Place) -> None:
        name = tag.name.lower()
        if name in _SKIPPED:
            return
        label = self._pane_label(tag)
        if label is not None:
            self.flush(place)
            inner = _Place(label or place.pane, place.hidden or _is_hidden(tag))
            tables = len(self.builder.tables)
            self.visit(tag, inner)
            self.flush(inner)
            if label and len(self.builder.tables) == tables:
                self.builder.empty_panes.append(label)
        elif _is_hidden(tag):
            return
        elif name == "br":
            self._text.append("\n")
        elif heading := _heading_level(tag):
            self._heading(tag, heading, place)
        elif name == "table":
            self.flush(place)
            self._table(tag, place)
        elif name == "astro-island":
            self._island(tag, place)
        elif "data-component-table" in tag.attrs:
            self.flush(place)
            self._component(tag, place)
        elif name in _BLOCKS:
            self.flush(place)
            self.visit(tag, place)
            self.flush(place)
        else:
            if name == "code":
                self._codes.append(visible_text(tag))
            elif name == "a" and (linked := _LINKED_MODEL.search(str(tag.get("href")))):
                self._codes.append(linked[1])
            self.visit(tag, place)

    def flush(self, place: _Place) -> None:
        """End the passage that is being collected; the first one after an empty heading is that heading's text."""
        text = tidy("".join(self._text))
        if text and self._awaited and len(text) <= _LONGEST_HEADING:
            self.builder.heading(self._awaited, text)
        elif text:
            self.builder.passage(text, codes=tuple(filter(None, self._codes)), pane=place.pane, hidden=place.hidden)
        if text:
            self._awaited = None
        self._text, self._codes = [], []

    def _heading(self, tag: Tag, level: int, place: _Place) -> None:
        """Read a heading. Parsers close one at the first block inside it, so its text may only come after it."""
        self.flush(place)
        self._awaited = level
        self.visit(tag, place)
        self.flush(place)

    def _table(self, tag: Tag, place: _Place) -> None:
        caption = tag.find("caption")
        self.builder.table(
            html_grid(tag),
            pane=place.pane,
            hidden=place.hidden,
            caption=visible_text(caption) if isinstance(caption, Tag) else None,
        )
        for nested in tag.find_all("table"):
            if nested.find_parent("table") is tag:
                self._table(nested, place)

    def _island(self, tag: Tag, place: _Place) -> None:
        """The rendered part of an island, then the rows of its props: a page often renders a few rows and keeps the rest."""
        self.flush(place)
        self.visit(tag, place)
        self.flush(place)
        component = island_table(str(tag.get("component-export") or "island"), str(tag.get("props") or ""))
        if component:
            self._add(component, place)

    def _component(self, tag: Tag, place: _Place) -> None:
        number = str(tag["data-component-table"])
        if number.isdigit() and int(number) < len(self.components):
            self._add(self.components[int(number)], place)

    def _add(self, table: ComponentTable, place: _Place) -> None:
        self.builder.table(table.grid, pane=place.pane or table.label, hidden=place.hidden, component=table.component)

    def _pane_label(self, tag: Tag) -> str | None:
        """The label of the pane that `tag` is ("" where it has none), or None for what is no pane."""
        is_pane = (
            tag.get("role") == "tabpanel"
            or tag.name.lower() in _PANE_TAGS
            or any(key in tag.attrs for key in ("data-content-switcher-pane", "data-tab-panel", "data-pane"))
        )
        if not is_pane:
            return None
        labelled_by = str(tag.get("aria-labelledby") or "")
        owner = self.root.find(id=labelled_by) if labelled_by else None
        if isinstance(owner, Tag):
            return visible_text(owner)
        return next((str(tag[key]) for key in _PANE_LABELS if tag.get(key)), "")


def html_document(markup: str, url: str, *, components: Sequence[ComponentTable] = ()) -> Document:
    """The Document that `markup` shows. `components` are the tables for which it holds marks."""
    soup = BeautifulSoup(markup, "lxml")
    root = soup.body or soup
    builder = DocumentBuilder(url, title=visible_text(soup.title) if soup.title else None)
    walk = _Walk(builder, root, components)
    walk.visit(root, _Place())
    walk.flush(_Place())
    return builder.document()


def html_grid(table: Tag) -> Grid:
    """The cells of `table`, without those of tables inside it."""
    rows: list[list[SpanningCell]] = []
    head = 0
    for tr in _own(table, "tr"):
        if _is_hidden(tr):
            continue
        cells = [_cell(cell) for cell in _own(tr, ("td", "th")) if not _is_hidden(cell)]
        if not cells:
            continue
        cells = _as_written(tr, cells)
        if isinstance(tr.parent, Tag) and tr.parent.name == "thead" and head == len(rows):
            head += 1
        rows.append(cells)
    if head:
        return grid(rows, header_rows=head)
    if rows and not any(cell.header for row in rows for cell in row) and len(rows) > 1:
        return grid(rows, header_rows=0 if any(re.search(r"\d", cell.text) for cell in rows[0]) else 1)
    return grid(rows)


def _as_written(tr: Tag, cells: list[SpanningCell]) -> list[SpanningCell]:
    """`cells` without the empty ones that a Markdown renderer adds to a row that had too few, so that it shows as ragged."""
    written = str(tr.get("data-cells") or "")
    return cells[: int(written)] if written.isdigit() and int(written) < len(cells) else cells


def _own(tag: Tag, names: str | Iterable[str]) -> Iterator[Tag]:
    """The descendants of `tag` called `names` that belong to no table or row in between."""
    wanted = {names} if isinstance(names, str) else set(names)
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name in wanted:
                yield child
            elif child.name != "table":
                yield from _own(child, wanted)


def _cell(tag: Tag) -> SpanningCell:
    return SpanningCell(visible_text(tag), tag.name == "th", _span(tag, "rowspan"), _span(tag, "colspan"))


def _span(tag: Tag, name: str) -> int:
    value = str(tag.get(name) or "1").strip()
    return max(1, int(value)) if value.isdigit() and len(value) < 5 else 1


def visible_text(tag: Tag) -> str:
    """The text of `tag` as it is seen: line breaks kept, footnote marks, hidden parts and unseen characters gone."""
    return tidy("".join(_visible_parts(tag)))


def _visible_parts(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):
                yield re.sub(r"\s+", " ", child)
        elif isinstance(child, Tag):
            name = child.name.lower()
            if name in ("br", "hr"):
                yield "\n"
            elif name in _SKIPPED or name == "table" or _is_hidden(child):
                continue
            elif name == "sup" and _FOOTNOTE.match(child.get_text()):
                yield " "
            elif name in _BLOCKS:
                yield "\n"
                yield from _visible_parts(child)
                yield "\n"
            else:
                yield from _visible_parts(child)


def tidy(text: str) -> str:
    """`text` with unseen characters gone, spaces single and lines without blanks at their ends."""
    lines = (" ".join(line.split()) for line in _UNSEEN.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_hidden(tag: Tag) -> bool:
    if "hidden" in tag.attrs and str(tag.get("hidden")).lower() != "false":
        return True
    style = tag.get("style")
    if style and _INVISIBLE_STYLE.search(str(style).lower()):
        return True
    return bool(_INVISIBLE_CLASSES & set(_classes(tag)))


def _classes(tag: Tag) -> list[str]:
    found: list[str] = []
    for key in ("class", "classname"):
        value = tag.get(key)
        if value:
            found += value if isinstance(value, list) else str(value).split()
    return found


def _heading_level(tag: Tag) -> int | None:
    match = _HEADING.match(tag.name.lower())
    if match:
        return int(match.group(1))
    if tag.get("role") == "heading":
        level = str(tag.get("aria-level") or "2")
        return int(level) if level.isdigit() else 2
    named = next(filter(None, map(_HEADING_CLASS.search, _classes(tag))), None)
    if named and not tag.find(_HEADING) and not tag.find("table"):
        return 3 if named["sub"] else 2
    return None
