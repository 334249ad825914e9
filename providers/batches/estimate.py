"""What requests may cost in batches, without sending any."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from .plan import Planner, refuse_without_batches
from .requests import KeptRequests, keep
from .values import BatchEstimate, BatchSettings


def estimate_batch(
    provider: LLMProvider, requests: Iterable[Any], *, settings: BatchSettings | None = None
) -> BatchEstimate:
    """What `run_batch` expects of these requests before it submits any; asks nothing of the network."""
    refuse_without_batches(provider)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "requests.jsonl"
        rows, _ = keep(requests, kept)
        return Planner(provider, KeptRequests(kept), settings or BatchSettings()).parts(((0, rows),), 1, 1)[1]
