"""When a realtime call may begin: no faster than is allowed, not while the vendor has no room, in an outage one at a time, and
after a rate limit as many at a time as it bears.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import ProviderError, RateLimitError

_OUTAGE = 3  # calls that fail one after the other, of whatever rows, before it is the vendor and not the rows
_LOOK = 0.25  # seconds in which a waiting call notices that the run ends
_FASTER = 0.97  # of the time between two calls after each answer
_LARGEST_GAP = 1.0  # seconds: a slower limit says itself how long
_SMALLEST_GAP = 0.001  # seconds: below that calls follow each other at once
_LONGEST_ASKED = 3600.0  # seconds that a server may ask us to wait before the next try: it is asked at least hourly


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """A call that may begin: which one, after how many pauses, and whether it is the one that tries a vendor that was
    failing. To be entered: at its end it is given back, whatever became of the call, or no other would ever try that vendor.
    """

    pace: Pace
    number: int
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
        self._pauses = 0  # how often all calls were put off
        self._places = 0  # how often they were given other places
        self._begun = self._running = self._most = 0  # calls: ever, on their way, on their way at a time
        self._window: int | None = None  # that many at a time, since the vendor had no room for more
        self._refused = -1  # the newest call for which there was none
        self._gap = 0.0  # seconds between two calls, since the vendor had no room for them so fast
        self._round = (0.0, 0)  # since when calls are counted for that, and how many had begun before
        self._limits = 0  # how many of these there was no room for
        self._failing = self._rounds = 0  # since the last answer
        self._failing_since = 0.0
        self._trial: Ticket | None = None  # the only call on its way to a vendor that was failing
        self._limited = False  # whether the vendor said since then that there is no room
        self._turn = threading.Condition()

    def begin(self, tokens: int, ends: Callable[[], bool]) -> Ticket | None:
        """A ticket, once a call of so many tokens may begin; None where the run `ends` before."""
        with self._turn:
            place, places = self._place(tokens), self._places
            while not ends():
                if places != self._places:
                    place, places = self._place(tokens), self._places
                wait = place - time.monotonic()
                if wait <= 0 and self._has_room:
                    ticket = Ticket(self, self._begun, self._pauses, self._is_down)
                    self._begun, self._running = self._begun + 1, self._running + 1
                    self._most = max(self._most, self._running)
                    self._trial = ticket if ticket.is_trial else self._trial
                    return ticket
                self._turn.wait(min(wait, _LOOK) if wait > 0 else _LOOK)
        return None

    def _place(self, tokens: int) -> float:
        by_tokens = 60 * tokens / self._tokens if self._tokens else 0.0
        share = max(60 / self._requests if self._requests else 0.0, by_tokens, self._gap)
        place = max(self._next, time.monotonic())
        self._next = place + share
        return place

    @property
    def _is_down(self) -> bool:
        return self._limited or self._failing >= _OUTAGE

    @property
    def _has_room(self) -> bool:
        """Whether another call may be on its way now."""
        if self._is_down:
            return self._trial is None
        return self._window is None or self._running < self._window

    def give_back(self, ticket: Ticket) -> None:
        """The call of a ticket is over."""
        with self._turn:
            self._running -= 1
            if not self._round[0]:  # not since the first one began, which may have waited for the SDK to be read
                self._round = time.monotonic(), 0
            if self._trial is ticket:
                self._trial = None
                self._turn.notify_all()
            elif self._window is not None:
                self._turn.notify()

    def failing_for(self) -> float:
        """Seconds since the first failure after the last answer; 0 where none failed since. Takes no lock: whoever looks on
        may be interrupted at any instant, and would leave it taken.
        """
        return time.monotonic() - self._failing_since if self._failing else 0.0

    def is_waiting(self) -> bool:
        """Whether the vendor is failing, and no call is on its way to try it."""
        return self._is_down and self._trial is None

    @property
    def begun(self) -> int:
        """How many calls have begun: the number of the next one."""
        return self._begun

    @property
    def is_paused(self) -> bool:
        """Whether all calls are put off."""
        return self._paused_until > time.monotonic()

    def answered(self, ticket: Ticket) -> None:
        """The vendor answered a call. Whatever failed before is over where that call began after the last pause did; where
        it was on its way by then, but is newer than all for which there was no room, only the pause is: it was about them.
        """
        with self._turn:
            if self._window is not None:
                self._window = self._window + 1 if self._window < self._most else None
            is_new, was_down = ticket.pauses == self._pauses, self._is_down
            if not is_new and ticket.number <= self._refused:
                return
            self._gap = self._gap * _FASTER if self._gap > _SMALLEST_GAP else 0.0
            if is_new:
                if self._limited:
                    self._slow_down()
                self._limited = False
                self._failing = self._rounds = 0
            if self.is_paused:
                self._paused_until = self._next = time.monotonic()
                self._places += 1
            if was_down or self._window is not None:
                self._turn.notify_all()

    def _slow_down(self) -> None:
        """Sets calls apart: twice as many in the same time as went well since the rate limit before, and more with each
        answer.
        """
        now, (since, before) = time.monotonic(), self._round
        self._gap = min((now - since) / max(1, self._begun - before - self._limits) / 2, _LARGEST_GAP)
        self._round, self._limits = (now, self._begun), 0

    def failed(
        self,
        ticket: Ticket,
        error: ProviderError,
        pause: float,
        first: float,
        longest: float,
        most: float | None = None,
    ) -> float:
        """Seconds until the row of a call that failed for a passing reason may ask for its turn again.

        One row is put off by `pause`, or as the server asks, who is not heard where it asks for more than `most`. A vendor
        that has no room, or answers nobody, puts off all calls: as long as it asks, or else by `first`, and each time twice as
        long, up to `longest`; one that has no room then gets half as many at a time, and one more for each that it answers.
        """
        asked = error.retry_after or 0.0
        asked = 0.0 if most is not None and asked > most else min(asked, _LONGEST_ASKED)
        with self._turn:
            self._failing_since = self._failing_since if self._failing else time.monotonic()
            self._failing += 1
            self._limited = self._limited or isinstance(error, RateLimitError)
            self._limits += isinstance(error, RateLimitError)
            if not self._is_down:
                return asked or pause
            is_news = ticket.pauses == self._pauses  # calls that were on their way when the pause began say nothing new
            self._rounds += is_news
            self._refused = max(self._refused, ticket.number)
            if is_news and isinstance(error, RateLimitError):
                self._window = max(1, min(self._running, self._window or self._running) // 2)
            backoff = min(first * 2.0 ** min(self._rounds - 1, 30), max(first, longest))
            spread = 0.1 * random.random()  # noqa: S311 - parts runs that failed together; guards nothing
            until = time.monotonic() + (asked * (1 + spread) if asked else backoff)
            if until > self._paused_until and (is_news or asked):
                self._next = self._paused_until = until
                self._pauses += is_news
                self._places += 1
            self._turn.notify_all()
            return 0.0


def _limit(stated: float | None, name: str) -> float | None:
    """`stated`, which is a number above 0; ValueError for any other, as 0 or a NaN would limit nothing."""
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not 0 < stated < float("inf"):
        raise ValueError(f"{name} is {stated!r}: it is a number above 0, or None for no limit")
    return stated
