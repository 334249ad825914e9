"""Another currency beside a figure is another price, whatever the page says of its figures in general."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates

PAGE = "# Pricing\n\n{all}\n\n| Model | {head} | Output |\n|---|---|---|\n| gpt-5.4 | {cell} | $15.00 |\n"
DOLLARS = "All prices are in USD per 1M tokens."


def inputs(**parts: str) -> list[str]:
    """The input prices that are read of a page."""
    text = PAGE.format(**{"all": DOLLARS, "head": "Input", "cell": "$2.50"} | parts)
    document = read_document(text, "https://vendor.example/prices")
    assert isinstance(document, Document)
    rates = read_rates(document, "openai", date(2026, 11, 1)).rates
    return [str(rate.prices["input"].usd) for rate in rates if "input" in rate.prices]


@pytest.mark.parametrize("code", ["EUR", "CAD", "GBP", "AUD", "¥", "R$"])
def test_a_code_in_brackets_or_at_the_head_is_believed(code: str) -> None:
    """Nearer than what the page says of all its prices."""
    assert inputs(cell=f"$2.50 ({code})") == []
    assert inputs(head=f"Input ({code})") == []


def test_us_dollars_said_twice_are_us_dollars() -> None:
    """In brackets as well."""
    assert inputs(cell="$2.50 (USD)") == inputs() == ["2.50"]
