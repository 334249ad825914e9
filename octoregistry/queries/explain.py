"""The evidence of each price of a model, who agrees, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import WitnessPrice
from octoregistry.planning.rates_in_force import effective_rates, in_force
from octoregistry.planning.stated_models import Price
from octoregistry.planning.witnesses import Witnesses
from octoregistry.queries.vendor_prices import PriceKey, VendorPrices
from octoregistry.sources import Failed, Page
from providers.entries import Model, Provider, Rate


@dataclass(frozen=True, slots=True)
class PriceExplanation:
    """One price of the registry: `usd` on the day asked for (None: not yet, or no more), `stated` as the page that
    served last has it (None: it is silent), and every price with its first day.

    `up_to_input_tokens` is the longest prompt that it answers for, None where nothing bounds it.

    `agree` are the other registries that have this price, `behind` those that have the one which we had on the day of
    which they speak, `differ` those that have another.
    """

    key: PriceKey
    usd: Decimal | None
    derived: bool
    stated: Price | None
    history: tuple[tuple[date | None, Decimal], ...]
    agree: tuple[WitnessPrice, ...] = ()
    behind: tuple[WitnessPrice, ...] = ()
    differ: tuple[WitnessPrice, ...] = ()
    up_to_input_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A model's prices, explained, and the page that they were looked for on."""

    model: Model
    page: Page | Failed
    prices: tuple[PriceExplanation, ...]


def explain(provider: Provider, model: Model, vendor: VendorPrices, witnesses: Witnesses, day: date) -> Explanation:
    """Every price that the registry has of `model`, as it is on `day`."""
    rates = effective_rates(model, provider.realtime_multiplier)
    keys = dict.fromkeys(
        PriceKey(model.provider, model.id, rate.mode, rate.above_input_tokens, name)
        for rate in rates
        for name in rate.prices
    )
    names = (model.id, *model.aliases)

    def rate_on(key: PriceKey, when: date) -> Rate | None:
        return in_force(rates, key.mode, when).get(key.above_input_tokens)

    def usd_on(key: PriceKey, when: date) -> Decimal | None:
        rate = rate_on(key, when)
        return rate.prices.get(key.dimension) if rate else None

    prices = []
    for key in keys:
        now, rate_now = usd_on(key, day), rate_on(key, day)
        agree: list[WitnessPrice] = []
        behind: list[WitnessPrice] = []
        differ: list[WitnessPrice] = []
        for said in witnesses.on(model.provider, names, key.mode, key.above_input_tokens, key.dimension):
            ours_then = usd_on(key, said.as_of)
            (agree if said.usd == now else behind if said.usd == ours_then else differ).append(said)
        mine = [r for r in rates if (r.mode, r.above_input_tokens) == (key.mode, key.above_input_tokens)]
        stated = sorted(((r.start, r.prices[key.dimension]) for r in mine if key.dimension in r.prices), key=_start)
        prices.append(
            PriceExplanation(
                key,
                now,
                any(rate.derived for rate in mine if rate.prices.get(key.dimension) == now),
                vendor.prices.get(key),
                tuple(_moves(stated)),
                tuple(agree),
                tuple(behind),
                tuple(differ),
                rate_now.up_to_input_tokens if rate_now else None,
            )
        )
    return Explanation(model, vendor.page, tuple(prices))


def _start(entry: tuple[date | None, Decimal]) -> date:
    return entry[0] or date.min


def _moves(stated: Iterable[tuple[date | None, Decimal]]) -> Iterator[tuple[date | None, Decimal]]:
    """The days on which the price became another; a set that repeats it is no move."""
    last = None
    for start, usd in stated:
        if usd != last:
            yield start, usd
        last = usd
