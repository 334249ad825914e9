"""A cell among prices that shows digits and no price is told; what dollars are called is no region."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told


def read(cell: str) -> PageRates:
    """What a page states with `cell` for the input of road-2."""
    rows = f"| road-2 | {cell} | $15.00 |\n| road-1 | $0.75 | $4.50 |\n"
    page = f"# Prices\n\nPrices per 1M tokens.\n\n| Model | Input | Output |\n|-|-|-|\n{rows}"
    document = read_document(page, "https://vendor.example/prices")
    assert isinstance(document, Document)
    return read_rates(document, "acme", date(2026, 11, 15), ("road-1", "road-2"))


def inputs(page: PageRates) -> list[str]:
    """The input prices of road-2 that hold without a doubt."""
    return [str(price.amount) for rate, name, price in plain(page) if (rate.name, name) == ("road-2", "input")]


@pytest.mark.parametrize(
    "cell", ["₿2.50", "$l.50", "$\u03362\u0336.\u033650\u0336", "﹩2.50", "$②.50", "💲2.50", "about 2.50 in all"]
)
def test_digits_that_are_no_price_are_told(cell: str) -> None:
    """Nobody would miss the price that is not there."""
    page = read(cell)
    assert not inputs(page)
    assert "holds digits, and no price that can be read" in told(page)


@pytest.mark.parametrize("cell", ["—", "N/A", "Not available", "Free of charge"])
def test_a_cell_that_says_that_there_is_no_price_is_not_told(cell: str) -> None:
    """It is understood."""
    assert "holds digits" not in told(read(cell))


def test_a_comma_before_four_digits_is_no_decimal_comma_where_other_prices_have_points() -> None:
    """2.1 or 21,000."""
    page = read("$2,1000")
    assert not inputs(page)
    assert "can be read in two ways" in told(page)


@pytest.mark.parametrize("cell", ["US $2.50", "$2.50 US", "US$2.50", "U.S. $2.50", "$2.50 USD", "USD 2.50", "2.50 US$"])
def test_which_dollars_they_are_is_no_region(cell: str) -> None:
    """The price is the plain one."""
    assert inputs(read(cell)) == ["2.50"]


@pytest.mark.parametrize("cell", ["US $2.50 / EU $2.75", "$2.50 US, $2.75 EU", "$2.50 (US)"])
def test_beside_another_region_it_is_one(cell: str) -> None:
    """And never the price of all."""
    assert "2.50" not in inputs(read(cell))
