"""Sentences before, around and behind prices: heard where they say what these prices are, and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from tests.reading.plain import plain

DAY = date(2026, 11, 30)
TABLE = "| Model | Input | Output |\n|---|---|---|\n| gpt-9 | $2.50 | $10.00 |\n"
CARD = "### gpt-9\n\nInput $2.50 / 1M tokens\n\nOutput $10.00 / 1M tokens\n"
PAGES = {
    "opening a page": f"# Pricing\n\n%s\n\n## Chat models\n\n{TABLE}",
    "before a card": f"# Pricing\n\n%s\n\n{CARD}",
    "in answers": f"# Pricing\n\n## Chat models\n\n{TABLE}\n## FAQ\n\n%s\n",
}
OF_OTHER_THINGS = [
    "Customers in Canada can pay in CAD.",
    "Can I pay in EUR?",
    "Invoices are issued in EUR.",
    "Prices in EUR are available on request.",
    "Preise in Euro auf Anfrage.",
    "日本円でのお支払いも可能です。",
    "支持人民币支付。",
    "All prices in USD. EUR billing on request.",
    "We accept payments in USD and EUR.",
    "Prices are in USD, not CAD.",
    "Cached input is billed at a 90% discount.",
    "Dedicated endpoints are billed per hour.",
    "Cache storage is free of charge.",
    "Storage is billed per hour.",
    "Images are billed as input tokens.",
    "Volume discounts apply to all prices.",
    "All our prices are transparent: no hidden fees.",
    "All prices exclude the 5% payment fee.",
    "Enterprise pricing is available.",
    "Prices are subject to change.",
    "Batch processing is available at 50% of the prices listed below.",
    "Prices as of November 2026.",
    "Token numbers are estimates; 1,000 tokens are about 750 words.",
    "Prices for fine-tuned models are listed on the fine-tuning page.",
]
OF_THESE_PRICES = [
    "Prices are in CAD.",
    "Prices are in CAD, not USD.",
    "Our rates are quoted in CAD.",
    "Everything here is billed in CAD.",
    "This page lists prices in CAD.",
    "Alle Preise in Euro.",
    "すべての価格は日本円です。",
    "所有价格以人民币计价。",
    "These are batch prices.",
    "This page lists batch prices.",
    "The prices on this page are batch prices.",
    "Rates on this page apply to batch jobs.",
    "Batch requests are billed at the rates below.",
    "Priority processing is billed as shown.",
    "Batch prices are listed below.",
    "Dedicated endpoints are billed at these prices.",
    "Prices for dedicated endpoints are listed below.",
    "These prices are available to enterprise customers.",
    "All prices below are 50% off list price.",
    "All prices are for cached tokens.",
    "Prices for the EU region.",
]


def read(page: str) -> list[tuple[str, str, str]]:
    """[(dimension, dollars, mode)] of the prices that stand without a doubt."""
    document = read_document(page, "https://example.org/pricing.md")
    assert isinstance(document, Document)
    return sorted((d, f"{p.amount:f}", r.mode) for r, d, p in plain(read_rates(document, "openai", DAY)))


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("sentence", OF_OTHER_THINGS)
def test_a_sentence_about_another_thing_leaves_a_plain_price_plain(sentence: str, place: str) -> None:
    assert read(PAGES[place] % sentence) == [("input", "2.50", "standard"), ("output", "10.00", "standard")]


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("sentence", OF_THESE_PRICES)
def test_a_sentence_that_says_what_these_prices_are_leaves_none_without_a_doubt(sentence: str, place: str) -> None:
    assert read(PAGES[place] % sentence) == []


@pytest.mark.parametrize("month", ["January 2027", "March 2025"])
def test_a_month_to_come_or_long_past_is_no_day_of_the_page(month: str) -> None:
    assert read(PAGES["opening a page"] % f"Prices as of {month}.") == []
