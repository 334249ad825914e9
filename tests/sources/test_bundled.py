"""The digests that come with the package: they say what the packaged registry says, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated_models import priced_pages
from octoregistry.reading.page import read_rates
from octoregistry.sources.bundled import bundled_page
from octoregistry.sources.page import Page
from providers.registry import load_registry
from tools.digests import digest

REGISTRY = load_registry()
VENDORS = sorted(REGISTRY.providers)


def _page(provider: str) -> Page:
    page = bundled_page(provider)
    assert page is not None
    return page


@pytest.fixture(scope="module", params=VENDORS)
def read(request):
    """A vendor, its digest, and what is read from that."""
    page = _page(request.param)
    document = read_document(page.text, page.url)
    assert isinstance(document, Document)
    return request.param, page, read_rates(document, request.param, page.fetched_at.date())


@pytest.mark.parametrize("provider", VENDORS)
def test_a_digest_is_what_the_tool_makes_of_the_packaged_registry(provider):
    text, days = digest(REGISTRY.providers[provider])
    assert (_page(provider).text, list(_page(provider).days.values())) == (text, days)


def test_every_word_and_figure_of_a_digest_is_understood(read):
    _, _, rates = read
    assert rates.problems == ()
    assert [price.doubts for rate in rates.rates for price in rate.prices.values() if price.doubts] == []


def test_a_digest_changes_nothing_in_the_packaged_registry(read):
    provider, page, rates = read
    plan = plan_provider(REGISTRY.providers[provider], priced_pages(rates, page), today=date(2026, 11, 30))
    assert plan.changes == ()


def test_a_digest_is_small_and_as_old_as_its_newest_table(read):
    _, page, _ = read
    assert len(page.text) < 20_000
    assert page.fetched_at.date() == max(page.days.values())


def test_a_provider_without_a_digest_has_none():
    assert bundled_page("acme") is None
