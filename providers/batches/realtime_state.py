"""What is kept of a run of realtime calls: its state, and what its journal says of its rows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from .errors import BatchError
from .journal import Journal
from .soundness import came_to_nothing, counted, no_state
from .state import SEAL, VERSION, RunFiles, is_held, replacing, seal_of
from .values import BatchProgress, BatchResults, RowResult

KIND = "realtime"
_MOST_ROWS = 10**9


@dataclass(frozen=True, slots=True)
class RealtimeState:
    """What a run of realtime calls is begun with; what became of its rows is in its journal."""

    provider: str
    model: str
    rows: int
    requests_sha256: str
    terms: dict[str, Any]  # what shapes its calls, as `shape_of` tells it
    max_cost: str | None = None
    finished: bool = False
    results_sha256: str | None = None  # of the results' file, once the run has finished
    kind: str = KIND
    version: int = VERSION
    counts: bool = False  # whether its journal says how long it is; that of an older program does not


def load_realtime(path: Path) -> RealtimeState | None:
    """The state of a run of realtime calls, or None where there is no file. Raises BatchError for any other file."""
    try:
        stated = json.loads(path.read_bytes())
        if stated.get("kind") != KIND:
            raise BatchError(f"{path}: this is a run of batches: take it up with run_batch, or give another state file")
        seal = stated.pop(SEAL, None)  # None: an older program has kept none
        if seal is not None and seal != seal_of(stated):
            raise no_state(path, "it was changed after it was written")
        state = RealtimeState(**stated)
        limit = None if state.max_cost is None else Decimal(state.max_cost)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise no_state(path, f"{type(error).__name__}: {error}"[:200]) from None
    texts = (state.provider, state.model, state.requests_sha256)
    if (
        not all(isinstance(text, str) for text in texts)
        or type(state.rows) is not int
        or not 0 < state.rows <= _MOST_ROWS
        or state.version != VERSION
        or not isinstance(state.finished, bool)
        or not isinstance(state.counts, bool)
        or (limit is not None and not (limit.is_finite() and limit >= 0))
        or not isinstance(state.terms, dict)
        or not isinstance(state.results_sha256, str | None)
    ):
        raise no_state(path, "a field of it is of another kind")
    return state


def is_realtime(path: Path) -> bool:
    """Whether a file is the state of a run of realtime calls."""
    try:
        return bool(json.loads(path.read_bytes()).get("kind") == KIND)
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def realtime_results(path: Path) -> Iterator[RowResult]:
    """The results so far of a run of realtime calls, in the order of the requests."""
    files, state = RunFiles(path), load_realtime(path)
    if state is None:
        raise BatchError(f"{path}: there is no run")
    if not state.finished:
        try:
            yield from journal_in(files, state, only_looks=True).results()
        except FileNotFoundError:  # it has ended meanwhile, or
            state = load_realtime(path) or state
            if not state.finished:
                raise gone(files) from None
        else:
            return
    if state.finished:
        yield from results_of_realtime(state, files)


def realtime_progress(path: Path) -> tuple[RealtimeState, BatchProgress]:
    """The state of a run of realtime calls, and where it stands."""
    state = load_realtime(path)
    if state is None:
        raise BatchError(f"{path}: there is no run")
    rows = list(realtime_results(path))
    costs = [row.cost for row in (*rows, *_cut_off(state, RunFiles(path)))]
    known = sum((cost for cost in costs if cost is not None), Decimal(0))
    failed = sum(row.error is not None for row in rows)
    step = "done" if state.finished else "running"
    nothing = Decimal(0)
    return state, BatchProgress(
        step, state.rows, len(rows), len(rows) - failed, failed, 0, 0, 0, 0, known, nothing, known, costs.count(None)
    )


def _cut_off(state: RealtimeState, files: RunFiles) -> Iterator[RowResult]:
    """The answers that were cut off and paid, of rows that are to be asked for a longer one."""
    if not state.finished:
        with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile
            yield from journal_in(files, state, only_looks=True).all_cut_off()


def stop_realtime(files: RunFiles) -> bool:
    """Whether a process makes the calls of this run; it was told to end, and does so within about a second."""
    if not is_held(files):
        return False
    files.cancelled.touch()
    return True


def journal_of(files: RunFiles) -> Path:
    """The file of a run's journal."""
    return files.folder / "rows.jsonl"


def journal_in(files: RunFiles, state: RealtimeState, *, only_looks: bool = False) -> Journal:
    """A run's journal. An empty one is that of a run that asked nothing where an older program began it, which wrote its first
    line with the first row, and it has no results.
    """
    may_be_empty = not state.counts and not files.results.exists()
    return Journal(journal_of(files), state.rows, only_looks=only_looks, may_be_empty=may_be_empty)


def is_untouched(state: RealtimeState, files: RunFiles) -> bool:
    """Whether nothing of a run was ever answered, or may have been: another one may take its place."""
    if state.finished:
        return came_to_nothing(files.results, state.rows)
    try:
        return journal_in(files, state, only_looks=True).untouched
    except FileNotFoundError:
        raise gone(files) from None


def gone(files: RunFiles) -> BatchError:
    """The error for a run whose journal is not there."""
    return BatchError(
        f"{journal_of(files)}: it is gone, and with it what was asked and paid: put it back, or give another state file"
    )


def save_realtime(files: RunFiles, state: RealtimeState) -> RealtimeState:
    with replacing(files.state) as file:
        stated = asdict(state)
        file.write(json.dumps({**stated, SEAL: seal_of(stated)}, indent=1).encode())
    return state


def results_of_realtime(state: RealtimeState, files: RunFiles) -> BatchResults:
    answered, failed = counted(files.results, state.rows, state.results_sha256)
    results = BatchResults(files.results, state.rows, answered, failed, Decimal(0), 0, ())
    costs = [row.cost for row in results]
    known = [cost for cost in costs if cost is not None]
    return replace(results, cost=sum(known, Decimal(0)), unpriced=len(costs) - len(known))
