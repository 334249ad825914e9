"""The prices that the vendors' pages state, read again on demand, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from octoregistry.documents import Unread
from octoregistry.planning.listed import list_beside
from octoregistry.planning.matching import ModelNames
from octoregistry.planning.stated_models import Price, PricedPage, current_and_announced, priced_pages, stated_models
from octoregistry.reading.rates import PageRates
from octoregistry.settings import Settings
from octoregistry.sources import Clock, Failed, Page, fetch_model_lists, fetch_pages
from octoregistry.sources.priced_list import page_of_list
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.updating.page_reader import PageReader
from providers import Registry
from providers.entries import Provider
from providers.vendors import vendor


class PriceKey(NamedTuple):
    """What a price is of."""

    provider: str
    model: str
    mode: str
    above_input_tokens: int | None
    dimension: str

    def __str__(self) -> str:
        above = f" above {self.above_input_tokens:,}" if self.above_input_tokens is not None else ""
        return f"{self.mode} {self.dimension.replace('_', ' ')}{above}"


@dataclass(frozen=True, slots=True)
class VendorPrices:
    """What the page of one vendor that served last, or the list of one without a page, states on its own day.

    No prices where it could not be read.
    """

    page: Page | Failed
    prices: Mapping[PriceKey, Price] = field(default_factory=dict)


def vendor_prices(
    registry: Registry, settings: Settings, providers: Iterable[str], clock: Clock = utc_now
) -> dict[str, VendorPrices]:
    """What the pages of `providers` that served last state: those in the cache, else those of the package.

    Nothing is asked of the network. Raises KeyError for a provider that the settings do not know.
    """
    reader = PageReader(settings.reading)
    wanted = [registry.provider(name) for name in providers]
    names = [one.name for one in wanted]
    lists = fetch_model_lists(settings, names, offline=True, clock=clock)
    of_lists = {name: page_of_list(lists[name]) for name in names if settings.providers[name].is_list_only}
    paged = [name for name in names if name not in of_lists]
    pages = fetch_pages(settings, paged, offline=True, clock=clock, reject=reader.refused)
    found = {}
    rates: PageRates | Unread | None
    for one in wanted:
        if one.name in of_lists:
            page, rates = of_lists[one.name]
        else:
            page = pages[one.name]
            rates = reader.rates(page, one.name) if isinstance(page, Page) else None
        found[one.name] = _read(one, page, rates, list_beside(settings.providers[one.name], lists[one.name]))
    return found


def _read(
    provider: Provider, page: Page | Failed, rates: PageRates | Unread | None, beside: PricedPage | None
) -> VendorPrices:
    """What a page states, and of the models that it does not state the list `beside` it."""
    if isinstance(page, Failed) or rates is None:
        return VendorPrices(page)
    if isinstance(rates, Unread):
        return VendorPrices(Failed(page.url, rates.reason))
    day = page.fetched_at.date()
    names = ModelNames(provider.models.values(), (), vendor(provider.name).names)

    def tiers_of(model: str) -> set[int]:
        known = provider.models.get(model)
        return {rate.above_input_tokens for rate in known.rates if rate.above_input_tokens} if known else set()

    stated = stated_models(priced_pages(rates, page), names.match, tiers_of).models
    listed = stated_models([beside], names.match, tiers_of).models if beside else {}
    prices = {
        PriceKey(provider.name, model, mode, above, dimension): price
        for model, found in {**listed, **stated}.items()
        for mode, dated in found.modes.items()
        for above, tier in current_and_announced(dated, day)[0].items()
        for dimension, price in tier.items()
    }
    return VendorPrices(page, prices)
