"""What calls of a model are billed besides tokens on a day, as plain values and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from octoregistry.queries.wording import charge_words
from providers.charge import Charge
from providers.charges import Charges, get_charges
from providers.entries import Model
from providers.registry import Registry


def charges_on(registry: Registry, model: Model, day: date) -> tuple[Charge, ...]:
    """The charges in force: the model's own, and those of its provider's tools."""
    return get_charges(model.provider, model.id, registry).on(day)


class ChargedModel(NamedTuple):
    """A model of which no token has a price, and what its calls are billed by."""

    provider: str
    id: str
    charges: Charges


def charged_alone(registry: Registry, name: str) -> ChargedModel | None:
    """The model called PROVIDER/MODEL, or MODEL where one provider alone has it, that is known by its charges and no price of
    tokens; None where there is none.
    """
    called, slash, model = name.partition("/")
    wanted = (registry.provider_called(called), model.lower()) if slash else ("", name.lower())
    found = {
        (provider, charge.model)
        for provider, entry in registry.providers.items()
        for charge in entry.charges
        if charge.model and charge.model.lower() == wanted[1] and wanted[0] in ("", provider)
    }
    if len(found) != 1:
        return None
    ((provider, id_),) = found
    return ChargedModel(provider, id_, get_charges(provider, id_, registry))


def charges_after(charges: Charges, day: date) -> Iterator[str]:
    """A line for each charge that begins after a day, and whether it may already have held then."""
    for charge in charges.later(day):
        (line,) = charge_lines((replace(charge, start=None),))
        before = charge.seen_before
        maybe = f"; it changed after {before}: either may have held" if before and before < day else ""
        yield f"{line}, from {charge.start}{maybe}"


def charge_values(charge: Charge) -> dict[str, Any]:
    """A charge as plain values: `usd` for `per` of `unit`, as exact decimal text."""
    return {
        "unit": charge.unit,
        "per": charge.per,
        "usd": f"{charge.usd:f}",
        "mode": charge.mode,
        "when": dict(charge.when),
        "free": charge.free,
        "since": charge.start.isoformat() if charge.start else None,
    }


def charge_lines(charges: tuple[Charge, ...]) -> Iterator[str]:
    """A line a charge: "14.00 per 1,000 web searches, batch (tool google_maps), after 5000 per month free"."""
    for charge in charges:
        mode = "" if charge.mode == "standard" else f", {charge.mode}"
        when = f" ({', '.join(f'{key} {value}' for key, value in charge.when.items())})" if charge.when else ""
        free = f", after {charge.free} free" if charge.free else ""
        since = f", since {charge.start}" if charge.start else ""
        yield f"{charge_words(charge.unit, charge.per, charge.usd)}{mode}{when}{free}{since}"
