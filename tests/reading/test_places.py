"""A price of one region is read as that, and never for the price of calls that are answered anywhere."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates

TABLE = "| Model | Input | Output |\n|---|---|---|\n"
WORDS = {
    "US": "us", "US-only inference": "us", "US data residency": "us", "EU": "eu", "Non-global": "non-global",
    "Regional processing": "regional", "Regional (EU)": "eu", "Data zone": "data-zone",
    "US data zone": "us", "Data zone (EU)": "eu", "Europe": "eu", "United Kingdom": "uk",
    "nur USA": "us", "米国のみ": "us",
}  # fmt: skip


def read(text: str) -> PageRates:
    document = read_document(f"# Pricing\n\n{text}\n", "https://vendor.example/prices")
    assert isinstance(document, Document)
    return read_rates(document, "openai", date(2026, 11, 1))


def found(page: PageRates) -> dict[tuple[str, str], str]:
    """{(name, place): input price} of what nothing leaves in doubt."""
    return {
        (rate.name, rate.place): str(rate.prices["input"].amount)
        for rate in page.every
        if "input" in rate.prices and not rate.prices["input"].doubts
    }


def test_two_prices_of_one_cell_are_those_of_two_places() -> None:
    """The one that says "Global" is the plain price."""
    page = read(TABLE + "| gpt-9 | $0.25 (Global) $0.275 (Non-global) | $1.50 (Global) $1.65 (Non-global) |")
    assert found(page) == {("gpt-9", "global"): "0.25", ("gpt-9", "non-global"): "0.275"}
    assert {rate.place for rate in page.rates} == {"global"}


@pytest.mark.parametrize(
    "text",
    [
        "| Model | Input (Global) | Input ({w}) |\n|---|---|---|\n| gpt-9 | $1 | $2 |",
        "| Model | Region | Input |\n|---|---|---|\n| gpt-9 | Global | $1 |\n| gpt-9 | {w} | $2 |",
        TABLE + "| gpt-9 | $1 | $9 |\n| gpt-9 ({w}) | $2 | $18 |",
        TABLE + "| gpt-9 | $1 | $9 |\n\n## {w}\n\n" + TABLE + "| gpt-9 | $2 | $18 |",
        "| Model | Input |\n|---|---|\n| gpt-9 | Global: $1, {w}: $2 |",
        "## gpt-9\n\n- Input: $1 / 1M tokens\n- Input ({w}): $2 / 1M tokens",
        TABLE + "| gpt-9 | $1 | $9 |\n\n| Model ({w}) | Input |\n|---|---|\n| gpt-9 | $2 |",
    ],
)
@pytest.mark.parametrize("word", WORDS)
def test_a_place_is_read_wherever_it_is_stated(text: str, word: str) -> None:
    """A head, a column, a name, a heading, a cell, a line, the head over the names."""
    assert found(read(text.format(w=word))) == {("gpt-9", "global"): "1", ("gpt-9", WORDS[word]): "2"}


@pytest.mark.parametrize(
    ("cities", "places"),
    [
        (("新加坡", "广州"), ("singapore", "guangzhou")),
        (("US East (N. Virginia)", "Europe (Frankfurt)"), ("us-east-1", "eu-central-1")),
    ],
)
def test_a_strip_of_regions_names_the_tables_under_it(cities: tuple[str, str], places: tuple[str, str]) -> None:
    """Two tables of the same names are no contradiction then; neither is the plain price."""
    tables = "\n\n".join(TABLE + f"| gpt-9 | ${usd} | $9 |" for usd in (1, 2))
    page = read(f"{cities[0]}\n\n{cities[1]}\n\n{tables}")
    assert not page.rates
    assert {(rate.place, str(rate.prices["input"].amount)) for rate in page.apart} == {
        (place, usd) for place, usd in zip(places, ("1", "2"), strict=True)
    }


def test_the_price_of_a_place_alone_is_held() -> None:
    """Where no global price stands beside it, the words may mean something else."""
    page = read(TABLE + "| gpt-9 (US) | $1 | $9 |")
    assert not page.rates
    assert not found(page)
    assert "no global price stands beside them" in str(page.apart[0].prices["input"].doubts[0])


def test_a_place_that_is_unknown_is_a_doubt() -> None:
    """And where it contradicts the plain price it gives way to it."""
    page = read("| Model | Region | Input |\n|---|---|---|\n| gpt-9 | Global | $1 |\n| gpt-9 | Atlantis | $2 |")
    assert found(page) == {("gpt-9", "global"): "1"}
    assert "left out" in page.problems[0].reason


@pytest.mark.parametrize("heading", ["Global and regional prices", "US and EU prices"])
def test_two_places_over_one_price_are_a_doubt(heading: str) -> None:
    """Nobody knows of which it is."""
    assert not found(read(f"## {heading}\n\n{TABLE}| gpt-9 | $1 | $9 |"))


@given(
    st.lists(st.tuples(st.sampled_from([*WORDS]), st.integers(1, 99)), min_size=1, max_size=4, unique_by=lambda x: WORDS[x[0]]),
    st.integers(1, 99),
)  # fmt: skip
def test_no_price_of_a_place_becomes_the_plain_one(places: list[tuple[str, int]], usd: int) -> None:
    """Whatever regions stand beside it, in whatever order."""
    head = "".join(f" | Input ({word})" for word, _ in places)
    row = "".join(f" | ${price}" for _, price in places)
    page = read(f"| Model{head} | Input (Global) |\n|{'---|' * (len(places) + 2)}\n| gpt-9{row} | ${usd} |")
    expected = {("gpt-9", WORDS[word]): str(price) for word, price in places}
    assert found(page) == expected | {("gpt-9", "global"): str(usd)}
    assert all(rate.place == "global" for rate in page.rates)
