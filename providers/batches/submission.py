"""Handing a batch to the vendor once: what a refusal means, and where the batch is when no answer came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..base import BatchStatus, BatchStatusInfo, LLMProvider
from ..errors import AuthenticationError, ProviderError
from ..wire import moment_of
from .plan import mark_of
from .state import Part

# A batch that a call of ours made was created, by the vendor's clock, within this window around the call.
_CLOCKS_DIFFER = 600.0
_LATEST = 3600.0
_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED, BatchStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Made:
    """The batch is there."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class NotMade:
    """No batch of ours is in the vendor's list."""


@dataclass(frozen=True, slots=True)
class MaybeMade:
    """One of these may be ours; a batch without a tag shows whose it is when it has ended, by the ids of its rows."""

    batch_ids: tuple[str, ...]


class Whereabouts(Enum):
    """Where a batch is that a vendor answered with a refusal."""

    TOLD = "its status is told; its results are not"
    LISTED = "the list of batches names it"
    GONE = "deleted: the list names others of its run"
    UNTOLD = "nobody can tell"


def create(provider: Any, file_id: str, mark: str) -> str:
    """The id of the new batch, marked with `mark` where the vendor's batches carry a tag."""
    if provider.tags_batches:
        return str(provider.create_batch(file_id, tag=mark))
    return str(provider.create_batch(file_id))


def is_for_good(error: ProviderError) -> bool:
    """Whether an error ends the run rather than a part of it: a key that is refused, an account that is spent."""
    no_room = not error.retryable and error.status_code in {402, 429} and not error.ambiguous
    return isinstance(error, AuthenticationError) or error.spent or no_room


def whereabouts(provider: LLMProvider, batch_id: str, ours: Iterable[str], refusal: ProviderError) -> Whereabouts:
    """Where a batch is that `refusal` says nothing of; `ours` are all batches of its run. Raises ProviderError where not even
    the list of batches can be had: the key, the address or the account may be others than the batch was made with.
    """
    try:
        provider.get_batch_status(batch_id)
    except ProviderError as error:
        if error.retryable:
            raise
    else:
        return Whereabouts.TOLD
    if not provider.lists_batches:
        return Whereabouts.UNTOLD
    try:
        listed = {info["batch_id"] for info in provider.list_batches()}
    except ProviderError as error:
        if error.retryable:
            raise
        told = f"nor can the list of batches be had ({error}): check the key, the address and the account"
        raise _kept(refusal, told) from None
    if batch_id in listed:
        return Whereabouts.LISTED
    return Whereabouts.GONE if provider.forgets_batches and not listed.isdisjoint(ours) else Whereabouts.UNTOLD


def astray(refusal: ProviderError, batch_id: str) -> ProviderError:
    """The error for a batch that its vendor does not list, and cannot have lost."""
    return _kept(
        refusal,
        f"{batch_id} is not in the list of batches: is the key another account's? (cancel the run to give it up)",
    )


def _kept(refusal: ProviderError, told: str) -> ProviderError:
    return ProviderError(
        f"{refusal.vendor_message}; {told}; the state keeps the batch, and the same call goes on",
        provider=refusal.provider,
        status_code=refusal.status_code,
        code=refusal.code,
    )


def look_up(
    provider: LLMProvider, part: Part, known: Iterable[str], seen: dict[str, str]
) -> Made | NotMade | MaybeMade:
    """Where the batch of a submit without an answer is.

    `known` are batches that are accounted for. `seen` is kept from one look to the next: the marks of batches that
    have ended, somebody else's and those of other parts.
    """
    batches: Iterable[BatchStatusInfo] = provider.list_batches()
    if provider.tags_batches:
        made = next((info["batch_id"] for info in batches if info.get("tag") == part.mark), None)
        return NotMade() if made is None else Made(made)
    accounted = set(known)
    candidates = [
        info for info in batches if info["batch_id"] not in accounted and _may_be(info, part, provider.clock_offset)
    ]
    unclear = []
    for info in candidates:
        batch_id = info["batch_id"]
        mark = seen.get(batch_id)
        if mark is None and info["status"] in _ENDED:
            mark = _mark_in(provider, batch_id)
        if mark == part.mark:
            return Made(batch_id)
        if mark is None:
            unclear.append(batch_id)
        else:
            seen[batch_id] = mark
    return MaybeMade(tuple(unclear)) if unclear else NotMade()


def _may_be(info: BatchStatusInfo, part: Part, clock_offset: float) -> bool:
    """Whether a batch was made at the time of our call, by the vendor's clock, with as many rows as ours has. Counts may be
    all 0 at first.
    """
    if part.asked_at is None:
        return False
    created = moment_of(info.get("created_at"))
    if created is not None and not -_CLOCKS_DIFFER <= created - part.asked_at - clock_offset <= _LATEST:
        return False
    return info.get("counts", {}).get("total", 0) in {0, part.size}


def _mark_in(provider: LLMProvider, batch_id: str) -> str | None:
    """The mark in the name of a batch's first row, "" for a name without one; None where there is no row to see."""
    try:
        for result in provider.iter_batch_results(batch_id):
            if result["unit_id"]:
                found = mark_of(result["unit_id"])
                return found[0] if found else ""
    except ProviderError as error:
        if error.code != "not_ended":
            raise
    return None
