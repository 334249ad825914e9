"""The usual order of prices: output above input, batch below standard, and so on. One function, one rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from octoregistry.planning.decimals import plain
from octoregistry.planning.plan import Change
from octoregistry.planning.rates_in_force import in_force
from providers.dimensions import MODES, PLAIN_DIMENSION
from providers.entries import Rate
from providers.rates import fitting, holding


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The rates of one model as they stand on a day."""

    rates: tuple[Rate, ...]
    day: date

    def price(self, mode: str, above: int | None, dimension: str) -> Decimal | None:
        """The price of a dimension in a mode and tier, or None."""
        rate = in_force(self.rates, mode, self.day).get(above)
        return rate.prices.get(dimension) if rate else None

    def covering(self, mode: str, above: int | None, dimension: str) -> Decimal | None:
        """The price of a dimension in a mode for the prompts just above a size, or None."""
        held = holding((rate for rate in self.rates if rate.mode == mode), self.day.toordinal())
        rate = fitting(held, (-1 if above is None else above) + 1)
        return rate.prices.get(dimension) if rate else None

    def tiers(self, mode: str) -> tuple[int | None, ...]:
        """The tiers of a mode, the shortest prompts first."""
        return tuple(in_force(self.rates, mode, self.day))


Disorder = str
Order = Callable[[Change, PriceBook], Disorder | None]


def output_below_input(change: Change, book: PriceBook) -> Disorder | None:
    """What is wrong where the output costs less than the input: a sign of swapped columns."""
    return _first(_above(change, book, "input", "output", "output below input"))


def cached_above_input(change: Change, book: PriceBook) -> Disorder | None:
    """What is wrong where reading the cache costs more than reading the prompt."""
    pairs = (("cached_input", "input"), ("cached_input_audio", "input_audio"))
    return _first(text for dear, base in pairs for text in _above(change, book, dear, base, "cached input above input"))


def cache_write_below_input(change: Change, book: PriceBook) -> Disorder | None:
    """What is wrong where writing into the cache costs less than reading the prompt."""
    writes = ("cache_write_5m", "cache_write_1h")
    return _first(text for name in writes for text in _above(change, book, "input", name, "cache write below input"))


_MODE_ORDER = (("batch", "standard"), ("flex", "standard"), ("standard", "priority"))


def modes_out_of_order(change: Change, book: PriceBook) -> Disorder | None:
    """The fault if a slower mode costs more than a faster one: batch or flex above standard, standard above priority."""
    tier, dimension = change.above_input_tokens, change.dimension
    for low, high in _MODE_ORDER:
        if change.mode not in (low, high):
            continue
        cheap, dear = (book.price(mode, tier, dimension) for mode in (low, high))
        if cheap is not None and dear is not None and cheap > dear:
            return f"{low} above {high}: {dimension} {plain(cheap)} above {plain(dear)}"
    return None


APART = 15  # the dearest mode that a vendor states is 12 times the cheapest (fast mode 6, batch a half), a long prompt 5 times
_FAR_BELOW = 50  # no vendor sets the prices of two modalities so far apart: one of them has another unit
_FAR_ABOVE = {"cache_write_5m": APART, "cache_write_1h": APART}
_BESIDE = {"output": "input", "cache_write_5m": "input", "cache_write_1h": "input", "cache_storage_hour": "input"}
_BESIDE |= PLAIN_DIMENSION


def longer_prompts_out_of_order(change: Change, book: PriceBook) -> Disorder | None:
    """What is wrong where a token of a longer prompt costs less than one of a shorter, or many times as much."""
    for short, long in pairwise(book.tiers(change.mode or "")):
        if change.above_input_tokens not in (short, long):
            continue
        low, high = (book.price(change.mode or "", tier, change.dimension) for tier in (short, long))
        if low is None or high is None or low <= high < low * APART:
            continue
        words = "longer prompts cheaper" if high < low else "longer prompts far dearer"
        return f"{words}: {change.dimension} {plain(high)} above {long:,} tokens, {plain(low)} below"
    return None


def dimensions_far_apart(change: Change, book: PriceBook) -> Disorder | None:
    """The fault if a price of sound or images is implausible beside the text price: a fiftieth of it or less, or anything a
    hundred times what it stands beside. Then it is a price a picture or a minute, or a decimal point was lost.
    """
    for name, base in _BESIDE.items():
        if change.dimension not in (name, base):
            continue
        here, there = (book.price(change.mode or "", change.above_input_tokens, each) for each in (name, base))
        if not here or not there:
            continue
        words = "far above" if here >= there * _FAR_ABOVE.get(name, 100) else ""
        words = "far below" if name in PLAIN_DIMENSION and here * _FAR_BELOW < there else words
        if words:
            return f"{words} {base}: {name} {plain(here)}, {base} {plain(there)}"
    return None


def modes_far_apart(change: Change, book: PriceBook) -> Disorder | None:
    """What is wrong where a price is many times another mode's of the same dimension, or a small part of it."""
    tier, dimension = change.above_input_tokens, change.dimension
    here = book.covering(change.mode or "", tier, dimension)
    for mode in MODES:
        other = book.covering(mode, tier, dimension)
        if here and other and not other < here * APART < other * APART * APART:
            return f"far from {mode}: {dimension} {plain(here)} in {change.mode}, {plain(other)} in {mode}"
    return None


ORDERS: tuple[Order, ...] = (
    output_below_input,
    cached_above_input,
    cache_write_below_input,
    modes_out_of_order,
    longer_prompts_out_of_order,
    dimensions_far_apart,
    modes_far_apart,
)


def disorders(change: Change, before: PriceBook, after: PriceBook) -> Iterator[Disorder]:
    """The rules that the change breaks and that held before it."""
    for order in ORDERS:
        found = order(change, after)
        if found and order(change, before) is None:
            yield found


def _above(change: Change, book: PriceBook, dear: str, cheap: str, what: str) -> Iterator[Disorder]:
    """The disorder where `dear`, which should not cost more than `cheap`, does."""
    if change.mode is None or change.dimension not in (dear, cheap):
        return
    high, low = (book.price(change.mode, change.above_input_tokens, name) for name in (dear, cheap))
    if high is not None and low is not None and high > low:
        yield f"{what}: {dear} {plain(high)}, {cheap} {plain(low)}"


def _first(found: Iterable[Disorder]) -> Disorder | None:
    return next(iter(found), None)
