"""Which price holds where: the registry as rows that never overlap, so that a join finds one row or none.

`Pricing.cost` chooses among rates when it is asked: of those that fit, the latest `from`, then the highest tier. A join
has no "then", so the choice is made here, once, for every stretch of days and every class of prompt sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from octoregistry.costing.charges import charged_alone, charges_of, price_of_one, with_charges
from octoregistry.costing.errors import CostingError
from providers.charge import Charge
from providers.charges import Charges
from providers.dimensions import DIMENSIONS, MODES, PLAIN_PLACE
from providers.entries import Model, Rate
from providers.exact import scaled
from providers.pricing import Pricing
from providers.registry import Registry

FIRST_DAY, LAST_DAY = date.min, date.max
UNKNOWN_SIZE = -1  # the class of prompts whose size nobody wrote down
SIZE_UNKNOWN = "prompt size unknown: a total without the number of its requests"
_ENDLESS = 10**18
_MILLION = 6  # a price is per 10**6 tokens
_LEAST_SCALE = 12  # so that the type of a cost does not change with every price that has one digit more
_MOST_SCALE = 24  # 14 digits are left in front of the point: totals up to a hundred trillion dollars
_MOST_ABOVE = 9 * 10**9  # times a billion requests it still fits a 64-bit whole number


@dataclass(frozen=True, slots=True)
class RateSpan:
    """What holds for one name of a model (small letters), in one mode, from `first` to `last`, for size classes `low` to `high`,
    of calls that are answered in the region `place`, "" for anywhere.

    `prices` are whole numbers of 10**-scale USD per token; those of the `derived` dimensions are the text's, as the vendor's
    file says. A span without any says in `reason` why there are none. Where the price changed on a day that nobody knows,
    `prices` are those that did not change, and `either` has all of them before and after it. `end` is the day from which
    the model answers no more. `charges` are the prices of one web search, one image: those of which no part is free first.
    """

    provider: str
    name: str
    model: str
    mode: str
    first: date
    last: date
    low: int
    high: int
    prices: Mapping[str, int]
    reason: str | None
    derived: tuple[str, ...] = ()
    either: tuple[Mapping[str, int], ...] = ()
    end: date | None = None
    charges: Mapping[str, int] = field(default_factory=dict)
    place: str = ""

    def lacks(self, dimension: str) -> str:
        """Why there is no price of a dimension."""
        if self.either and all(dimension in prices for prices in self.either):
            return changed(self.mode)
        return f"no known {self.mode} price of {dimension}"


def changed(mode: str) -> str:
    """The reason why rows between two days on which different prices were seen have none."""
    return f"its {mode} price changed on a day that no page states, and either may have held"


@dataclass(frozen=True, slots=True)
class RateTable:
    """The registry, compiled. Size class n holds prompts above `thresholds[n - 1]` and not above `thresholds[n]`."""

    spans: tuple[RateSpan, ...]
    thresholds: tuple[int, ...]
    scale: int

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers of which any model is known."""
        return tuple(dict.fromkeys(span.provider for span in self.spans))


def compile_rates(registry: Registry, further: Iterable[int] = (), *, assume_earliest: bool = False) -> RateTable:
    """The rates of every model of `registry` under each of its names.

    Its size classes are also cut at the `further` thresholds, so that two tables may have the same classes. With
    `assume_earliest` the prices of a model's first reading hold before it too.

    Raises CostingError for prices with more digits than a decimal of 38 holds beside a total.
    """
    pricings = [(model, registry.pricing(model.provider, model.id)) for model in usable(registry)]
    former = ((day, name, model) for model in registry for name, day in model.former_aliases.items())
    latest_first = sorted(former, key=itemgetter(0), reverse=True)
    moved = {
        (model.provider, name.lower()): model for _, name, model in latest_first
    }  # the first that it was the name of
    everywhere = [(model, there) for model, pricing in pricings for there in (pricing, *_in_places(pricing))]
    rates = [rate for _, pricing in everywhere for rate in pricing.rates]
    thresholds = tuple(sorted({*_thresholds(rates), *further}))
    if thresholds and thresholds[-1] > _MOST_ABOVE:
        raise CostingError(f"a tier above {thresholds[-1]} tokens: at most {_MOST_ABOVE} can be compared exactly")
    billed = {(model.provider, model.id): charges for model, _ in pricings if (charges := charges_of(registry, model))}
    alone = charged_alone(registry)
    scale = _scale(rates, [charge for charges in (*billed.values(), *alone.values()) for charge in charges])
    spans = tuple(
        RateSpan(model.provider, name, pricing.model, *stretch, model.retires_on, charges, _place(pricing))
        for model, pricing in everywhere
        for stretch, charges in list(
            with_charges(
                _stretches(pricing, model, thresholds, scale, earliest=assume_earliest),
                None if _place(pricing) else billed.get((model.provider, model.id)),
                scale,
            )
        )
        for name in dict.fromkeys(map(str.lower, (model.id, *model.aliases)))
        if (model.provider, name) not in moved
    )
    spans += tuple(
        RateSpan(model.provider, name, model.id, *stretch, end=model.retires_on)
        for model, _ in pricings
        for name in dict.fromkeys(map(str.lower, (model.id, *model.aliases)))
        if (model.provider, name) in moved
        for stretch in _stretches(
            registry.pricing(model.provider, name),
            moved[model.provider, name],
            thresholds,
            scale,
            earliest=assume_earliest,
        )
    )
    return RateTable((*spans, *_alone(alone, len(thresholds), scale)), thresholds, scale)


