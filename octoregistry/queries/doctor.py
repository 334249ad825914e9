"""Findings on this installation: keys, pages, lists, cache and lock, each with what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

from octoregistry.merging.lock import holder, is_locked
from octoregistry.queries.packaged import CURE, newer_packaged
from octoregistry.settings import Settings
from octoregistry.sources import Failed, NotAsked, fetch_model_lists, fetch_pages
from octoregistry.sources.cache import Cache
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.updating.page_reader import PageReader
from providers import RegistryError, load_registry, parse_registry
from providers.files import bytes_of, real_path
from providers.registry import PACKAGED, own_place
from providers.vendors import Vendor

_OLD = 14  # days
_RETRIES = (
    "`api.retry` of a program's configuration is the program's own: with it, and without `api.transport_retry`, "
    "each call is made once"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `ok`, a `note` (something optional is not there), or `wrong`."""

    about: str
    state: Literal["ok", "note", "wrong"]
    text: str


def findings(registry: Path, settings: Settings, environ: Mapping[str, str], *, offline: bool) -> Iterator[Finding]:
    """Every finding, as it is found. With `offline` the network is not asked."""
    yield _registry(registry)
    asked = _asked(registry, settings)
    yield from _keys(asked, environ)
    yield from _cached(settings, asked) if offline else _reachable(settings, asked, environ)
    yield _cache(settings)
    yield _lock(registry)
    yield Finding("retries", "ok", _RETRIES)


def _registry(path: Path) -> Finding:
    try:
        registry = parse_registry(bytes_of(path), str(path))
    except OSError as error:
        return Finding("registry", "wrong", f"{path}: {error.strerror or error}")
    except RegistryError as error:
        return Finding("registry", "wrong", f"{error.faults[0]} ({len(error.faults)} faults: see `octoregistry check`)")
    text = f"{path}: {len(registry)} models"
    if str(path) == PACKAGED:
        return Finding("registry", "ok", f"{text}, as packaged; the first update copies it to {own_place()}")
    if not (os.access(real_path(path), os.W_OK) and os.access(real_path(path).parent, os.W_OK)):
        return Finding("registry", "note", f"{text}; it or its folder cannot be written")
    if newer := newer_packaged(registry):
        return Finding("registry", "note", f"{text}; the packaged registry is newer, of {newer}: {CURE}")
    return Finding("registry", "ok", text)


def _asked(path: Path, settings: Settings) -> dict[str, Vendor]:
    """The vendors that updates ask: those of the registry, of the packaged one, and of a person's own settings."""
    known = [*load_registry(PACKAGED).providers]
    with suppress(OSError, RegistryError):
        known += parse_registry(bytes_of(path), str(path)).providers
    return {name: settings.providers[name] for name in settings.with_pages(dict.fromkeys(known))}


def _paged(asked: Mapping[str, Vendor]) -> list[str]:
    """The vendors that have a page of prices; the list of another is all that it has."""
    return [name for name, facts in asked.items() if not facts.is_list_only]


def _keys(asked: Mapping[str, Vendor], environ: Mapping[str, str]) -> Iterator[Finding]:
    for name, provider in asked.items():
        if provider.model_list is None or not provider.key_env:
            continue
        names = provider.key_env
        found = next((known for known in names if environ.get(known, "").strip()), None)
        without = "asked for without it" if provider.model_list.open else "not asked for"
        text = f"{found} is set" if found else f"{' or '.join(names)} is not set: its model list is {without}"
        yield Finding(f"key of {name}", "ok" if found else "note", text)


def _reachable(settings: Settings, asked: Mapping[str, Vendor], environ: Mapping[str, str]) -> Iterator[Finding]:
    # a challenge must not take a good page's place in the cache
    reject = PageReader(settings.reading).refused
    for name, page in fetch_pages(settings, _paged(asked), reject=reject).items():
        if isinstance(page, Failed):
            yield Finding(f"page of {name}", "wrong", str(page))
        else:
            yield Finding(f"page of {name}", "ok", f"{page.url}: {len(page.text):,} letters")
    for name, listed in fetch_model_lists(settings, asked, environ=environ).items():
        if isinstance(listed, NotAsked):
            yield Finding(f"list of {name}", "note", f"not asked for: {listed.reason}")
        elif isinstance(listed, Failed):
            yield Finding(f"list of {name}", "wrong", str(listed))
        else:
            yield Finding(f"list of {name}", "ok", f"{len(listed.models)} models")


def _cached(settings: Settings, asked: Mapping[str, Vendor]) -> Iterator[Finding]:
    reject = PageReader(settings.reading).refused
    for name, page in fetch_pages(settings, _paged(asked), offline=True, reject=reject).items():
        if isinstance(page, Failed):
            yield Finding(f"page of {name}", "wrong", str(page))
        else:
            days = page.age(utc_now()).days
            source = "bundled with the package" if page.from_cache == "bundled" else "in the cache"
            text = f"{source}, of {page.fetched_at.date()}, {days} day{'' if days == 1 else 's'} old"
            yield Finding(f"page of {name}", "note" if days > _OLD else "ok", text)


def _cache(settings: Settings) -> Finding:
    folder = Cache(settings.fetch.cache_dir).folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pages = len(list(folder.glob("*.body")))
    except OSError as error:
        return Finding("cache", "wrong", f"{folder} cannot be written: {error.strerror or error}; set fetch.cache_dir")
    return Finding("cache", "ok", f"{folder}: {pages} pages and lists")


def _lock(registry: Path) -> Finding:
    try:
        if is_locked(registry):
            return Finding("lock", "note", f"held by {holder(registry) or 'another process'}")
    except OSError as error:
        return Finding("lock", "wrong", f"{error.filename}: {error.strerror or error}")
    return Finding("lock", "ok", "free")
