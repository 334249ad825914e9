"""Batch prices that no page states: standard prices with the vendor's general batch discount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.stated_models import Dated, Price, current_and_announced
from providers.entries import Model, Rate

# Cached prices often are not halved, nor is what caches cost to keep: the discount is general for these two only.
_DISCOUNTED = ("input", "output")


def derived_batch(model: Model | None, rates: tuple[Rate, ...], standard: Dated, discount: Decimal, day: date) -> Dated:
    """The batch prices that follow from the stated standard ones, marked as derived; empty where none do.

    For a model that has batch prices they follow only as far as the old ones followed from the old standard prices: a
    batch price that was stated on its own terms is never overwritten by a discount.
    """
    if model is not None and not model.batch_support:
        return {}
    current, since, announced = current_and_announced(standard, day)
    dated: Dated = {}
    for start, tiers in ((since, current), *announced.items()):
        on = start if start and start > day else day
        for tier, prices in tiers.items():
            found = {
                name: _discounted(price, discount)
                for name, price in prices.items()
                if _is_discounted_standard(rates, (name, tier), price.usd, discount, on)
            }
            if found:
                dated.setdefault(start, {})[tier] = found
    return dated


def _is_discounted_standard(
    rates: tuple[Rate, ...], place: tuple[str, int | None], new: Decimal, discount: Decimal, day: date
) -> bool:
    """True where the batch price of a dimension and tier is the discounted standard one: it was so before the standard
    price moved, or the model had no batch price at all and the discount is general for this dimension."""
    batch, standard = (_price(rates, mode, place, day) for mode in ("batch", "standard"))
    if batch is None:
        return place[0] in _DISCOUNTED and not any(rate.mode == "batch" for rate in rates)
    return standard is not None and standard != new and batch == standard * (1 - discount)


def _price(rates: tuple[Rate, ...], mode: str, place: tuple[str, int | None], day: date) -> Decimal | None:
    name, tier = place
    rate = in_force(rates, mode, day).get(tier)
    return rate.prices.get(name) if rate else None


def _discounted(price: Price, discount: Decimal) -> Price:
    note = f"standard price with the general batch discount of {(discount * 100).normalize():f}%"
    return replace(price, usd=price.usd * (1 - discount), derived=True, notes=(*price.notes, note))


def discount_for(
    provider: str, stated_in_registry: Decimal | None, settings: Mapping[str, Decimal | None]
) -> Decimal | None:
    """The general batch discount of a provider: by the settings, else by the registry, else a half; None for none."""
    if provider in settings:
        return settings[provider]
    return Decimal("0.5") if stated_in_registry is None else stated_in_registry