def _alone(alone: Mapping[tuple[str, str], Charges], sizes: int, scale: int) -> Iterator[RateSpan]:
    """The spans of models that have charges and no price of tokens."""
    for (provider, name), charges in alone.items():
        ever: list[Stretch] = [(mode, FIRST_DAY, LAST_DAY, UNKNOWN_SIZE, sizes, {}, None, (), ()) for mode in MODES]
        for stretch, prices in with_charges(iter(ever), charges, scale):
            yield RateSpan(provider, name.lower(), name, *stretch, charges=prices)


def thresholds_of(registry: Registry) -> tuple[int, ...]:
    """The prompt sizes above which any price of `registry` changes."""
    return tuple(
        sorted(
            _thresholds(
                rate
                for model in usable(registry)
                for plain in (registry.pricing(model.provider, model.id),)
                for pricing in (plain, *_in_places(plain))
                for rate in pricing.rates
            )
        )
    )


def _in_places(pricing: Pricing) -> list[Pricing]:
    """The prices of a model in each region of which any is known."""
    return [pricing.in_place(place) for place in pricing.places if place != PLAIN_PLACE]


def _place(pricing: Pricing) -> str:
    return "" if pricing.place == PLAIN_PLACE else pricing.place


def usable(registry: Registry) -> list[Model]:
    """The models that do not contradict themselves; the others have no price to rely on."""
    return [model for model in registry if (model.provider, model.id) not in registry.unusable]


def _thresholds(rates: Iterable[Rate]) -> set[int]:
    bounds = [bound for rate in rates for bound in (rate.above_input_tokens, rate.up_to_input_tokens)]
    return {bound for bound in bounds if bound is not None}


def _scale(rates: Sequence[Rate], charges: Iterable[Charge] = ()) -> int:
    """The digits behind the point that hold every price per token, and every charge."""
    places = max((-_exponent(price) for rate in rates for price in rate.prices.values()), default=0)
    each = max((-_exponent(price) for charge in charges if (price := price_of_one(charge)) is not None), default=0)
    scale = max(_LEAST_SCALE, places + _MILLION, each)
    if scale > _MOST_SCALE:
        raise CostingError(
            f"a price with {places} digits behind the point: at most {_MOST_SCALE - _MILLION} fit beside a total"
        )
    return scale


def _exponent(price: Decimal) -> int:
    return int(price.as_tuple().exponent)


Stretch = tuple[
    str, date, date, int, int, Mapping[str, int], str | None, tuple[str, ...], tuple[Mapping[str, int], ...]
]
Prices = Mapping[str, Decimal]


class Held(NamedTuple):
    """What holds: the prices, or the reason why there are none; the derived ones; all before and after a change between."""

    prices: Prices
    reason: str | None = None
    derived: tuple[str, ...] = ()
    either: tuple[Prices, ...] = ()


