"""Batch prices that no page states: standard prices with the vendor's general batch discount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.rates_in_force import in_force, standard_since
from octoregistry.planning.stated_models import Dated, Price, current_and_announced
from providers.entries import Model, Rate
from providers.vendors import Batch


def derived_batch(
    model: Model | None, before: tuple[Rate, ...], rates: tuple[Rate, ...], standard: Dated, batch: Batch, day: date
) -> Dated:
    """The batch prices that follow on `day` from the stated standard ones, marked as derived; empty where none do.

    `rates` are the model's of `before` with the standard prices of the page in them. A batch price that a page stated stays
    as long as the standard price beside which it was stated; one that was no discounted standard price is followed by none.
    Of days to come each has its own, also one on which that standard price comes back: another may hold before it.
    """
    if batch.share is None or (model is not None and not model.batch_support):
        return {}
    if model is not None and not _was_discounted(model, rates, batch, day):
        return {}
    current, since, announced = current_and_announced(standard, day)
    stays = (
        model
        and None in stated_rates(model, "batch", rates, day)
        and holds_still(model, "batch", rates, day)
        and not any(rate.start <= day for rate in refuted(model, "batch", before, rates, day) if rate.start)
    )
    dated: Dated = {}
    for start, tiers in (*(() if stays else ((since, current),)), *announced.items()):
        found = {tier: prices for tier, stated in tiers.items() if (prices := _discounted_all(stated, batch))}
        if found:
            dated[start] = found
    return dated


def filled_batch(stated: Dated, standard: Dated, batch: Batch) -> Dated:
    """The stated batch prices, with those that follow from the standard ones where the discount is on all usage."""
    if batch.share is None or batch.on != "all":
        return stated
    filled: Dated = {}
    for start, tiers in stated.items():
        beside = standard.get(start, {})
        filled[start] = {
            tier: {
                **{
                    name: replace(one, partial=True)
                    for name, one in _discounted_all(beside.get(tier, {}), batch).items()
                },
                **tiers.get(tier, {}),
            }
            for tier in {**tiers, **beside}
        }
    return filled


def holds_still(model: Model, mode: str, rates: tuple[Rate, ...], day: date) -> bool:
    """True where the standard price of `day` is the one beside which the mode was last seen on a page.

    It may have been another in between: what a page of those days said must not decide what is known today. Where nobody
    wrote down when the mode was seen, a standard price that holds from a known day is another.
    """
    seen = model.seen_on(mode)
    if seen is None:
        return standard_since(rates, day) is None
    then, now = (in_force(rates, "standard", on) for on in (seen, day))
    return {tier: rate.prices for tier, rate in then.items()} == {tier: rate.prices for tier, rate in now.items()}


def refuted(model: Model, mode: str, before: tuple[Rate, ...], rates: tuple[Rate, ...], day: date) -> tuple[Rate, ...]:
    """The rates of a silent mode that were announced beside a standard price, as `before` has it, that is not the one of
    `rates` on that day, nor on `day` where it is past: whether they came nobody knows."""
    seen = model.seen_on(mode)
    own = [rate for rate in before if rate.mode == mode and rate.read_on and not rate.derived]

    def beside(each: tuple[Rate, ...], on: date) -> dict[int | None, Mapping[str, Decimal]]:
        return {tier: rate.prices for tier, rate in in_force(each, "standard", on).items()}

    return tuple(
        rate
        for rate in own
        if rate.start
        and (seen is None or rate.start > seen)
        and beside(before, rate.start) != beside(rates, max(day, rate.start))
    )


def stated_rates(model: Model, mode: str, rates: tuple[Rate, ...], day: date) -> dict[int | None, Rate]:
    """Tier -> the rate that a page stated when the mode was last seen; no derived one, and none without prices."""
    view = in_force(rates, mode, model.seen_on(mode) or day)
    return {tier: rate for tier, rate in view.items() if rate.prices and not rate.derived}


def _was_discounted(model: Model, rates: tuple[Rate, ...], batch: Batch, day: date) -> bool:
    """True where no page stated a batch price, or the last one was the discounted standard price of its time."""
    stated = stated_rates(model, "batch", rates, day).get(None)
    if stated is None:
        return True
    left = 1 - (batch.share or 0)
    names = [name for name in stated.prices if batch.covers(name)]
    standard = in_force(rates, "standard", model.seen_on("batch") or day).get(None)
    return standard is not None and all(standard.prices.get(name, 0) * left == stated.prices[name] for name in names)


def _discounted_all(prices: dict[str, Price], batch: Batch) -> dict[str, Price]:
    return {name: _discounted(price, batch) for name, price in prices.items() if batch.covers(name)}


def _discounted(price: Price, batch: Batch) -> Price:
    share = batch.share or 0
    note = f"standard price with the general batch discount of {(share * 100):f}%".replace(".00%", "%").replace(
        ".0%", "%"
    )
    return replace(price, usd=price.usd * (1 - share), derived=True, notes=(*price.notes, note))
