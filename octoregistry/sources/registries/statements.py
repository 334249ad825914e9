"""The answers of other registries: fetched as pages are, kept for `--offline`, read by the file of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from octoregistry.settings import RegistrySettings, Settings
from octoregistry.sources.cache import Cache
from octoregistry.sources.client import Client
from octoregistry.sources.deadline import Stop
from octoregistry.sources.page import Failed, Page
from octoregistry.sources.pages import Fetcher, cached_page, fetch_page
from octoregistry.sources.parallel import in_parallel, one_by_one
from octoregistry.sources.registries import genai_prices, litellm, llm_prices, models_dev, openrouter
from octoregistry.sources.registries.registry_prices import (
    NotARegistry,
    RegistryFacts,
    RegistryPrice,
    Statements,
)
from octoregistry.sources.robots import Robots
from octoregistry.sources.urls import shown_url
from octoregistry.sources.vendor_pages import Clock, utc_now

# witness -> how its answer is read
WITNESSES: Mapping[str, Callable[[Any, date], Iterator[RegistryPrice]]] = {
    registry.NAME: registry.prices for registry in (litellm, models_dev, openrouter, genai_prices, llm_prices)
}
_FACTS: Mapping[str, Callable[[Any], Iterator[RegistryFacts]]] = {
    registry.NAME: registry.facts for registry in (litellm, models_dev)
}
_DATED: Mapping[str, Callable[[Any], date | None]] = {llm_prices.NAME: llm_prices.day_of}


def fetch_registries(
    settings: Settings, names: Iterable[str] | None = None, *, offline: bool = False, clock: Clock = utc_now
) -> dict[str, Statements | Failed]:
    """What each of the witnesses `names` says (without it: those of the settings), or why it says nothing.

    With `offline` what was kept serves. Raises KeyError for a witness that is not known or has no address.
    """
    known = {name: settings.registries[name] for name in (settings.witnesses if names is None else names)}
    for name in known:
        WITNESSES[name]
    cache = Cache(settings.fetch.cache_dir)

    def failed(name: str, error: Exception) -> Statements | Failed:
        return Failed.by(shown_url(known[name].url), error)

    if offline:
        return one_by_one({name: partial(_from_cache, name, cache, one.url) for name, one in known.items()}, failed)
    stop = Stop()
    client = Client.of(settings.fetch, clock, stop)
    work = {name: partial(_from_network, client, cache, name, one) for name, one in known.items()}
    return in_parallel(work, stop, failed)


def read_statements(name: str, text: str, url: str, as_of: date, *, from_cache: bool = False) -> Statements:
    """What the answer `text` of the witness `name` says, as of its own day or else `as_of`. Raises NotARegistry."""
    try:
        answer = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise NotARegistry("the answer is not JSON") from None
    day = _DATED[name](answer) if name in _DATED else None
    as_of = min(day, as_of) if day else as_of
    try:
        prices = tuple(dict.fromkeys(WITNESSES[name](answer, as_of)))
    except ArithmeticError:
        raise NotARegistry("a number in the answer is beyond all prices") from None
    if not prices:
        raise NotARegistry("no price of a known vendor is in the answer")
    facts = tuple(_FACTS[name](answer)) if name in _FACTS else ()
    return Statements(name, url, as_of, prices, from_cache, facts)


def _from_network(client: Client, cache: Cache, name: str, registry: RegistrySettings) -> Statements | Failed:
    """The statements over the network. What cannot be read is not kept, so that the last good answer stays."""
    read: list[Statements] = []

    def refused(page: Page) -> str | None:
        try:
            read.append(_read(name, page))
        except NotARegistry as fault:
            return str(fault)
        return None

    hosts = frozenset(host.lower() for host in registry.redirect_hosts)
    page = fetch_page(Fetcher(client, Robots(client, hosts), cache, refused, hosts), registry.url)
    return page if isinstance(page, Failed) else read[-1]


def _from_cache(name: str, cache: Cache, url: str) -> Statements | Failed:
    page = cached_page(cache, url)
    if isinstance(page, Failed):
        return page
    try:
        return _read(name, page)
    except NotARegistry as fault:
        return Failed(page.url, str(fault))


def _read(name: str, page: Page) -> Statements:
    kept = page.from_cache == "cache"
    return read_statements(name, page.text, page.url, page.fetched_at.date(), from_cache=kept)
