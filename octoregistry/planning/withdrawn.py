"""Announced prices that the page announces no longer: put off, brought forward or withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from octoregistry.planning.plan import Change, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import Tiers
from providers.entries import Rate


def withdrawn(provider: str, model: str, rates: Iterable[Rate], announced: Collection[date], day: date) -> list[Change]:
    """Those of `rates` that begin after the page of `day`, on none of the days that it has `announced`: each goes.

    The announcements of a page are taken as a set, or what is known would depend on which pages were read.
    """
    return [
        taken_out(provider, model, rate)
        for rate in rates
        if rate.start and rate.start > day and rate.start not in announced
    ]


def taken_out(provider: str, model: str, rate: Rate) -> Change:
    """The change that takes a rate out of the registry."""
    return Change(
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


def held_withdrawals(
    changes: Sequence[Change], rates: Iterable[Rate], announced: Mapping[date, Tiers], day: date
) -> Iterator[tuple[int, Change, str]]:
    """(place among `changes`, change, what a person should know of it) of each rate that goes, held where its day gets other
    prices by that; and of each announced price that goes or that the page of `day` has from elsewhere, held where it was
    another than that in force.

    Half a page looks like one that withdrew its announcement. What was brought forward is in force on the day all the same.
    """
    before = tuple(rates)
    after = rates_after(before, changes)
    slots = {(rate.mode, rate.above_input_tokens, rate.start): rate for rate in before}
    for place, change in enumerate(changes):
        start, tier = change.start, change.above_input_tokens
        rate = slots.get((change.mode or "", tier, start))
        if rate is None or start is None or start <= day:
            continue
        if change.kind == "withdrawn":
            views = [in_force(each, rate.mode, start) for each in (before, after)]
            old, new = ({above: one.prices for above, one in view.items() if one.prices} for view in views)
            if old == new:
                continue
            what = "prices"
            later = [other for other, tiers in announced.items() if start not in announced or tier in tiers]
        elif _goes(change, rate, in_force(before, rate.mode, day).get(tier), announced.get(start, {})):
            what = change.dimension.replace("_", " ")
            later = [other for other, tiers in announced.items() if change.dimension in tiers.get(tier, {})]
        else:
            continue
        what += "" if tier is None else f" above {tier:,}"
        then = min((other for other in later if other > start), default=None)
        text = f"the page announces no longer the {rate.mode} {what} from {start}" + (
            f", but from {then}" if then else ""
        )
        yield (
            place,
            replace(change, verdict=Verdict("hold", (*change.verdict.reasons, Reason("withdrawn", text)))),
            text,
        )


def _goes(change: Change, rate: Rate, now: Rate | None, stated: Tiers) -> bool:
    """True where a change ends an announced price of `rate` that was another than the one in force."""
    name = change.dimension
    if name not in rate.prices or name in stated.get(change.above_input_tokens, {}) or change.new == rate.prices[name]:
        return False
    return now is None or now.prices.get(name) != rate.prices[name]
