"""A page read with all that people and language models have said of its labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from octoregistry.documents import Document
from octoregistry.reading.labels import Doubt, OpenLabel, Place
from octoregistry.reading.language.label_readings import pieces
from octoregistry.reading.language.reader import LanguageReader, PageOfLabels
from octoregistry.reading.language.readings_store import ReadingsStore
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates, StatedPrice, StatedRate
from octoregistry.reading.vocabulary import Vocabulary, shipped


def read_page(
    document: Document,
    provider: str,
    page_date: date,
    known_ids: Sequence[str] = (),
    *,
    reader: LanguageReader,
    vocabulary: Vocabulary | None = None,
    read: Callable[..., PageRates] = read_rates,
) -> PageRates:
    """The rates of `document` by the vocabulary and by what `reader` has kept; it is asked about the labels that are open.

    `read` reads the rates: `read_rates`, or what calls it in another process.

    What nobody but a language model says stays a doubt of the prices, and their witness; a label that it could not explain
    says so.
    """
    words = vocabulary or shipped()

    def again() -> PageRates:
        rows = reader.kept.rows(provider)
        return read(document, provider, page_date, vocabulary=words.with_rows(rows) if rows else words)

    rates = again()
    names = [rate.name for rate in rates.every]
    known = tuple(dict.fromkeys([*known_ids, *names]))
    if rates.open_labels and reader.explain(PageOfLabels(provider, document.url, rates.open_labels, known)):
        rates = again()
    return _with_what_was_said(rates, reader.kept)


def _with_what_was_said(rates: PageRates, kept: ReadingsStore) -> PageRates:
    """`rates`, whose doubts tell what was said of their labels though it explains nothing, or is not relied on."""
    said = {
        (label.text, label.place): text for label in rates.open_labels if (text := _said(kept, rates.provider, label))
    }
    if not said:
        return rates
    answered = partial(_with_answers, said=said)

    def of(stated: tuple[StatedRate, ...]) -> tuple[StatedRate, ...]:
        return tuple(
            replace(rate, prices={name: answered(price) for name, price in rate.prices.items()}) for rate in stated
        )

    return replace(rates, rates=of(rates.rates), apart=of(rates.apart))


def _said(kept: ReadingsStore, provider: str, label: OpenLabel) -> str:
    answers = (kept.of(provider, piece) for piece in pieces(label))
    return "; ".join(f"{a.said_by} says {a.means}" + (f": {a.reason}" if a.reason else "") for a in answers if a)


def _with_answers(price: StatedPrice, said: Mapping[tuple[str, Place], str]) -> StatedPrice:
    doubts = tuple(
        replace(doubt, reason=f"{doubt.reason} ({said[doubt.label, doubt.place]})")
        if isinstance(doubt, Doubt) and (doubt.label, doubt.place) in said and not doubt.witness
        else doubt
        for doubt in price.doubts
    )
    return price if doubts == price.doubts else replace(price, doubts=doubts)
