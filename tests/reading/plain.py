"""What a test of a page asks for: the prices that hold without a doubt, and all that was told instead of a price."""

from __future__ import annotations

from collections.abc import Iterator

from octoregistry.reading.rates import PageRates, StatedPrice, StatedRate


def plain(page: PageRates) -> Iterator[tuple[StatedRate, str, StatedPrice]]:
    """(rate, dimension, price) of every price that nothing leaves in doubt."""
    for rate in page.rates:
        for dimension, price in rate.prices.items():
            if not price.doubts:
                yield rate, dimension, price


def told(page: PageRates) -> str:
    """The page's problems, the doubts of its prices, and the charges, of which none is a price of tokens; one a line."""
    doubts = (str(doubt) for rate in page.every for price in rate.prices.values() for doubt in price.doubts)
    charges = (f"{charge.evidence.address}: {charge.usd} by the {charge.unit}" for charge in page.charges)
    return "\n".join([*map(str, page.problems), *dict.fromkeys(doubts), *charges])
