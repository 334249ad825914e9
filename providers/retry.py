"""When a failed call is made again, and after how long: one policy for all vendors, in place of each SDK's own."""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .errors import ProviderError

T = TypeVar("T")

_LAST_MOMENT = 253_402_300_799  # of the year 9999
_LONGEST_WAIT = 365 * 86_400.0  # seconds: no clock of the system waits for any number that can be written down
RETRYABLE_STATUSES = frozenset({408, 409, 425, 429, 499})  # 499: a gateway or Gemini gave up, nobody knows at what


# Every key that `api.transport_retry` may have, and what it says.
RETRY_KEYS = {
    "max_attempts": "how often a call is made",
    "initial_delay_seconds": "the first wait",
    "backoff_multiplier": "each further wait over the one before",
    "max_wait_seconds": "the longest wait, also where the server asks for more",
    "total_seconds": "no further try begins later than this after the first",
}


def number(settings: Mapping[str, Any], name: str, default: float) -> float:
    """The number that a configuration's `api` states, or the default; ValueError with the setting's name for no number."""
    stated = settings.get(name)
    try:
        value = default if stated is None or isinstance(stated, bool) else float(stated)
    except (TypeError, ValueError):
        value = float("nan")
    if isinstance(stated, bool) or not 0 <= value < float("inf"):
        raise ValueError(f"api.{name} is {stated!r}: it is a number from 0 up")
    return value


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    `longest_wait` is the most that a server may ask for: anthropic 2.12 sleeps as long as `retry-after` says, so an
    hour stops the process for an hour. What asks for more is not waited for; the error carries `retry_after`, for the
    caller to plan with.
    """

    attempts: int = 3
    initial_delay: float = 1.0
    multiplier: float = 2.0
    longest_wait: float = 60.0
    total: float = 180.0  # seconds from the first try in which another one may begin
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> RetryPolicy:
        """The policy of a configuration's `api.transport_retry`; what is not stated keeps its default."""
        default = cls()
        stated = {f"transport_retry.{name}": value for name, value in (settings or {}).items()}
        return cls(
            attempts=max(1, int(number(stated, "transport_retry.max_attempts", default.attempts))),
            initial_delay=max(0.0, number(stated, "transport_retry.initial_delay_seconds", default.initial_delay)),
            multiplier=max(1.0, number(stated, "transport_retry.backoff_multiplier", default.multiplier)),
            longest_wait=min(number(stated, "transport_retry.max_wait_seconds", default.longest_wait), _LONGEST_WAIT),
            total=number(stated, "transport_retry.total_seconds", default.total),
        )

    def wait_before(self, attempt: int, error: ProviderError) -> float | None:
        """Seconds to wait before `attempt` (the second is 2), or None: the error will not pass, or asks for too long
        a wait.
        """
        if not error.retryable or attempt > self.attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest_wait else None
        # spreads callers that failed together; guards nothing
        return self.pause(attempt - 1) * (1 - 0.25 * random.random())  # noqa: S311

    def pause(self, made: int) -> float:
        """Seconds to wait after so many tries, where the server asks for nothing."""
        if not self.initial_delay:
            return 0.0
        try:
            return min(self.initial_delay * self.multiplier ** (made - 1), self.longest_wait)
        except OverflowError:
            return self.longest_wait

    def run(self, call: Callable[[], T], *, repeatable: bool = True, lost: list[ProviderError] | None = None) -> T:
        """What `call` returns, at the first attempt that works; else its last error.

        With `repeatable` false an error that leaves open whether the vendor acted ends it: a batch made twice is paid
        twice. `lost` gets such errors of calls that were repeated: what was answered then may be billed too.
        """
        attempt, begun = 1, time.monotonic()
        while True:
            try:
                return call()
            except ProviderError as error:
                attempt += 1
                wait = self.wait_before(attempt, error)
                spent = time.monotonic() - begun
                if wait is None or (error.ambiguous and not repeatable) or spent + wait > self.total:
                    raise
                if error.ambiguous and lost is not None:
                    lost.append(error)
            self.sleep(wait)


def is_retryable(status: int, headers: Mapping[str, str] | None = None) -> bool:
    """Whether an answer with this status may be another one later; a server's own `x-should-retry` wins."""
    said = (headers or {}).get("x-should-retry")
    if said in {"true", "false"}:
        return said == "true"
    return status in RETRYABLE_STATUSES or status >= 500


def retry_after(
    headers: Mapping[str, str] | None, ahead: float = 0.0, now: Callable[[], float] = time.time
) -> float | None:
    """Seconds that a server asks us to wait (`retry-after-ms`, `retry-after` in seconds or as a date), or None. A date is by
    the server's clock: what the answer's own Date says that it is, or else ours with what that one is `ahead` of it.
    """
    if not headers:
        return None
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / divisor
        except (KeyError, ValueError):
            continue
        return max(0.0, seconds) if seconds < float("inf") else None
    moment = moment_of(headers.get("retry-after"))
    if moment is None:
        return None
    said = moment_of(headers.get("date"))
    return max(0.0, moment - (now() + ahead if said is None else said))


def moment_of(date: str | None) -> float | None:
    """Unix seconds of a header's date, or None where there is none, or it is of no year that a calendar has."""
    try:
        parts = email.utils.parsedate_tz(date or "")
        moment = -1.0 if parts is None else float(email.utils.mktime_tz(parts))
    except (ValueError, OverflowError):
        return None
    return moment if 0 <= moment <= _LAST_MOMENT else None
