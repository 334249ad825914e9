"""Announced prices that the page announces no longer: put off, brought forward or withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from octoregistry.planning.plan import Change, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force, rates_after
from providers.entries import Rate


def withdrawn(provider: str, model: str, rates: Iterable[Rate], announced: Collection[date], day: date) -> list[Change]:
    """Those of `rates` that begin after the page of `day`, on none of the days that it has `announced`: each goes.

    The announcements of a page are taken as a set, or what is known would depend on which pages were read.
    """
    return [
        Change(
            provider,
            model,
            "withdrawn",
            "mode",
            rate.mode,
            None,
            rate.mode,
            rate.above_input_tokens,
            rate.start,
            rate.derived,
        )
        for rate in rates
        if rate.start and rate.start > day and rate.start not in announced
    ]


def held_withdrawals(
    changes: Sequence[Change], rates: Iterable[Rate], announced: Collection[date]
) -> Iterator[tuple[Change, str]]:
    """(change, what a person should know of it) of each rate that goes, held where its day gets other prices by that.

    Half a page looks like one that withdrew its announcement. What was brought forward is in force on the day all the same.
    """
    before = tuple(rates)
    after = rates_after(before, changes)
    for change in changes:
        if change.kind != "withdrawn" or change.start is None:
            continue
        views = (in_force(each, change.mode or "", change.start) for each in (before, after))
        old, new = ({tier: rate.prices for tier, rate in view.items() if rate.prices} for view in views)
        if old == new:
            continue
        later = sorted(start for start in announced if start > change.start)
        instead = f", but from {later[0]}" if later else ""
        text = f"the page announces no longer the {change.mode} prices from {change.start}{instead}"
        yield replace(change, verdict=Verdict("hold", (Reason("withdrawn", text),))), text
