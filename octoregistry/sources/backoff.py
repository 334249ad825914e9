"""How long to wait before a second try: what the server asks for, or a growing, jittered pause; always capped.

urllib3's Retry knows the same, but neither caps what a server asks for nor ends its sleep when the run is to stop.
"""

from __future__ import annotations

import random
from datetime import datetime
from email.utils import parsedate_to_datetime

from octoregistry.documents.whole_number import whole_number
from octoregistry.settings import FetchSettings

RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


def pause(tries: int, retry_after: str | None, now: datetime, fetch: FetchSettings) -> float:
    """Seconds to wait after try number `tries` (from 1); up to a quarter more, so that many clients do not meet."""
    asked = _seconds_of(retry_after, now) if retry_after else None
    base = asked if asked is not None else fetch.backoff * 2 ** (tries - 1)
    return min(base, fetch.max_wait) * random.uniform(1.0, 1.25)  # noqa: S311 - jitter, not a secret


def _seconds_of(retry_after: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given in seconds or as a date; None where it is neither."""
    if (seconds := whole_number(retry_after)) is not None:
        return float(seconds)
    try:
        when = parsedate_to_datetime(retry_after.strip())
        return max(0.0, (when - now).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date at all, one without a zone, or one beyond the calendar
        return None
