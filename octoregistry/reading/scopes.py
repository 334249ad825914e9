"""The figures of a page with their labels: every table and run of lines, looked at with the words of a reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from octoregistry.documents import Document, Table
from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.cells import BARE, amounts, has_amount
from octoregistry.reading.classify.names import looks_like_id
from octoregistry.reading.labels import Label, Place
from octoregistry.reading.layout import Scope
from octoregistry.reading.layout.cards import Kind, card_scopes
from octoregistry.reading.layout.lines import clean
from octoregistry.reading.layout.over import in_another_pane, opening, over
from octoregistry.reading.layout.tables import table_figures
from octoregistry.reading.settle import Reader


def scopes(document: Document, reader: Reader) -> Iterator[Scope]:
    """Every table and run of lines of `document` that holds figures."""
    lines = _Lines(reader)
    first = opening(document, lines.money)
    for table in document.tables:
        above = (*over(document, table, lines.names_mode, lines.money), *first)
        bare = table.component is not None or _states_currency(table, above, lines)

        def figure(text: str, bare: bool = bare) -> bool:
            return lines.money(text) or (bare and BARE.fullmatch(text) is not None)

        figures, names = table_figures(table, figure, _footnotes(document, table, lines, figure))
        if figures:
            codes = _ids_over(document, table)
            trouble = {
                table.address(r, 0).partition("C")[0]: "the row has more or fewer cells than the header"
                for r in table.ragged
            }
            yield Scope(f"T{table.number}", figures, above, "table", bare, names, codes, trouble)
    for scope in card_scopes(document, lines.money, lines.kind, lines.labelled):
        yield replace(scope, over=(*scope.over, *first))


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a line is for the make-up of a page, by the words of `reader`."""

    reader: Reader

    def says(self, text: str, place: Place = "lead") -> Classified:
        return self.reader.said(Label(text, place))

    def names_mode(self, text: str) -> bool:
        """True for a text that names a way to be served, or an offer, and nothing else."""
        if len(text) >= _SHORT_LINE:
            return False
        said = self.says(clean(text), "tab")
        slots = {fact.slot for fact in said.facts}
        return bool(slots & {"mode", "offer", "place"}) and not said.leftover and not slots & {"model", "dimension"}

    def equates(self, line: str) -> bool:
        """True for a note that works a price out by another unit than tokens: "equivalent to $0.04 per image"."""
        return self.money(line) and any(unit.factor is None for unit in self.says(line, "footnote").values("unit"))

    def money(self, text: str) -> bool:
        return has_amount(text, self.reader.vocabulary)

    def kind(self, line: str) -> Kind:
        said = self.says(line)
        slots = {fact.slot for fact in said.facts}
        if "model" in slots and not slots & {"dimension", "unit"} and (not said.leftover or len(line.split()) < 6):
            return "name"
        if not said.leftover:
            if "price" in slots and slots <= {"price", "head", "vendor", "function", "token"}:
                return "prices"
            if slots & {"describes", "rating"} and not slots & {"dimension", "negation"}:
                return "describes"
            for name, own, beside in _CARD_LINES:
                if slots & own and slots <= own | beside:
                    return name
        if _states_nothing(self.says(line, "cell")):
            return "value"
        is_unit = slots == {"unit"} and not said.leftover and (line[:1] == "/" or line.lower().startswith("per "))
        return "unit" if is_unit else None

    def labelled(self, line: str) -> bool:
        """True for a line that says itself what its first amount is the price of."""
        first = amounts(line, self.reader.vocabulary)[:1]
        return any(any(c.isalpha() for c in a.before) or self.says(a.behind, "cell").values("dimension") for a in first)


_SHORT_LINE = 60
_CARD_LINES: tuple[tuple[Kind, set[str], set[str]], ...] = (
    ("tab", {"modality", "mode"}, {"token", "function"}),
    ("size", {"tier"}, {"token", "function"}),
    ("counts", {"dimension"}, {"token", "price", "function"}),
)
"""What a line of a card is by the slots that it fills: some of the first, and no other but the second."""


