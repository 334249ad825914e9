"""Prices of calls that are answered in one region: those that the registry states, and those that follow by the vendor's file."""

from __future__ import annotations

from .dimensions import PLAIN_CURRENCY, PLAIN_PLACE
from .exact import times

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Entry = Mapping[str, Any]
    Rates = Sequence[Mapping[str, Any]]

_QUALIFIERS = ("place", "currency")
_BOUNDS = ("above_input_tokens", "up_to_input_tokens")


def plain_only(rates: Rates) -> Rates:
    """Of `rates`, as the registry has them, those in US dollars of calls that are answered anywhere."""
    if any("place" in rate or "currency" in rate for rate in rates):
        return [rate for rate in rates if place_of(rate) == PLAIN_PLACE and currency_of(rate) == PLAIN_CURRENCY]
    return rates


def apart(mode: str, place: str | None) -> tuple[str, str | None]:
    """(the mode, the region) of what `usage_of` calls "standard in US"; as they are where no region is in the mode, or another
    one is given beside it: no mode is both.
    """
    served, _, where = mode.partition(" in ")
    if not where or (place is not None and place.strip().lower() != where.strip().lower()):
        return mode, place
    return served, where


def place_of(rate: Mapping[str, Any]) -> str:
    """The region that a rate is of."""
    place: str = rate.get("place", PLAIN_PLACE)
    return place


def currency_of(rate: Mapping[str, Any]) -> str:
    """The currency of a rate's prices."""
    currency: str = rate.get("currency", PLAIN_CURRENCY)
    return currency


def known_places(provider: str, model: str, entry: Entry) -> tuple[str, ...]:
    """The regions of which a price of the model is known."""
    from .vendors import vendor  # noqa: PLC0415 - read for a region, and nowhere else

    contract, plain = entry.get("contract", {}), plain_only(entry.get("rates", ()))
    apart = {place_of(rate) for rate in entry.get("rates", ()) if currency_of(rate) == PLAIN_CURRENCY}
    derived = [
        place
        for place, uplift in vendor(provider).places.items()
        if uplift.covers(model) and place not in apart and (not contract or _vendors(plain, contract, uplift.since))
    ]
    return tuple(sorted({*stated_places(entry), *derived}))


def stated_places(entry: Entry) -> tuple[str, ...]:
    """The regions of which the registry itself states a price in US dollars."""
    from .dimensions import DIMENSIONS  # noqa: PLC0415 - beside its only use

    stated = {
        place_of(rate)
        for rate in entry.get("rates", ())
        if currency_of(rate) == PLAIN_CURRENCY and not rate.keys().isdisjoint(DIMENSIONS)
    }
    return tuple(sorted(stated - {PLAIN_PLACE}))


def placed(provider: str, model: str, entry: Entry, place: str, plain: Rates) -> Entry:
    """`entry` with the rates of one region in place of its own; one rate without prices where none is known.

    Those that the registry states count. Of a model without any they follow from its `plain` rates where the vendor's file
    says what the region costs more, from the day on which that was first read.
    """
    stated = [
        {key: value for key, value in rate.items() if key not in _QUALIFIERS}
        for rate in entry.get("rates", ())
        if place_of(rate) == place and currency_of(rate) == PLAIN_CURRENCY
    ]
    rates: Rates = _ended(stated, plain) if stated else _derived(provider, model, place, plain)
    if contract := entry.get("contract"):
        ends = [{"mode": mode, **({"from": day} if day else {})} for mode, day in contract.items()]
        rates = [*_vendors(rates, contract), *ends]
        entry = {**entry, "yours": [mode for mode in entry["yours"] if mode not in contract]}
    return {**entry, "rates": rates or [{"mode": "standard"}]}


def _vendors(rates: Rates, contract: Mapping[str, str], since: str = "") -> Rates:
    """Of `rates`, known from the day `since` on, those that are no prices of a person's own: `contract` gives the day from
    which those of a mode are, "" for all days.
    """
    return [
        rate
        for rate in rates
        if rate["mode"] not in contract or max(rate.get("from", ""), since) < contract[rate["mode"]]
    ]


def _ended(stated: Rates, plain: Rates) -> Rates:
    """`stated`, where they say nothing of sizes ending where the plain standard price of short prompts does."""
    ends = [rate[bound] for rate in plain if rate["mode"] == "standard" for bound in _BOUNDS if bound in rate]
    sized = {rate["mode"] for rate in stated if any(bound in rate for bound in _BOUNDS)}
    return [rate if rate["mode"] in sized or not ends else {**rate, _BOUNDS[1]: min(ends)} for rate in stated]


def _derived(provider: str, model: str, place: str, plain: Rates) -> Rates:
    """The plain rates times the region's factor by the vendor's file."""
    from .dimensions import DIMENSIONS  # noqa: PLC0415 - beside its only use
    from .former_names import from_day  # noqa: PLC0415 - as above
    from .vendors import vendor  # noqa: PLC0415 - as above

    uplift = vendor(provider).places.get(place)
    if uplift is None or not uplift.covers(model):
        return []
    rates = [
        {
            key: times(value, uplift.factor) if key in DIMENSIONS else value
            for key, value in rate.items()
            if key != "derived_dimensions"
        }
        | {"derived": True}
        for rate in plain
    ]
    return from_day((), rates, uplift.since)
