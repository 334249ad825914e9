"""What ordinary price lists say around their prices is read: headings of kinds of models, sub-rows of a tree, days of a card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

Read = Callable[..., PageRates]
TABLE = "| Model | Input | Output |\n|---|---|---|\n| GPT-9 | $2 | $8 |\n"


def prices(page: PageRates) -> dict[tuple[str, str, int | str | None, str], str]:
    return {(r.name, r.mode, r.above_input_tokens, d): str(p.amount) for r, d, p in plain(page)}


@pytest.mark.parametrize(
    "heading",
    ["Serverless API pricing", "Inference pricing", "Serverless inference", "Foundation models", "Large language models",
     "Open-source models", "Text generation", "Featured models", "Popular models", "Generative AI pricing",
     "Usage-based pricing", "Pricing overview", "AI models", "Model catalog", "Price table"],
)  # fmt: skip
def test_a_heading_of_a_kind_of_models_leaves_no_doubt(page_rates: Read, heading: str) -> None:
    page = page_rates(f"# Pricing\n\n## {heading}\n\n{TABLE}", date(2026, 9, 1), "openai")
    assert prices(page) == {("GPT-9", "standard", None, "input"): "2", ("GPT-9", "standard", None, "output"): "8"}


@pytest.mark.parametrize(
    "heading",
    ["Priority inference", "Zorblax inference", "Batch inference"],
)
def test_a_word_of_it_alone_or_beside_another_is_not_passed_over(page_rates: Read, heading: str) -> None:
    page = page_rates(f"# Pricing\n\n## {heading}\n\n{TABLE}", date(2026, 9, 1), "openai")
    assert ("GPT-9", "standard", None, "input") not in prices(page)


@pytest.mark.parametrize("line", ["Last updated: November 2026", "Updated 11/2026", "Last updated: November 3, 2026"])
def test_when_a_page_was_changed_is_no_day_and_no_unit_of_its_prices(page_rates: Read, line: str) -> None:
    page = page_rates(f"# Pricing\n\n{line}\n\n{TABLE}", date(2026, 12, 1), "openai")
    assert prices(page)[("GPT-9", "standard", None, "input")] == "2"
    assert not any(rate.start for rate in page.rates)


@pytest.mark.parametrize("branch", ["↳ ", "└ ", "├── ", "→ ", "• ", "&nbsp;&nbsp;"])
def test_a_branch_before_a_sub_row_is_no_name(page_rates: Read, branch: str) -> None:
    rows = f"| {branch}> 32K | $4 | $16 |\n| {branch}Batch | $1 | $4 |\n| GPT-9 mini | $0.50 | $1 |\n"
    page = page_rates(f"# Pricing\n\n{TABLE}{rows}", date(2026, 9, 1), "openai")
    assert prices(page) == {
        ("GPT-9", "standard", None, "input"): "2",
        ("GPT-9", "standard", None, "output"): "8",
        ("GPT-9", "standard", 32_000, "input"): "4",
        ("GPT-9", "standard", 32_000, "output"): "16",
        ("GPT-9", "batch", None, "input"): "1",
        ("GPT-9", "batch", None, "output"): "4",
        ("GPT-9 mini", "standard", None, "input"): "0.50",
        ("GPT-9 mini", "standard", None, "output"): "1",
    }


@pytest.mark.parametrize("where", ["{day}\n\n{card}", "{card}\n\n{day}"])
@pytest.mark.parametrize("day", ["Prices valid from January 1, 2027.", "Valid from January 1, 2027."])
def test_a_day_in_a_sentence_of_a_card_is_that_of_its_prices(page_rates: Read, where: str, day: str) -> None:
    text = where.format(day=day, card="Input $2 / 1M tokens\n\nOutput $8 / 1M tokens")
    page = page_rates(f"# Pricing\n\n### GPT-9\n\n{text}\n", date(2026, 9, 1), "openai")
    assert [rate.start for rate in page.rates] == [date(2027, 1, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "- **GPT-9**: $2 in / $8 out per 1M tokens",
        "- GPT-9: $2 / 1M input tokens, $8 / 1M output tokens",
        "- **GPT-9**: input $2, output $8 per 1M tokens",
        "### GPT-9\n\n#### $2\n\nper 1M input tokens\n\n#### $8 / 1M tokens\n\nOutput",
        "| Model | Input | Output | Unit |\n|---|---|---|---|\n| GPT-9 | 2 | 8 | USD / 1M tokens |",
        "| Model | Input | Output | Unit |\n|---|---|---|---|\n| GPT-9 | $2 | $8 | 每百万 token |",
        "| Model | Input/Output price ($/1M tokens) |\n|---|---|\n| GPT-9 | 2.0 / 8.0 |",
    ],
)
def test_a_model_with_both_its_prices_in_one_line_or_a_unit_elsewhere_is_read(page_rates: Read, line: str) -> None:
    found = prices(page_rates(f"# Pricing\n\n{line}\n", date(2026, 9, 1), "openai"))
    assert {(name, dimension): float(price) for (name, _, _, dimension), price in found.items()} == {
        ("GPT-9", "input"): 2,
        ("GPT-9", "output"): 8,
    }


def test_a_unit_behind_the_last_price_is_no_other_units(page_rates: Read) -> None:
    """The head says thousands, the cell millions: which of them is not said."""
    table = "| Model | Price per 1K tokens |\n|---|---|\n| GPT-9 | $2 in / $8 out per 1M tokens |\n"
    assert not prices(page_rates(f"# Pricing\n\n{table}", date(2026, 9, 1), "openai"))


def test_a_figure_of_two_bare_numbers_under_one_head_is_told(page_rates: Read) -> None:
    page = page_rates(
        "# Pricing in USD\n\n| Model | Input |\n|---|---|\n| GPT-9 | 2.0 / 8.0 |\n", date(2026, 9, 1), "openai"
    )
    assert not prices(page)
    assert page.problems
