"""The changes of a plan by model: keys, nested keys and rates, and the values that a reader finds afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from octoregistry.planning.charge_keys import charge_entry
from octoregistry.planning.plan import Change
from octoregistry.planning.values import Value
from providers.dimensions import MODES, PLAIN_CURRENCY, PLAIN_PLACE
from providers.places import currency_of, place_of


class RateSlot(NamedTuple):
    """Which rate of a model it is."""

    mode: str
    above_input_tokens: int | None = None
    start: date | None = None
    place: str = PLAIN_PLACE
    currency: str = PLAIN_CURRENCY


@dataclass(slots=True)
class ModelChanges:
    """What changes in one model: its keys (None: the key goes), the keys of its nested maps, its rates by slot, and the
    charges that it has more. `vouched`: it stands under `more`.

    In a rate, `derived: False` takes the mark out, and `mode: None` the whole rate.
    """

    new: bool = False
    vouched: bool = False
    keys: dict[str, Value] = field(default_factory=dict)
    nested: dict[str, dict[str, Value]] = field(default_factory=dict)
    rates: dict[RateSlot, dict[str, Value]] = field(default_factory=dict)
    charges: list[dict[str, Any]] = field(default_factory=list)

    def rates_in_order(self) -> list[tuple[RateSlot, dict[str, Value]]]:
        """The rates as they are listed: by mode, then day, then prompt size."""
        return sorted(self.rates.items(), key=lambda rate: slot_order(rate[0]))


def changes_by_model(changes: Iterable[Change]) -> dict[tuple[str, str], ModelChanges]:
    """(provider, model) -> its changes, of those that apply."""
    models: dict[tuple[str, str], ModelChanges] = {}
    for change in changes:
        if not change.applies:
            continue
        model = models.setdefault((change.provider, change.model), ModelChanges())
        model.new = model.new or change.kind == "new_model"
        model.vouched = model.vouched or change.kind == "vouched"
        outer, _, inner = change.dimension.rpartition(".")
        if change.kind == "charge":
            if isinstance(change.new, Decimal):
                model.charges.append(charge_entry(change.dimension, change.new, change.start))
        elif change.mode is not None:
            rate = model.rates.setdefault(RateSlot(change.mode, change.above_input_tokens, change.start), {})
            rate[change.dimension] = change.new
            if change.derived and change.kind != "withdrawn":
                rate["derived"] = True
        elif outer:
            model.nested.setdefault(outer, {})[inner] = change.new
        else:
            model.keys[change.dimension] = change.new
    return models


def slot_order(slot: RateSlot) -> tuple[bool, str, str, int, date, int]:
    """The plain rates first; modes as the registry lists them, the oldest rate first, small prompts before large ones."""
    above = -1 if slot.above_input_tokens is None else slot.above_input_tokens
    apart = (slot.place, slot.currency) != (PLAIN_PLACE, PLAIN_CURRENCY)
    return (apart, slot.currency, slot.place, MODES.index(slot.mode), slot.start or date.min, above)


def slot_of(rate: Mapping[str, Any]) -> RateSlot:
    """The slot of a rate as a reader of the file has it."""
    start = rate.get("from")
    above, day = rate.get("above_input_tokens"), date.fromisoformat(start) if start else None
    return RateSlot(rate["mode"], above, day, place_of(rate), currency_of(rate))


def slot_keys(slot: RateSlot) -> dict[str, Value]:
    """The keys of a rate that say which one it is."""
    keys: dict[str, Value] = {
        "mode": slot.mode,
        "place": slot.place if slot.place != PLAIN_PLACE else None,
        "currency": slot.currency if slot.currency != PLAIN_CURRENCY else None,
        "above_input_tokens": slot.above_input_tokens,
        "from": slot.start,
    }
    return {key: value for key, value in keys.items() if value is not None}


def expected_values(entry: Mapping[str, Any], changes: ModelChanges) -> dict[str, Any]:
    """An entry's plain values with the changes made, its rates in their order."""
    result = _changed(entry, changes.keys)
    for key, values in changes.nested.items():
        result[key] = _changed(entry.get(key, {}), values)
        if not result[key]:
            del result[key]
    rates = {slot_of(rate): rate for rate in entry.get("rates", ())}
    for slot, values in changes.rates.items():
        if is_taken_out(values):
            del rates[slot]
            continue
        gone = {"derived": None} if values.get("derived") is False else {}
        rates[slot] = _changed(rates.get(slot) or _changed({}, slot_keys(slot)), {**values, **gone})
    result |= {"rates": sorted_rates(rates.values())} if rates or "rates" in result else {}
    return result | with_charges(entry, changes.charges)


def is_taken_out(values: Mapping[str, Value]) -> bool:
    """True where the changes of a rate are that it goes."""
    return values.get("mode", "") is None


def with_charges(entry: Mapping[str, Any], charges: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The `charges` of an entry with more behind them, one in the place of the same from the same day; nothing where there
    are none."""
    read = [
        {key: value if isinstance(value, dict) else _as_read(value) for key, value in one.items()} for one in charges
    ]
    found = {charge_slot(one): one for one in (*entry.get("charges", ()), *read)}
    return {"charges": [*found.values()]} if found else {}


def charge_slot(charge: Mapping[str, Any]) -> tuple[object, ...]:
    """What a charge of the file is the price of, and from which day on: no two charges have one."""
    when = sorted((key, str(value)) for key, value in (charge.get("when") or {}).items())
    return charge.get("model"), charge["unit"], charge.get("mode", "standard"), (*when,), str(charge.get("from"))


def sorted_rates(rates: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rates in the order of their slots: the order in the file says nothing."""
    return sorted(rates, key=lambda rate: slot_order(slot_of(rate)))


def _changed(values: Mapping[str, Any], changes: Mapping[str, Value]) -> dict[str, Any]:
    merged = {**values, **{key: _as_read(value) for key, value in changes.items()}}
    return {key: value for key, value in merged.items() if not (key in changes and value is None)}


def _as_read(value: Value) -> Any:
    """A value as a reader of the file gets it: dates are text there, lists are lists."""
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case Decimal() | bool() | int() | str() | None:
            return value
