"""What a page's labels mean, and the rates that stand under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octoregistry.reading.rates import Evidence, PageRates, Problem, StatedPrice, StatedRate

if TYPE_CHECKING:
    from octoregistry.reading.page import read_rates

__all__ = ["Evidence", "PageRates", "Problem", "StatedPrice", "StatedRate", "read_rates"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """`read_rates`, imported when it is first asked for: plans name rates and read no page."""
        if name != "read_rates":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from octoregistry.reading.page import read_rates  # noqa: PLC0415 - see the docstring

        return read_rates
