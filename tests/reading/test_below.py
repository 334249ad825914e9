"""What stands below a table, or over it in a sentence, says what its prices are, whatever words it opens with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

Read = Callable[..., PageRates]
TABLE = "| Model | Input | Output |\n| --- | --- | --- |\n| GPT-9 | $5.50 | $27.50 |\n"


def read_with(page_rates: Read, below: str, over: str = "", then: str = "") -> PageRates:
    return page_rates(f"# Pricing\n\n{over}\n\n{TABLE}\n{below}\n\n{then}")


def is_plain(page: PageRates) -> bool:
    """True where a call costs just what the table says, now, without a doubt."""
    found = {dimension: price.amount for rate, dimension, price in plain(page) if rate.start is None}
    return bool(found)


@pytest.mark.parametrize(
    "below",
    [
        "EUR", "Currency: EUR", "Amounts in EUR.", "Euro prices", "Charges are in EUR and exclude VAT.",
        "Billed in pounds sterling",
        "Batch prices", "*Batch only*", "These are enterprise prices.", "Audio only", "Flex", "Figures are per 1K tokens.",
        "Effective January 1, 2027", "Valid from January 1, 2027.", "Prices effective January 1, 2027.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("then", ["", "## Elsewhere\n\nNothing of prices stands here."])
def test_a_line_below_a_table_counts_by_what_it_says(page_rates: Read, below: str, then: str) -> None:
    assert not is_plain(read_with(page_rates, below, then=then))


def test_a_unit_below_a_table_is_the_unit_of_its_prices(page_rates: Read) -> None:
    page = read_with(page_rates, "Per 1K tokens")
    assert [str(price.amount) for _, _, price in plain(page)] == ["5500.00", "27500.00"]


def test_a_caption_below_its_table_is_one(page_rates: Read) -> None:
    table = "<table><tr><th>Model<th>Input<th>Output<tr><td>GPT-9<td>$5.50<td>$27.50</table>"
    page = page_rates(f"<h1>Pricing</h1><figure>{table}<figcaption>Batch prices</figcaption></figure>")
    assert not is_plain(page)


@pytest.mark.parametrize("below", ["See the Batch API.", "USD", "Prices in USD", "Cached input is billed at 10%."])
def test_what_changes_no_price_leaves_no_doubt(page_rates: Read, below: str) -> None:
    assert is_plain(read_with(page_rates, below))


def test_the_label_of_the_next_table_is_none_of_the_one_before(page_rates: Read) -> None:
    """A line between two tables leads the second."""
    page = page_rates(f"# Pricing\n\n{TABLE}\nBatch\n\n{TABLE.replace('5.50', '2.75').replace('27.50', '13.75')}")
    assert {(rate.mode, str(price.amount)) for rate, dimension, price in plain(page) if dimension == "input"} == {
        ("standard", "5.50"),
        ("batch", "2.75"),
    }


@pytest.mark.parametrize("over", ["GPT-9 is billed in EUR.", "All models are billed in euros."])
def test_another_currency_in_a_sentence_over_a_table_is_no_dollar(page_rates: Read, over: str) -> None:
    assert not is_plain(read_with(page_rates, "", over))


@pytest.mark.parametrize(
    "over",
    ["Our rates, low latency:", "High-speed:", "Performance optimized", "*latency-optimized*", "Premium quality"],
)
def test_a_word_for_how_fast_a_model_is_may_be_a_way_to_be_served(page_rates: Read, over: str) -> None:
    assert not is_plain(read_with(page_rates, "", over))


@pytest.mark.parametrize("over", ["Speed", "Speed: Fast"])
def test_a_rating_of_a_model_is_none(page_rates: Read, over: str) -> None:
    assert is_plain(read_with(page_rates, "", over))


def test_of_two_prices_for_output_neither_is_the_plain_one(page_rates: Read) -> None:
    """With thinking and without: nobody is asked which of them a call is."""
    rows = "| Input | $0.15 / MTok |\n| Output (non-thinking) | $0.60 / MTok |\n| Output (thinking) | $3.50 / MTok |\n"
    page = page_rates(f"## Gemini 2.5 Flash\n\n| | Price |\n| --- | --- |\n{rows}", date(2026, 9, 1), "gemini")
    assert {dimension for _, dimension, _ in plain(page)} == {"input"}


def test_what_a_model_takes_and_gives_is_no_kind_of_its_prices(page_rates: Read) -> None:
    table = "| Model | Modalities | Input | Output |\n| --- | --- | --- | --- |\n| grok-9 | text, image | $3.00 | $15.00 |\n"
    page = page_rates(f"# Pricing\n\nPrices per 1M tokens.\n\n{table}", date(2026, 9, 1), "xai")
    assert {dimension for rate in page.rates for dimension in rate.prices} == {"input", "output"}
