"""A clock that cannot be right writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from octoregistry.sources import Failed, Page
from octoregistry.updating.clock import ClockError, check_clock

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)


def page(read: datetime, answered: datetime | None = None) -> Page:
    return Page("https://a.example", "https://a.example", "", None, read, "0", answered_at=answered)


@pytest.mark.parametrize(
    ("read", "answered", "wrong"),
    [
        (NOW, None, False),  # replayed
        (NOW - timedelta(days=400), None, False),  # an old page of the cache
        (NOW + timedelta(days=1), None, False),
        (NOW + timedelta(days=2), None, True),  # kept by a run of the future
        (NOW, NOW - timedelta(hours=23), False),
        (NOW, NOW - timedelta(hours=25), True),  # a clock that runs ahead
        (NOW, NOW + timedelta(days=3), False),  # one that is behind: older than the page's own day never
    ],
)
def test_days_that_cannot_be(read: datetime, answered: datetime | None, wrong: bool) -> None:
    pages = [page(read, answered), Failed("https://b.example", "down")]
    if wrong:
        with pytest.raises(ClockError, match="nothing is written"):
            check_clock(pages, NOW)
    else:
        check_clock(pages, NOW)


def test_the_newest_answer_counts() -> None:
    """A server whose own clock stands still freezes nobody."""
    check_clock([page(NOW, NOW - timedelta(days=900)), page(NOW, NOW)], NOW)
