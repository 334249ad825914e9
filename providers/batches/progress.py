"""How far a run has come, from its state and from what the vendor last said of its batches."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..base import BatchStatusInfo
from .state import COLLECTED, DROPPED, PLANNED, SUBMITTED, SUBMITTING, Part, RunState
from .values import BatchProgress


def progress_of(
    state: RunState,
    seen: Mapping[int, BatchStatusInfo] | None = None,
    note: str | None = None,
    next_look: float | None = None,
) -> BatchProgress:
    """Where a run stands; `seen` is what the vendor said of each part's batch."""
    parts = state.parts
    ended = [part for part in parts if part.status in {COLLECTED, DROPPED}]
    inflight = [part for part in parts if part.status in {SUBMITTING, SUBMITTED}]
    answered, failed = sum(part.answered for part in ended), sum(part.failed for part in ended)
    return BatchProgress(
        step=_step(state),
        rows=state.rows,
        done=answered + failed,
        answered=answered,
        failed=failed,
        running=sum(_done_at_the_vendor(part, (seen or {}).get(part.number)) for part in inflight),
        retrying=sum(part.size for part in parts if part.attempt > 1 and part not in ended),
        batches=len(parts),
        batches_ended=len(ended),
        cost=sum((part.cost for part in ended), Decimal(0)),
        cost_running=sum((part.estimate for part in inflight), Decimal(0)),
        estimate=sum((part.estimate for part in parts if part.attempt == 1), Decimal(0)),
        unpriced=sum(part.unpriced for part in ended),
        note=note,
        next_look=next_look,
    )


def _step(state: RunState) -> str:
    statuses = {part.status for part in state.parts}
    if state.finished:
        return "done"
    if SUBMITTING in statuses:
        return "looking up"
    if SUBMITTED in statuses:
        return "running"
    return "waiting" if PLANNED in statuses and any(part.refusals for part in state.parts) else "submitting"


def _done_at_the_vendor(part: Part, info: BatchStatusInfo | None) -> int:
    counts = info.get("counts", {}) if info else {}
    return min(part.size, counts.get("completed", 0) + counts.get("failed", 0))
