"""How long a test waits for what it has started: the one place for such limits, and far above what a busy machine takes.

No limit here says how fast something is. A test that has to show that something is *not* waited for lets it take for
ever, or an hour, and asks whether the answer came within PROMPT.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LIMIT = 600.0  # seconds; within them every process starts, answers and ends, or hangs
PROMPT = 60.0  # seconds; what takes longer has waited for somebody


def until(true: Callable[[], Any], seconds: float = LIMIT) -> Any:
    """What `true` gives as soon as it is something; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
