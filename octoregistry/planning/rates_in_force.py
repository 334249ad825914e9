"""The rates of a model over time: which are in force on a day, and what they are after some changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from providers.entries import Model, Rate

if TYPE_CHECKING:  # `price` and `models` read rates and need no plan
    from octoregistry.planning.plan import Change


def in_force(rates: Iterable[Rate], mode: str, day: date) -> dict[int | None, Rate]:
    """Tier -> the rate that bills a prompt just above it on `day`; tiers that a later rate covers are left out."""
    fitting = [rate for rate in rates if rate.mode == mode and (rate.start is None or rate.start <= day)]
    view = {}
    for tier in {rate.above_input_tokens for rate in fitting}:
        best = max((rate for rate in fitting if _floor(rate) <= _height(tier)), key=_precedence)
        if best.above_input_tokens == tier:
            view[tier] = best
    return dict(sorted(view.items(), key=lambda item: _height(item[0])))


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
    slots: dict[tuple[str, int | None, date | None], tuple[dict[str, Decimal], bool]] = {
        (rate.mode, rate.above_input_tokens, rate.start): (dict(rate.prices), rate.derived) for rate in rates
    }
    for change in changes:
        if change.mode is None:
            continue
        slot = (change.mode, change.above_input_tokens, change.start)
        prices, derived = slots.get(slot, ({}, False))
        if isinstance(change.new, Decimal):
            prices[change.dimension] = change.new
        slots[slot] = (prices, bool(change.new) if change.dimension == "derived" else derived or change.derived)
    return tuple(Rate(mode, prices, tier, start, derived) for (mode, tier, start), (prices, derived) in slots.items())


def base_prices(rates: Iterable[Rate], mode: str, day: date) -> Mapping[str, Decimal]:
    """The prices of the smallest prompts in a mode on `day`; empty where none are known."""
    rate = in_force(rates, mode, day).get(None)
    return rate.prices if rate else {}


def _height(tier: int | None) -> int:
    return -1 if tier is None else tier


def _floor(rate: Rate) -> int:
    return _height(rate.above_input_tokens)


def _precedence(rate: Rate) -> tuple[date, int]:
    return (rate.start or date.min, _floor(rate))
