"""When jobs are due: in UTC, alike on every machine, whatever the clock or the season does."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from octoregistry.service.slots import ScheduleError, Slots, SlotTrigger
from octoregistry.settings.service import JobSettings

NOON = datetime(2026, 3, 29, 12, 0, 0, tzinfo=UTC)


def every(text: str) -> Slots:
    return Slots(JobSettings.model_validate({"every": text}))


def cron(line: str) -> Slots:
    return Slots(JobSettings(cron=line))


def test_an_interval_is_counted_from_one_point_for_all() -> None:
    """Two machines that start at different seconds have the same slots."""
    assert every("6h").after(NOON + timedelta(seconds=17)) == datetime(2026, 3, 29, 18, tzinfo=UTC)
    assert every("6h").latest(NOON + timedelta(hours=3)) == (NOON,)
    assert every("6h").latest(NOON) == (NOON,)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_daylight_saving_does_not_matter(day: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the two days on which Europe's clocks jump a daily slot comes every 24 hours, an hourly one 24 times a day."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    local = day.astimezone(ZoneInfo("Europe/Berlin")) - timedelta(hours=36)
    daily = cron("30 2 * * *")
    times = [slot for slot, _ in zip(daily.from_on(local), range(4), strict=False)]
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {timedelta(days=1)}
    assert all(slot.tzinfo is UTC and (slot.hour, slot.minute) == (2, 30) for slot in times)
    hours = list(zip(every("1h").from_on(day - timedelta(microseconds=1)), range(24), strict=False))
    assert hours[-1][0] == day + timedelta(hours=23)


def test_a_week_end_is_not_late() -> None:
    """The interval of a schedule of working days is its longest gap, so Sunday is within two of them."""
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert cron("0 6 * * mon-fri").interval(sunday) == timedelta(days=3)
    assert cron("0 6 * * mon-fri").latest(sunday, 2)[-1] == datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["0 6 * * 1", "0 6 * * 0-4", "61 * * * *", "0 6 * * */2", "0 0 1 * mon", "* * *", "0 0 30 2 *", "nonsense"]
)
def test_a_line_that_means_two_things_or_nothing_is_refused(line: str) -> None:
    """Monday is 1 to cron and 0 to APScheduler: a number would run a day off, and a step counts from another day. Of a
    month's first and a Monday cron takes either, APScheduler what is both."""
    with pytest.raises(ScheduleError, match="cron"):
        cron(line)


def test_jitter_does_not_move_the_next_slot() -> None:
    """A thousand times in a row, each fire lies in its own slot's minute: APScheduler's own interval drifts away."""
    trigger = SlotTrigger(every("1h"), timedelta(seconds=60))
    fired = trigger.get_next_fire_time(None, NOON)
    for hour in range(1, 1000):
        assert fired is not None
        assert timedelta(0) <= fired - (NOON + timedelta(hours=hour)) <= timedelta(seconds=60)
        fired = trigger.get_next_fire_time(fired, fired)


def test_a_clock_set_back_finds_the_slot_that_was_run() -> None:
    """The name of a slot is its time, so an hour lived twice has the same slots."""
    assert every("1h").latest(NOON + timedelta(minutes=5)) == every("1h").latest(NOON + timedelta(minutes=50))
