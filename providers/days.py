"""Days by their number, since numbers compare faster than dates, and without importing them."""

from __future__ import annotations

import time

from .dimensions import InvalidUsageError

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from typing import Any

_EPOCH = 719163  # date(1970, 1, 1).toordinal()


def today() -> int:
    """The number of today, UTC."""
    return int(time.time() // 86400) + _EPOCH


def ordinal(at: Any) -> int:
    """The number of a day: of a date, of a point in time (in UTC if it knows its zone), of ISO text."""
    from datetime import date, datetime, timezone  # noqa: PLC0415 - 2 ms that most processes never need

    day = at
    try:
        if isinstance(at, str):
            day = datetime.fromisoformat(at)
        if isinstance(day, datetime) and day.tzinfo is not None:
            day = day.astimezone(timezone.utc)  # noqa: UP017 - datetime.UTC would be a second import of the same
    except (ValueError, OverflowError) as error:
        raise InvalidUsageError(f"{at!r} is no day: give a date or ISO text such as 2026-09-04") from error
    if not isinstance(day, date):
        raise InvalidUsageError(f"{at!r} is no day: give a date, a datetime or ISO text such as 2026-09-04")
    return day.toordinal()


def iso_day(number: int) -> str:
    """The day of a number, as ISO text."""
    from datetime import date  # noqa: PLC0415 - as in `ordinal`

    return date.fromordinal(number).isoformat()
