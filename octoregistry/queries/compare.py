"""The registry compared with others: agreement by dimension, and every price that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import WitnessPrice
from octoregistry.planning.rates_in_force import effective_rates, in_force
from octoregistry.planning.stated_models import Price
from octoregistry.queries.vendor_prices import PriceKey, VendorPrices
from octoregistry.sources import Failed, Page
from octoregistry.sources.registries import RegistryPrice, Statements
from providers import Registry
from providers.entries import Model, Provider


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A price that others have and the registry has otherwise: `usd` is ours on the day of which they speak, `now` on
    the day of the vendor's page that served last, and `page` what that states (None: it is silent, or unread)."""

    key: PriceKey
    usd: Decimal
    now: Decimal
    page: Price | None
    witness_prices: tuple[WitnessPrice, ...]
    agree: tuple[str, ...]

    @property
    def page_agrees(self) -> bool | None:
        """Whether the vendor's page has our price; None where it states none."""
        return None if self.page is None else self.page.usd == self.now


@dataclass(frozen=True, slots=True)
class AgreementTally:
    """How many prices of one dimension a witness and the registry both have, and how many are the same."""

    witness: str
    dimension: str
    same: int
    other: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every disagreement, in the registry's order, and the agreement by witness and dimension."""

    disagreements: tuple[Disagreement, ...]
    tallies: tuple[AgreementTally, ...]


def compare(
    registry: Registry, reports: Mapping[str, Statements | Failed], vendor: Mapping[str, VendorPrices]
) -> Comparison:
    """The registry held against the `reports` of others, each price as it was on the day of the report."""
    statements = [one for one in reports.values() if isinstance(one, Statements)]
    witness_prices = {one.witness: _by_key(one.prices) for one in statements}
    disagreements: list[Disagreement] = []
    same: Counter[tuple[str, str]] = Counter()
    other: Counter[tuple[str, str]] = Counter()
    for provider in registry.providers.values():
        for model in provider.models.values():
            ours = {one.witness: _prices_on(provider, model, one.as_of) for one in statements}
            page = vendor.get(provider.name)
            current = _prices_on(provider, model, _day_of(page))
            for key in dict.fromkeys(key for prices in ours.values() for key in prices):
                agree, differ = _beside(key, model, ours, witness_prices)
                same.update((witness, key.dimension) for witness in agree)
                other.update((one.witness, key.dimension) for one in differ)
                if differ:
                    usd = ours[differ[0].witness][key]
                    stated = page.prices.get(key) if page else None
                    disagreements.append(Disagreement(key, usd, current.get(key, usd), stated, differ, agree))
    tallies = (AgreementTally(*key, same[key], other[key]) for key in sorted(same | other))
    return Comparison(tuple(disagreements), tuple(tallies))


_ByKey = Mapping[PriceKey, RegistryPrice]


def _beside(
    key: PriceKey, model: Model, ours: Mapping[str, Mapping[PriceKey, Decimal]], witness_prices: Mapping[str, _ByKey]
) -> tuple[tuple[str, ...], tuple[WitnessPrice, ...]]:
    """The witnesses that have our price, and what those say that have another."""
    agree, differ = [], []
    for witness, prices in ours.items():
        usd, theirs = prices.get(key), _first(witness_prices[witness], key, (model.id, *model.aliases))
        if usd is None or theirs is None:
            continue
        if theirs.usd == usd:
            agree.append(witness)
        else:
            differ.append(WitnessPrice(witness, theirs.usd, theirs.as_of))
    return tuple(agree), tuple(differ)


def _day_of(vendor: VendorPrices | None) -> date:
    """The day of the page that served last; for ever after where there is none."""
    page = vendor.page if vendor else None
    return page.fetched_at.date() if isinstance(page, Page) else date.max


def _prices_on(provider: Provider, model: Model, day: date) -> dict[PriceKey, Decimal]:
    """Our prices of a model on a day."""
    rates = effective_rates(model, provider.realtime_multiplier)
    return {
        PriceKey(provider.name, model.id, mode, above, dimension): usd
        for mode in dict.fromkeys(rate.mode for rate in rates)
        for above, rate in in_force(rates, mode, day).items()
        for dimension, usd in rate.prices.items()
    }


def _by_key(prices: Iterable[RegistryPrice]) -> _ByKey:
    keys: dict[PriceKey, RegistryPrice] = {}
    for one in prices:
        keys.setdefault(PriceKey(one.provider, one.model, one.mode, one.above_input_tokens, one.dimension), one)
    return keys


def _first(witness_prices: _ByKey, key: PriceKey, names: Iterable[str]) -> RegistryPrice | None:
    """What is said of a price under the first of the model's names that is known, letter for letter."""
    return next(
        (witness_prices[named] for name in names if (named := key._replace(model=name)) in witness_prices), None
    )
