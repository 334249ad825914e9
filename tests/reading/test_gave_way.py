"""A price in doubt that gives way to a clear one does not vanish: a problem tells it, and its label is asked about."""

from __future__ import annotations

from collections.abc import Callable

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]


def test_a_second_table_under_words_that_nobody_knows_is_told_and_asked_about(page_rates: Read) -> None:
    """Without its word for flex OpenAI's flex table read as a second standard one, and was gone without a word."""
    rows = "| Model | Input |\n|---|---|\n| gpt-9 | ${} |\n"
    page = page_rates(f"# Pricing\n\n## Standard\n\n{rows.format(4)}\n## Zorblax\n\n{rows.format(2)}")
    assert [price.amount for _, _, price in plain(page)] == [4]
    assert "a price in doubt is another one" in told(page)
    assert [label.text for label in page.open_labels] == ["Zorblax"]
