"""A price is read in the currency that the page states; beside a dollar sign another one takes the price away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    return [str(rate.prices["input"].amount) for rate in rates if "input" in rate.prices]


@pytest.mark.parametrize("code", ["EUR", "CAD", "GBP", "AUD", "¥", "R$"])
def test_a_code_in_brackets_or_at_the_head_is_believed(code: str) -> None:
    """Nearer than what the page says of all its prices."""
    assert inputs(cell=f"$2.50 ({code})") == []
    assert inputs(head=f"Input ({code})") == []


@pytest.mark.parametrize("code", ["CAD $", "$ CAD", "$CAD", "CAD$", "AUD $", "$/1M CAD", "SGD $ / 1M tokens", "€ / $"])
def test_a_dollar_sign_beside_a_code_is_that_currency_s(code: str) -> None:
    """In a head, and in a line over the table."""
    assert inputs(head=f"Input ({code})", all="") == []
    assert inputs(all=f"Prices in {code}") == inputs(all=f"All prices are in {code}.") == []


@pytest.mark.parametrize("codes", ["USD/CAD", "USD or CAD", "US$ (CAD)"])
def test_us_dollars_beside_another_currency_are_a_doubt(codes: str) -> None:
    """Which of them a "$" is the label leaves open."""
    assert doubted(f"| Model | Input {codes} |\n|---|---|\n| gpt-5.4 | $2.50 |")
    assert doubted(f"Prices in {codes}\n\n| Model | Input |\n|---|---|\n| gpt-5.4 | $2.50 |")


def doubted(text: str) -> bool:
    """Whether the one price that is read of `text` is in doubt."""
    document = read_document(f"# Pricing\n\n{text}\n", "https://vendor.example/prices")
    assert isinstance(document, Document), document
    (rate,) = read_rates(document, "openai", date(2026, 11, 1)).rates
    return bool(rate.prices["input"].doubts)


def test_us_dollars_said_twice_are_us_dollars() -> None:
    """In brackets as well."""
    assert inputs(cell="$2.50 (USD)") == inputs() == ["2.50"]


def apart(text: str) -> dict[tuple[str, str], tuple[str, bool]]:
    """{(name, currency): (input price, whether it is in doubt)} of the prices that are not in US dollars."""
    document = read_document(f"# Pricing\n\n{text}\n", "https://vendor.example/prices")
    assert isinstance(document, Document), document
    rates = read_rates(document, "openai", date(2026, 11, 1)).apart
    return {(r.name, r.currency): (str(r.prices["input"].amount), bool(r.prices["input"].doubts)) for r in rates}


TABLE = "| Model | Input | Output |\n|---|---|---|\n"
CODES = ["EUR", "GBP", "CNY", "JPY", "CAD", "CHF", "INR", "SEK"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("€1.50", "EUR"), ("1.50 €", "EUR"), ("£1.50", "GBP"), ("CA$1.50", "CAD"), ("$1.50 AUD", "AUD"), ("₹1.50", "INR"),
     ("CN¥1.50", "CNY"), ("1.50元", "CNY"), ("1.50円", "JPY"), ("CHF 1.50", "CHF"), ("1.50 euros", "EUR"), ("¥1.50 RMB", "CNY")],
)  # fmt: skip
def test_a_figure_says_itself_in_which_currency_it_is(cell: str, code: str) -> None:
    """By a sign, a code or a word, before it or behind."""
    assert apart(TABLE + f"| gpt-5.4 | {cell} | {cell} |") == {("gpt-5.4", code): ("1.50", False)}


@given(st.sampled_from(CODES), st.decimals("0.01", "999", places=2))
def test_a_head_or_a_sentence_says_it_of_bare_figures(code: str, price: Decimal) -> None:
    """And none of them is a price in dollars."""
    expected = {("gpt-5.4", code): (str(price), False)}
    assert apart(f"| Model | Input ({code} / 1M tokens) |\n|---|---|\n| gpt-5.4 | {price} |") == expected
    told = f"All prices are in {code} per 1M tokens.\n\n"
    assert apart(told + TABLE + f"| gpt-5.4 | {price} | {price} |") == expected


def test_a_model_may_be_priced_in_two_currencies() -> None:
    """The column says which; dollars are the plain price."""
    text = "| Model | Input (USD / 1M tokens) | Input (EUR / 1M tokens) |\n|---|---|---|\n| gpt-5.4 | 2.50 | 2.10 |"
    assert apart(text) == {("gpt-5.4", "EUR"): ("2.10", False)}


def test_the_sign_of_yuan_and_yen_is_read_where_the_page_says_which() -> None:
    """By a word in its scope, or by being written in Chinese."""
    row = "| gpt-5.4 | ¥4 | ¥16 |"
    assert apart(TABLE + row) == {}
    assert apart("Prices in CNY per 1M tokens.\n\n" + TABLE + row) == {("gpt-5.4", "CNY"): ("4", False)}
    assert apart("Prices in yen per 1M tokens.\n\n" + TABLE + row) == {("gpt-5.4", "JPY"): ("4", False)}
    assert apart("| 模型 | 输入 | 输出 |\n|---|---|---|\n" + row) == {("gpt-5.4", "CNY"): ("4", False)}
    assert apart("| モデル | 入力 | 出力 |\n|---|---|---|\n" + row) == {}


def test_a_currency_that_the_page_contradicts_is_a_doubt_or_none() -> None:
    """Far away it is a doubt, in the head of the same column no price."""
    assert apart(DOLLARS + "\n\n" + TABLE + "| gpt-5.4 | €4 | €16 |") == {("gpt-5.4", "EUR"): ("4", True)}
    assert apart("| Model | Input (GBP) |\n|---|---|\n| gpt-5.4 | €4 |") == {}


@pytest.mark.parametrize("money", ["€4", "4 CHF", "4 rubles", "CAD 4", "4元"])
def test_a_page_in_another_currency_is_not_one_without_a_price(money: str) -> None:
    """Whoever reads it is told what was read, not that nothing stands there."""
    document = read_document(f"# Pricing\n\n{'A long page. ' * 40}\n\n{TABLE}| gpt-5.4 | {money} | {money} |\n", "u")
    assert isinstance(document, Document)
