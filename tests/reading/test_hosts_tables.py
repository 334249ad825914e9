"""Shapes of other vendors' tables: struck prices with their discount, panes in Markdown, ranges of sizes, units by turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]
HEAD = "# Pricing\n\n| Model | Input | Output |\n|---|---|---|\n"


def facts(page: PageRates) -> dict[tuple[str, str, int | str | None, str], str]:
    return {(r.name, r.mode, r.above_input_tokens, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}


@pytest.mark.parametrize("label", ["Permanent 50% off", "50% off"])
def test_a_discount_that_is_taken_off_a_struck_price_is_no_other_offer(page_rates: Read, label: str) -> None:
    """Half of the struck price stands beside it: it is what is paid."""
    page = page_rates(f"{HEAD}| gpt-9<br />{label} | ~~$0.60~~ $0.30 / M tokens | ~~$2.40~~ $1.20 / M tokens |\n")
    assert facts(page) == {
        ("gpt-9", "standard", None, "input"): "0.3",
        ("gpt-9", "standard", None, "output"): "1.2",
    }


@pytest.mark.parametrize("cell", ["~~$0.60~~ $0.31", "$0.30", "~~€0.60~~ $0.30", "~~Soon~~ $0.30"])
def test_a_discount_that_no_struck_price_explains_is_another_offer(page_rates: Read, cell: str) -> None:
    """Who pays half of what? Nothing on the page says it."""
    page = page_rates(f"{HEAD}| gpt-9<br />50% off | {cell} / M tokens | $1.20 / M tokens |\n")
    assert not facts(page)
    assert "another offer" in told(page)


TABS = """# Pricing

<Tabs>
  <Tab title="Standard">
    | Model | Input |
    |---|---|
    | gpt-9 | $2 / M tokens |
  </Tab>

  <Tab title="Priority">
    | Model | Input |
    |---|---|
    | gpt-9 | $3 / M tokens |

    Pricing is for the moon alone.
  </Tab>
</Tabs>

| Model | Input |
|---|---|
| gpt-8 | $1 / M tokens |
"""


def test_a_tag_right_below_a_table_ends_its_pane_and_is_no_row(page_rates: Read) -> None:
    """What is said under one tab holds for that tab alone."""
    assert facts(page_rates(TABS)) == {
        ("gpt-9", "standard", None, "input"): "2",
        ("gpt-8", "standard", None, "input"): "1",
    }


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("0 < prompt <= 32k", "32k < prompt <= 128k"),
        ("0 ≤ input length < 32k", "32k ≤ input length < 128k"),
        ("input length (0, 32k]", "input length (32k, 128k]"),
    ],
)
def test_a_range_of_prompt_sizes_has_two_ends(page_rates: Read, low: str, high: str) -> None:
    """However it is written; the first begins at nothing."""
    head = "# Pricing\n\n| Model | Range | Input |\n|---|---|---|\n"
    page = page_rates(f"{head}| gpt-9 | {low} | $1 / M tokens |\n| gpt-9 | {high} | $2 / M tokens |\n")
    assert facts(page) == {
        ("gpt-9", "standard", None, "input"): "1",
        ("gpt-9", "standard", 32000, "input"): "2",
    }
    assert [rate.up_to_input_tokens for rate in page.rates] == [32000, 128000]


def test_brackets_that_are_no_range_of_sizes_stay_a_doubt(page_rates: Read) -> None:
    """A pair of numbers is a range only where a word says of what."""
    head = "# Pricing\n\n| Model | Range | Input |\n|---|---|---|\n"
    assert not facts(page_rates(f"{head}| gpt-9 | zone (32k, 128k] | $1 / M tokens |\n"))


def test_a_head_that_lists_two_units_has_one_for_each_price(page_rates: Read) -> None:
    """A minute of sound, and a million tokens of text."""
    page = page_rates(
        "# Pricing\n\n## gpt-9\n\n| | price |\n|---|---|\n| Input (per min / per M tok) | $0.004 (audio) / $0.1 (text) |\n"
    )
    assert {d: f"{p.amount:f}" for rate in page.rates for d, p in rate.prices.items()} == {"input": "0.1"}


def test_a_remark_of_a_vendors_own_pages_says_nothing_there(page_rates: Read) -> None:
    """The whole line, on its own pages; elsewhere "Private" may be anybody's price."""
    card = "# Pricing\n\nPrices per 1M tokens.\n\n## Text models\n\nGPT-9`gpt-9`\n\nPrivate\n\nInput Price$1 Output Price$2\n"
    assert len(facts(page_rates(card, provider="venice"))) == 2
    assert not facts(page_rates(card, provider="openai"))
    assert not facts(page_rates(card.replace("Private", "Private beta"), provider="venice"))
