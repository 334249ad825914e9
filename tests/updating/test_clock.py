"""A clock that cannot be right writes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from octoregistry.sources import Failed, ModelList, Page
from octoregistry.sources.bundled import newest_day
from octoregistry.sources.registries import Statements
from octoregistry.updating.clock import ClockError, check_clock, check_days

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)


def page(read: datetime, answered: datetime | None = None, host: str = "a") -> Page:
    return Page(f"https://{host}.example", f"https://{host}.example", "", None, read, "0", answered_at=answered)


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


LONG_AGO, LONG_AHEAD = datetime(1, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
YEAR_AHEAD = NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("clock", "answers", "wrong"),
    [
        (NOW, [LONG_AGO], False),  # one vendor's odd Date, the others said none
        (NOW, [LONG_AGO, NOW], False),
        (NOW, [LONG_AGO, LONG_AGO, NOW], False),
        (NOW, [NOW - timedelta(days=300), NOW, NOW], False),
        (NOW, [LONG_AHEAD], False),
        (YEAR_AHEAD, [NOW], True),
        (YEAR_AHEAD, [NOW, LONG_AGO], True),
        (YEAR_AHEAD, [NOW, LONG_AHEAD], True),  # of two the later, but not one that is ahead of a clock that is ahead
        (NOW, [NOW, LONG_AHEAD], False),
        (YEAR_AHEAD, [NOW, NOW, LONG_AHEAD], True),  # one vendor's Date switched the question off
        (YEAR_AHEAD, [NOW, NOW, LONG_AHEAD, LONG_AGO, LONG_AGO], True),
    ],
)
def test_no_vendors_date_alone_stops_a_run_or_lets_a_wrong_one_go_on(
    clock: datetime, answers: list[datetime], wrong: bool
) -> None:
    """What lies before a day that the package knows to have passed is no time."""
    pages = [page(NOW, answer, host) for host, answer in zip("abcde", answers, strict=False)]
    passed = date(2026, 8, 1)
    if wrong:
        with pytest.raises(ClockError, match="set the clock; nothing is written"):
            check_clock(pages, clock, passed)
    else:
        check_clock(pages, clock, passed)


def test_a_server_that_answers_twice_speaks_once() -> None:
    """The pages of prices and of endings of one vendor are no majority."""
    twice = [page(NOW, LONG_AHEAD, "a"), page(NOW, LONG_AHEAD, "a")]
    with pytest.raises(ClockError):
        check_clock([*twice, page(NOW, NOW, "b"), page(NOW, NOW, "c")], YEAR_AHEAD)


def test_the_day_that_is_known_to_have_passed_is_that_of_the_newest_page_of_the_package() -> None:
    assert date(2026, 9, 1) < newest_day() <= date.today()  # noqa: DTZ011


@pytest.mark.parametrize(("days", "wrong"), [(-400, False), (1, False), (2, True)])
def test_a_list_or_a_registry_of_a_later_day_than_the_run_stops_it(days: int, wrong: bool) -> None:
    """Kept by a run whose clock was ahead, as a page may be."""
    read = NOW + timedelta(days=days)
    for source in (ModelList("acme", read, ()), Statements("other", "https://b.example", read.date(), ())):
        if wrong:
            with pytest.raises(ClockError, match="nothing is written"):
                check_days([source, Failed("https://c.example", "down")], NOW)
        else:
            check_days([source], NOW)
