"""Whether the run's clock can be right: days are written into the registry, and one far ahead would freeze it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from octoregistry.errors import UserFacingError
from octoregistry.sources import ModelList, Page
from octoregistry.sources.registries import Statements
from octoregistry.sources.urls import host_of

_SLACK = timedelta(days=1)


class ClockError(UserFacingError):
    """The clock cannot be right; nothing is written."""


def check_days(sources: Iterable[object], now: datetime) -> None:
    """None. Raises ClockError for a page, a model list or a registry's statements of more than a day after `now`."""
    for source in sources:
        name, day = _day_of(source)
        if day > now.date() + _SLACK:
            raise ClockError(
                f"{name} was read on {day}, and this machine's clock says {now.date()}: "
                "one of them is wrong; nothing is written"
            )


def _day_of(source: object) -> tuple[str, date]:
    """What a source is called, and its day; long ago for what has none."""
    if isinstance(source, Page):
        return source.url, source.fetched_at.date()
    if isinstance(source, ModelList):
        return f"the model list of {source.provider}", source.fetched_at.date()
    return (source.url, source.as_of) if isinstance(source, Statements) else ("", date.min)


def check_clock(sources: Iterable[object], now: datetime, passed: date = date.min) -> None:
    """None. Raises ClockError where `now` is more than a day behind a source's own day, or more than a day ahead of what the
    servers that were asked in this run say, by Date and Age; a run that fetched nothing has nothing to compare.

    Of several servers the middle one counts, so that none alone stops a run or lets a wrong one go on; of two the later.
    A time before `passed`, a day that is known to have passed, is none, and neither is one more than a day after `now`
    where others are left: a clock that is ahead would go on by one server that is further ahead.
    """
    sources = tuple(sources)
    check_days(sources, now)
    found = [page for page in sources if isinstance(page, Page)]
    said: dict[str, datetime] = {}
    for page in found:
        if page.answered_at and page.answered_at.date() >= passed:
            host = host_of(page.url)
            said[host] = max(said.get(host, page.answered_at), page.answered_at)
    if not said:
        return
    times = sorted(said.values())
    times = [time for time in times if time - now <= _SLACK] or times
    middle = times[len(times) // 2]
    if now - middle > _SLACK:
        raise ClockError(
            f"this machine's clock says {now:%Y-%m-%d %H:%M}Z, and the servers' {middle:%Y-%m-%d %H:%M}Z: "
            "set the clock; nothing is written"
        )
