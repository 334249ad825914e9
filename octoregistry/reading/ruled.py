"""All that the rules read in a page."""

from __future__ import annotations

from collections.abc import Iterable

from octoregistry.documents import Document
from octoregistry.reading.cards import read_cards
from octoregistry.reading.cells import CellContext
from octoregistry.reading.figures import Figure, figures_of
from octoregistry.reading.ignored import ignored
from octoregistry.reading.plausible import contradicted
from octoregistry.reading.rates import Problem
from octoregistry.reading.reading import NotRead, Reading
from octoregistry.reading.rules import read_table


class ByRules:
    """What the rules read in a page: its tables first, then its cards, then the tables that name no model themselves.

    `readings` are by the number of the table; `unread_passages` are the addresses of those that state token prices.
    """

    def __init__(self, document: Document, context: CellContext, names: Iterable[str]) -> None:
        self._document = document
        self._context = context
        self.figures: list[Figure] = []
        self.problems: list[Problem] = []
        tiers = dict(context.thresholds)
        self.readings = {table.number: read_table(document, table, tiers) for table in document.tables}
        for reading in self.readings.values():
            if isinstance(reading, Reading):
                self._take(reading)
        cards, unread = read_cards(document, context)
        self.figures += cards
        self.problems += unread
        self.unread_passages = [problem.address for problem in unread]
        known = list(dict.fromkeys([*(figure.name for figure in self.figures), *names]))
        for number, unknown in list(self.readings.items()):
            if isinstance(unknown, NotRead):
                again = self.readings[number] = read_table(document, document.tables[number - 1], tiers, known)
                if isinstance(again, Reading):
                    self._take(again)
                elif again.priced:
                    self.problems.append(Problem(document.url, f"T{number}", again.reason))

    def _take(self, reading: Reading) -> None:
        found, unread = figures_of(self._document, reading, self._context)
        reliable, doubts = contradicted(found, self._document.url, f"T{reading.table}")
        self.figures += reliable
        left = ignored(self._document, self._document.tables[reading.table - 1], reading)
        self.problems += (*unread, *doubts, *left)
