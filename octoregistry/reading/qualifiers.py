"""What a label or a sentence over a table says of all its prices: on which days, and for which prompts, they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from octoregistry.documents import Document, Table
from octoregistry.reading.context import labels_of, sentences_of
from octoregistry.reading.days import NO_SPAN, Span, span_in
from octoregistry.reading.tiers import Tier, tier_in
from octoregistry.reading.words import ANOTHER_OFFER, FAMILY, NEGATED

# "The following prices ...", "Prices in the table below ..."
_SPEAKS_OF_THE_TABLE = re.compile(
    r"\b(?:following|these|below|table|this section)\b.*\b(?:prices?|rates?|pricing|costs?)\b"
    r"|\b(?:prices?|rates?|pricing|costs?)\b.*\b(?:following|below|table|this section)\b",
    re.IGNORECASE,
)
_LONGEST_SENTENCE = 200


@dataclass(frozen=True, slots=True)
class Over:
    """The days on which all prices of a table hold, and the size of prompts where one is stated."""

    span: Span = NO_SPAN
    tier_stated: bool = False
    above: Tier = None


def over(document: Document, table: Table, page_date: date, thresholds: dict[str, int]) -> Over:
    """What stands over `table`, the nearest first; what its own headers and cells say goes before it."""
    labels = [*_labels(document, table), *sentences_on(document, table)]
    headings = [h.text for h in reversed(table.headings)]
    span = next((span for text in (*labels, *headings) if (span := span_in(text, page_date))), NO_SPAN)
    # "Gemini 3 Pro, up to 1M tokens of context" tells what the model can do, not what a price holds for.
    sizes = [text for text in (*labels, *headings) if not FAMILY.search(text)]
    tier = next((tier for text in sizes if (tier := tier_in(text, thresholds))[0]), (False, None))
    return Over(span, *tier)


def other_offer_told(document: Document, table: Table) -> str | None:
    """The sentence before `table` that says its prices are another offer than the plain call, or None."""
    told = (text for text in sentences_on(document, table) if not NEGATED.search(text))
    return next((text for text in told if ANOTHER_OFFER.search(text)), None)


def _labels(document: Document, table: Table) -> Iterator[str]:
    yield from filter(None, (table.caption, *reversed(table.panes)))
    yield from labels_of(document.lead(table))


def sentences_on(document: Document, table: Table) -> Iterator[str]:
    """The sentences between the heading and `table` that speak of its prices, the nearest first."""
    for text in sentences_of(reversed(document.lead(table)), shorter_than=_LONGEST_SENTENCE):
        if _SPEAKS_OF_THE_TABLE.search(text) or text.rstrip().endswith(":"):
            yield text
