"""The Report: one update, the registry before and after it, and the pages that it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from octoregistry.costing.summary import UsageCosts
from octoregistry.planning.plan import Plan
from providers.entries import Model, Rate
from providers.registry import Registry

Rates = Mapping[tuple[str, str], tuple[Rate, ...]]

STALE_DAYS = 30
OLD_DAYS = 14  # a page older than that is told in the report's first lines as something to mind


@dataclass(frozen=True, slots=True)
class SourceSummary:
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
    """All that a report shows. `after` is the registry with the changes that need no person; `run` is the files' name.

    `witnesses` are the other registries that were read.
    `rates` and `rates_before` are those that costs are computed by, by provider and model, after and before. `usage`
    is what a log cost, where one was given, and `budget` what a month of calls may cost, in USD.
    """

    run: str
    at: datetime
    name: str
    before: Registry
    after: Registry
    plan: Plan
    sources: tuple[SourceSummary, ...]
    rates: Rates
    rates_before: Rates
    witnesses: tuple[str, ...] = ()
    usage: UsageCosts | None = None
    budget: Decimal | None = None

    @property
    def day(self) -> date:
        """The day that prices and ages are told for."""
        return self.at.date()

    def rates_of(self, model: Model) -> tuple[Rate, ...]:
        """The rates that the model's costs are computed by."""
        return self.rates[model.provider, model.id]
