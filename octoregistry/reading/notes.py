"""The notes of a page by their marks: a price that bears a mark is told all that the page says under it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from octoregistry.documents import Document, Passage, Table
from octoregistry.reading.classify.scan import fold, one_of, spaced
from octoregistry.reading.labels import Figure, Label
from octoregistry.reading.layout.over import in_another_pane
from octoregistry.reading.vocabulary import Vocabulary

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGN = "[*†‡§¶]+|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}"
_MARK = re.compile(_SIGN)
_ALONE = re.compile(rf"\W?({_SIGN}|\d{{1,2}})\W{{0,2}}")
# "* Note", "Note: *) …", "Prices marked with * are …", "*Note": a mark that belongs to no word, or begins the line.
_SIGNED = re.compile(rf"(?:^|(?<=[\s(\[\"'“‘:]))({_SIGN})(?=[\s)\].,:;=\"'”’–—-]|$)|^[(\[\"'“‘]?({_SIGN})(?=\S)")
_NUMBERED = re.compile(r"[(\[]?(?P<number>\d{1,2})(?:[)\].:=](?!\d)|\s[-–—=:])\s*(?=\w|\W\w)")
_MAY_BE_NUMBERED = re.compile(r"\W{0,2}(?:[^\W\d]{1,12}\.?\s)?\W?(?P<number>\d{1,2})(?=\W)(?![.,]\d|\s?%)")
_BEHIND_A_FIGURE = re.compile(r"[\d$€£¥]\s?$")
_BEGINS = re.compile(r"^[\s.,:;=)\]\"'”’–—-]+")
_LONGEST = 1_500
_MOST_STARS, _HIGHEST = 4, 99  # that are the mark of a note
_MOST_NOTES = 100  # with one mark; of more nobody knows which one is meant
UNEXPLAINED = "it bears the mark of a note that is not found"

Equates = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Note:
    """A note behind table number `behind` (0: before all of them). `is_sure` where its line bears the mark itself, not its
    place in a list or a number that may count something else, `is_harmless` where it only says what a price comes to."""

    label: Label
    behind: int
    is_sure: bool
    is_harmless: bool
    passage: Passage | None = None


@dataclass(slots=True)
class Notes:
    """The notes of `document`. `equates` says of a note that it only works a price out by another unit."""

    document: Document
    equates: Equates
    _by_mark: dict[str, list[_Note]] = field(default_factory=lambda: defaultdict(list))
    _marked: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        tables = self.document.tables
        for table in tables:
            for r, row in enumerate(table.rows):
                if not self._row(table, r):
                    for mark in _MARK.findall("\n".join(row)):
                        self._marked[mark].add(table.number)
        if any(_MARK.search(passage.text) for passage in self.document.passages) or self._marked:
            self._passages()

    def beside(self, figure: Figure, table: Table | None) -> tuple[Figure, str]:
        """(`figure` with the notes to it, what is wrong with its marks): those to its text and to its labels."""
        found: list[Label] = []
        trouble = ""
        for text in dict.fromkeys((figure.text, *(label.text for label in figure.labels))):
            for mark in _MARK.findall(text) if table else _of_line(text):
                notes = self._of(mark, table, figure)
                found += notes or ()
                trouble = trouble if notes is not None else UNEXPLAINED
        return replace(figure, labels=(*figure.labels, *dict.fromkeys(found))), trouble

    def _of(self, mark: str, table: Table | None, figure: Figure) -> tuple[Label, ...] | None:
        """The notes of `mark`: those behind the table with it that come next, and those of the same section that no table
        bears the mark of; else the last before it. None where there is none, but notes with other marks of that kind, or very
        many.
        """
        if len(self._by_mark.get(mark, ())) > _MOST_NOTES:
            return None
        known = [n for n in self._by_mark.get(mark, ()) if self._is_beside(n, table, figure)]
        sure = [n for n in known if n.is_sure]
        if table is None:
            return tuple(n.label for n in sure if not n.is_harmless)
        behind = [n.behind for n in sure if n.behind >= table.number]
        nearest = min(behind, default=max((n.behind for n in sure), default=0))
        found = [n for n in sure if n.behind == nearest or self._is_lost(n, mark, table)]
        found = found or [n for n in known if n.behind == table.number]
        if found:
            return tuple(n.label for n in found if not n.is_harmless)
        others = (n for m, notes in self._by_mark.items() if _kind(m) == _kind(mark) for n in notes if n.is_sure)
        return None if any(self._is_beside(n, table, figure) for n in others) else ()

    def _is_lost(self, note: _Note, mark: str, table: Table) -> bool:
        """True for a note of the table's section behind a table that does not bear its mark."""
        passage = note.passage
        section = passage is not None and table.headings[: len(passage.headings)] == passage.headings
        return section and note.behind not in self._marked[mark]

    @staticmethod
    def _is_beside(note: _Note, table: Table | None, figure: Figure) -> bool:
        elsewhere = table is not None and note.passage is not None and in_another_pane(note.passage, table)
        return not elsewhere and note.label.text not in figure.text

    def _add(self, mark: str, label: Label, behind: int, *, is_sure: bool, passage: Passage | None = None) -> None:
        mark = mark.translate(_RAISED)
        if re.search(r"\w", label.text) and len(self._by_mark[mark]) <= _MOST_NOTES:
            note = _Note(label, behind, is_sure, self.equates(label.text), passage)
            self._by_mark[mark].append(note)

    def _row(self, table: Table, r: int) -> bool:
        """Take the notes in a row: one text over its whole width, or a mark and a text."""
        texts = list(dict.fromkeys(text for text in table.rows[r] if text))
        address = table.address(r, 0)
        if len(texts) == 2 and (alone := _ALONE.fullmatch(texts[0])):
            sure = table.width == 2 or not alone[1].isdecimal()
            self._add(alone[1], Label(texts[1], "footnote", 0, address), table.number, is_sure=sure)
            return sure
        if len(texts) != 1 or table.width < 2 or r < table.header_rows:
            return False
        taken = [self._line(line, address, table.number) for line in texts[0].split("\n")]
        return any(taken)

    def _line(self, line: str, address: str, behind: int, passage: Passage | None = None) -> bool:
        """Take what a line is the note of; True where it is one for sure."""
        if len(line) > _LONGEST:
            return False
        found = [match for match in _SIGNED.finditer(line) if _is_a_mark(match)]
        for match in found:
            text = _BEGINS.sub("", f"{line[: match.start()]}{line[match.end() :]}").strip()
            self._add(match[1] or match[2], Label(text, "footnote", 0, address), behind, is_sure=True, passage=passage)
        sure = None if found else _NUMBERED.match(line)
        numbered = None if found else sure or _MAY_BE_NUMBERED.match(line)
        if numbered:
            label = Label(_BEGINS.sub("", line[numbered.end() :]).strip(), "footnote", 0, address)
            self._add(numbered["number"], label, behind, is_sure=sure is not None, passage=passage)
        return bool(found) or sure is not None

    def _passages(self) -> None:
        item = behind = 0
        before = ""  # a mark that stands alone, as terms of a list do before what they mean
        tables = self.document.tables
        for passage in self.document.passages:
            while behind < len(tables) and tables[behind].after < passage.number:
                behind += 1
                item = 0
            item = item + 1 if passage.listed else 0
            for text in passage.text.split("\n"):
                if alone := _ALONE.fullmatch(text):
                    before = alone[1]
                    continue
                if before:
                    label = Label(text, "footnote", 0, passage.address)
                    self._add(before, label, behind, is_sure=True, passage=passage)
                    before = ""
                elif not self._line(text, passage.address, behind, passage) and passage.listed:
                    label = Label(text, "footnote", 0, passage.address)
                    stars = (
                        ["*" * item] if item <= _MOST_STARS else []
                    )  # Markdown takes a note's star for an item's sign
                    for mark in (str(item), *stars):
                        self._add(mark, label, behind, is_sure=False, passage=passage)


