"""What a page's tables mean, and the rates that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from octoregistry.documents import Document
from octoregistry.reading.cards import read_cards
from octoregistry.reading.cells import CellContext
from octoregistry.reading.context import thresholds
from octoregistry.reading.figures import Figure, figures_of
from octoregistry.reading.gathering import rates_of, without_shared_ids
from octoregistry.reading.ids import page_ids
from octoregistry.reading.ignored import ignored
from octoregistry.reading.numbers import FIGURE, shows_decimal_comma
from octoregistry.reading.plausible import contradicted
from octoregistry.reading.rates import Evidence, PageRates, Problem, StatedPrice, StatedRate
from octoregistry.reading.reading import NotRead, Reading
from octoregistry.reading.rules import read_table

__all__ = ["Evidence", "PageRates", "Problem", "StatedPrice", "StatedRate", "read_rates"]

_PRICE = re.compile(rf"[$€£¥]\s?(?P<behind>{FIGURE})|(?<![\w.,])(?P<before>{FIGURE})\s?(?:[$€£¥]|USD)")


def read_rates(document: Document, provider: str, page_date: date, known_names: Iterable[str] = ()) -> PageRates:
    """The rates that `document` states on `page_date`, with all that was not understood as problems.

    `known_names` help with tables that name no model of their own.
    """
    tiers = thresholds(document)
    context = CellContext(page_date, _decimal_comma(document), tuple(tiers.items()))
    readings = {table.number: read_table(document, table, tiers) for table in document.tables}
    ids = page_ids(document)
    problems = [Problem(document.url, gap.address, gap.reason) for gap in document.gaps]
    figures: list[Figure] = []

    def take(reading: Reading) -> None:
        found, unread = figures_of(document, reading, context)
        reliable, doubts = contradicted(found, document.url, f"T{reading.table}")
        figures.extend(reliable)
        problems.extend((*unread, *doubts, *ignored(document, document.tables[reading.table - 1], reading)))

    for reading in readings.values():
        if isinstance(reading, Reading):
            take(reading)
    cards, unread_cards = read_cards(document, context)
    figures += cards
    problems += unread_cards
    names = list(dict.fromkeys([*(figure.name for figure in figures), *ids, *known_names]))
    for number, unknown in readings.items():
        if isinstance(unknown, NotRead):
            again = read_table(document, document.tables[number - 1], tiers, names)
            if isinstance(again, Reading):
                take(again)
            elif again.priced:
                problems.append(Problem(document.url, f"T{number}", again.reason))
    rates, contradictions = rates_of(tuple(figures), page_date, ids)
    rates, shared = without_shared_ids(rates, document.url)
    return PageRates(provider, document.url, rates, (*problems, *contradictions, *shared))


def _decimal_comma(document: Document) -> bool | None:
    """True where more prices of the page need a decimal comma than a decimal point, None where none needs either."""
    commas = points = 0
    texts = [text for table in document.tables for _, text in table.cells()]
    for text in (*texts, *(passage.text for passage in document.passages)):
        for match in _PRICE.finditer(text):
            figure = match["behind"] or match["before"]
            if shows_decimal_comma(figure):
                commas += 1
            elif re.match(r"\d+\.\d+$|\d{1,3},\d{3}\.\d+$", figure):
                points += 1
    return commas > points if commas or points else None
