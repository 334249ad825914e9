"""The model lists of the vendors' APIs, asked for where a key is set, read to the last page, kept for `--offline`.

Plain HTTP rather than the vendors' SDKs: the main job runs without any of them, and the checks, deadlines and caps of
page fetching hold here too. The key travels in one header; it is never in an address, a message or the cache.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from octoregistry.settings import Settings
from octoregistry.sources.cache import Cache, CacheEntry
from octoregistry.sources.client import Client, Route, answer_of
from octoregistry.sources.deadline import Stop
from octoregistry.sources.listings import ListedModel, ListPart, NotAList, joined, parse_part
from octoregistry.sources.page import Failed
from octoregistry.sources.parallel import in_parallel, one_by_one
from octoregistry.sources.transport import NoAnswer, Response
from octoregistry.sources.urls import host_of, shown_url
from octoregistry.sources.vendor_pages import Clock, utc_now
from providers import vendors as facts

MOST_PARTS = 100
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_MODELS = TypeAdapter(tuple[ListedModel, ...])


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models that a vendor's API lists, whole, as of `fetched_at` (aware, UTC).

    `note` says what went wrong without making the list any worse; `url` is the list's address, `kept` says that it was
    not asked for now.
    """

    provider: str
    fetched_at: datetime
    models: tuple[ListedModel, ...]
    note: str | None = None
    url: str = ""
    kept: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A list that was not asked for, and why: no key is set, or the vendor has no list. That is no failure."""

    provider: str
    reason: str

    def __str__(self) -> str:
        return f"{self.provider}: {self.reason}"


ListOutcome = ModelList | Failed | NotAsked


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Where a vendor's list is asked for, and with which key, from which variable."""

    listing: facts.ModelListSource
    url: str
    key_name: str
    key: str = field(repr=False)
    own_base: bool

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", **self.listing.headers}
        if self.key:
            bearer = self.listing.key_header.lower() == "authorization"
            headers[self.listing.key_header] = f"Bearer {self.key}" if bearer else self.key
        return headers


def fetch_model_lists(
    settings: Settings,
    providers: Iterable[str],
    *,
    offline: bool = False,
    clock: Clock = utc_now,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, ListOutcome]:
    """For each of `providers` its whole model list, the reason why it failed, or why it was not asked for.

    With `offline` the lists that were kept serve, without any key. Raises KeyError for a provider without settings.
    """
    cache = Cache(settings.fetch.cache_dir)
    vendors = {name: settings.providers[name] for name in providers}

    def failed(name: str, error: Exception) -> ListOutcome:
        listing = vendors[name].model_list
        return Failed.by(shown_url(_url(vendors[name], listing, environ)[0]) if listing else name, error)

    if offline:
        return one_by_one({name: partial(_replayed, cache, one, environ) for name, one in vendors.items()}, failed)
    endpoints = {vendor.name: _endpoint(vendor, environ) for vendor in vendors.values()}
    at_home = frozenset(
        host_of(endpoint.url)
        for endpoint in endpoints.values()
        if isinstance(endpoint, _Endpoint) and endpoint.own_base
    )
    stop = Stop()
    client = Client.of(settings.fetch, clock, stop, at_home)
    work = {name: partial(_listed, client, cache, name, endpoint) for name, endpoint in endpoints.items()}
    return in_parallel(work, stop, failed)


def _endpoint(vendor: facts.Vendor, environ: Mapping[str, str]) -> _Endpoint | str:
    """Where the list is asked for, or why it is not. A vendor without a variable for the key wants none."""
    listing = vendor.model_list
    if listing is None:
        return "no model list is set for it"
    name = next((name for name in vendor.key_env if environ.get(name, "").strip()), None)
    if name is None and vendor.key_env and not listing.open:
        return f"no key ({' or '.join(vendor.key_env)} is not set)"
    url, own = _url(vendor, listing, environ)
    return _Endpoint(listing, url, name or "", environ[name].strip() if name else "", own)


def _url(vendor: facts.Vendor, listing: facts.ModelListSource, environ: Mapping[str, str]) -> tuple[str, bool]:
    """The list's address, and whether the environment set its base: then its host may be one at home."""
    if not listing.path.startswith("/"):
        return listing.path, False
    own = environ.get(vendor.base_url_env, "").strip() if vendor.base_url_env else ""
    return f"{(own or vendor.base_url or '').rstrip('/')}{listing.path}", bool(own)


