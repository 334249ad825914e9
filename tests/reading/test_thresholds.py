"""Where a long context begins is read from a sentence that leaves nothing open; from any other it stays unknown."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

HEADS = (
    "| Model | Short context input | Short context output | Long context input | Long context output |\n|-|-|-|-|-|\n"
)
ROWS = "| road-1 | $1 | $4 | $2 | $8 |\n| road-2 | $2 | $5 | $4 | $10 |\n"


def read(text: str) -> PageRates:
    """What the page that `text` is states."""
    document = read_document(text, "https://vendor.example/prices")
    assert isinstance(document, Document)
    return read_rates(document, "acme", date(2026, 4, 15), ("road-1", "road-2"))


def thresholds(sentence: str, heading: str = "# Prices") -> dict[str, object]:
    """{model: where its long context begins} of a page with `sentence` over its table."""
    page = read(f"{heading}\n\nPrices per 1M tokens, in USD. {sentence}\n\n{HEADS}{ROWS}")
    return {rate.name: rate.above_input_tokens for rate in page.rates if rate.above_input_tokens is not None}


@pytest.mark.parametrize(
    "sentence",
    [
        "Short context: ≤272K input tokens. Long context: >272K input tokens.",
        "Long context: prompts of more than 272,000 tokens.",
        "Long context pricing applies above 272K input tokens.",
        "Short context: ≤272K input tokens; long context: >272K input tokens.",
        "≤272K input tokens: short context; >272K input tokens: long context.",
        "Prompts longer than 272,000 tokens are long context.",
    ],
)
def test_a_sentence_that_leaves_nothing_open_says_it_of_all(sentence: str) -> None:
    """Wherever it stands."""
    assert thresholds(sentence) == {"road-1": 272_000, "road-2": 272_000}


def test_a_sentence_that_names_a_model_says_it_of_that_one() -> None:
    """And nothing of the others, but what another sentence says of all."""
    own = "For road-2, long context: >128K input tokens."
    assert thresholds(own) == {"road-1": "unknown", "road-2": 128_000}
    assert thresholds(f"Long context: >272K input tokens. {own}") == {"road-1": 272_000, "road-2": 128_000}


@pytest.mark.parametrize(
    "sentence",
    [
        "Long context: >1M characters.",
        "Long context: >128K output tokens.",
        "Long context: more than 272K tokens of input or output combined.",
        "Previously, long context began above 128K input tokens; it now begins above 272K.",
        "Long context: >272K input tokens. It was >128K until May.",
        "Until 2026-06-30, long context: >128K input tokens.",
        "Long context: >128K input tokens in the EU region.",
        "Long context: >272K tokens per day.",
        "Long context: >128K input tokens (batch).",
        "Batch only. Long context: >128K input tokens.",
        "Except for road-2, long context: >128K input tokens.",
    ],
)
def test_with_anything_open_it_stays_unknown(sentence: str) -> None:
    """Another unit, day, place, way to be served, or a word that nobody knows."""
    assert thresholds(sentence) == {"road-1": "unknown", "road-2": "unknown"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Long context: up to 1M input tokens.",
        "Long context: <1M input tokens.",
        "Long context: at most 1,000,000 tokens.",
        "Short context: >128K input tokens.",
        "Short context and long context: up to 1M input tokens.",
        "Long context and short context: up to 1M input tokens.",
        "Short context: up to 500K input tokens, long context: up to 1M input tokens.",
    ],
)
def test_the_size_of_a_window_is_not_where_a_long_context_begins(sentence: str) -> None:
    """Nor is a size said of the other one; and beside such a number another sentence is not sure either."""
    assert thresholds(sentence) == {"road-1": "unknown", "road-2": "unknown"}
    assert set(thresholds(f"Long context: >272K input tokens. {sentence}").values()) == {"unknown"}


def test_the_size_of_a_window_in_a_head_bounds_nothing() -> None:
    """Neither the short prices, nor where the long ones begin."""
    heads = HEADS.replace("Long context", "Long context (up to 1M tokens)")
    page = read(f"# Prices\n\nPrices per 1M tokens, in USD.\n\n{heads}{ROWS}")
    assert 1_000_000 not in {bound for r in page.rates for bound in (r.above_input_tokens, r.up_to_input_tokens)}
    assert all(rate.above_input_tokens is None for rate, _, _ in plain(page))


def test_a_heading_of_its_own_says_where_else_it_holds() -> None:
    """Batch prices may have another one."""
    page = read(f"# Prices\n\nPer 1M tokens.\n\n{HEADS}{ROWS}\n## Batch\n\nLong context: >128K input tokens.\n")
    assert {rate.above_input_tokens for rate in page.rates} == {None, "unknown"}


@pytest.mark.parametrize(
    "size", ["<272K output tokens", "<272K tokens of output", "<272K tokens of input and output", "<1M characters",
             "<272K audio tokens", "<272K cached tokens", "<272K words", "<272K requests", "up to 5,000 prompts",
             "≤ 272K Anfragen"],
)  # fmt: skip
def test_a_number_of_something_else_in_a_name_is_no_prompt_size(size: str) -> None:
    """No price beside it is without a doubt, and none is bounded by it."""
    page = read(f"# Prices\n\nPer 1M tokens.\n\n| Model | Input | Output |\n|-|-|-|\n| road-1 ({size}) | $1 | $4 |\n")
    assert not list(plain(page))
    assert all(rate.up_to_input_tokens is None for rate in page.rates)
    assert page.rates or page.problems
