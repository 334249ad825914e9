"""When a realtime call may begin: no faster than is allowed, not while the vendor has no room, and in an outage one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import ProviderError, RateLimitError

_OUTAGE = 3  # calls that fail one after the other, of whatever rows, before it is the vendor and not the rows
_LOOK = 0.25  # seconds in which a waiting call notices that the run ends
_LONGEST_ASKED = 3600.0  # seconds that a server may ask us to wait before the next try: it is asked at least hourly


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """A call that may begin: after how many pauses, and whether it is the one that tries a vendor that was failing. To be
    entered: at its end it is given back, whatever became of the call, or no other would ever try that vendor.
    """

    pace: Pace
    pauses: int
    is_trial: bool

    def __enter__(self) -> Ticket:
        return self

    def __exit__(self, *_: object) -> None:
        self.pace.give_back(self)


class Pace:
    """How fast calls may begin: each puts the next one off by its share of a minute. All threads of a run share one."""

    def __init__(self, requests: float | None = None, tokens: float | None = None) -> None:
        self._requests, self._tokens = _limit(requests, "requests_per_minute"), _limit(tokens, "tokens_per_minute")
        self._next = self._paused_until = 0.0
        self._pauses = 0  # how often all calls were put off: whoever had a place before takes another one
        self._failing = self._rounds = 0  # since the last answer
        self._failing_since = 0.0
        self._trial: Ticket | None = None  # the only call on its way to a vendor that was failing
        self._limited = False  # whether the vendor said since then that there is no room
        self._turn = threading.Condition()

    def begin(self, tokens: int, ends: Callable[[], bool]) -> Ticket | None:
        """A ticket, once a call of so many tokens may begin; None where the run `ends` before."""
        with self._turn:
            place, pauses = self._place(tokens), self._pauses
            while not ends():
                if pauses != self._pauses:
                    place, pauses = self._place(tokens), self._pauses
                wait = place - time.monotonic()
                if wait <= 0 and not (self._is_down and self._trial):
                    ticket = Ticket(self, pauses, self._is_down)
                    self._trial = ticket if ticket.is_trial else self._trial
                    return ticket
                self._turn.wait(min(wait, _LOOK) if wait > 0 else _LOOK)
        return None

    def _place(self, tokens: int) -> float:
        share = max(60 / self._requests if self._requests else 0.0, 60 * tokens / self._tokens if self._tokens else 0.0)
        place = max(self._next, time.monotonic())
        self._next = place + share
        return place

    @property
    def _is_down(self) -> bool:
        return self._limited or self._failing >= _OUTAGE

    def give_back(self, ticket: Ticket) -> None:
        """The call of a ticket is over."""
        with self._turn:
            if self._trial is ticket:
                self._trial = None
                self._turn.notify_all()

    def failing_for(self) -> float:
        """Seconds since the first failure after the last answer; 0 where none failed since."""
        with self._turn:
            return time.monotonic() - self._failing_since if self._failing else 0.0

    def is_waiting(self) -> bool:
        """Whether the vendor is failing, and no call is on its way to try it."""
        with self._turn:
            return self._is_down and self._trial is None

    def answered(self) -> None:
        """The vendor answers: whatever failed before is over."""
        with self._turn:
            was_down, self._limited = self._is_down, False
            self._failing = self._rounds = 0
            if was_down:
                self._turn.notify_all()

    def failed(self, ticket: Ticket, error: ProviderError, pause: float, longest: float) -> float:
        """Seconds until the row of a call that failed for a passing reason may ask for its turn again.

        One row is put off by `pause`, or as the server asks. A vendor that has no room, or answers nobody, puts off all
        calls: each time twice as long, up to `longest`.
        """
        asked = min(error.retry_after or 0.0, _LONGEST_ASKED)
        with self._turn:
            self._failing_since = self._failing_since if self._failing else time.monotonic()
            self._failing += 1
            self._limited = self._limited or isinstance(error, RateLimitError)
            if not self._is_down:
                return max(pause, asked)
            is_news = ticket.pauses == self._pauses  # calls that were on their way when the pause began say nothing new
            self._rounds += is_news
            until = time.monotonic() + max(asked, min(pause * 2.0 ** min(self._rounds - 1, 30), max(pause, longest)))
            if until > self._paused_until and (is_news or asked):
                self._next = self._paused_until = until
                self._pauses += 1
            self._turn.notify_all()
            return 0.0


def _limit(stated: float | None, name: str) -> float | None:
    """`stated`, which is a number above 0; ValueError for any other, as 0 or a NaN would limit nothing."""
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not 0 < stated < float("inf"):
        raise ValueError(f"{name} is {stated!r}: it is a number above 0, or None for no limit")
    return stated
