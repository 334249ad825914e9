"""The price steps of a model: each day from which its standard prices differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.planning.rates_in_force import base_prices
from octoregistry.report.report import Report
from providers.entries import Rate


@dataclass(frozen=True, slots=True)
class PriceStep:
    """The prices from `start` on; None for as far back as is known."""

    start: date | None
    prices: Mapping[str, Decimal]


Histories = Mapping[tuple[str, str], tuple[PriceStep, ...]]


def histories(report: Report) -> Histories:
    """The steps of every model of the report, by provider and model."""
    return {(model.provider, model.id): price_steps(report.rates_of(model)) for model in report.after}


def price_steps(rates: Iterable[Rate], mode: str = "standard") -> tuple[PriceStep, ...]:
    """The steps in order of day, each of which differs from the one before it."""
    in_mode = [rate for rate in rates if rate.mode == mode]
    found: list[PriceStep] = []
    for start in sorted({rate.start for rate in in_mode}, key=lambda day: day or date.min):
        prices = base_prices(in_mode, mode, start or date.min)
        if not found or prices != found[-1].prices:
            found.append(PriceStep(start, prices))
    return tuple(found)
