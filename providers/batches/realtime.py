"""Many realtime calls at once, with the promises of a run of batches: resumable, ordered, priced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from .beginning import check_model, check_shape, shape_of
from .calls import RealtimeTurn
from .errors import BatchError, BatchInputError, BatchTooExpensiveError
from .journal import Journal
from .pace import Pace
from .plan import Planner, name_of
from .realtime_state import (
    RealtimeState,
    is_untouched,
    journal_of,
    load_realtime,
    results_of_realtime,
    save_realtime,
)
from .requests import KeptRequests, fingerprint, keep
from .run import amount
from .soundness import check_requests
from .spending import Spending
from .state import RunFiles, locked
from .values import BatchResults, BatchSettings, Progress


def run_realtime(  # noqa: PLR0913 - each a promise of its own
    provider: LLMProvider,
    requests: Iterable[Any] | None,
    state_file: Path | str,
    *,
    concurrency: int = 8,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    max_cost: Decimal | float | None = None,
    progress: Progress | None = None,
    settings: BatchSettings | None = None,
) -> BatchResults:
    """The results of all requests, in their order, each with what it cost, by realtime calls: `concurrency` at a time, and
    no faster than the two limits (tokens are estimated: a third of the bytes, and the longest answer).

    Requests, results, `max_cost`, errors and the state file are those of `run_batch`. Killed at any instant, the same call
    goes on: a row whose answer is kept is never asked again. One that was being answered is, as is one whose answer got
    lost on the way, as no vendor keeps answers for us: it may have been billed before, and its result says how often
    (`maybe_paid`).

    A vendor that answers nobody, or has no room, is waited for, for `settings.patience` seconds since its last answer: then
    the error of its last failure is raised, and what was not answered waits for the next call. A row that failed goes behind
    all others, and fails for good after `settings.attempts` tries only where others were answered meanwhile, or where it
    alone is left. With a patience of 0 it fails after its tries, whatever the others do.
    """
    files = RunFiles(Path(state_file))
    allowed = None if max_cost is None else amount(max_cost)
    settings = settings or BatchSettings()
    pace = Pace(requests_per_minute, tokens_per_minute)
    if not isinstance(concurrency, int) or concurrency < 1:
        raise ValueError(f"concurrency is {concurrency!r}: it is a whole number from 1 up")
    with locked(files):
        state = load_realtime(files.state)
        files.cancelled.unlink(missing_ok=True)
        taken_up = state is not None and (requests is None or not is_untouched(state, files))
        if state is None or not taken_up:
            if requests is None:
                raise BatchError(f"{files.state}: there is no run to take up")
            state = _begun(provider, requests, files, allowed, settings, state)
        else:
            _check_it_is_ours(provider, requests, files, state)
            allowed = allowed if allowed is not None or state.max_cost is None else Decimal(state.max_cost)
        if state.finished:
            return results_of_realtime(state, files)
        calls = RealtimeTurn(provider, files, state, allowed, settings, pace, progress or (lambda _: None))
        return calls.to_the_end(concurrency, begun_before=taken_up)


def _begun(
    provider: LLMProvider,
    requests: Iterable[Any],
    files: RunFiles,
    allowed: Decimal | None,
    settings: BatchSettings,
    before: RealtimeState | None,
) -> RealtimeState:
    """The state of a new run, safely on disk, over requests that were checked and can be paid. Where it is the one `before`
    once more, its journal goes on, which says what rows were refused: the others are asked first.
    """
    rows, digest = keep(requests, files.requests)
    most = None if allowed is None else str(allowed)
    state = RealtimeState(name_of(provider), provider.model, rows, digest, shape_of(provider), most, counts=True)
    goes_on = False
    if before is not None and (goes_on := replace(before, max_cost=most, counts=True) == state):
        state = replace(state, counts=before.counts)  # as its journal is
    try:
        _check_each(provider, KeptRequests(files.requests), allowed, settings)
    except BaseException:
        if not goes_on:
            files.requests.unlink()
        raise
    if not goes_on:
        Journal.begin(journal_of(files))  # before the state says that there is one
    return save_realtime(files, state)


def _check_each(provider: LLMProvider, kept: KeptRequests, allowed: Decimal | None, settings: BatchSettings) -> None:
    """Raises for requests that cannot be sent, all at once, and for more than is allowed in sum."""
    planner, problems, total = Planner(provider, kept, settings), [], Decimal(0)
    spending = Spending(provider, planner, allowed)
    for row, request in kept.read(((0, len(kept)),)):
        try:
            planner.line(row, request)
        except (ValueError, TypeError) as error:
            problems.append(f"request {row + 1} ({request.unit_id!r}): {error}")
        total += spending.expected(request)[0]
    if problems:
        raise BatchInputError(problems)
    if allowed is not None and total > allowed:
        raise BatchTooExpensiveError(total, Decimal(0), allowed)


def _check_it_is_ours(
    provider: LLMProvider, requests: Iterable[Any] | None, files: RunFiles, state: RealtimeState
) -> None:
    check_model(provider, state, files.state)
    check_shape(provider, state.terms, files.state)
    if requests is not None and fingerprint(requests) != state.requests_sha256:
        raise BatchError(f"{files.state} is of a run over other requests: give another state file, or those requests")
    if not (files.results if state.finished else files.requests).exists():
        raise BatchError(f"{files.state}: what was kept beside it is gone, so the run cannot be taken up")
    if not state.finished:
        check_requests(state.requests_sha256, files.requests)