def _is_a_mark(match: re.Match[str]) -> bool:
    """False for a mark behind a figure, which has its note elsewhere, and for the stars around **bold** words."""
    line, sign = match.string, match[1] or match[2]
    return not _BEHIND_A_FIGURE.search(line[: match.start()][-4:]) and not (match[2] and sign in line[match.end() :])


def equates(text: str, grammar: Vocabulary) -> bool:
    """True where `text`, a note, counts tokens or equates, and says nothing beside its figures but that they come to the same."""
    folded = spaced(fold(text))
    if not re.search(one_of(grammar, "word:token", "word:equates"), folded):
        return False
    return not re.search(r"[^\W\d_]", _known_there(grammar).sub(" ", folded))


@lru_cache(maxsize=16)
def _known_there(grammar: Vocabulary) -> re.Pattern[str]:
    """The words, units and sizes of pictures that a note may hold which works a price out by another unit."""
    means = {row.means for row in grammar.rows}
    kinds = (
        "word:equates",
        "word:beside_equates",
        "word:token",
        "word:per",
        "word:other",
        "word:hourly",
        "word:million",
        "word:thousand",
    )
    units = sorted(m for m in means if m.startswith(("dimension:", "modality:", "currency:", "word:unit")))
    return re.compile(rf"\d[\d.,]*(?:x\d+)?(?:px|p|k)?(?![a-z])|{one_of(grammar, *kinds, *units)}")


def _kind(mark: str) -> str:
    return "number" if mark.isdigit() else "sign"


def _of_line(text: str) -> Iterator[str]:
    """The marks in the line of a card: those behind a word or figure, for a star before one is the sign of a list."""
    for match in _MARK.finditer(text):
        if text[: match.start()].rstrip()[-1:].isalnum() and not text[match.end() :][:1].isalnum():
            yield match.group()
