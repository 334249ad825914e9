"""The UTC day that a value states: dates, points in time with and without a zone, unix times, ISO text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

# A calendar in a pattern, so that a cast never meets the 30th of February: some engines have no cast that may fail.
DATE = (
    r"(?:[12][0-9][0-9][0-9]-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)-02-29)"
)
_CLOCK = r"[T ]((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::[0-5][0-9](?:[.,][0-9]+)?)?"
_ZONE = r"(Z|z| ?UTC|[+-](?:0[0-9]|1[0-9]|2[0-3])(?::?[0-5][0-9])?)"
ISO = rf"^\s*({DATE})(?:{_CLOCK}{_ZONE}?)?\s*$"
PLAIN, UNIX = rf"^{DATE}$", r"^\s*([0-9]{9,18}|[12][0-9]{18})(?:\.[0-9]*)?\s*$"
_ISO, _UNIX = re.compile(ISO, re.ASCII), re.compile(UNIX, re.ASCII)
_EPOCH = date(1970, 1, 1)


class Moment(NamedTuple):
    """A day, None where a value states none, and what it says of its zone: "offset", "none", or "" for a plain date."""

    day: date | None
    zone: str


def moment(value: Any) -> Moment:
    """The day of `value`, in UTC where its zone is known, else as it stands."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return Moment(utc.date(), "offset" if value.tzinfo else "none")
    if isinstance(value, date):
        return Moment(value, "")
    if isinstance(value, bool):
        return Moment(None, "")
    if isinstance(value, str):
        return _of_text(value)
    try:
        return Moment(_of_unix(int(value)) if value >= 0 else None, "")
    except (TypeError, ValueError, OverflowError):
        return Moment(None, "")


@lru_cache(maxsize=4096)
def _of_text(text: str) -> Moment:
    found = _ISO.match(text)
    if found is None:
        unix = _UNIX.match(text)
        return Moment(_of_unix(int(unix[1])) if unix else None, "")
    day, clock, zone = date.fromisoformat(found[1]), found[2], found[3]
    if not clock:
        return Moment(day, "")
    if not zone:
        return Moment(day, "none")
    minutes = int(clock[:2]) * 60 + int(clock[3:]) - _offset(zone)
    return Moment(day + timedelta(days=minutes // (24 * 60)), "offset")


def _offset(zone: str) -> int:
    """Minutes east of UTC."""
    digits = re.sub("[^0-9]", "", zone) + "0000"
    size = int(digits[:2]) * 60 + int(digits[2:4]) if zone[0] in "+-" else 0
    return -size if zone.startswith("-") else size


def _of_unix(number: int) -> date | None:
    """The day of a unix time in seconds, milli-, micro- or nanoseconds, told by its size; 20260904 is none of them."""
    if not 10**8 <= number < 4 * 10**18:
        return None
    unit = 1 if number < 10**11 else 10**3 if number < 10**14 else 10**6 if number < 10**17 else 10**9
    return _EPOCH + timedelta(days=number // unit // 86400)
