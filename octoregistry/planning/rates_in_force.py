"""The rates of a model over time: which are in force on a day, and what they are after some changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from providers.entries import Model, Rate
from providers.rates import fitting, holding

RATE_FACTS = ("derived", "derived_dimensions", "up_to_input_tokens", "up_to_derived", "seen_before", "read_on", "level")
"""What a rate says besides its prices, and a change may set; the names are those of `Rate` and of the file."""

if TYPE_CHECKING:  # `price` and `models` read rates and need no plan
    from octoregistry.planning.plan import Change


def in_force(rates: Iterable[Rate], mode: str, day: date) -> dict[int | None, Rate]:
    """Tier -> the rate that bills a prompt just above it on `day`; tiers that a later rate covers are left out."""
    held = holding((rate for rate in rates if rate.mode == mode), day.toordinal())
    view = [rate for rate in held if fitting(held, rate.above + 1) is rate]
    return {rate.above_input_tokens: rate for rate in sorted(view, key=attrgetter("above"))}


def effective_rates(model: Model, multiplier: Decimal) -> tuple[Rate, ...]:
    """The rates that costs are computed by: those of the file, or where it has none what the two plain prices imply."""
    if model.rates or model.input_per_million is None or model.output_per_million is None:
        return model.rates
    own = multiplier if model.realtime_multiplier is None else model.realtime_multiplier
    prices = {"input": model.input_per_million, "output": model.output_per_million}
    standard = Rate("standard", {dimension: price * own for dimension, price in prices.items()})
    return (standard, Rate("batch", prices)) if model.batch_support else (standard,)


def rates_after(rates: Iterable[Rate], changes: Iterable[Change]) -> tuple[Rate, ...]:
    """The rates once the changes among `changes` that are about prices have been made, verdicts not asked."""
    slots = {(rate.mode, rate.above_input_tokens, rate.start): rate for rate in rates}
    for change in changes:
        if change.mode is None:
            continue
        slot = (change.mode, change.above_input_tokens, change.start)
        if change.kind == "withdrawn":
            slots.pop(slot, None)
            continue
        rate = slots.get(slot) or Rate(change.mode, {}, change.above_input_tokens, change.start)
        if isinstance(change.new, Decimal):
            rate = replace(
                rate, prices={**rate.prices, change.dimension: change.new}, derived=rate.derived or change.derived
            )
        elif change.dimension in RATE_FACTS:
            rate = _with_fact(rate, change)
        elif change.new is None:
            rate = replace(rate, prices={name: usd for name, usd in rate.prices.items() if name != change.dimension})
        slots[slot] = rate
    return tuple(slots.values())


def _with_fact(rate: Rate, change: Change) -> Rate:
    """The rate with what a change says of it besides prices; None takes the fact back."""
    value = getattr(Rate(rate.mode), change.dimension) if change.new is None else change.new
    return replace(rate, **{change.dimension: value})  # type: ignore[arg-type]  # a Value, of the field's own type


def standard_since(rates: Iterable[Rate], day: date) -> date | None:
    """The day from which the standard price of ordinary prompts that is in force on `day` holds; None for no known day."""
    rate = in_force(rates, "standard", day).get(None)
    return rate.start if rate else None


def base_prices(rates: Iterable[Rate], mode: str, day: date) -> Mapping[str, Decimal]:
    """The prices of the smallest prompts in a mode on `day`; empty where none are known."""
    rate = in_force(rates, mode, day).get(None)
    return rate.prices if rate else {}
