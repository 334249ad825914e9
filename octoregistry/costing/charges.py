"""What is billed besides tokens, for the table of rates: which charge holds on which days, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, Inexact
from functools import cache, partial
from typing import TypeVar

from providers.charge import Charge
from providers.charge_units import UNIT_CALLED
from providers.charges import Charges, get_charges
from providers.dimensions import PricingError
from providers.entries import Model
from providers.exact import EXACT, scaled
from providers.recipe import Recipe
from providers.registry import Registry

Stretch = TypeVar("Stretch", bound=tuple[object, ...])


def charged_units(recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """The units of charges that rows of these forms count."""
    words = dict.fromkeys(name for recipe in recipes for name in recipe.charges)
    return tuple(UNIT_CALLED[name] for name in words if name in UNIT_CALLED)


def charges_of(registry: Registry, model: Model) -> Charges | None:
    """The charges that calls of a model may have; None where the registry knows none."""
    provider = registry.values["providers"][model.provider]
    if not provider.get("charges") and not provider["models"][model.id].get("charges"):
        return None
    return get_charges(model.provider, model.id, registry)


def charged_alone(registry: Registry) -> dict[tuple[str, str], Charges]:
    """By (provider, name) the charges of models of which no token has a price: the registry has no entry of theirs."""
    found = {}
    for provider, entry in registry.values["providers"].items():
        named = {
            name.lower()
            for model, values in entry["models"].items()
            for name in (model, *values.get("aliases", ()), *values.get("former_aliases", ()))
        }
        for model in dict.fromkeys(charge["model"] for charge in entry.get("charges", ()) if "model" in charge):
            if model.lower() not in named:
                found[provider, model] = get_charges(provider, model, registry)
    return found


def price_of_one(charge: Charge) -> Decimal | None:
    """USD for one; None where the division does not come out even."""
    try:
        return EXACT.divide(charge.usd, Decimal(charge.per))
    except Inexact:
        return None


def with_charges(
    stretches: Iterator[Stretch], charges: Charges | None, scale: int
) -> Iterator[tuple[Stretch, Mapping[str, int]]]:
    """Each stretch (mode, first day, last day, and more) with the prices of one of each unit in 10**-scale USD, cut at the days
    on which a charge begins."""
    days = sorted(_starts(charges)) if charges else []
    prices = cache(partial(_prices, charges, scale))
    for stretch in stretches:
        mode, first, last, *rest = stretch
        if charges is None:
            yield stretch, {}
            continue
        cuts = [first, *(day for day in days if first < day <= last)]  # type: ignore[operator]
        for start, end in zip(cuts, [*(day - timedelta(days=1) for day in cuts[1:]), last], strict=True):  # type: ignore[operator]
            yield (mode, start, end, *rest), prices(str(mode), start)  # type: ignore[misc]


def _starts(charges: Charges) -> Iterator[date]:
    for charge in charges:
        if charge.start is not None:
            yield charge.start
        if charge.seen_before is not None:
            yield charge.seen_before + timedelta(days=1)


def _prices(charges: Charges | None, scale: int, mode: str, day: date) -> Mapping[str, int]:
    """The prices that are known for certain: of one unit without conditions, and none of it free first."""
    found: dict[str, int] = {}
    if charges is None:
        return found
    for unit in dict.fromkeys(charge.unit for charge in charges):
        try:
            charge = charges.find(unit, mode=mode, at=day)
        except PricingError:
            continue
        price = price_of_one(charge)
        if not charge.free and price is not None:
            found[unit] = scaled(price, scale)
    return found