def _listed(client: Client, cache: Cache, provider: str, endpoint: _Endpoint | str) -> ListOutcome:
    """The list of one vendor, asked for part by part."""
    if isinstance(endpoint, str):
        return NotAsked(provider, endpoint)
    shown = shown_url(endpoint.url)
    if endpoint.key and urlsplit(endpoint.url).scheme == "http" and host_of(endpoint.url) not in LOOPBACK:
        return Failed(shown, f"the key in {endpoint.key_name} is not sent over plain http")
    try:
        models = joined(_parts(client, endpoint))
    except NotAList as fault:
        return Failed(shown, str(fault).replace(endpoint.key, "***") if endpoint.key else str(fault))
    fetched = ModelList(provider, client.clock(), models, url=shown)
    if client.stop.called:
        return Failed(shown, "stopped")
    try:
        cache.put(_cache_name(provider, endpoint.url), _entry_of(endpoint.url, fetched))
    except OSError as error:
        note = f"not kept for --offline: {cache.folder} cannot be written ({error.strerror})"
        return replace(fetched, note=note)
    return fetched


def _parts(client: Client, endpoint: _Endpoint) -> list[ListPart]:
    """All parts of a list. Raises NotAList."""
    parts: list[ListPart] = []
    cursors: set[str | None] = set()
    cursor: str | None = None
    while len(parts) < MOST_PARTS:
        cursors.add(cursor)
        url = endpoint.url + _query(endpoint.listing, cursor)
        answer = answer_of(client, url, endpoint.headers, client.deadline(), Route(redirect_hosts=None))
        parts.append(parse_part(endpoint.listing, _body(answer, endpoint)))
        cursor = parts[-1].cursor
        if cursor is None:
            return parts
        if cursor in cursors:
            raise NotAList("the list leads back to a part that was read already")
    raise NotAList(f"the list has more than {MOST_PARTS} parts")


def _query(listing: facts.ModelListSource, cursor: str | None) -> str:
    """The query for the part that `cursor` names."""
    pairs = [(key, value) for key, values in listing.query.items() for value in values]
    if cursor and listing.cursor_query:
        pairs.append((listing.cursor_query, cursor))
    return f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""


def _body(answer: Response | NoAnswer, endpoint: _Endpoint) -> bytes:
    """The body of a good answer. Raises NotAList; never with a word of the answer, which may quote the key."""
    if isinstance(answer, NoAnswer):
        raise NotAList(answer.reason)
    refused = answer.status == 400 and any(word.encode() in answer.body for word in endpoint.listing.bad_key)
    if endpoint.key and (answer.status in {401, 403} or refused):
        raise NotAList(f"status {answer.status}: the key in {endpoint.key_name} is not accepted")
    if answer.status == 429:
        raise NotAList("status 429: too many requests, and waiting did not help")
    if answer.status != 200:
        raise NotAList(f"status {answer.status}")
    return answer.body


def _cache_name(provider: str, url: str) -> str:
    return f"models:{provider}:{url}"


def _entry_of(url: str, fetched: ModelList) -> CacheEntry:
    body = _MODELS.dump_json(fetched.models, indent=1)
    return CacheEntry(url, url, body, "application/json", None, None, fetched.fetched_at, fetched.fetched_at)


def _replayed(cache: Cache, vendor: facts.Vendor, environ: Mapping[str, str]) -> ListOutcome:
    """The list that was kept, as old as it is."""
    if vendor.model_list is None:
        return NotAsked(vendor.name, "no model list is set for it")
    kept = cache.get(_cache_name(vendor.name, _url(vendor, vendor.model_list, environ)[0]))
    if kept is None:
        return NotAsked(vendor.name, "no model list was kept")
    try:
        models = _MODELS.validate_json(kept.body)
        return ModelList(vendor.name, kept.checked_at, models, url=shown_url(kept.url), kept=True)
    except ValidationError:
        return Failed(shown_url(kept.url), "the list that was kept cannot be read; the next run with a key replaces it")
