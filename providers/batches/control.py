"""Looking at a run, and stopping it, from another process than the one that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..base import BatchStatusInfo, LLMProvider
from ..errors import ProviderError
from .collection import merged
from .errors import BatchError
from .progress import progress_of
from .realtime_state import is_realtime, realtime_progress, realtime_results, stop_realtime
from .soundness import check_kept, counted, load
from .state import SUBMITTED, SUBMITTING, RunFiles, RunState
from .submission import is_for_good
from .values import BatchProgress, RowResult


def read_run(state_file: Path | str) -> RunState:
    """The state of a run; BatchError where there is none."""
    state = load(Path(state_file))
    if state is None:
        raise BatchError(f"{state_file}: there is no run: `octoregistry batch run` begins one")
    return state


def run_progress(state_file: Path | str, provider: LLMProvider | None = None) -> BatchProgress:
    """Where a run stands; with a provider its vendor is asked how far each batch is."""
    if is_realtime(Path(state_file)):
        return realtime_progress(Path(state_file))[1]
    state = read_run(state_file)
    seen: dict[int, BatchStatusInfo] = {}
    refused: list[str] = []
    if provider is not None:
        for part in state.parts:
            if part.status == SUBMITTED:
                try:
                    seen[part.number] = provider.get_batch_status(str(part.batch_id))
                except ProviderError as error:  # of one batch: the others are told of all the same
                    if is_for_good(error):
                        raise
                    refused.append(str(error))
    notes = refused or [part.error for part in state.parts if part.error and part.refusals]
    return progress_of(state, seen, notes[-1] if notes else None)


def results_so_far(state_file: Path | str) -> Iterator[RowResult]:
    """The results that are final, in the order of the requests: all of them when the run has finished."""
    files = RunFiles(Path(state_file))
    if is_realtime(files.state):
        yield from realtime_results(files.state)
        return
    state = read_run(state_file)
    if state.finished:
        counted(files.results, state.rows, state.results_sha256)
        with files.results.open("rb") as lines:
            for line in lines:
                yield RowResult.of_json(line)
    else:
        check_kept(state, files)
        yield from merged(state, files)


def cancel_run(provider: LLMProvider, state_file: Path | str) -> tuple[list[str], int]:
    """The batches that are now being cancelled, and how many may be at the vendor without our knowing their id.

    From now on nothing more is submitted, by the process that runs it either. What was answered by then is billed,
    and collected by the next `run_batch`, which also cancels a batch whose id was not known here. Of a run of realtime
    calls the process that makes them ends, once those on their way are answered; the next `run_realtime` goes on.
    """
    files = RunFiles(Path(state_file))
    if is_realtime(files.state):
        stop_realtime(files)
        return [], 0
    state = read_run(state_file)
    if state.finished:
        return [], 0
    files.cancelled.touch()
    submitted = [str(part.batch_id) for part in state.parts if part.status == SUBMITTED]
    unknown = sum(part.status == SUBMITTING for part in state.parts)
    cancelled: list[str] = []
    failed: ProviderError | None = None
    for batch_id in submitted:
        try:
            if provider.cancel_batch(batch_id):
                cancelled.append(batch_id)
        except ProviderError as error:  # one batch must not keep the others running, which cost money
            if is_for_good(error):
                raise
            if error.retryable or error.status_code not in {400, 404, 409, 410}:
                failed = error
    if failed is not None:
        raise failed
    return cancelled, unknown
