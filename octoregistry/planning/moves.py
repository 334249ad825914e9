"""When a model's prices moved, by the day on which somebody read it: a page may date its prices as it likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import Change
from octoregistry.planning.values import Value
from providers.entries import Rate
from providers.rates import fitting, holding


def read_days(changes: Iterable[Change], rates: Iterable[Rate], day: date) -> Iterator[Change]:
    """The `read_on` of each rate whose price the page of `day` moves, where it begins on another day or said another."""
    rates = tuple(rates)
    said: dict[tuple[str | None, int | None, date | None], date | None] = {
        (rate.mode, rate.above_input_tokens, rate.start): rate.read_on for rate in rates
    }
    moved = (c for c in changes if not c.derived and is_move(c, price_before(c, rates, day)))
    slots = {(change.mode, change.above_input_tokens, change.start): change for change in moved}
    for slot, change in slots.items():
        old, new = said.get(slot), None if change.start == day else day
        if old != new:
            yield replace(
                Change(change.provider, change.model, "source", "read_on", old, new, change.mode),
                above_input_tokens=change.above_input_tokens,
                start=change.start,
            )


def read_day(rate: Rate) -> date | None:
    """The day on which the prices of a rate were read, as far as anybody wrote it down; None for no known day."""
    return rate.read_on or rate.start


def moves(rates: Iterable[Rate]) -> set[date]:
    """The days on which somebody read that a price of the model had become another."""
    listed = tuple(rate for rate in rates if not rate.derived)
    return {day for rate in listed if (day := read_day(rate)) and (rate.read_on or _moved(rate, listed))}


def price_before(change: Change, rates: Iterable[Rate], day: date) -> Value:
    """What a price was before a change by the page of `day`: the one in force, or where there is none the last that was known.

    A page may leave a price out, and bring it back as another.
    """
    if change.old is not None or not change.is_price or change.kind == "new_model":
        return change.old
    return last_known(rates, change.mode or "", change.above_input_tokens, change.dimension, day)


def is_move(change: Change, old: Value) -> bool:
    """True for a price that the page changes from `old`, a figure above 0, to another; not for what a new model costs."""
    if not change.is_price or change.kind in ("kept", "new_model"):
        return False
    return isinstance(old, Decimal) and bool(old) and change.new != old


def any_moves(changes: Iterable[Change], rates: Iterable[Rate], day: date) -> bool:
    """True where the page of `day` makes a price of the model another than it last was."""
    rates = tuple(rates)
    before = ((change, price_before(change, rates, day)) for change in changes)
    return any(change.is_price and isinstance(old, Decimal) and old != change.new for change, old in before)


def last_known(rates: Iterable[Rate], mode: str, above: int | None, dimension: str, day: date) -> Decimal | None:
    """The price of prompts just above a size that the latest set of a mode before `day` gives; None where none ever did.

    Of a size, not of a tier: a page that cuts its prices at another size has moved the price of the prompts between.
    """
    before = [rate for rate in rates if rate.mode == mode and (rate.start is None or rate.start < day)]
    for first in sorted({rate.first_day for rate in before}, reverse=True):
        rate = fitting(holding(before, first), (-1 if above is None else above) + 1)
        if rate and dimension in rate.prices:
            return rate.prices[dimension]
    return None


def _moved(rate: Rate, rates: tuple[Rate, ...]) -> bool:
    start = rate.start or date.min
    before = {name: last_known(rates, rate.mode, rate.above_input_tokens, name, start) for name in rate.prices}
    return any(old is not None and old != rate.prices[name] for name, old in before.items())
