"""Which price holds where: the registry as rows that never overlap, so that a join finds one row or none.

`Pricing.cost` chooses among rates when it is asked: of those that fit, the latest `from`, then the highest tier. A join
has no "then", so the choice is made here, once, for every stretch of days and every class of prompt sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from octoregistry.costing.errors import CostingError
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Rate
from providers.exact import scaled
from providers.pricing import Pricing
from providers.registry import Registry

FIRST_DAY, LAST_DAY = date.min, date.max
UNKNOWN_SIZE = -1  # the class of prompts whose size nobody wrote down
_MILLION = 6  # a price is per 10**6 tokens
_LEAST_SCALE = 12  # so that the type of a cost does not change with every price that has one digit more
_MOST_SCALE = 24  # 14 digits are left in front of the point: totals up to a hundred trillion dollars
_FIELDS = ("provider", "name", "model", "mode", "first", "last", "low", "high", "reason")
RATE_COLUMNS = (*_FIELDS, *(f"price_{name}" for name in DIMENSIONS))
_MOST_ABOVE = 9 * 10**9  # times a billion requests it still fits a 64-bit whole number


@dataclass(frozen=True, slots=True)
class Span:
    """What holds for one name of a model, in one mode, from `first` to `last` and for size classes `low` to `high`.

    `prices` are whole numbers of 10**-scale USD per token. A span without any says in `reason` why there are none.
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


@dataclass(frozen=True, slots=True)
class RateTable:
    """The registry, compiled. Size class n holds prompts above `thresholds[n - 1]` and not above `thresholds[n]`."""

    spans: tuple[Span, ...]
    thresholds: tuple[int, ...]
    scale: int

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers of which any model is known."""
        return tuple(dict.fromkeys(span.provider for span in self.spans))


def compile_rates(registry: Registry, further: Iterable[int] = ()) -> RateTable:
    """The rates of every model of `registry` under each of its names.

    Its size classes are also cut at the `further` thresholds, so that two tables may have the same classes.

    Raises CostingError for prices with more digits than a decimal of 38 holds beside a total.
    """
    pricings = [
        (model.provider, (model.id, *model.aliases), registry.pricing(model.provider, model.id)) for model in registry
    ]
    rates = [rate for _, _, pricing in pricings for rate in pricing.rates]
    thresholds = tuple(sorted({*_thresholds(rates), *further}))
    if thresholds and thresholds[-1] > _MOST_ABOVE:
        raise CostingError(f"a tier above {thresholds[-1]} tokens: at most {_MOST_ABOVE} can be compared exactly")
    scale = _scale(rates)
    spans = tuple(
        Span(provider, name, pricing.model, *stretch)
        for provider, names, pricing in pricings
        for stretch in list(_stretches(pricing, thresholds, scale))
        for name in names
    )
    return RateTable(spans, thresholds, scale)


def thresholds_of(registry: Registry) -> tuple[int, ...]:
    """The prompt sizes above which any price of `registry` changes."""
    return tuple(
        sorted(_thresholds(rate for model in registry for rate in registry.pricing(model.provider, model.id).rates))
    )


def _thresholds(rates: Iterable[Rate]) -> set[int]:
    return {rate.above_input_tokens for rate in rates if rate.above_input_tokens is not None}


def _scale(rates: Sequence[Rate]) -> int:
    """The digits behind the point that hold every price per token."""
    places = max((-_exponent(price) for rate in rates for price in rate.prices.values()), default=0)
    scale = max(_LEAST_SCALE, places + _MILLION)
    if scale > _MOST_SCALE:
        raise CostingError(
            f"a price with {places} digits behind the point: at most {_MOST_SCALE - _MILLION} fit beside a total"
        )
    return scale


def _exponent(price: Decimal) -> int:
    return int(price.as_tuple().exponent)


Stretch = tuple[str, date, date, int, int, Mapping[str, int], str | None]


def _stretches(pricing: Pricing, thresholds: Sequence[int], scale: int) -> Iterator[Stretch]:
    """Mode, days, size classes, prices and reason of everything that can be asked of one model."""
    sizes = [0, *(above + 1 for above in thresholds)]  # the smallest prompt of each class stands for all of it
    for mode in MODES:
        of_mode = [rate for rate in pricing.rates if rate.mode == mode]
        starts = sorted({FIRST_DAY, *(rate.start for rate in of_mode if rate.start)})
        for first, following in zip(starts, [*starts[1:], None], strict=True):
            last = following - timedelta(days=1) if following else LAST_DAY
            in_force = [(_in_force(of_mode, first, size), number) for number, size in enumerate(sizes)]
            runs = [(rate, [number for _, number in run]) for rate, run in groupby(in_force, key=lambda pair: pair[0])]
            if len(runs) > 1:
                unknown = "prompt size unknown: a total without the number of its requests"
                yield mode, first, last, UNKNOWN_SIZE, UNKNOWN_SIZE, {}, unknown
            for rate, numbers in runs:
                low = numbers[0] if len(runs) > 1 else UNKNOWN_SIZE
                prices = {name: scaled(price, scale - _MILLION) for name, price in rate.prices.items()} if rate else {}
                reason = None if rate else _unknown(pricing, of_mode, mode)
                yield mode, first, last, low, numbers[-1], prices, reason


def _in_force(rates: Sequence[Rate], day: date, prompt: int) -> Rate | None:
    """The rate that counts, chosen as `Pricing.cost` chooses: the latest `from`, and of these the highest tier."""
    fits = [rate for rate in rates if (rate.start or FIRST_DAY) <= day and prompt > _above(rate)]
    return max(fits, key=lambda rate: (rate.start is not None, rate.start or FIRST_DAY, _above(rate)), default=None)


def _above(rate: Rate) -> int:
    return -1 if rate.above_input_tokens is None else rate.above_input_tokens


def _unknown(pricing: Pricing, of_mode: Sequence[Rate], mode: str) -> str:
    if mode == "batch" and not pricing.batch_support:
        return "no batch price: the vendor does not serve it in batches"
    if not of_mode:
        return f"no known {mode} price; known modes: {', '.join(pricing.modes) or 'none'}"
    starts = ", ".join(sorted({str(rate.start or "earlier") for rate in of_mode}))
    return f"no known {mode} price for such a prompt on that day; known from: {starts}"


def plain_rows(rates: RateTable) -> Iterator[dict[str, str | int | None]]:
    """The spans as rows of RATE_COLUMNS, days and prices as text; a price that is not known is None."""
    for span in rates.spans:
        fields = {name: getattr(span, name) for name in _FIELDS}
        prices = {f"price_{name}": str(span.prices[name]) if name in span.prices else None for name in DIMENSIONS}
        yield fields | prices | {"first": span.first.isoformat(), "last": span.last.isoformat()}
