"""What of a model's row is not read is told: a cell beyond the header, a head that says nothing; "In" and "Out" are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]


def table(*heads: str, rule: str = "| {} |") -> str:
    """A table of one model with a price of so many dollars as is the number of its column."""
    rows = [["Model", *heads], ["---"] * (len(heads) + 1), ["GPT-9", *(f"${at + 1}" for at, _ in enumerate(heads))]]
    return "# Pricing\n\n" + "\n".join(rule.format(" | ".join(row)) for row in rows) + "\n"


def prices(page: PageRates) -> dict[tuple[str, str], str]:
    return {(rate.name, dimension): str(price.amount) for rate, dimension, price in plain(page)}


@pytest.mark.parametrize("rule", ["| {} |", "| {}", "{}", "> | {} |"])
@pytest.mark.parametrize("row", ["GPT-9 mini | $2 | $3 | $8", "GPT-9 mini | $2 | $5 > 128K | $8"])
def test_a_row_longer_than_its_header_is_in_doubt_and_no_other(page_rates: Read, rule: str, row: str) -> None:
    page = page_rates(table("Input", "Output", rule=rule) + rule.format(row) + "\n", date(2026, 9, 1), "openai")
    assert prices(page) == {("GPT-9", "input"): "1", ("GPT-9", "output"): "2"}
    assert "more or fewer cells" in told(page)


def test_a_figure_beyond_the_header_is_told(page_rates: Read) -> None:
    page = page_rates(table("Input", "Output") + "| GPT-9 mini | $2 | $3 | $8 |\n", date(2026, 9, 1), "openai")
    assert "T1R3C4: nothing says what is counted" in told(page)


HTML = "<h1>Pricing</h1><table><tr><th>Model<th>Input<th>Output</tr>{}</table>"


def test_a_button_beyond_the_header_leaves_a_row_as_it_is(page_rates: Read) -> None:
    rows = "".join(f"<tr><td>{name}<td>$1<td>$2<td><a>Try</a></tr>" for name in ("GPT-9", "GPT-9 mini"))
    assert len(prices(page_rates(HTML.format(rows), date(2026, 9, 1), "openai"))) == 4


def test_a_row_that_slipped_by_one_is_in_doubt_with_a_button_behind_it_too(page_rates: Read) -> None:
    """A word stands where others have a price."""
    rows = "<tr><td>GPT-9<td>$1<td>$2</tr><tr><td>GPT-9 mini<td>New<td>$1<td>Try</tr>"
    page = page_rates(HTML.format(rows), date(2026, 9, 1), "openai")
    assert prices(page) == {("GPT-9", "input"): "1", ("GPT-9", "output"): "2"}
    assert "more or fewer cells" in told(page)


def test_a_price_under_no_head_is_a_doubt_of_its_row(page_rates: Read) -> None:
    rows = "| Model | Input | Output | |\n|---|---|---|---|\n| GPT-9 | $1 | $2 | Try |\n| GPT-9 mini | $1 | $3 | $2 |\n"
    page = page_rates(f"# Pricing\n\n{rows}", date(2026, 9, 1), "openai")
    assert prices(page) == {("GPT-9", "input"): "1", ("GPT-9", "output"): "2"}


@pytest.mark.parametrize(
    "heads",
    [("In", "Out"), ("Price in", "Price out"), ("In ($/1M tokens)", "Out ($/1M tokens)"), ("In tokens", "Out tokens"),
     ("Input tokens", "Generated tokens")],
)  # fmt: skip
def test_short_heads_for_input_and_output_are_read(page_rates: Read, heads: tuple[str, str]) -> None:
    page = page_rates(table(*heads), date(2026, 9, 1), "openai")
    assert prices(page) == {("GPT-9", "input"): "1", ("GPT-9", "output"): "2"}


@pytest.mark.parametrize("head", ["Price in CAD", "Price in $", "Price in USD", "Price in 1M tokens", "Price", "5m"])
def test_what_is_no_head_of_input_is_told(page_rates: Read, head: str) -> None:
    page = page_rates(table(head), date(2026, 9, 1), "openai")
    assert not prices(page)
    assert page.problems


def test_a_condition_that_contradicts_the_head_is_told(page_rates: Read) -> None:
    rows = "| Model | Condition | Output |\n|---|---|---|\n| GPT-9 | Cached input | $8 |\n"
    page = page_rates(f"# Pricing\n\n{rows}", date(2026, 9, 1), "openai")
    assert not prices(page)
    assert page.problems


def test_figures_in_a_grid_of_lines_are_told(page_rates: Read) -> None:
    lines = "".join(f"<div>{text}</div>" for text in ("Model", "Input", "Output", "GPT-9", "$1", "$2"))
    assert page_rates(f"<!doctype html><h1>Pricing</h1>{lines}", date(2026, 9, 1), "openai").problems
