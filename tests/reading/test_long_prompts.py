"""A sentence that says that long prompts cost something else bounds the prices that stand without a size."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates

HEAD = "# Prices\n\nPrices per 1M tokens.\n\n| Model | Input | Output |\n|---|---|---|\n"
ONE = HEAD + "| road-2 | $1.00 | $4.00 |\n"
TWO = ONE + "| road-1 | $0.50 | $2.00 |\n"


def read(text: str) -> PageRates:
    """What the page that `text` is states."""
    document = read_document(text, "https://vendor.example/prices")
    assert isinstance(document, Document)
    return read_rates(document, "acme", date(2026, 11, 15), ("road-1", "road-2"))


def bounds(text: str) -> dict[str, object]:
    """{model: the longest prompt that its price answers for}, of prices without a size."""
    return {rate.name: rate.up_to_input_tokens for rate in read(text).rates if rate.above_input_tokens is None}


@pytest.mark.parametrize(
    "sentence",
    [
        "For requests with more than 272K input tokens, input rates double and output costs 1.5 times the short-context rate.",
        "Prompts above 272,000 tokens are billed at twice the price.",
        "Requests that exceed 272K input tokens are charged at premium long context rates.",
        "If a prompt is longer than 272k tokens, a surcharge applies to the whole request.",
        "Prompts with >272K input tokens are priced at 2x input and 1.5x output for the full session.",
    ],
)
def test_the_prices_answer_for_no_longer_prompt_and_that_is_told(sentence: str) -> None:
    """In whatever words."""
    assert bounds(f"{ONE}\n{sentence}\n") == {"road-2": 272_000}
    assert any(
        "272,000 tokens cost something else" in problem.reason for problem in read(f"{ONE}\n{sentence}\n").problems
    )


def test_a_sentence_that_names_a_model_speaks_of_that_one() -> None:
    """And of no other."""
    assert bounds(f"{TWO}\nFor road-2, prompts above 272K tokens cost twice the price.\n") == {
        "road-2": 272_000,
        "road-1": None,
    }


def test_a_sentence_without_a_name_speaks_of_all() -> None:
    """Who does not say of whom may mean anybody."""
    assert set(bounds(f"{TWO}\nPrompts above 272K tokens cost twice the price.\n").values()) == {272_000}


def test_where_a_row_has_that_price_the_rows_tell_which_models_have_one() -> None:
    """The sentence only introduces them."""
    long = TWO + "| road-2 (prompts > 272K tokens) | $2.00 | $6.00 |\n"
    assert bounds(f"{long}\nPrompts above 272K tokens are charged at premium rates.\n")["road-1"] is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Fast mode pricing applies across the full context window, including requests over 200k input tokens.",
        "The model takes prompts of more than 200K tokens.",
        "Batches of more than 50,000 requests are refused.",
    ],
)
def test_a_sentence_that_states_no_other_price_bounds_nothing(sentence: str) -> None:
    """A size alone is no price."""
    assert bounds(f"{ONE}\n{sentence}\n") == {"road-2": None}


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("0 ≤ input length < 32k", "32k ≤ input length < 128k"),
        ("0<Token≤32K", "32K<Token≤128K"),
        ("input length (0, 32k]", "input length (32k, 128k]"),
        ("输入长度（0, 32k]", "输入长度（32k, 128k]"),
        ("0 ≤ 输入长度 ＜ 32k", "32k ≤ 输入长度 ＜ 128k"),
    ],
)
def test_a_size_between_two_numbers_is_a_tier_that_begins_at_the_first_and_ends_at_the_second(
    small: str, large: str
) -> None:
    rows = f"| gpt-9 | {small} | $1 | $4 |\n| gpt-9 | {large} | $2 | $8 |"
    document = read_document(
        f"# Prices\n\n| Model | Condition | Input | Output |\n|---|---|---|---|\n{rows}\n", "https://v/p"
    )
    assert isinstance(document, Document)
    found = {
        (rate.above_input_tokens, rate.up_to_input_tokens): str(rate.prices["input"].amount)
        for rate in read_rates(document, "openai", date(2026, 11, 1)).rates
        if not rate.prices["input"].doubts
    }
    assert found in ({(None, 32000): "1", (32000, 128000): "2"}, {(None, None): "1", (32000, 128000): "2"})


@pytest.mark.parametrize("sentence", ["no longer cost twice the price", "do not cost twice the price"])
def test_a_sentence_that_denies_it_bounds_nothing_and_is_a_doubt(sentence: str) -> None:
    """Long prompts may cost the same."""
    page = read(f"{ONE}\nPrompts above 272K tokens {sentence}.\n")
    assert {rate.up_to_input_tokens for rate in page.rates} == {None}
    assert all(price.doubts for rate in page.rates for price in rate.prices.values())