def _states_nothing(said: Classified) -> bool:
    """True for "Free Tier: Free of charge" and "Not available", which give no label to the lines below."""
    slots = {fact.slot for fact in said.facts}
    return (
        bool(slots & {"free", "none"}) and slots <= {"free", "none", "offer", "function", "price"} and not said.leftover
    )


def _states_currency(table: Table, above: tuple[Label, ...], lines: _Lines) -> bool:
    heads = [text for row in table.rows[: table.header_rows] for text in row if text]
    heads += [label.text for label in above if label.place in ("caption", "heading", "lead") and label.distance < 2]
    if any(lines.says(text, "column_head").values("currency") for text in dict.fromkeys(heads)):
        return True
    told = [label for label in above if label.place == "sentence" and label.distance < 3]
    return any(
        fact.values("currency") and fact.values("unit")
        for fact in (lines.says(label.text, "sentence") for label in told)
    )


def _ids_over(document: Document, table: Table) -> tuple[str, ...]:
    """The API ids that the page gives under the headings over `table`: in code that stands alone, or else linked."""
    alone: list[str] = []
    linked: list[str] = []
    for heading in table.headings:
        for passage in document.under(heading):
            if passage.number > table.after:
                break
            ids = [code for code in passage.codes if looks_like_id(code)]
            rest = passage.text
            for code in sorted(passage.codes, key=len, reverse=True):
                rest = rest.replace(code, " ")
            if ids and not re.search(r"\w", _ID_LABEL.sub(" ", rest)):
                alone += ids
            elif len(passage.text) < _SHORT:
                linked += [code for code in ids if code not in passage.text]
    return tuple(dict.fromkeys(alone or linked))


_SHORT = 48
_ID_LABEL = re.compile(r"\b(?:api|model) (?:id|code|name)s?\b", re.IGNORECASE)


_NOTE = re.compile(
    r"\s*+(?:(?P<sign>[*†‡§¶]++|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})\s*+[-–:]?|[(\[]?(?P<number>\d{1,2})(?:[)\].:]|\s[-–]))\s*+(?=\w)"
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


_MARK_ALONE = re.compile(r"\s*+(?:[*†‡§¶]{1,4}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})\s*+")


def _noted_in(table: Table) -> Iterator[tuple[str, str]]:
    """(address, line) of each line in those rows of `table` that are one text over its whole width."""
    for r in range(table.header_rows, len(table.rows)):
        texts = {text for text in table.rows[r] if text}
        if len(texts) == 1 and table.width > 1:
            for line in texts.pop().split("\n"):
                yield table.address(r, 0), line


def _footnotes(document: Document, table: Table, lines: _Lines, has_amount: Callable[[str], bool]) -> dict[str, Label]:
    """The notes right behind `table`, or in rows of its whole width, by their mark; the items of a list are notes by their number, and by as many stars where
    no note has them and the item states a sum of money: "* $2 from May on" may be a note or an item."""
    found: dict[str, Label] = {}
    stars: dict[str, Label] = {}
    for address, line in _noted_in(table):
        match = _NOTE.match(line)
        if match and not lines.equates(line):
            mark = match["sign"] or match["number"].translate(_RAISED)
            found.setdefault(mark, Label(line[match.end() :], "footnote", 0, address))
    item = 0
    before = ""  # a mark that stands alone, as terms of a list do before what they mean
    for passage in document.passages[table.after : table.after + 12]:
        if in_another_pane(passage, table):
            continue
        item += bool(passage.listed)
        for text in passage.text.split("\n"):
            if _MARK_ALONE.fullmatch(text):
                before = text
                continue
            line, before = f"{before} {text}".strip(), ""
            match = _NOTE.match(line)
            mark = (match["sign"] or match["number"].translate(_RAISED)) if match else ""
            if not match and passage.listed:
                mark = str(item).translate(_RAISED)
            if mark and not lines.equates(line):
                note = Label(line[match.end() if match else 0 :], "footnote", 0, passage.address)
                found.setdefault(mark, note)
                if passage.listed and not match and has_amount(line):
                    stars.setdefault("*" * item, note)
    return stars | found
