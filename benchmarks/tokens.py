"""What a first update of all vendors costs in tokens where words of the vocabulary are missing, and a second one: none.

Tokens are estimated as bytes / 4, of the prompt and of the JSON schema that goes with it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from importlib import resources
from pathlib import Path

from benchmarks.truth import Truth, as_json, without_meanings
from benchmarks.vendor import tokens
from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading.language.choice import LanguageModel, LanguageModels
from octoregistry.reading.language.llm_call import Ask, Reply
from octoregistry.reading.language.page import read_page
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore
from octoregistry.reading.language.review import labels_to_review
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped
from providers import load_registry

SHARED = Path(__file__).parent.parent.parent / "shared" / "pages"
MOST_IN, MOST_OUT = 12_000, 2_000
MISSING = 40
_DAY = date(2026, 9, 7)
_NEWEST = {  # the newest whole page of each vendor
    "openai": "openai/2026-08-21-docs-pricing.html",
    "anthropic": "anthropic/2026-08-21-docs-pricing.md",
    "gemini": "gemini/2026-09-04-devsite.html",
}


def stored_pages() -> dict[str, Document]:
    """The newest whole page of each vendor that is stored beside this checkout; none where it is absent."""
    return _documents(
        {p: (SHARED / f).read_text(encoding="utf-8") for p, f in _NEWEST.items() if (SHARED / f).exists()}
    )


def bundled_pages() -> dict[str, Document]:
    """The pages that come with the package."""
    folder = resources.files("octoregistry.sources").joinpath("bundled")
    return _documents({p: folder.joinpath(f"{p}-pricing.md").read_text(encoding="utf-8") for p in _NEWEST})


def _documents(texts: dict[str, str]) -> dict[str, Document]:
    found = {provider: read_document(text, f"{provider} pricing") for provider, text in texts.items()}
    return {provider: document for provider, document in found.items() if not isinstance(document, Unread)}


@dataclass(frozen=True)
class Spent:
    """What an update took, and what came of it: the prices that are as the whole vocabulary reads them, of how many."""

    calls: int = 0
    taken: int = 0
    given: int = 0
    right: int = 0
    wanted: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(*(getattr(self, n) + getattr(other, n) for n in ("calls", "taken", "given", "right", "wanted")))

    def __str__(self) -> str:
        asked = f"{self.calls} calls, {self.taken:,} tokens in, {self.given:,} out"
        return f"{asked}; {self.right} of {self.wanted} prices as with every word"


def spent(document: Document, provider: str, vocabulary: Vocabulary, kept: ReadingsStore) -> Spent:
    """Of reading `document` with `vocabulary`, where a truthful model explains the rest, and a person has agreed with it."""
    truth = Truth(document, provider, _DAY)

    def ask(prompt: str, schema: dict[str, object]) -> Reply:
        answer = as_json(truth.answers(prompt))
        return Reply(answer, tokens(prompt) + tokens(json.dumps(schema)), tokens(answer))

    def made() -> Ask:
        return ask

    reader = LanguageReader(kept, lambda: LanguageModels([LanguageModel("vendor", "model", made)]), _DAY)
    ids = tuple(load_registry().models(provider))
    asked = 0
    while True:  # an answer may bring a label to light: a column that had no meaning held no price
        rates = read_page(document, provider, _DAY, ids, reader=reader, vocabulary=vocabulary)
        kept.keep(replace(answer, reviewed=True) for answer in kept.readings(provider) if answer.sure)
        waiting = labels_to_review(rates, kept)
        by_hand = [one.answered(truth.answer(one.label, one.place, one.words), _DAY) for one in waiting]
        before = len([answer for answer in kept.readings(provider) if answer.sure])
        kept.keep(answer for answer in by_hand if answer.sure)  # what a model may not say, a person does
        if len(reader.calls) == asked and len([a for a in kept.readings(provider) if a.sure]) == before:
            break
        asked = len(reader.calls)
    calls = reader.calls
    found, wanted = _prices(rates), _prices(read_rates(document, provider, _DAY))
    taken, given = (sum(getattr(call, name) for call in calls) for name in ("input_tokens", "output_tokens"))
    return Spent(len(calls), taken, given, len(found & wanted), len(wanted))


def _prices(rates: PageRates) -> set[tuple[object, ...]]:
    """What is stated without a doubt."""
    return {
        (rate.name, rate.mode, rate.above_input_tokens, rate.start, name, price.amount)
        for rate in rates.rates
        for name, price in rate.prices.items()
        if not price.doubts
    }


def less(seed: int) -> Vocabulary:
    """The shipped vocabulary less some rows, by chance: all but one or two of them the same when a row is added."""

    def lot(row: Row) -> bytes:
        return sha256(f"{seed} {row.language} {row.means} {row.text}{row.pattern}".encode()).digest()

    return shipped().without(sorted(shipped().rows, key=lot)[:MISSING])


def main() -> int:
    """1 where a first update costs more than it may, or a second one anything."""
    status = 0
    for name, documents in (("the newest stored pages", stored_pages()), ("the bundled pages", bundled_pages())):
        if not documents:
            print(f"{name}: not beside this checkout")
            continue
        for what, vocabulary in (
            ("no meanings", without_meanings()),
            *((f"{MISSING} rows less, {n}", less(n)) for n in range(3)),
        ):
            kept = {provider: ReadingsStore() for provider in documents}
            for which in ("first", "second"):
                parts = (spent(document, p, vocabulary, kept[p]) for p, document in documents.items())
                came = sum(parts, Spent())
                print(f"{name}, {what}, {which} update: {came}")
                if which == "second":
                    status |= came.calls > 0
                elif what != "no meanings":
                    status |= came.taken > MOST_IN or came.given > MOST_OUT
    return status


if __name__ == "__main__":
    sys.exit(main())
