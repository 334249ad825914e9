"""Many requests in one call: split into batches, priced, submitted once, waited for, collected, retried.

from providers import get_provider, run_batch

provider = get_provider({"api": {"provider": "openai"}})
for row in run_batch(provider, [("a", "What is 2 + 2?")], "run.json", max_cost=5):
    print(row.unit_id, row.content, row.cost)
"""

from __future__ import annotations

from .control import cancel_run, read_run, results_so_far, run_progress
from .errors import BatchError, BatchInputError, BatchInUseError, BatchTooExpensiveError
from .estimate import estimate_batch
from .realtime import run_realtime
from .run import run_batch
from .state import RunState
from .values import BatchEstimate, BatchProgress, BatchResults, BatchSettings, RowResult

__all__ = [
    "BatchError",
    "BatchEstimate",
    "BatchInUseError",
    "BatchInputError",
    "BatchProgress",
    "BatchResults",
    "BatchSettings",
    "BatchTooExpensiveError",
    "RowResult",
    "RunState",
    "cancel_run",
    "estimate_batch",
    "read_run",
    "results_so_far",
    "run_batch",
    "run_progress",
    "run_realtime",
]
