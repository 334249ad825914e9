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
_SECONDS = re.compile(r":([0-5][0-9])(?:[.,]([0-9]{1,9}))?")
_SECOND = 10**9  # in nanoseconds


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


def instant(value: Any) -> int:
    """The point in time of `value` in nanoseconds, as it stands where its zone is not known; 0 where it states none."""
    if isinstance(value, datetime):
        since = (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value) - datetime(1970, 1, 1)  # noqa: DTZ001 - of times without a zone too
        return since // timedelta(microseconds=1) * 1000
    if isinstance(value, date):
        return (value - _EPOCH).days * 86400 * _SECOND
    if isinstance(value, str):
        return _instant_of_text(value)
    try:
        return int(value * (_SECOND // unit)) if (unit := _unit(int(value))) else 0
    except (TypeError, ValueError, OverflowError):
        return 0


def _instant_of_text(text: str) -> int:
    found = _ISO.match(text)
    if found is None:
        unix = _UNIX.match(text)
        return int(unix[1]) * (_SECOND // (_unit(int(unix[1])) or _SECOND)) if unix else 0
    day = (date.fromisoformat(found[1]) - _EPOCH).days
    minutes = int(found[2][:2]) * 60 + int(found[2][3:]) - (_offset(found[3]) if found[3] else 0) if found[2] else 0
    behind = _SECONDS.match(text, found.end(2)) if found[2] else None
    parts = (int(behind[1]), int(f"{behind[2] or 0:0<9}")) if behind else (0, 0)
    return ((day * 1440 + minutes) * 60 + parts[0]) * _SECOND + parts[1]


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
    unit = _unit(number)
    return _EPOCH + timedelta(days=number // unit // 86400) if unit else None


def _unit(number: int) -> int:
    """How many make a second, told by the size of a unix time; 0 for what is none."""
    if not 10**8 <= number < 4 * 10**18:
        return 0
    return 1 if number < 10**11 else 10**3 if number < 10**14 else 10**6 if number < 10**17 else 10**9
