"""Freshness: how old the page is that each provider's prices were last read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from octoregistry.service.jobs import UpdateJob

_SERVED = {"cache": ", from the cache", "bundled": ", bundled with the package"}


@dataclass(frozen=True, slots=True)
class PageRead:
    """The newest page that prices of a provider were read from: when its server last said that it reads like this, and who
    served it (`network`, `cache` or `bundled`). To read an old copy again makes it no younger."""

    at: datetime
    served: str = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the page is that a provider's prices were last read from, and how old it may be: two intervals of its most
    frequent job."""

    provider: str
    page: PageRead | None
    age: timedelta | None
    allowed: timedelta

    @property
    def fresh(self) -> bool:
        """True where the page is no older than two intervals."""
        return self.age is not None and self.age <= self.allowed

    @property
    def age_text(self) -> str:
        """The page's age in words: "3 d"; "" where it was never read."""
        return "" if self.age is None else _words(self.age)

    @property
    def allowed_text(self) -> str:
        """How old it may be, in words."""
        return _words(self.allowed)

    def __str__(self) -> str:
        if self.page is None or self.age is None:
            return f"{self.provider}: never read"
        word = "fresh" if self.fresh else "STALE"
        page = f"page of {self.page.at:%Y-%m-%d %H:%M}Z{_SERVED.get(self.page.served, '')}"
        return f"{self.provider}: {word}, {page}, {self.age_text} old, allowed {self.allowed_text}"


def freshness(jobs: Iterable[UpdateJob], pages: Mapping[str, PageRead], now: datetime) -> tuple[Freshness, ...]:
    """Each provider that some job updates, in the order of the jobs."""
    allowed: dict[str, timedelta] = {}
    for job in jobs:
        two = 2 * job.slots.interval(now)
        for provider in job.providers:
            allowed[provider] = min(two, allowed.get(provider, two))
    found = []
    for provider, most in allowed.items():
        page = pages.get(provider)
        # clocks differ a little: what another machine has just read is no older than now
        age = max(now - page.at, timedelta(0)) if page else None
        found.append(Freshness(provider, page, age, most))
    return tuple(found)


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds} s"
