"""The calculator as the page opens: a usual workload, and what each model costs for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from octoregistry.queries import wording
from octoregistry.queries.estimate import Cost, Estimate, UnknownCost, Workload, dollars, estimate
from octoregistry.report.report import Report

SHOWN = 25
START: Mapping[str, int] = {"input": 2000, "output": 500, "cached_input": 0, "cache_write_5m": 0}
REQUESTS = 10_000


@dataclass(frozen=True, slots=True)
class CostRow:
    """One model's cost as text."""

    provider: str
    id: str
    display_name: str
    cost: str
    exact: str
    multiple: str
    batch: str


def starting_workload(report: Report) -> Workload:
    """The workload that the page opens with."""
    return Workload(START, report.day, REQUESTS)


def starting_costs(report: Report) -> tuple[CostRow, ...]:
    """The models that cost least for it."""
    return tuple(_row(one) for one in estimate(report.after, starting_workload(report))[:SHOWN])


def _row(one: Estimate) -> CostRow:
    return CostRow(
        provider=one.model.provider,
        id=one.model.id,
        display_name=one.model.display_name,
        cost=_text(one.cost),
        exact=f"{one.cost:f}" if isinstance(one.cost, Decimal) else "",
        multiple="" if one.multiple is None else f"×{one.multiple.quantize(Decimal('0.01'), ROUND_HALF_UP):,f}",
        batch=_text(one.modes["batch"]),
    )


def _text(cost: Cost) -> str:
    return wording.DASH if isinstance(cost, UnknownCost) else dollars(cost)
