"""The pages of several vendors at once: of each the first, in order of trust, that can be read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Literal, Protocol

from octoregistry.settings import Settings
from octoregistry.sources.bundled import bundled_page
from octoregistry.sources.cache import Cache
from octoregistry.sources.client import Client
from octoregistry.sources.deadline import Stop
from octoregistry.sources.page import Failed, Page
from octoregistry.sources.pages import Fetcher, Reject, cached_page, fetch_page
from octoregistry.sources.parallel import in_parallel, one_by_one
from octoregistry.sources.urls import shown_url

Clock = Callable[[], datetime]
Subject = Literal["prices", "lifecycle"]
log = logging.getLogger(__name__)


class RejectOf(Protocol):
    """Gives the reason why a page is none of a provider, or None."""

    def __call__(self, page: Page, /, provider: str) -> str | None:
        """The reason, or None."""


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


def take_every_page(_: Page, /, provider: str) -> str | None:
    """Return None: every page that came is taken for one."""
    del provider
    return None


def fetch_pages(
    settings: Settings,
    providers: Iterable[str],
    *,
    offline: bool = False,
    clock: Clock = utc_now,
    reject: RejectOf = take_every_page,
    subject: Subject = "prices",
) -> dict[str, Page | Failed]:
    """For each of `providers` the first of its pages of a subject that can be read, or a failure that names them all.

    `reject` looks at a page that came for a provider and gives the reason why it is none (a challenge, no price on it), or
    None; then the next address is tried, and what was kept of that page before stays. It is called in several threads.
    With `offline` nothing is asked: the cache serves, and where it holds nothing, the pages that come with the package.
    Raises KeyError for a provider without settings.
    """
    known = {name: settings.providers[name] for name in providers}
    urls: dict[str, tuple[str, ...]] = {name: getattr(provider, subject) for name, provider in known.items()}

    def failed(name: str, error: Exception) -> Page | Failed:
        return Failed.by(shown_url(urls[name][0]) if urls[name] else name, error)

    if offline:
        cache, bundled = Cache(settings.fetch.cache_dir), subject == "prices"
        kept = {
            name: partial(_replayed, cache, urls[name], partial(reject, provider=name), bundled and name)
            for name in known
        }
        return one_by_one(kept, failed)
    stop = Stop()
    cache, client = Cache(settings.fetch.cache_dir), Client.of(settings.fetch, clock, stop)
    fetchers = {
        name: Fetcher.of(client, cache, provider, partial(reject, provider=name)) for name, provider in known.items()
    }
    return in_parallel({name: partial(_first, fetchers[name], urls[name]) for name in known}, stop, failed)


def _first(fetcher: Fetcher, urls: tuple[str, ...]) -> Page | Failed:
    """The first page that can be read."""
    attempts: list[Failed] = []
    for url in urls:
        page = _fetched(fetcher, url)
        if isinstance(page, Page):
            return page
        attempts.append(page)
    return _none_of(attempts, "; --offline reads what was kept, or the pages that come with the package")


def _fetched(fetcher: Fetcher, url: str) -> Page | Failed:
    """The page at `url`; what nobody thought of is a reason too, and the next address is tried."""
    try:
        return fetch_page(fetcher, url)
    except Exception as error:
        log.debug("%s", shown_url(url), exc_info=True)
        return Failed.by(shown_url(url), error)


def _replayed(cache: Cache, urls: tuple[str, ...], reject: Reject, packaged: str | Literal[False]) -> Page | Failed:
    """The first page that was kept, else the one of the vendor `packaged` that comes with the package."""
    attempts: list[Failed] = []
    for url in urls:
        page = cached_page(cache, url)
        if isinstance(page, Page):
            reason = reject(page)
            if reason is None:
                return page
            page = Failed(page.url, reason)
        attempts.append(page)
    bundled = bundled_page(packaged) if packaged else None
    if bundled is None:
        return _none_of(attempts, "; no page of it comes with the package")
    reason = reject(bundled)
    return bundled if reason is None else _none_of([*attempts, Failed(f"bundled:{bundled.url}", reason)], "")


def _none_of(attempts: list[Failed], hint: str) -> Failed:
    """One failure that says what each address gave."""
    if not attempts:
        return Failed("(no address)", f"no page is set{hint}")
    reason = attempts[0].reason + "".join(f"; {attempt}" for attempt in attempts[1:])
    return Failed(attempts[0].url, reason + hint, tuple(attempts))
