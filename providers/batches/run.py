"""A run of batches from its requests to its results, which may be killed at any instant and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from .beginning import kept_allowance, kept_settings, opened
from .collection import results_of
from .soundness import load
from .state import RunFiles, locked
from .turn import Turn
from .values import BatchResults, BatchSettings, Progress


def run_batch(
    provider: LLMProvider,
    requests: Iterable[Any] | None,
    state_file: Path | str,
    *,
    max_cost: Decimal | float | None = None,
    progress: Progress | None = None,
    settings: BatchSettings | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> BatchResults:
    """The results of all requests, in their order, each with what it cost.

    A request is (unit_id, prompt), (unit_id, prompt, schema), or a mapping with `id` or `unit_id`, `prompt` and
    perhaps `schema`. They are cut into as many batches as the vendor's limits ask for, submitted once, waited for and
    collected; rows that failed for a passing reason are sent again. `state_file` keeps where the run stands: killed at
    any instant, the same call goes on from there, with the same requests or with None. What finished is kept beside
    it, so a call after the end costs nothing and gives the same results.

    A run that is taken up keeps its `max_cost`, and without `settings` its attempts, rows and output_tokens; with another
    max_tokens, surface or number of rows it is refused. One that never submitted anything is begun anew.

    With `max_cost` (USD) nothing is submitted that may cost more in sum: BatchTooExpensiveError. BatchInputError names
    all requests that cannot be sent. BatchInUseError: another process has this state. ProviderError and BatchError
    leave the run as it is, to be taken up again.
    """
    files = RunFiles(Path(state_file))
    allowed = None if max_cost is None else amount(max_cost)
    with locked(files):
        left = load(files.state)
        settings = settings or kept_settings(left)
        allowed = kept_allowance(left) if allowed is None else allowed
        state = opened(provider, requests, files, allowed, settings)
        if state.finished:
            return results_of(state, files)
        turn = Turn(provider, files, state, allowed, progress or _unheard, settings, clock, sleep)
        turn.taken_up = left is not None and left.parts == state.parts  # one that is begun anew has other marks
        return turn.to_the_end()


def amount(max_cost: Decimal | float) -> Decimal:
    """An amount of USD; ValueError for what is none, as a NaN would compare as neither more nor less."""
    try:
        amount = Decimal(str(max_cost))
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"max_cost is {max_cost!r}: it is an amount of USD, from 0 up")
    return amount


def _unheard(_: object) -> None:
    """Tells nobody."""
