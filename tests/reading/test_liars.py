"""Liars, a truthful reader and what they cost, on the tests' own pages; `make lies` does it on the vendors' too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.lies import own_pages, ways_of
from benchmarks.lying import LIES, Lie
from benchmarks.tokens import MOST_IN, MOST_OUT, bundled_pages, spent, stored_pages
from benchmarks.trials import LATER, WAYS, StoredPage, Trial, other_prices
from benchmarks.truth import Truth, as_json
from octoregistry.documents import Document, read_document
from octoregistry.reading import PageRates, Reader, read_rates
from octoregistry.reading.asking import Reply
from octoregistry.reading.choosing import LanguageModel
from octoregistry.reading.kept import Kept
from providers import load_registry

PAGES = [page for page in own_pages() if page is not None]


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """A liar on loopback, and a registry in which every price is another."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    with Trial(other_prices(load_registry())).running() as running:
        yield running


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_lie_is_written_unseen(trial: Trial, page: StoredPage, way: str) -> None:
    """Whatever a model says of a page, no price that is not the page's gets the verdict `apply`."""
    for lie in (lie for lie in LIES if way in ways_of(lie)):
        outcome = trial.outcome(lie, page, way)
        assert not outcome.applied, f"{lie.name}: {[str(change) for change in outcome.applied]}"


def test_the_truth_of_an_unchecked_reader_is_held_and_told(trial: Trial) -> None:
    """Even a true reading is for a person to look at, until it is reviewed or another registry has the price."""
    truthful = Lie("none", "none", lambda answer, _: _said(answer))
    for page in PAGES:
        outcome = trial.outcome(truthful, page, "no rules")
        assert outcome.verdict == "held"


def _said(answer: object):  # type: ignore[no-untyped-def]
    from benchmarks.vendor import Said

    return Said(as_json(answer))  # type: ignore[arg-type]


def facts(page: PageRates) -> dict[tuple[object, ...], object]:
    return {
        (rate.name, rate.ids, rate.mode, rate.above_input_tokens, rate.start, dimension): price.usd
        for rate in page.rates
        for dimension, price in rate.prices.items()
    }


def _told_the_truth(document: Document, provider: str) -> PageRates:
    truth = Truth(document, LATER)
    model = LanguageModel("vendor/model", lambda prompt, _: Reply(as_json(truth.answer(prompt))))
    reader = Reader(Kept(shipped=False), lambda: model, LATER)
    return read_rates(document, provider, LATER, rules=False, reader=reader)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_truthful_reader_finds_all_that_the_rules_find(page: StoredPage) -> None:
    """With the rules switched off, answers that say what they would say give the same prices."""
    assert facts(_told_the_truth(page.document, page.provider)) == facts(page.rates)


def test_a_truthful_reader_finds_all_that_the_rules_find_on_the_vendors_pages(shared_pages) -> None:  # type: ignore[no-untyped-def]
    """The same on every stored page."""
    for stored in shared_pages:
        document = read_document(stored.text, stored.name)
        if isinstance(document, Document):
            by_rules = read_rates(document, stored.provider, LATER)
            assert facts(_told_the_truth(document, stored.provider)) == facts(by_rules), stored.name


@pytest.mark.parametrize("documents", [bundled_pages, stored_pages])
def test_a_first_update_is_cheap_and_a_second_one_free(documents, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Tokens as bytes / 4, with every table of every vendor unread."""
    pages = documents()
    if not pages:
        pytest.skip("the vendors' stored pages are not beside this checkout")
    _, taken, given, prices = spent(pages, tmp_path)
    assert 0 < taken < MOST_IN
    assert 0 < given < MOST_OUT
    assert spent(pages, tmp_path) == (0, 0, 0, prices)
