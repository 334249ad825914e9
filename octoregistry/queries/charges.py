"""What calls of a model are billed besides tokens on a day, as plain values and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from octoregistry.queries.wording import charge_words
from providers.charge import Charge
from providers.charges import get_charges
from providers.entries import Model
from providers.registry import Registry


def charges_on(registry: Registry, model: Model, day: date) -> tuple[Charge, ...]:
    """The charges in force: the model's own, and those of its provider's tools."""
    return get_charges(model.provider, model.id, registry).on(day)


def charges_after(registry: Registry, model: Model, day: date) -> Iterator[str]:
    """A line for each charge that begins after a day, and whether it may already have held then."""
    for charge in get_charges(model.provider, model.id, registry).later(day):
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
