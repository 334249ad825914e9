"""What a report is made of: one update, the registry before and after it, and where the prices came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from octoregistry.planning.plan import Plan
from providers.registry import Registry

STALE_DAYS = 30


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """What one provider's pricing page gave. `failed` says why it could not be read, and `day` is then None."""

    provider: str
    page: str
    served: str
    day: date | None
    prices: int
    unread_parts: int
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report shows. `after` is the registry with the changes that need no person; `run` is the files' name."""

    run: str
    at: datetime
    name: str
    before: Registry
    after: Registry
    plan: Plan
    sources: tuple[SourceSeen, ...]

    @property
    def day(self) -> date:
        """The day that prices and ages are told for."""
        return self.at.date()
