"""Rows and columns are symmetric: a row without a sum labels its columns, and the corner the whole table."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

ACROSS = (
    "| {corner} | GPT-9 | GPT-9 mini |\n|---|---|---|\n{row}| Input | $5.50 | $0.10 |\n| Output | $27.50 | $0.20 |\n"
)
DOWN = "| {head} | Input | Output |\n|---|---|---|\n| GPT-9 | $5.50 | $27.50 |\n"
QUALIFIERS = [
    "Batch", "EUR", "per 1K tokens", "from May 1, 2031", "> 200K tokens", "US-only", "enterprise contract", "wuzzle handling",
]  # fmt: skip
USUAL = {("GPT-9", "input", "5.5"), ("GPT-9", "output", "27.5")}


def read(text: str) -> PageRates:
    page = read_document(f"# Pricing\n\n{text}", "https://vendor.invalid/pricing")
    assert isinstance(page, Document)
    return read_rates(page, "openai", date(2030, 9, 10))


def usual(page: PageRates) -> set[tuple[str, str, str]]:
    """The prices of GPT-9 that nothing qualifies."""
    found = {
        (rate.name, dimension, f"{price.amount.normalize():f}")
        for rate, dimension, price in plain(page)
        if rate.mode == "standard" and rate.above_input_tokens is None and rate.start is None
    }
    return found & USUAL


@pytest.mark.parametrize("corner", ["", "Model", "Metric"])
@pytest.mark.parametrize("label", ["", "Kind", "Terms"])
@pytest.mark.parametrize("own", QUALIFIERS)
def test_a_row_of_labels_qualifies_the_columns_in_which_they_stand(corner: str, label: str, own: str) -> None:
    """Above the figures as below them."""
    row = f"| {label} | {own} | {own} |\n"
    table = ACROSS.format(corner=corner, row=row)
    below = ACROSS.format(corner=corner, row="") + row
    assert not usual(read(table))
    assert not usual(read(below))


@pytest.mark.parametrize(
    ("label", "own"),
    [("Currency", "EUR"), ("Unit", "1K tokens"), ("Service tier", "Priority"), ("Valid from", "May 1, 2031"),
     ("Context", "> 200K tokens"), ("Batch", "✓"), ("Wuzzle plan", "on"), ("Standard", "No"), ("Discount", "50%")],
)  # fmt: skip
def test_the_first_cell_says_what_its_row_is(label: str, own: str) -> None:
    """What is asked in the first cell is answered in each column; one that holds the label of one price alone as well."""
    assert not usual(read(ACROSS.format(corner="", row=f"| {label} | {own} | {own} |\n")))
    alone = f"## GPT-9\n\n| | Price |\n|---|---|\n| Input | $5.50 |\n| Output | $27.50 |\n| {label} | {own} |\n"
    assert not usual(read(alone))


def test_a_row_of_labels_tells_columns_of_one_model_apart() -> None:
    """Each takes its own cell."""
    page = read(
        "| Model | GPT-9 | GPT-9 |\n|---|---|---|\n| Service tier | Standard | Batch |\n"
        "| Input / 1M tokens | $5.50 | $2.75 |\n| Output / 1M tokens | $27.50 | $13.75 |\n"
    )
    assert {(rate.mode, dimension, str(price.amount)) for rate, dimension, price in plain(page)} == {
        ("standard", "input", "5.50"), ("standard", "output", "27.50"), ("batch", "input", "2.75"), ("batch", "output", "13.75"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["| Context window | 200K | 128K |\n", "| Web search | $10 / 1K calls | Not available |\n", "| Batch | No | No |\n",
     "| Endpoint | /v1/responses | /v1/responses |\n", "| Audio output | - | - |\n", "| Vision | ✓ | ✓ |\n"],
)  # fmt: skip
def test_rows_that_say_nothing_of_a_price_leave_it_plain(row: str) -> None:
    """Sizes, prices of their own, a denial, an address, a tick for what is no price."""
    assert usual(read(ACROSS.format(corner="", row=row))) == USUAL


def test_a_model_without_a_price_says_nothing_of_the_others() -> None:
    """Its row is no label of the columns."""
    page = read(DOWN.format(head="Model") + "| GPT-9 nano | Enterprise | Enterprise |\n| Wuzzle | Batch | soon |\n")
    assert usual(page) == USUAL


def test_a_header_that_is_repeated_holds_for_the_rows_below_it() -> None:
    """With other words it heads other prices."""
    page = read(DOWN.format(head="Model") + "| Model | Batch input | Batch output |\n| GPT-9 | $2.75 | $13.75 |\n")
    assert usual(page) == USUAL
    assert {rate.mode for rate in page.rates} == {"standard", "batch"}


@pytest.mark.parametrize("own", QUALIFIERS)
@pytest.mark.parametrize("corner", ["{own}", "Prices {own}", "Metric ({own})"])
def test_the_corner_labels_the_whole_table(corner: str, own: str) -> None:
    """What stands over the labels of the rows holds for all of them."""
    assert not usual(read(ACROSS.format(corner=corner.format(own=own), row="")))


@pytest.mark.parametrize("own", QUALIFIERS)
@pytest.mark.parametrize("head", ["Model ({own})", "Models, {own}", "Model – {own}"])
def test_the_head_of_the_names_labels_all_prices(head: str, own: str) -> None:
    """What is left of it beside "Model"."""
    assert not usual(read(DOWN.format(head=head.format(own=own))))


def test_many_rows_of_labels_are_not_cut_short() -> None:
    """The last of them is heard too."""
    rows = "".join(f"| Kind {n} | Low {n} | Low {n} |\n" for n in range(40)) + "| Mode | Batch | Batch |\n"
    assert not usual(read(ACROSS.format(corner="", row=rows)))


@pytest.mark.parametrize(
    ("corner", "holds"), [("Token type", True), ("Metric", True), ("项目", True), ("Turbo", False)]
)
def test_the_corner_over_rows_that_say_what_they_count_is_understood_to_the_last_word(corner: str, holds: bool) -> None:
    page = read(f"## GPT-9\n\n| {corner} | Price / MTok |\n|---|---|\n| Input | $5.50 |\n| Output | $27.50 |\n")
    assert bool(usual(page)) is holds
