"""When a model's prices moved, by the day on which somebody read it: a page may date its prices as it likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import Change
from providers.entries import Rate


def read_days(changes: Iterable[Change], rates: Iterable[Rate], day: date) -> Iterator[Change]:
    """The `read_on` of each rate whose price the page of `day` moves, where it begins on another day or said another."""
    said: dict[tuple[str | None, int | None, date | None], date | None] = {
        (rate.mode, rate.above_input_tokens, rate.start): rate.read_on for rate in rates
    }
    moved = (c for c in changes if isinstance(c.old, Decimal) and c.is_price and c.new != c.old and not c.derived)
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


def last_known(rates: Iterable[Rate], mode: str, above: int | None, dimension: str, day: date) -> Decimal | None:
    """The price that the latest rate before `day` gives, of one mode and tier; None where none ever did."""
    same = [rate for rate in rates if (rate.mode, rate.above_input_tokens) == (mode, above)]
    known = [rate for rate in same if dimension in rate.prices and (rate.start is None or rate.start < day)]
    return max(known, key=lambda rate: rate.first_day).prices[dimension] if known else None


def _moved(rate: Rate, rates: tuple[Rate, ...]) -> bool:
    start = rate.start or date.min
    before = {name: last_known(rates, rate.mode, rate.above_input_tokens, name, start) for name in rate.prices}
    return any(old is not None and old != rate.prices[name] for name, old in before.items())
