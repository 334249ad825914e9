"""What a page's tables mean, and the rates that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from octoregistry.documents import Document
from octoregistry.reading.cells import CellContext
from octoregistry.reading.context import thresholds
from octoregistry.reading.figures import Figure
from octoregistry.reading.gathering import rates_of, without_shared_ids
from octoregistry.reading.ids import page_ids
from octoregistry.reading.llm import Reader
from octoregistry.reading.numbers import DOLLARS_BEHIND, FIGURE, shows_decimal_comma
from octoregistry.reading.quotes import in_tokens
from octoregistry.reading.rates import Evidence, PageRates, Problem, StatedPrice, StatedRate, is_checked
from octoregistry.reading.reading import NotRead
from octoregistry.reading.ruled import ByRules
from octoregistry.reading.second import compared, joined
from octoregistry.reading.told import figures_told

__all__ = ["Evidence", "PageRates", "Problem", "Reader", "StatedPrice", "StatedRate", "read_rates"]

_PRICE = re.compile(rf"[$€£¥]\s?(?P<behind>{FIGURE})|(?<![\w.,])(?P<before>{FIGURE})\s?(?:[$€£¥]|USD|{DOLLARS_BEHIND})")


def read_rates(
    document: Document,
    provider: str,
    page_date: date,
    known_names: Iterable[str] = (),
    *,
    rules: bool = True,
    reader: Reader | None = None,
    known_ids: Sequence[str] = (),
) -> PageRates:
    """The rates that `document` states on `page_date`, with all that was not understood as problems.

    `known_names` help with tables that name no model of their own. `reader` reads what the rules leave unread, by
    kept readings and a language model, which is told `known_ids`; without `rules` it is asked about everything.
    """
    tiers = thresholds(document)
    context = CellContext(page_date, _decimal_comma(document), tuple(tiers.items()))
    ids = page_ids(document)
    names = (*ids, *known_names)
    by_rules = ByRules(document, context, names) if rules else None
    figures = tuple(by_rules.figures) if by_rules else ()
    problems = [Problem(document.url, gap.address, gap.reason) for gap in document.gaps]
    problems += by_rules.problems if by_rules else ()
    unchecked: tuple[Figure, ...] = ()
    if reader is not None:
        readings = by_rules.readings if by_rules else {t.number: NotRead(t.number, "") for t in document.tables}
        passages = by_rules.unread_passages if by_rules else [p.address for p in document.passages if in_tokens(p)]
        known = list(dict.fromkeys([*(figure.name for figure in figures), *names]))
        told = figures_told(reader, document, provider, context, readings, passages, known, known_ids)
        replaced = told.settled | {problem.address for problem in told.problems}
        problems = [problem for problem in problems if problem.address not in replaced]
        figures, disagreements = compared(figures, told.second)
        problems += [*told.problems, *disagreements]
        figures += tuple(figure for figure in told.figures if is_checked(figure.witness))
        unchecked = tuple(figure for figure in told.figures if not is_checked(figure.witness))
    rates, contradictions = rates_of(figures, page_date, ids)
    problems += contradictions
    if unchecked:
        more, contradictions = rates_of(unchecked, page_date, ids)
        rates, disagreements = joined(rates, more)
        problems += [*contradictions, *disagreements]
    rates, shared = without_shared_ids(rates, document.url)
    return PageRates(provider, document.url, rates, (*problems, *shared))


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
