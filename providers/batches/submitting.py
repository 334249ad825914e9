"""Handing a batch to the vendor once: what a refusal means, and where the batch is when no answer came."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..base import LLMProvider
from ..errors import AuthenticationError, ProviderError
from ..jobs import Job
from ..wire import seconds_since
from .planning import mark_of
from .state import Part

# A batch that a call of ours made was created, by the vendor's clock, within this window around the call.
_CLOCKS_DIFFER = 600.0
_LATEST = 3600.0


@dataclass(frozen=True, slots=True)
class Made:
    """The batch is there."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class NotMade:
    """No batch of ours is in the vendor's list."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One of these may be ours; a batch without a tag shows whose it is when it has ended, by the ids of its rows."""

    batch_ids: tuple[str, ...]


def create(provider: Any, file_id: str, mark: str) -> str:
    """The id of the new batch, marked with `mark` where the vendor's batches carry a tag."""
    if takes_tag(provider):
        return str(provider.create_batch(file_id, tag=mark))
    return str(provider.create_batch(file_id))


def takes_tag(provider: Any) -> bool:
    """Whether the provider can mark a batch."""
    return "tag" in inspect.signature(provider.create_batch).parameters


def is_for_good(error: ProviderError) -> bool:
    """Whether an error ends the run rather than a part of it: a key that is refused, an account that is spent."""
    return isinstance(error, AuthenticationError) or (
        not error.retryable and error.status_code in {402, 429} and not error.ambiguous
    )


def look_up(provider: LLMProvider, part: Part, known: Iterable[str], foreign: set[str]) -> Made | NotMade | Unclear:
    """Where the batch of a submit without an answer is.

    `known` are batches that are accounted for. `foreign` is kept from one look to the next: batches that turned out
    to be somebody else's.
    """
    jobs: Iterable[Job] = provider.list_batches()  # type: ignore[attr-defined]
    if takes_tag(provider):
        made = next((job for job in jobs if job.tag == part.mark), None)
        return NotMade() if made is None else Made(made.id)
    accounted = {*known, *foreign}
    candidates = [job for job in jobs if job.id not in accounted and _may_be(job, part)]
    for job in candidates:
        if job.ended and job.has_rows:
            if _mark_in(provider, job) == part.mark:
                return Made(job.id)
            foreign.add(job.id)
    unclear = tuple(job.id for job in candidates if job.id not in foreign)
    return Unclear(unclear) if unclear else NotMade()


def _may_be(job: Job, part: Part) -> bool:
    """Whether a batch was made at the time of our call, with as many rows as ours has. Counts may be all 0 at first."""
    if part.asked_at is None:
        return False
    age = seconds_since(job.created_at, datetime.fromtimestamp(part.asked_at, UTC))
    if age is not None and not -_LATEST <= age <= _CLOCKS_DIFFER:
        return False
    total = (job.counts or {}).get("total", 0)
    ended_empty = job.ended and not job.has_rows
    if job.counts is None or total == 0:
        return not ended_empty
    # Anthropic's total is that of rows in progress before the end, and of all rows after it
    return total == part.size


def _mark_in(provider: LLMProvider, job: Job) -> str | None:
    """The mark in the name of a batch's first row that has one."""
    for result in provider.iter_batch_results(job.id):
        found = mark_of(result["unit_id"])
        if found or result["unit_id"]:
            return found[0] if found else None
    return None
