"""The figures that kept readings and a language model find in a page, where the rules read nothing or as a second word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from octoregistry.documents import Document, Passage
from octoregistry.reading.cells import CellContext
from octoregistry.reading.figures import Figure, figures_of
from octoregistry.reading.ignored import ignored
from octoregistry.reading.llm import Reader, Told
from octoregistry.reading.meaning import Meaning, Quotes
from octoregistry.reading.meant import Meant, reading_of
from octoregistry.reading.plausible import contradicted
from octoregistry.reading.quotes import figures_in, in_tokens, wording
from octoregistry.reading.rates import Problem
from octoregistry.reading.reading import NotRead, Reading
from octoregistry.reading.shapes import Shape, shapes_of, why_not_asked


@dataclass(slots=True)
class ToldFigures:
    """`figures` of what the rules left unread, `second` of what they read. `settled` are the addresses that need no
    problem of the rules any more."""

    figures: list[Figure] = field(default_factory=list)
    second: list[Figure] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)


def figures_told(
    reader: Reader,
    document: Document,
    provider: str,
    context: CellContext,
    readings: Mapping[int, Reading | NotRead],
    unread_passages: Sequence[str],
    names: Sequence[str],
    known_ids: Sequence[str] = (),
) -> ToldFigures:
    """What `reader` finds in the tables that are `NotRead`, in the passages at `unread_passages`, and with
    `reader.second` in those that the rules have read."""
    page = _Page(reader, document, context, readings, names)
    tables = [document.tables[n - 1] for n, reading in readings.items() if page.to_ask(n, reading)]
    shapes = shapes_of(document, tables)
    passages = [p for p in document.passages if p.address in unread_passages or (reader.second and in_tokens(p))]
    page.shapes = {shape.fingerprint: shape for shape in shapes}
    told = reader.told(document, provider, shapes, passages, known_ids, page.check)
    for shape in shapes:
        page.take_shape(shape, told)
    for passage in passages:
        page.take_passage(passage, told, second=passage.address not in unread_passages)
    return page.found


class _Page:
    """One page being read, with what has been found so far."""

    def __init__(
        self,
        reader: Reader,
        document: Document,
        context: CellContext,
        readings: Mapping[int, Reading | NotRead],
        names: Sequence[str],
    ) -> None:
        self.reader = reader
        self.document = document
        self.context = context
        self.readings = readings
        self.names = list(names)
        self.shapes: dict[str, Shape] = {}
        self.found = ToldFigures()

    def to_ask(self, number: int, reading: Reading | NotRead) -> bool:
        """Whether table `number` is worth a question."""
        if isinstance(reading, Reading) and not self.reader.second:
            return False
        return why_not_asked(self.document, self.document.tables[number - 1]) is None

    def meant(self, number: int, meaning: Meaning) -> Meant:
        """What table `number` means by `meaning`."""
        table = self.document.tables[number - 1]
        return reading_of(self.document, table, meaning, dict(self.context.thresholds), self.names)

    def check(self, kept: Meaning | Quotes) -> str | None:
        """What the page says against a reading that was just answered: enough to ask once more."""
        if isinstance(kept, Quotes):
            passage = next(p for p in self.document.passages if wording(p.text) == kept.fingerprint)
            _, problems = figures_in(self.document, passage, kept, self.context)
            return problems[0].reason if problems else None
        if kept.names is None:
            return None
        faults: list[str] = []
        for number in self.shapes[kept.fingerprint].tables:
            meant = self.meant(number, kept)
            if isinstance(self.readings[number], Reading):
                continue  # a second reading is compared with the first, not corrected by it
            wrong = meant.contradictions or (meant.faults if kept.names != "P" else ())
            if not wrong:
                continue
            if meant.contradictions:
                return f"T{number}: the page contradicts the reading: {'; '.join(wrong)}"
            faults.append(f"T{number}: {'; '.join(wrong)}")
        unread = [n for n in self.shapes[kept.fingerprint].tables if isinstance(self.readings[n], NotRead)]
        return faults[0] if unread and len(faults) == len(unread) else None

    def take_shape(self, shape: Shape, told: Told) -> None:
        """The figures of all tables of one shape, or the reason why there are none."""
        meaning = told.meanings.get(shape.fingerprint)
        for number in shape.tables:
            second = isinstance(self.readings[number], Reading)
            if meaning is None:
                self._unread(f"T{number}", told.reasons.get(shape.fingerprint, "nobody was asked"), second=second)
                continue
            meant = self.meant(number, meaning)
            if second:
                if meant.reading is not None:
                    self.found.second += figures_of(self.document, meant.reading, self.context)[0]
            elif meaning.names is None:
                self.found.settled.add(f"T{number}")
            elif meant.contradictions or meant.reading is None:
                why = meant.contradictions or meant.faults
                self._unread(f"T{number}", f"the reading of {meaning.witness} is dropped: {'; '.join(why)}")
            else:
                self._take(number, meant.reading)

    def _take(self, number: int, reading: Reading) -> None:
        figures, unread = figures_of(self.document, reading, self.context)
        reliable, doubts = contradicted(figures, self.document.url, f"T{number}")
        self.found.figures += reliable
        table = self.document.tables[number - 1]
        self.found.problems += [*unread, *doubts, *ignored(self.document, table, reading)]
        self.found.settled.add(f"T{number}")
        self.names += [figure.name for figure in reliable if figure.name not in self.names]

    def take_passage(self, passage: Passage, told: Told, *, second: bool) -> None:
        """The figures that one passage states, or the reason why there are none."""
        quotes = told.quotes.get(wording(passage.text))
        if quotes is None:
            reason = told.reasons.get(wording(passage.text), "nobody was asked")
            self._unread(passage.address, reason, second=second)
            return
        figures, problems = figures_in(self.document, passage, quotes, self.context, deny=not second)
        if second:
            self.found.second += figures
            return
        self.found.figures += figures
        self.found.problems += problems
        self.found.settled.add(passage.address)

    def _unread(self, address: str, reason: str, *, second: bool = False) -> None:
        """The reason why nothing is read at `address`; where nobody could be asked that of the rules stays."""
        by_rules = any(isinstance(reading, Reading) or reading.reason for reading in self.readings.values())
        if not second and not (by_rules and self.reader.unavailable):
            self.found.problems.append(Problem(self.document.url, address, reason))
