"""The rows of a run of realtime calls that have no result yet: those never asked first, then those that failed."""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..errors import ProviderError
from .values import RowResult

_LOOK = 0.25  # seconds in which a thread that waits for a row notices that the run ends


@dataclass(slots=True)
class Attempt:
    """A row, and what its tries came to in this process."""

    row: int
    made: int = 0  # tries
    own: int = 0  # failures that may be the row's own
    first: int = -1  # the first call whose answer shows that others are answered since this row first failed
    refused: int = -1  # the first call that began after it was known that this row was refused, as all may be
    error: ProviderError | None = None  # by which it fails
    cut_off: RowResult | None = None  # an answer that was cut off: it is kept whatever becomes of a longer one


class Attempts:
    """The rows without a result. A row that failed goes behind all that were never asked: rows that always fail keep no
    other one waiting, and none of them tries a vendor that seems to be down while there is another.
    """

    def __init__(self, rows: Iterable[int]) -> None:
        self._fresh = deque(rows)
        self._again: list[tuple[float, int, Attempt]] = []  # a heap, by the time from which each may be tried
        self._changed = threading.Condition()
        self._order = 0
        self.left = len(self._fresh)  # rows without a result, those that are being asked too

    def take(self, ends: Callable[[], bool]) -> Attempt | None:
        """The next row to ask, once there is one; None where all have their result, or the run `ends` before."""
        with self._changed:
            while self.left and not ends():
                if self._fresh:
                    return Attempt(self._fresh.popleft())
                wait = self._again[0][0] - time.monotonic() if self._again else _LOOK
                if wait <= 0:
                    return heapq.heappop(self._again)[2]
                self._changed.wait(min(wait, _LOOK))
        return None

    def put_back(self, attempt: Attempt, pause: float) -> None:
        """Lets a row be tried again, `pause` seconds from now at the earliest."""
        with self._changed:
            self._order += 1
            heapq.heappush(self._again, (time.monotonic() + pause, self._order, attempt))
            self._changed.notify()

    def end(self) -> None:
        """A row that was taken has its result."""
        with self._changed:
            self.left -= 1
            self._changed.notify_all()

    def hurry(self) -> None:
        """Lets all rows that wait for another try be taken now."""
        with self._changed:
            self._again = [(0.0, order, attempt) for _, order, attempt in sorted(self._again, key=lambda one: one[1])]
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """How many rows wait for another try."""
        return len(self._again)
