"""A charge that is not plainly the price is a doubt or is told: cents, ranges, days, allowances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.documents import Unread, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates

DAY = date(2026, 9, 1)
TOOLS = "## Tools\n\n| Tool | Price |\n|---|---|\n"
MODELS = "| Model | Price |\n|---|---|\n"
TOKENS = "\n\n## Prices of tokens\n\n| Model | Input per 1M tokens |\n|---|---|\n| gpt-9 | $1.00 |\n"
"""What else stands on the page: one without a sum of money is none of prices."""


def read(text: str, day: date = DAY) -> PageRates:
    document = read_document(f"# Pricing\n\n{text}{TOKENS}", "page")
    assert not isinstance(document, Unread)
    return read_rates(document, "openai", day)


def clear(page: PageRates) -> list[Decimal]:
    """The USD of every charge without a doubt."""
    return [charge.usd for charge in page.charges if not charge.doubts]


@pytest.mark.parametrize(
    "head", ["Price per image (cents)", "Price (¢ per image)", "Price per image in cents", "Price (cents per image)"]
)
def test_a_charge_under_a_head_in_cents_is_one_of_cents(head: str) -> None:
    """4 under such a head is 0.04 USD, as a price of tokens is; where the sign is of dollars nobody knows which."""
    assert clear(read(f"| Model | {head} |\n|---|---|\n| gpt-image-9 | 4 |\n")) == [Decimal("0.04")]
    page = read(f"| Model | {head} |\n|---|---|\n| gpt-image-9 | $4 |\n")
    assert not clear(page)


def test_cents_over_the_table_are_a_doubt() -> None:
    """They may speak of the table or of something else."""
    assert not clear(read("Prices per image in cents.\n\n" + MODELS + "| gpt-image-9 | 4 |\n"))


@pytest.mark.parametrize(
    "cell",
    [
        "$0.04–$0.06 per image",
        "$0.04 to $0.06 per image",
        "$0.04 (discounted from $0.08) per image",
        "$0.04 per image for partners, $0.08 per image",
    ],
)
def test_the_ends_of_a_range_are_no_clear_charge(cell: str) -> None:
    """Nor is one figure of a cell whose other figure nobody understands: in doubt or told, whichever it is."""
    page = read(MODELS + f"| gpt-image-9 | {cell} |\n")
    assert not clear(page)
    assert page.charges or page.problems


@pytest.mark.parametrize("qualified", ["from $0.08 per image", "$0.08 per image for partners"])
def test_a_charge_in_doubt_gives_way_with_a_word(qualified: str) -> None:
    """Another price of the same thing is told with its place; the same price is no other."""
    page = read(MODELS + f"| gpt-image-9 | {qualified} |\n| gpt-image-9 | $0.04 per image |\n")
    assert clear(page) == [Decimal("0.04")]
    assert [problem.address for problem in page.problems] == ["T1R2C2"]
    assert "in doubt" in page.problems[0].reason
    page = read(MODELS + f"| gpt-image-9 | {qualified} |\n| gpt-image-9 | $0.08 per image |\n")
    assert clear(page) == [Decimal("0.08")]
    assert not page.problems


def test_a_tool_with_another_price_for_a_model_has_none_for_all() -> None:
    """Which models pay the one and which the other the registry cannot hold: neither is taken, both places are told."""
    page = read(TOOLS + "| Web search | $10 / 1K calls |\n| Web search with gpt-9 | $25 / 1K calls |\n")
    assert not page.charges
    assert "T1R2C2 says 10, T1R3C2 says 25" in str(page.problems[0])


@pytest.mark.parametrize(
    "cell",
    [
        "Free until 2026-12-31, then $10 / 1K calls",
        "Free through December 31, 2026; $10 / 1K calls afterwards",
        "Free until 2026-08-01, then $10 / 1K calls",
        "Free, then $10 / 1K calls",
        "$1 until 2026-12-31, then $2 / 1K calls",
        "$1 / 1K calls until 2026-12-31, then $2 / 1K calls",
        "$10 / 1K calls, $12 from 2026-12-01",
        "$10 / 1K calls; from 2026-12-01 $12 / 1K calls",
        "$5 for the first 1,000 calls, then $10 / 1K calls",
        "$10 / 1K calls until 2026-12-31",
    ],
)
def test_a_charge_that_ends_or_begins_on_a_day_of_its_cell_is_not_taken_as_clear(cell: str) -> None:
    """Whether it is the price before the day or behind it a person says; one whose day is over is told."""
    page = read(TOOLS + f"| Web search | {cell} |\n")
    assert not clear(page)
    assert page.charges or page.problems


def test_a_charge_that_begins_on_a_day_has_it() -> None:
    """One price with one day is clear."""
    page = read(TOOLS + "| Web search | $10 / 1K calls from 2026-12-01 |\n")
    assert [(charge.usd, charge.start) for charge in page.charges] == [(Decimal(10), date(2026, 12, 1))]
    assert clear(page) == [Decimal(10)]


@pytest.mark.parametrize("note", ["\\* Until 2026-10-31 only; $0.09 afterwards.", "* Until 2026-10-31; $0.09 then."])
@pytest.mark.parametrize("cell", ["$0.04 per image *", "$0.04* per image"])
def test_a_note_with_a_day_is_heard_also_as_the_item_of_a_list(cell: str, note: str) -> None:
    """ "* Until May" behind a table may be either; the star in the cell means it."""
    page = read(MODELS + f"| gpt-image-9 | {cell} |\n\n{note}\n")
    assert page.charges
    assert not clear(page)


@pytest.mark.parametrize(
    "text",
    [
        "## Web search tool\n\nWeb search costs $10 per 1,000 searches. The first 1,000 searches per day are free.\n",
        "## Web search tool\n\nWeb search costs $10 per 1,000 searches.\n\nThe first 1,000 searches each day are free.\n",
        TOOLS + "| Web search | $10 / 1K calls |\n\nThe first 1,000 calls are free.\n",
        "| Tool | Free | Price |\n|---|---|---|\n| Web search | 5,000 prompts per month | $10 / 1K calls |\n",
        "| Tool | Free tier | Price |\n|---|---|---|\n| Web search | 500 searches a day | $10 / 1K calls |\n",
        "| Tool | Allowance | Price |\n|---|---|---|\n| Web search | 500 RPD (free) | $10 / 1K calls |\n",
    ],
)
def test_what_is_free_first_and_stands_elsewhere_is_a_doubt(text: str) -> None:
    """In the next sentence, or in a column of its own: the charge is read, and held for the allowance."""
    page = read(text)
    assert not clear(page)
    assert ["free first" in str(charge.doubts) for charge in page.charges] == [True]


def test_a_sentence_beside_a_charge_that_grants_nothing_is_no_doubt() -> None:
    """Nor is one that praises the tool."""
    page = read("## Web search tool\n\nWeb search costs $10 per 1,000 searches. It is fast.\n")
    assert clear(page) == [Decimal(10)]


@pytest.mark.parametrize(("head", "plain"), [("Size", True), ("Landscape", True), ("Squonk", False)])
def test_a_condition_under_a_head_that_nobody_understands_is_a_doubt(head: str, plain: bool) -> None:
    """The size may be one of several that the price holds for."""
    page = read(f"| Model | {head} | Price per second of video |\n|---|---|---|\n| gpt-film-9 | 1280x720 | $0.10 |\n")
    assert clear(page) == ([Decimal("0.10")] if plain else [])
    assert len(page.charges) == 1
