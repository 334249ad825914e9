"""Prices that stand in sentences: the words that state them, which stand in the page to the letter, and their figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from octoregistry.documents import Document, Passage
from octoregistry.reading.cells import CellContext
from octoregistry.reading.figures import Figure, Line, cell_figures
from octoregistry.reading.meaning import Quote, Quotes, witness_of
from octoregistry.reading.names import mentioned
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.rates import Evidence, Problem
from octoregistry.reading.reading import Field, Names, Reading
from octoregistry.reading.tiers import tier_in
from octoregistry.reading.units import unit_in
from octoregistry.reading.words import DIMENSIONS, MODES, NOT_A_DIMENSION, all_of

_LONGEST = 200
_LONGEST_NAME = 80


class NotThereError(Exception):
    """A quote, or what is said of it, that the page does not bear out; the text says why."""


def in_tokens(passage: Passage) -> bool:
    """True for a passage that may state prices of tokens, so that somebody should look."""
    if not AMOUNT.search(passage.text):
        return False
    unit = unit_in(passage.text)
    return unit is not None and (unit.factor is not None or bool(re.search("token", passage.text, re.IGNORECASE)))


def wording(text: str) -> str:
    """What all passages of this wording have in common, whatever their amounts, in 16 letters."""
    return hashlib.sha256(_without_amounts(_plain(text)).casefold().encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _without_amounts(text: str) -> str:
    return AMOUNT.sub("$#", text)


def quote_in(passage: Passage, quote: str, model: str, dimension: str) -> Quote:
    """The Quote for words that stand in `passage`. Raises NotThereError where they do not, or hold no single amount."""
    words, text = _plain(quote), _plain(passage.text)
    if not words or words not in text:
        raise NotThereError(f"the quote {words[:60]!r} does not stand in {passage.address}")
    if len(words) > _LONGEST or len(model) > _LONGEST_NAME:
        raise NotThereError("the quote is too long: only the words that state one price")
    start = text.index(words)
    amounts = [match.span() for match in AMOUNT.finditer(text)]
    inside = [span for span in amounts if start <= span[0] and span[1] <= start + len(words)]
    torn = [s for s in amounts if s not in inside and s[0] < start + len(words) and start < s[1]]
    if not inside or torn:
        raise NotThereError(f"the quote {words[:60]!r} {'tears a figure' if torn else 'holds no price'}")
    pattern = _without_amounts(words)
    before = _without_amounts(text[:start])
    return Quote(pattern, _plain(model), dimension, nth=before.count(pattern))


def figures_in(
    document: Document, passage: Passage, quotes: Quotes, context: CellContext, *, deny: bool = True
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Every price that `quotes` find in `passage`, read by the grammar of cells, and what the page's words deny.

    Without `deny` what is said is taken at its word: a second reading is compared, not corrected.
    """
    figures: list[Figure] = []
    problems: list[Problem] = []
    for quote in quotes.quotes:
        try:
            words = _found(passage, quote)
            if deny:
                _deny(document, passage, quote, words)
            found, unread = _figures(document, passage, quote, words, context, witness_of(quotes))
        except NotThereError as why:
            problems.append(Problem(document.url, passage.address, f"a quote is dropped: {why}"))
            continue
        figures += found
        problems += unread
    return tuple(figures), tuple(problems)


def _found(passage: Passage, quote: Quote) -> str:
    """The quote as it stands in the passage today."""
    text = _plain(passage.text)
    pattern = re.escape(quote.quote).replace(re.escape("$#"), f"(?:{AMOUNT.pattern})")
    matches = list(re.finditer(rf"(?<![\w.,]){pattern}(?![\w]|[.,]\d)", text))
    if len(matches) <= quote.nth:
        raise NotThereError(f"the quote {quote.quote[:60]!r} does not stand there")
    return matches[quote.nth].group()


def _deny(document: Document, passage: Passage, quote: Quote, words: str) -> None:
    """Raises where the page's own words say something else than what is said of the quote."""
    over = [heading.text for heading in passage.headings[-2:]]
    if NOT_A_DIMENSION.search(words):
        raise NotThereError(f"{words[:60]!r} is no price of a call")
    dimensions = [word for word in all_of(DIMENSIONS, words) if word != "input" or not _cached(words)]
    if dimensions and quote.dimension not in dimensions:
        raise NotThereError(f"{words[:60]!r} says {' and '.join(dimensions)}, not {quote.dimension}")
    near = all_of(MODES, words) or all_of(MODES, passage.text)
    modes = near or all_of(MODES, " ".join([*over, passage.pane or ""]))
    if len(modes) > 1 and quote.mode not in modes:
        raise NotThereError(f"the words around it name {' and '.join(modes)}")
    if len(modes) == 1 and quote.mode not in (None, modes[0]):
        raise NotThereError(f"the words around it say {modes[0]}, not {quote.mode}")
    del document


def _cached(words: str) -> bool:
    return "cached_input" in all_of(DIMENSIONS, words)


def _figures(
    document: Document, passage: Passage, quote: Quote, words: str, context: CellContext, witness: str
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    near = " ".join([passage.text, *(h.text for h in passage.headings), *_before(document, passage)])
    if mentioned(near, [quote.model]) != (quote.model,):
        raise NotThereError(f"the name {quote.model[:60]!r} does not stand over or beside the quote")
    thresholds = dict(context.thresholds)
    stated, above = tier_in(words, thresholds)
    if not stated and quote.tier:
        stated, above = True, (thresholds.get("long context", "unknown") if quote.tier == "long_context" else None)
    modes = all_of(MODES, passage.text) or all_of(MODES, " ".join(h.text for h in passage.headings[-2:]))
    mode = quote.mode or (modes[0] if len(modes) == 1 else "standard")
    field = Field(0, quote.dimension, tier_stated=stated, above=above, unit=unit_in(words))
    line = Line((quote.model,), ())
    reading = Reading(
        0,
        Names("passage", passage.number, line.names),
        (field,),
        mode=mode,
        unit=unit_in(passage.text),
        witness=witness,
    )
    found, unread = cell_figures(Evidence(document.url, passage.address, words), field, line, reading, context)
    if not found and not unread:
        raise NotThereError(f"no price of tokens can be read in {words[:60]!r}")
    stray = [figure for figure in found if not figure.price.unit_stated]
    if stray:
        raise NotThereError(f"{words[:60]!r} states no unit")
    return tuple(replace(figure, witness=witness) for figure in found), unread


def _before(document: Document, passage: Passage) -> Iterable[str]:
    """The passages under the same heading that stand before `passage`: a card begins with its model's name."""
    return (p.text for p in document.passages[: passage.number - 1] if p.headings == passage.headings)
