"""Slots: the times in UTC at which a job is due, the same on every machine, and the trigger that fires at them."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from octoregistry.settings.service import JobSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKS_BACK = tuple(timedelta(seconds=60 * 8**step) for step in range(8))  # a minute, eight, … four years


class ScheduleError(ValueError):
    """A schedule that means nothing; the text says what to write."""


class Slots:
    """The points in time at which a job is due: nominal, without jitter, the same on every machine."""

    def __init__(self, settings: JobSettings) -> None:
        """Raise ScheduleError for a cron line that is none, or that never comes."""
        if settings.every is not None:
            self._nominal: BaseTrigger = IntervalTrigger(
                seconds=settings.every.total_seconds(), start_date=_EPOCH, timezone=UTC
            )
        else:
            self._nominal = _cron(settings.cron or "")
        if self.after(_EPOCH) is None:
            raise ScheduleError(f"cron {settings.cron!r}: no such day ever comes")

    def after(self, moment: datetime) -> datetime | None:
        """The first slot after `moment`."""
        # APScheduler's own is "at or after"
        found: datetime | None = self._nominal.get_next_fire_time(None, moment + timedelta(microseconds=1))
        return found.astimezone(UTC) if found else None

    def from_on(self, moment: datetime) -> Iterator[datetime]:
        """The slots after `moment`, for as long as somebody asks."""
        slot = self.after(moment)
        while slot is not None:
            yield slot
            slot = self.after(slot)

    def latest(self, moment: datetime, count: int = 1) -> tuple[datetime, ...]:
        """The last `count` slots up to `moment`, the oldest first; fewer where there were not as many in four years."""
        found: list[datetime] = []
        for back in _LOOKS_BACK:
            found = []
            for slot in self.from_on(moment - back):
                if slot > moment:
                    break
                found.append(slot)
            if len(found) >= count:
                break
        return tuple(found[-count:])

    def interval(self, moment: datetime) -> timedelta:
        """How long it takes from slot to slot around `moment`: the longest of the last three gaps and the one that runs.

        A schedule of working days has a weekend, and nothing is late on a Sunday.
        """
        upcoming = self.after(moment)
        around = [*self.latest(moment, 4), *([upcoming] if upcoming else [])]
        gaps = [later - earlier for earlier, later in itertools.pairwise(around)]
        return max(gaps, default=timedelta(days=366))


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """Fires at each slot, up to `jitter` later. APScheduler's own interval would add each jitter to the next time."""

    def __init__(self, slots: Slots, jitter: timedelta) -> None:
        self.slots, self.jitter = slots, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The next time after the one before, or after now."""
        slot = self.slots.after((previous_fire_time or now).astimezone(UTC))
        if slot is None:
            return None
        following = self.slots.after(slot)
        most = min(self.jitter, (following - slot) / 2) if following else self.jitter
        return slot + most * random.random()  # noqa: S311 - no secret


def _cron(line: str) -> CronTrigger:
    fields = line.split()
    if len(fields) == 5:
        # APScheduler counts weekdays from Monday and cron from Sunday: a number would be a day off.
        if re.search(r"\d", fields[4]):
            raise ScheduleError(f"cron {line!r}: name the days of the week (mon, tue-fri), numbers mean two things")
        # cron takes a day that fits either, APScheduler one that fits both: years may lie between two.
        if fields[2] != "*" and fields[4] != "*":
            raise ScheduleError(f"cron {line!r}: days of the month and of the week mean two things; make two jobs")
    try:
        return CronTrigger.from_crontab(line, timezone=UTC)
    except ValueError as error:
        raise ScheduleError(f"cron {line!r}: {error}") from None
