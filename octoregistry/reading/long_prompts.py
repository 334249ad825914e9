"""Sentences that say that long prompts cost something else, and give no figure: they bound the prices that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from octoregistry.documents import Document
from octoregistry.reading.labels import Doubt, Label
from octoregistry.reading.layout.lines import sentences
from octoregistry.reading.rates import Problem, StatedRate
from octoregistry.reading.settle import DENIES, Reader

_LONGEST = 400  # letters of a sentence
_LONGEST_PASSAGE = 1500


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence: prompts above so many tokens cost something else; of the models that it names, or of all. `denied` is its
    text where it denies something: they may cost no more."""

    above: int
    names: frozenset[str]
    address: str
    denied: str = ""


def bounded_by_sentences(
    document: Document, rates: Sequence[StatedRate], reader: Reader
) -> tuple[tuple[StatedRate, ...], list[Problem]]:
    """`rates`, those for ordinary prompts bounded where a sentence says that longer ones cost something else, and no row
    says what; and a problem for each such sentence. One that denies something ("no longer cost twice") is a doubt on them.

    A sentence that names no model speaks of all, but where some row has the price of prompts above that very size: then
    the rows tell which models have one.
    """
    found: list[Problem] = []
    for said in _sentences(document, reader):
        of_rows = {rate.above_input_tokens for rate in rates}
        if not said.names and (said.above in of_rows or "unknown" in of_rows):
            continue
        long = {rate.name for rate in rates if rate.above_input_tokens is not None}
        concerned = {rate.name for rate in rates if _is_named(rate, said.names)} - long
        if not concerned:
            continue
        if said.denied:
            doubt = Doubt(said.denied, "sentence", said.address, DENIES)
            rates = tuple(_doubted(rate, doubt) if rate.name in concerned else rate for rate in rates)
            continue
        reason = f"prompts above {said.above:,} tokens cost something else, and no figure says what"
        found.append(Problem(document.url, said.address, reason, len(concerned)))
        rates = tuple(
            replace(rate, up_to_input_tokens=said.above)
            if rate.name in concerned and _is_unbounded(rate, said.above)
            else rate
            for rate in rates
        )
    return tuple(rates), found


def _doubted(rate: StatedRate, doubt: Doubt) -> StatedRate:
    prices = {name: replace(price, doubts=(*price.doubts, doubt)) for name, price in rate.prices.items()}
    return replace(rate, prices=prices)


def _is_named(rate: StatedRate, names: frozenset[str]) -> bool:
    return not names or bool(names.intersection(name.lower() for name in (rate.name, *rate.ids)))


def _is_unbounded(rate: StatedRate, above: int) -> bool:
    known = rate.up_to_input_tokens
    return known is None or known == "unknown" or known > above


def _sentences(document: Document, reader: Reader) -> Iterator[_Said]:
    for passage in document.passages:
        if len(passage.text) > _LONGEST_PASSAGE or passage.hidden:
            continue
        for text in sentences(passage.text.replace("\n", " ")):
            if len(text) > _LONGEST or not any(map(str.isdigit, text)) or not reader.may_say(text, "word:dearer"):
                continue
            classified = reader.said(Label(text, "sentence"))
            sizes = {tier.above for tier in classified.values("tier") if isinstance(tier.above, int)}
            if len(sizes) == 1:
                names = frozenset(str(name).lower() for name in classified.values("model"))
                yield _Said(sizes.pop(), names, passage.address, text if classified.values("negation") else "")
