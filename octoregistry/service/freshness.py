"""Freshness: how long ago each provider's prices were last read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from octoregistry.service.jobs import UpdateJob


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a provider's prices were last read, and how old that may be: two intervals of its most frequent job."""

    provider: str
    last_success: datetime | None
    age: timedelta | None
    allowed: timedelta

    @property
    def fresh(self) -> bool:
        """True where it has succeeded within two intervals."""
        return self.age is not None and self.age <= self.allowed

    def __str__(self) -> str:
        if self.last_success is None or self.age is None:
            return f"{self.provider}: never read"
        word = "fresh" if self.fresh else "STALE"
        when = f"{_words(self.age)} ago ({self.last_success:%Y-%m-%d %H:%M}Z)"
        return f"{self.provider}: {word}, read {when}, allowed {_words(self.allowed)}"


def freshness(jobs: Iterable[UpdateJob], successes: Mapping[str, datetime], now: datetime) -> tuple[Freshness, ...]:
    """Each provider that some job updates, in the order of the jobs."""
    allowed: dict[str, timedelta] = {}
    for job in jobs:
        two = 2 * job.slots.interval(now)
        for provider in job.providers:
            allowed[provider] = min(two, allowed.get(provider, two))
    found = []
    for provider, most in allowed.items():
        last = successes.get(provider)
        # clocks differ a little: what another machine has just read is no older than now
        age = max(now - last, timedelta(0)) if last else None
        found.append(Freshness(provider, last, age, most))
    return tuple(found)


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds} s"
