"""What a run makes of the status of a batch."""

from __future__ import annotations

from ..base import BatchStatus, BatchStatusInfo, LLMProvider
from ..errors import ProviderError
from ..wire import moment_of
from .state import Part


def aged(info: BatchStatusInfo, part: Part, now: float, provider: LLMProvider) -> BatchStatusInfo:
    """`info`, marked FAILED once the batch is older than the vendor keeps batches.

    Its age is that of the vendor's own clock (its answers' Date, and when it says that the batch was made): ours may have
    been set since, or before. A batch that is being cancelled is left to end.
    """
    made = moment_of(info.get("created_at"))
    age = now - (part.submitted_at or now) if made is None else now + provider.clock_offset - made
    unended = info["status"] in {BatchStatus.PENDING, BatchStatus.RUNNING} and not info.get("cancelling")
    if not unended or age <= provider.longest_life:
        return info
    why = f"no end in sight: still {info.get('provider_status')!r} {age / 3600:.0f} hours after it was made"
    return {**info, "status": BatchStatus.FAILED, "error": why, "retryable": False}


def spent_error(info: BatchStatusInfo, provider: LLMProvider) -> ProviderError:
    """The error of a batch that failed as the account has nothing left to spend."""
    return ProviderError(info["error"] or "the account is spent", provider=provider.name, code="spent", spent=True)
