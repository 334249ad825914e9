"""What a plan wants of each model: keys, source and rates, gathered from its changes; no text here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from octoregistry.planning.plan import Change
from octoregistry.planning.values import Value
from providers.dimensions import DIMENSIONS, MODES

Slot = tuple[str, int | None, date | None]


@dataclass(slots=True)
class Wanted:
    """One model: keys to set (None: to take out), keys of `source`, and rates by (mode, tier, start)."""

    new: bool = False
    keys: dict[str, Value] = field(default_factory=dict)
    source: dict[str, Value] = field(default_factory=dict)
    rates: dict[Slot, dict[str, Value]] = field(default_factory=dict)

    def rates_in_order(self) -> list[tuple[Slot, dict[str, Value]]]:
        """The rates as they are listed: by mode, then day, then prompt size."""
        return sorted(self.rates.items(), key=lambda item: slot_order(item[0]))


def slot_order(slot: Slot) -> tuple[int, date, int]:
    """Modes as the registry lists them, the oldest rate first, small prompts before large ones."""
    mode, tier, start = slot
    return (MODES.index(mode), start or date.min, -1 if tier is None else tier)


def wanted(changes: Iterable[Change]) -> dict[tuple[str, str], Wanted]:
    """(provider, model) -> what the changes that apply want of it."""
    models: dict[tuple[str, str], Wanted] = {}
    for change in changes:
        if not change.applies:
            continue
        model = models.setdefault((change.provider, change.model), Wanted())
        model.new = model.new or change.kind == "new_model"
        if change.mode is not None:
            rate = model.rates.setdefault((change.mode, change.above_input_tokens, change.start), {})
            rate[change.dimension] = change.new
            if change.derived:
                rate["derived"] = True
        elif change.dimension.startswith("source."):
            model.source[change.dimension.removeprefix("source.")] = change.new
        else:
            model.keys[change.dimension] = change.new
    return models


def rate_entries(slot: Slot, prices: dict[str, Value]) -> dict[str, Value]:
    """A rate's keys in the order in which they are written."""
    mode, tier, start = slot
    entries: dict[str, Value] = {"mode": mode}
    if tier is not None:
        entries["above_input_tokens"] = tier
    if start is not None:
        entries["from"] = start
    entries |= {name: prices[name] for name in DIMENSIONS if name in prices}
    return entries | ({"derived": True} if prices.get("derived") else {})


def slot_of(rate: dict[str, Any]) -> Slot:
    """The slot of a rate as the file has it."""
    start = rate.get("from")
    return (rate["mode"], rate.get("above_input_tokens"), date.fromisoformat(start) if start else None)


def after(entry: dict[str, Any], model: Wanted) -> dict[str, Any]:
    """An entry's plain values once it is as wanted."""
    result = dict(entry)
    for key, value in model.keys.items():
        result[key] = as_read(value)
        if value is None:
            del result[key]
    if model.source:
        result["source"] = {**entry.get("source", {}), **{key: as_read(value) for key, value in model.source.items()}}
    rates = {slot_of(rate): dict(rate) for rate in entry.get("rates", ())}
    for slot, prices in model.rates.items():
        rate = rates.setdefault(slot, {key: as_read(value) for key, value in rate_entries(slot, {}).items()})
        rate |= {key: as_read(value) for key, value in prices.items()}
        if prices.get("derived") is False:
            del rate["derived"]
    if rates:
        result["rates"] = sorted(rates.values(), key=lambda rate: slot_order(slot_of(rate)))
    return result


def as_read(value: Value) -> Any:
    """A value as a reader of the file gets it: dates are text there, lists are lists."""
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case Decimal() | bool() | int() | str() | None:
            return value
