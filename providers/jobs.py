"""Where a vendor's batch stands, in our five words: from its own state, what it counts, and how long it has been
about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .base import BatchStatus, BatchStatusInfo

_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED, BatchStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class State:
    """What one of a vendor's states means: with rows to collect, and without any."""

    with_rows: BatchStatus
    without: BatchStatus
    why: str | None = None  # said as the error, where the state is one
    cancelling: bool = False  # on its way to an end that the vendor promises, however long it takes

    @property
    def ended(self) -> bool:
        """Whether a batch never leaves this state."""
        return self.with_rows in _ENDED


PENDING = State(BatchStatus.PENDING, BatchStatus.PENDING)
RUNNING = State(BatchStatus.RUNNING, BatchStatus.RUNNING)
CANCELLING = State(BatchStatus.RUNNING, BatchStatus.RUNNING, cancelling=True)
COMPLETED = State(BatchStatus.COMPLETED, BatchStatus.COMPLETED)
FAILED = State(BatchStatus.FAILED, BatchStatus.FAILED)
CANCELLED = State(BatchStatus.CANCELLED, BatchStatus.CANCELLED)
# Callers collect what is COMPLETED and give up what is FAILED, so a batch that ran out of time is completed as far as
# it got.
EXPIRED = State(BatchStatus.COMPLETED, BatchStatus.FAILED, "expired before all rows were answered")


@dataclass(frozen=True, slots=True)
class Job:
    """A vendor's batch as it was read: its own word for its state, what is there to collect, its times in ISO 8601."""

    id: str
    state: str
    meaning: State | None  # None: a state that is in no table
    has_rows: bool
    counts: Mapping[str, int] | None = None
    error: str | None = None
    retryable: bool = False
    spent: bool = False  # it failed as the account has nothing left to spend
    created_at: str | None = None
    started_at: str | None = None
    updated_at: str | None = None
    completed_at: str | None = None
    expires_at: str | None = None
    tag: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)  # the rest of the vendor's answer

    @property
    def ended(self) -> bool:
        """True where nothing more will come of it, in the words of its vendor."""
        return self.meaning is not None and self.meaning.ended

    @property
    def cancelling(self) -> bool:
        """True where it was asked to end and has not yet."""
        return self.meaning is not None and self.meaning.cancelling

    def shown(self, hide: Callable[[str], str]) -> Job:
        """This batch as others may see it: each word of its vendor's as `hide` has it."""
        error = None if self.error is None else hide(self.error)
        tag = hide(self.tag) if isinstance(self.tag, str) else None  # of no other kind did anybody give one
        return replace(self, id=hide(self.id), state=hide(self.state), error=error, tag=tag)


def error_of(job: Job) -> str | None:
    """What went wrong with a batch as a whole, or how many of its rows failed; None where nothing did."""
    why = job.error or (job.meaning.why if job.meaning is not None else None)
    counts = job.counts or {}
    failed = f"{counts['failed']} of {counts['total']} rows failed" if job.ended and counts.get("failed") else None
    return "; ".join(told for told in (why, failed) if told) or None


def status_of(job: Job, known_for: float, longest_life: float) -> BatchStatusInfo:
    """Where `job` stands; `known_for` are the seconds since we first saw it.

    A state that nobody knew when this was written is polled on, visible as `provider_status`; but a batch that has
    not ended `longest_life` seconds after we first saw it, twice what its vendor allows it, never will: it is FAILED,
    and says why. Not by the day of its creation: a clock of ours that is days ahead would end batches that live. One
    that is being cancelled is never FAILED: it ends with what was answered by then.
    """
    status, error = _status(job), error_of(job)
    if status not in _ENDED and not job.cancelling and known_for > longest_life:
        error = f"no end in sight: still {job.state!r} {known_for / 3600:.0f} hours after it was first seen" + (
            f"; {error}" if error else ""
        )
        status = BatchStatus.FAILED
    info: BatchStatusInfo = {
        "status": status,
        "progress": _progress(job.counts),
        "error": error,
        "provider_status": job.state,
        "batch_id": job.id,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "completed_at": job.completed_at,
        "expires_at": job.expires_at,
        "tag": job.tag,
        "retryable": job.retryable,
        "spent": job.spent,
        "cancelling": job.cancelling,
    }
    if job.counts is not None:
        info["counts"] = dict(job.counts)
    return info


def _status(job: Job) -> BatchStatus:
    if job.meaning is None:
        return BatchStatus.RUNNING
    return job.meaning.with_rows if job.has_rows else job.meaning.without


def _progress(counts: Mapping[str, int] | None) -> str | None:
    """Rows that are done, whatever became of them, of all rows: "45/100"."""
    if not counts or not counts.get("total"):
        return None
    return f"{counts.get('completed', 0) + counts.get('failed', 0)}/{counts['total']}"
