"""One page of a vendor: asked for only if it changed, decoded, kept for `--offline`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from octoregistry.documents.whole_number import whole_number
from octoregistry.sources.cache import Cache, CacheEntry
from octoregistry.sources.charset import WrongCharset, text_of
from octoregistry.sources.client import Client, Route, answer_of
from octoregistry.sources.page import NOT_CACHED, Failed, From, Page
from octoregistry.sources.robots import Robots
from octoregistry.sources.transport import NoAnswer, Response
from octoregistry.sources.urls import shown_url
from providers.vendors import Vendor

Reject = Callable[[Page], str | None]
READABLE = (
    "text/",
    "application/xhtml",
    "application/xml",
    "application/json",
    "application/markdown",
    "application/octet-stream",
)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What pages are fetched with. `reject` gives the reason why a page that came is none (a challenge), or None."""

    client: Client
    robots: Robots
    cache: Cache
    reject: Reject
    redirect_hosts: frozenset[str]

    @classmethod
    def of(cls, client: Client, cache: Cache, provider: Vendor, reject: Reject) -> Fetcher:
        """What the pages of `provider` are fetched with."""
        hosts = frozenset(host.lower() for host in provider.redirect_hosts)
        return cls(client, Robots(client, hosts), cache, reject, hosts)


def fetch_page(fetcher: Fetcher, url: str) -> Page | Failed:
    """The page at `url` over the network, or out of the cache where the server says that it did not change.

    What was kept is sent for whole after `full_fetch_days` all the same: a server whose ETag never changes would hide
    every change. A page that `reject` refuses is not kept, so that the last good one stays.
    """
    now = fetcher.client.clock()
    kept = fetcher.cache.get(url)
    headers = _conditions(kept, now, fetcher.client.fetch.full_fetch_days)
    route = Route(fetcher.redirect_hosts, fetcher.robots.refusal)
    answer = answer_of(fetcher.client, url, headers, fetcher.client.deadline(), route)
    if isinstance(answer, NoAnswer):
        return Failed(shown_url(url), answer.reason)
    if answer.status == 304 and headers and kept is not None:
        return _answered(_vetted(fetcher, url, _refreshed(kept, answer, now), "cache"), answer)
    if answer.status != 200:
        return Failed(shown_url(url), _status_reason(answer.status))
    content_type = answer.headers.get("content-type")
    if content_type and not content_type.strip().lower().startswith(READABLE):
        return Failed(shown_url(url), f"the answer is {content_type.partition(';')[0].strip()[:80]}, not text")
    if not answer.body.strip():
        return Failed(shown_url(url), "the page is empty")
    came = CacheEntry(
        url,
        answer.url,
        answer.body,
        content_type,
        answer.headers.get("etag"),
        answer.headers.get("last-modified"),
        now,
        now,
    )
    return _answered(_vetted(fetcher, url, came, "network"), answer)


def cached_page(cache: Cache, url: str) -> Page | Failed:
    """The page that was kept of `url`, as old as it is."""
    kept = cache.get(url)
    return Failed(shown_url(url), NOT_CACHED) if kept is None else _page(url, kept, "cache")


def _vetted(fetcher: Fetcher, url: str, kept: CacheEntry, origin: From) -> Page | Failed:
    """The page that `kept` holds, kept now that it is known to be one; or why it is none."""
    page = _page(url, kept, origin)
    if isinstance(page, Failed):
        return page
    if reason := fetcher.reject(page):
        return Failed(page.url, reason)
    if fetcher.client.stop.called:
        return Failed(page.url, "stopped")
    try:
        fetcher.cache.put(url, kept)
    except OSError as error:
        return replace(
            page, note=f"not kept for --offline: {fetcher.cache.folder} cannot be written ({error.strerror})"
        )
    return page


_LONGEST_AGE = timedelta(days=366)  # RFC 9111: a year is what "for ever" is written as


def _answered(page: Page | Failed, answer: Response) -> Page | Failed:
    """`page` with the server's time of the answer."""
    if isinstance(page, Failed):
        return page
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
        age = timedelta(seconds=whole_number(answer.headers.get("age")) or 0)
        return replace(page, answered_at=said.astimezone(UTC) + age) if age <= _LONGEST_AGE else page
    except (TypeError, ValueError, OverflowError):  # it says none
        return page


def _page(url: str, kept: CacheEntry, origin: From) -> Page | Failed:
    try:
        text = text_of(kept.body, kept.content_type)
    except WrongCharset as fault:
        return Failed(shown_url(url), str(fault))
    return Page(
        url=shown_url(url),
        final_url=shown_url(kept.final_url),
        text=text,
        content_type=kept.content_type,
        fetched_at=kept.checked_at,
        sha256=sha256(kept.body).hexdigest(),
        etag=kept.etag,
        last_modified=kept.last_modified,
        from_cache=origin,
    )


def _conditions(kept: CacheEntry | None, now: datetime, full_fetch_days: float) -> dict[str, str]:
    """The headers that ask for a page only if it changed since it was kept."""
    if kept is None or not timedelta(0) <= now - kept.full_at < timedelta(days=full_fetch_days):
        return {}
    asked = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    return {name: value for name, value in asked.items() if value and value.isascii() and value.isprintable()}


def _refreshed(kept: CacheEntry, answer: Response, now: datetime) -> CacheEntry:
    """`kept`, checked now; the server may have sent a new ETag with its 304."""
    etag = answer.headers.get("etag") or kept.etag
    return CacheEntry(
        kept.url, kept.final_url, kept.body, kept.content_type, etag, kept.last_modified, now, kept.full_at
    )


def _status_reason(status: int) -> str:
    words = {
        401: "it asks for a login",
        403: "it refuses us",
        404: "there is no such page",
        410: "the page is gone",
        429: "too many requests",
    }
    return f"status {status}" + (f": {words[status]}" if status in words else "")
