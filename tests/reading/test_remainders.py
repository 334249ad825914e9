"""What stands beside a name or behind the last price is said of the prices: nothing of it is dropped."""

from __future__ import annotations

import pytest

from tests.reading.test_label_rows import USUAL, read, usual

PRICES = "Input: $5.50 / 1M tokens\n\nOutput: $27.50 / 1M tokens\n"
LISTED = "  - Input: $5.50 / 1M tokens\n  - Output: $27.50 / 1M tokens\n"
TABLE = "| Model | Input | Output |\n|---|---|---|\n| {name} | $5.50 | $27.50 |\n"
REMARKS = ["Batch", "EUR", "per 1K tokens", "Enterprise contract", "from May 1, 2031", "> 200K tokens", "US-only"]


@pytest.mark.parametrize("remark", ["Batch", "Prices in EUR", "per 1K tokens", "Enterprise only", "From May 1, 2031"])
def test_what_stands_below_the_prices_of_a_card_is_said_of_them(remark: str) -> None:
    """As a line, as the last item of a list, and in small type."""
    assert not usual(read(f"## GPT-9\n\n{PRICES}\n{remark}\n"))
    assert not usual(read(f"## GPT-9\n\n- Input: $5.50 / 1M tokens\n- Output: $27.50 / 1M tokens\n- {remark}\n"))
    small = f"<h2>GPT-9</h2><p>Input: $5.50 / 1M tokens</p><p>Output: $27.50 / 1M tokens</p><small>{remark}</small>"
    assert not usual(read(f"<h1>Pricing</h1>{small}"))


@pytest.mark.parametrize("below", ["Try it now", "Functions, web search, images", "Read the guide"])
def test_a_button_below_a_card_says_nothing_of_its_prices(below: str) -> None:
    """Nor does a list of what the model can do."""
    assert usual(read(f"## GPT-9\n\n{PRICES}\n{below}\n")) == USUAL


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize(
    "line", ["- GPT-9 ({remark})\n{listed}", "- GPT-9, {remark}\n{listed}", "**GPT-9, {remark}**\n\n{prices}"]
)
def test_the_line_that_names_a_model_says_more_of_its_prices(line: str, remark: str) -> None:
    """In brackets and behind a comma; no model is made of the remark."""
    page = read(line.format(remark=remark, listed=LISTED, prices=PRICES))
    assert not usual(page)
    assert {rate.name for rate in page.every} <= {"GPT-9"}


@pytest.mark.parametrize("remark", ["Batch", "EUR", "Enterprise contract", "from May 1, 2031", "> 200K tokens"])
@pytest.mark.parametrize(
    "line",
    ["**GPT-9**: Input $5.50 / 1M tokens, Output $27.50 / 1M tokens ({remark})\n",
     "GPT-9: Input $5.50 / 1M tokens · Output $27.50 / 1M tokens, {remark}\n"],
)  # fmt: skip
def test_what_ends_a_line_may_hold_for_all_its_prices(line: str, remark: str) -> None:
    """It is the last price's, and a doubt of the others."""
    assert not usual(read(line.format(remark=remark)))


@pytest.mark.parametrize(
    "name", ["GPT-9 - per 1K tokens", "GPT-9 – EUR", "GPT-9 Priority", "GPT-9 (EUR)", "GPT-9, enterprise"]
)
def test_what_stands_behind_a_name_in_a_table_is_no_part_of_it(name: str) -> None:
    """With a dash, as a badge, in brackets, behind a comma."""
    page = read(TABLE.format(name=name))
    assert not usual(page)
    assert {rate.name for rate in page.every} <= {"GPT-9"}


@pytest.mark.parametrize("remark", ["per 1K tokens", "EUR", "Priority", "US-only"])
def test_a_name_of_no_known_family_ends_before_a_dash_and_known_words(remark: str) -> None:
    """Words that are known say something of the price."""
    page = read(TABLE.format(name=f"Wuzzle 3 - {remark}"))
    assert {rate.name for rate in page.every} <= {"Wuzzle 3"}


def test_a_region_under_a_name_is_no_id() -> None:
    """It is where the calls are answered."""
    row = "<tr><td><b>DeepSeek-V9</b><br><span>eu-west-1</span></td><td>$5.50</td></tr>"
    page = read(f"<h1>Pricing</h1><table><tr><th>Model</th><th>Input</th></tr>{row}</table>")
    assert [(rate.name, rate.ids, rate.place) for rate in page.every] == [("DeepSeek-V9", (), "eu-west-1")]
