"""The labels of a page that wait for a person: those that nobody explains, and those that a language model alone does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from octoregistry.reading.labels import Doubt, Place
from octoregistry.reading.language.label_readings import ANSWERS, PERSON, LabelReading, pieces
from octoregistry.reading.language.readings_store import ReadingsStore
from octoregistry.reading.rates import PageRates

KEYS = {
    "s": "standard",
    "b": "batch",
    "f": "flex",
    "p": "priority",
    "i": "input",
    "o": "output",
    "c": "cached_input",
    "w": "cache_write",
    "k": "cache_storage",
    "l": "long_prompts",
    "t": "text",
    "g": "image",
    "a": "audio",
    "v": "video",
    "x": "other_offer",
    "n": "model_name",
    "h": "harmless",
    "u": "unsure",
}
"""The key for each answer."""


@dataclass(frozen=True, slots=True)
class LabelToReview:
    """A label that holds `prices` of the page at `url`, the `words` of it that are not understood, and what a language
    model said of them ("" where nothing)."""

    provider: str
    url: str
    label: str
    place: Place
    address: str
    words: str
    prices: int
    neighbour: str = ""
    said: str = ""
    said_by: str = ""

    def answered(self, means: str, day: date) -> LabelReading:
        """A person's word on it. Raises ValueError for what is no answer."""
        if means not in ANSWERS:
            raise ValueError(f"{means!r} is none of {', '.join(ANSWERS)}")
        return LabelReading(
            self.provider, self.label, self.place, self.words, means, PERSON, day, self.url, reviewed=True
        )


def labels_to_review(rates: PageRates, kept: ReadingsStore) -> tuple[LabelToReview, ...]:
    """The labels of a page that wait for a person, those that hold most prices first."""
    found = [
        LabelToReview(
            rates.provider,
            rates.page,
            piece.text,
            piece.place,
            piece.address,
            piece.leftover,
            piece.figures,
            piece.neighbour,
            *_said(kept.of(rates.provider, piece)),
        )
        for label in rates.open_labels
        for piece in pieces(label)
    ]
    found += _said_alone(rates, kept.readings(rates.provider))
    return tuple(sorted(found, key=lambda label: -label.prices))


def _said(answer: LabelReading | None) -> tuple[str, str]:
    return (answer.means, answer.said_by) if answer else ("", "")


def _said_alone(rates: PageRates, answers: Iterable[LabelReading]) -> list[LabelToReview]:
    """The labels that a language model explains, and nobody has reviewed, as far as prices of the page hang on them."""
    prices = [price for rate in rates.every for price in rate.prices.values()]
    doubts = [doubt for price in prices for doubt in price.doubts if isinstance(doubt, Doubt) and doubt.witness]
    counts = Counter((doubt.label, doubt.place) for doubt in doubts)
    places = {(doubt.label, doubt.place): doubt.address for doubt in reversed(doubts)}
    return [
        LabelToReview(
            a.provider,
            rates.page,
            a.label,
            a.place,
            places[a.label, a.place],
            a.text,
            counts[a.label, a.place],
            said=a.means,
            said_by=a.said_by,
        )
        for a in answers
        if a.sure and not a.reviewed and (a.label, a.place) in counts
    ]
