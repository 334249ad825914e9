"""Whether the run's clock can be right: days are written into the registry, and one far ahead would freeze it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from octoregistry.errors import UserFacingError
from octoregistry.sources import Page

_SLACK = timedelta(days=1)


class ClockError(UserFacingError):
    """The clock cannot be right; nothing is written."""


def check_clock(pages: Iterable[object], now: datetime) -> None:
    """Raise ClockError where `now` is more than a day behind a page's own day, or more than a day ahead of the newest
    answer that was fetched in this run, by its Date and Age; a run that fetched nothing has nothing to compare.
    """
    found = [page for page in pages if isinstance(page, Page)]
    for page in found:
        if page.fetched_at.date() > now.date() + _SLACK:
            raise ClockError(
                f"{page.url} was read on {page.fetched_at.date()}, and this machine's clock says {now.date()}: "
                "one of them is wrong; nothing is written"
            )
    newest = max((page.answered_at for page in found if page.answered_at), default=None)
    if newest is not None and now - newest > _SLACK:
        raise ClockError(
            f"this machine's clock says {now:%Y-%m-%d %H:%M}Z, and the newest answer is of {newest:%Y-%m-%d %H:%M}Z: "
            "set the clock; nothing is written"
        )
