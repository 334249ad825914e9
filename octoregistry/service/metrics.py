"""Metrics for Prometheus, read from the run log at each request, so that a restart loses none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from octoregistry.service.assembly import Service
from providers import Registry


class RegistrySource(Protocol):
    """Gives the registry as it is now."""

    def now(self) -> Registry:
        """The registry."""


def collector(service: Service, live: RegistrySource) -> CollectorRegistry:
    """What `generate_latest` takes. Asking raises DatabaseError."""
    found = CollectorRegistry(auto_describe=False)
    found.register(_MetricsCollector(service, live))
    return found


class _MetricsCollector(Collector):
    def __init__(self, service: Service, live: RegistrySource) -> None:
        self.service, self.live = service, live

    def describe(self) -> list[Metric]:
        """Returns no metrics, so registering runs no query."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every number."""
        counts = self.service.log.counts()
        age = GaugeMetricFamily(
            "octoregistry_provider_age_seconds", "Age of the page that prices were last read from", labels=["provider"]
        )
        fresh = GaugeMetricFamily("octoregistry_provider_fresh", "1 within two intervals, else 0", labels=["provider"])
        served = GaugeMetricFamily(
            "octoregistry_provider_served", "1: who served the page that was last read", labels=["provider", "served"]
        )
        for one in self.service.freshness():
            if one.page:
                served.add_metric([one.provider, one.page.served or "network"], 1)
            age.add_metric([one.provider], one.age.total_seconds() if one.age is not None else math.inf)
            fresh.add_metric([one.provider], float(one.fresh))
        yield age
        yield fresh
        yield served
        runs = CounterMetricFamily("octoregistry_runs", "Runs by how they ended", labels=["job", "end"])
        for (name, end), count in counts.runs.items():
            runs.add_metric([name, end], count)
        yield runs
        changes = CounterMetricFamily("octoregistry_changes", "Values changed", labels=["provider"])
        for provider, count in counts.changes.items():
            changes.add_metric([provider], count)
        yield changes
        holds = GaugeMetricFamily("octoregistry_holds", "Models held that wait for a person", labels=["provider"])
        for provider in dict.fromkeys([*(p for job in self.service.jobs for p in job.providers), *counts.waiting]):
            holds.add_metric([provider], counts.waiting.get(provider, 0))
        yield holds
        yield CounterMetricFamily("octoregistry_llm_cost_usd", "Spent on language models", value=float(counts.spent))
        pending, given_up = self.service.outbox.counts()
        yield GaugeMetricFamily("octoregistry_notices_pending", "Notices that are not sent yet", value=pending)
        yield CounterMetricFamily(
            "octoregistry_notices_given_up", "Notices that no receiver took in eight tries", value=given_up
        )
        now = datetime.now(UTC)
        upcoming = GaugeMetricFamily("octoregistry_next_slot_timestamp_seconds", "When a job is due", labels=["job"])
        for job in self.service.jobs:
            slot = job.slots.after(now)
            if slot is not None:
                upcoming.add_metric([job.name], slot.timestamp())
        yield upcoming
        yield GaugeMetricFamily("octoregistry_models", "Models in the registry", value=len(self.live.now()))
