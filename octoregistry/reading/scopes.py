"""The figures of a page with their labels: every table and run of lines, looked at with the words of a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from octoregistry.documents import Document, Table
from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.cells import amounts, has_amount, is_bare
from octoregistry.reading.classify.names import looks_like_id, looks_like_name
from octoregistry.reading.labels import Figure, Label, Place
from octoregistry.reading.layout import Scope
from octoregistry.reading.layout.cards import LineKind, LineWords, card_scopes
from octoregistry.reading.layout.lines import clean
from octoregistry.reading.layout.over import closing, notes_behind, opening, over
from octoregistry.reading.layout.tables import TableWords, table_figures
from octoregistry.reading.notes import Notes, equates
from octoregistry.reading.settle import Reader
from octoregistry.reading.settle.kinds import heads_names, is_unit_head
from octoregistry.reading.settle.sentences import speaks_of_table
from octoregistry.reading.vocabulary import with_charges
from providers.dimensions import PLAIN_CURRENCY


def scopes(document: Document, reader: Reader) -> Iterator[Scope]:
    """Every table and run of lines of `document` that holds figures."""
    lines = _Lines(reader, replace(reader, vocabulary=with_charges(reader.vocabulary)))
    first = opening(document, lines.money)
    notes = Notes(document, lines.equates)
    last = closing(document, lines.money, lines.names_mode, lines.heads_notes, lines.speaks_of_prices)
    for table in document.tables:
        above = (*over(document, table, lines.names_mode, lines.money), *first)
        above += tuple(notes_behind(last, table.headings, table.after))
        bare = table.component is not None or _states_currency(table, above, lines)

        def figure(text: str, bare: bool = bare) -> bool:
            return lines.money(text) or (bare and is_bare(text))

        figures, names = table_figures(table, TableWords(figure, lines.counts_in_row, lines.is_name, lines.is_offer))
        if figures:
            codes = _ids_over(document, table)
            trouble = {
                table.address(r, 0).partition("C")[0]: "the row has more or fewer cells than the header"
                for r in table.ragged
            }
            figures = _with_notes(figures, notes, table, trouble)
            unread = tuple(_without_figure(table, figures, lines))
            yield Scope(f"T{table.number}", figures, above, "table", bare, names, codes, trouble, unread)
    words = LineWords(lines.money, lines.kind, lines.labelled, lines.bare, lines.counts_one)
    for scope in card_scopes(document, words):
        trouble = dict(scope.trouble)
        figures = _with_notes(scope.figures, notes, None, trouble)
        at = document.passages[int(scope.address[1:]) - 1]
        behind = notes_behind(last, at.headings, at.number)
        yield replace(scope, figures=figures, over=(*scope.over, *first, *behind), trouble=trouble)


def _without_figure(table: Table, figures: tuple[Figure, ...], lines: _Lines) -> Iterator[Label]:
    """The cells among the prices of `table` that hold a digit, no amount and no words that are understood: "₿2.50"."""
    known = {figure.address for figure in figures}
    body = range(table.header_rows, len(table.rows))
    priced = [c for c in range(table.width) if any(table.address(r, c) in known for r in body)]
    for r in body:
        if not any(table.address(r, c) in known for c in priced):
            continue  # a row that describes the models
        for c in priced:
            text = table.rows[r][c]
            if table.address(r, c) in known or not any(map(str.isdigit, text)) or lines.money(text):
                continue
            heads = [row[c] for row in table.rows[: table.header_rows]] + [table.rows[r][0]]
            said = lines.says(text, "cell")
            if any(lines.counts(head) for head in heads) and (said.leftover or not said.facts):
                yield Label(text, "cell", 0, table.address(r, c))


def _with_notes(
    figures: tuple[Figure, ...], notes: Notes, table: Table | None, trouble: dict[str, str]
) -> tuple[Figure, ...]:
    """`figures` with the notes to them; a mark without a note is a trouble of its figure."""
    found = []
    for figure in figures:
        noted, wrong = notes.beside(figure, table)
        found.append(noted)
        if wrong:
            trouble.setdefault(figure.address, wrong)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a line is for the make-up of a page, by the words of `reader`, and by those of charges, `billed`."""

    reader: Reader
    billed: Reader

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
        """True for a note that only works a price out by another unit than tokens: "set at 560 tokens or $0.0011 per image"."""
        if not self.money(line):
            return False
        said = self.says(line, "footnote")
        by_another = any(unit.factor is None for unit in said.values("unit"))
        return by_another and equates(line, self.reader.vocabulary.grammar)

    def heads_notes(self, title: str) -> bool:
        """True for a title like "Notes", of what is said of the prices before it."""
        return "below" in self.says(title, "heading").values("note")

    def speaks_of_prices(self, label: Label, among: bool) -> bool:
        """True for a note that says of all prices what they are, or, not `among` prices itself, of those of its section, in
        words that are understood, or under a heading of notes."""
        said = self.reader.said(label)
        of_all = "all" in said.values("speaks_of_table")
        other = any(currency != PLAIN_CURRENCY for currency in said.values("currency"))
        understood = not said.leftover or (other and bool(said.values("speaks_of_table")))
        here = of_all or not label.distance or (not among and understood)
        return here and speaks_of_table(label, said, self.reader.vocabulary)

    def counts(self, head: str) -> bool:
        """True for a head that says what is counted, or that prices stand under it."""
        said = self.says(head, "column_head")
        return bool(said.values("dimension") or said.values("price"))

    def money(self, text: str) -> bool:
        return has_amount(text, self.reader.vocabulary)

    def kind(self, line: str) -> LineKind:
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
        if line in _DASHES or _states_nothing(self.says(line, "cell")):
            return "value"
        is_unit = slots == {"unit"} and not said.leftover and (line[:1] == "/" or line.lower().startswith("per "))
        return "unit" if is_unit else None

    def counts_in_row(self, text: str) -> bool:
        """True for the label of a row that says what its figures are the price of: "Input"."""
        said = self.says(text, "row_head")
        return bool(said.values("dimension")) and not said.values("model")

    def is_name(self, text: str, head: str) -> bool:
        """True for the label of a row that names a model, or may: words that nobody knows under the head of names."""
        said = self.says(text, "row_head")
        if said.values("model") or looks_like_name(text):
            return True
        return bool(said.leftover) and heads_names(self.says(head, "column_head"))

    def is_offer(self, text: str) -> bool:
        """True for the label of a row with a price of its own, in words where it has no sum: "Tuning", "Output"."""
        label = Label(text, "row_head")
        said = self.reader.said(label)
        if said.values("model"):
            return False
        offers = set(said.values("offer"))
        named = "tools" in offers or self.billed.said(label).values("tool")
        return bool(named or said.values("dimension") or (said.values("price") and offers & _TRAINS))

    def labelled(self, line: str) -> bool:
        """True for a line that says itself what its first amount is the price of."""
        first = amounts(line, self.reader.vocabulary)[:1]
        return any(any(c.isalpha() for c in a.before) or self.says(a.behind, "cell").values("dimension") for a in first)

    def bare(self, line: str) -> bool:
        """True for a line with one amount of which it does not say what it is the price of."""
        return len(amounts(line, self.reader.vocabulary)) == 1 and not self.labelled(line)

    def counts_one(self, line: str) -> bool:
        """True for a line that says what one price is the price of, and nothing that is not understood."""
        said = self.says(line, "row_head")
        return len(said.values("dimension")) == 1 and not said.values("model") and not said.leftover


_SHORT_LINE = 60
_DASHES = ("-", "–", "—")
_TRAINS = {"training", "fine-tuning"}
_CARD_LINES: tuple[tuple[LineKind, set[str], set[str]], ...] = (
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
    columns = [
        c
        for c in range(table.width)
        if any(is_unit_head(lines.says(row[c], "column_head")) for row in table.rows[: table.header_rows])
    ]
    heads += [text for c in columns for row in table.body if (text := row[c])]
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
