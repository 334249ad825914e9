"""What a page's labels mean, and the rates that stand under them."""

from __future__ import annotations

from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import Evidence, PageRates, Problem, StatedPrice, StatedRate

__all__ = ["Evidence", "PageRates", "Problem", "StatedPrice", "StatedRate", "read_rates"]