def _stretches(
    pricing: Pricing, model: Model, thresholds: Sequence[int], scale: int, *, earliest: bool
) -> Iterator[Stretch]:
    """Mode, days, size classes, prices and the rest of a RateSpan for everything that can be asked of one model."""
    first_seen = model.first_seen
    sizes = [0, *(above + 1 for above in thresholds)]  # the smallest prompt of each class stands for all of it
    for mode in MODES:
        of_mode = [rate for rate in pricing.rates if rate.mode == mode]
        starts = {FIRST_DAY, *(rate.start for rate in of_mode if rate.start), *([first_seen] if first_seen else [])}
        starts |= {rate.seen_before + timedelta(days=1) for rate in of_mode if rate.seen_before}
        days = sorted(starts)
        for first, last in zip(days, [*(day - timedelta(days=1) for day in days[1:]), LAST_DAY], strict=True):
            day = max(first, first_seen) if earliest and first_seen else first
            held = [_held(pricing, of_mode, mode, day, first_seen, size) for size in sizes]
            runs = [(one, [number for number, _ in run]) for one, run in groupby(enumerate(held), key=itemgetter(1))]
            if len(runs) > 1:
                yield mode, first, last, UNKNOWN_SIZE, UNKNOWN_SIZE, {}, SIZE_UNKNOWN, (), ()
            for one, numbers in runs:
                low = numbers[0] if len(runs) > 1 else UNKNOWN_SIZE
                prices, *either = (
                    {name: scaled(price, scale - _MILLION) for name, price in each.items()}
                    for each in (one.prices, *one.either)
                )
                yield mode, first, last, low, numbers[-1], prices, one.reason, one.derived, tuple(either)


def _held(pricing: Pricing, of_mode: Sequence[Rate], mode: str, day: date, first_seen: date | None, size: int) -> Held:
    """What holds for a prompt of that size on that day, chosen as `Pricing.cost` chooses."""
    if first_seen and day < first_seen:
        return Held({}, f"no known price before our first reading of it on {first_seen}")
    early, late = (_in_force(of_mode, day, size, maybe=maybe) for maybe in (False, True))
    if early is None and late is None:
        return Held({}, _unknown(pricing, of_mode, mode))
    if early is None or late is None or bool(early.prices) != bool(late.prices):
        return Held({}, changed(mode))
    before = _with_derived(pricing, early)
    after = before if late is early else _with_derived(pricing, late)
    derived = tuple(name for name in before if name not in early.prices)
    if before == after:
        return Held(before, None, derived)
    same = {name: price for name, price in before.items() if after.get(name) == price}
    return Held(same, None, tuple(name for name in derived if name in same), (before, after))


def _with_derived(pricing: Pricing, rate: Rate) -> dict[str, Decimal]:
    """The prices of a rate, with those that follow from the text's by the vendor's file."""
    covered = {name: rate.prices.get(pricing.covering(name) or "") for name in DIMENSIONS if name not in rate.prices}
    return {**rate.prices, **{name: price for name, price in covered.items() if price is not None}}


def _in_force(rates: Sequence[Rate], day: date, prompt: int, *, maybe: bool) -> Rate | None:
    """The rate that counts: of the latest of each tier the one with the latest `from`, and of these the highest tier."""
    latest: dict[int, Rate] = {}
    for rate in sorted(rates, key=lambda rate: rate.start or FIRST_DAY):
        start = rate.start or FIRST_DAY
        if start <= day or (maybe and (rate.seen_before or start) < day):
            latest[_above(rate)] = rate
    tiers = sorted(latest.values(), key=lambda rate: (rate.start or FIRST_DAY, _above(rate)), reverse=True)
    return next((rate for rate in tiers if _above(rate) < prompt <= (rate.up_to_input_tokens or _ENDLESS)), None)


def _above(rate: Rate) -> int:
    return -1 if rate.above_input_tokens is None else rate.above_input_tokens


def _unknown(pricing: Pricing, of_mode: Sequence[Rate], mode: str) -> str:
    if mode == "batch" and not pricing.batch_support and not pricing.vouched_by:
        return "no batch price: the vendor does not serve it in batches"
    if not of_mode:
        return f"no known {mode} price; known modes: {', '.join(pricing.modes) or 'none'}"
    known = "; ".join(sorted({_answers_for(rate) for rate in of_mode if rate.prices}))
    return f"no known {mode} price for such a prompt on that day, but one {known}"


def _answers_for(rate: Rate) -> str:
    """The days and the prompts that a rate answers for, in words."""
    above, up_to = rate.above_input_tokens, rate.up_to_input_tokens
    sizes = [f"above {above:,}"] if above is not None else []
    sizes += [f"up to {up_to:,}"] if up_to is not None else []
    prompts = f"for prompts {' and '.join(sizes)} tokens" if sizes else ""
    days = f"from {rate.start} on" if rate.start else "" if prompts else "on earlier days"
    return " ".join(filter(None, (days, prompts)))
