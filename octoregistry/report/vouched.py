"""The prices that other registries alone vouch for, in a list of their own: no vendor states them, and no figure has them."""

from __future__ import annotations

from dataclasses import dataclass

from octoregistry.queries.wording import vouched_by, vouched_words
from octoregistry.report.prices import PriceRow, price_rows
from octoregistry.report.report import Report
from providers.entries import Model
from providers.more import models_of_more


@dataclass(frozen=True, slots=True)
class VouchedGroup:
    """One model, the words that say who vouches for its prices, and a row for each mode and prompt size."""

    model: Model
    who: str
    rows: tuple[PriceRow, ...]


def vouched_groups(report: Report) -> tuple[VouchedGroup, ...]:
    """The vouched models of the registry after the update, in its order; none whose price nobody knows today."""
    found = [
        model
        for provider in report.after.values.get("more", {})
        for model in models_of_more(report.after, provider).values()
        if vouched_by(model)
    ]
    groups = (VouchedGroup(model, vouched_words(model), tuple(price_rows(model.rates, report.day))) for model in found)
    return tuple(group for group in groups if group.rows)
