"""The changes that make the registry's prices of one mode those of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from octoregistry.planning.plan import Change, Kind, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import Dated, Price, Tier, Tiers, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.reading.rates import is_checked
from providers.entries import Rate


@dataclass(frozen=True, slots=True)
class ModelMode:
    """The mode of a model that is compared, and the kind of change that a first price of it is.

    `seen` is the day on which the page last stated the mode, None where nobody wrote it down. What is read for the first
    time holds back to `since`, the day from which the model's present standard price holds, and no further.
    """

    provider: str
    model: str
    mode: str
    first: Kind = "new_rate"
    seen: date | None = None
    since: date | None = None


def changes_of_mode(target: ModelMode, rates: tuple[Rate, ...], dated: Dated, day: date) -> list[Change]:
    """What has to be written so that the registry says of this mode what a page of `day` states.

    A price that changed leaves the old rate and opens a set of the mode's whole tiers with its `from`: of the rates
    that fit a call the latest set counts, so a set that lacked a tier would bill long prompts at the short price.
    What the page is silent on is carried into that set as it was. A mode, tier or dimension that is read for the first
    time is no change of price: it holds as far back as the standard price of today.
    """
    current, since, announced = current_and_announced(dated, day)
    changes = _changes_at(target, rates, current, day, since)
    for start, tiers in announced.items():
        changes += _changes_at(target, rates_after(rates, changes), tiers, start, start, announced=True)
    return changes


def _changes_at(
    target: ModelMode, rates: tuple[Rate, ...], stated: Tiers, day: date, since: date | None, *, announced: bool = False
) -> list[Change]:
    view = in_force(rates, target.mode, day)
    moved = [
        (tier, name)
        for tier, prices in stated.items()
        for name in prices
        if _old_price(view, tier, name) != prices[name].usd
    ]
    if not moved:
        return _unmark_derived(target, view, stated)
    if all(_old_price(view, tier, name) is None for tier, name in moved) and not announced:
        return [*_first_known(target, view, stated, moved, since), *_unmark_derived(target, view, stated)]
    if not view:
        kind: Kind = "announced" if target.first != "new_model" else target.first
        return [_change(target, kind, tier, since, name, None, stated[tier][name]) for tier, name in moved]
    start = day if announced else _start_of_set(view, day, since)
    in_place = all(
        _old_price(view, tier, name) is None and tier in view and view[tier].start == start for tier, name in moved
    )
    if in_place:
        filled = [_change(target, "new_price", tier, start, name, None, stated[tier][name]) for tier, name in moved]
        return filled + _unmark_derived(target, view, stated)
    changes = _new_set(target, view, stated, start, announced=announced)
    return changes if announced or start != day else [*changes, *_seen_before(target, view, changes, start)]


def _first_known(
    target: ModelMode, view: dict[Tier, Rate], stated: Tiers, new: list[tuple[Tier, str]], since: date | None
) -> list[Change]:
    """Prices of which nothing was known: each from the day of the page's own, else back to that of the standard price.

    A price is put into the rate that its prompts are billed by, unless that holds from an earlier day; then the mode gets
    a set from that day on.
    """
    holds_from = since or target.since
    if not view:
        return [_change(target, target.first, tier, holds_from, name, None, stated[tier][name]) for tier, name in new]
    latest = max((rate.start for rate in view.values() if rate.start), default=None)
    if any(tier in view and _earlier(view[tier].start, holds_from) for tier, _ in new):
        return _new_set(target, view, stated, max(holds_from or date.min, latest or date.min), announced=False)
    changes = []
    for tier, name in new:
        kind: Kind = "new_price" if tier in view else "new_rate"
        start = view[tier].start if tier in view else latest if _earlier(holds_from, latest) else holds_from
        changes.append(_change(target, kind, tier, start, name, None, stated[tier][name]))
    return changes


def _earlier(day: date | None, than: date | None) -> bool:
    """True where `day` lies before `than`; None lies before all days."""
    return than is not None and (day is None or day < than)


def _seen_before(target: ModelMode, view: dict[Tier, Rate], changes: Iterable[Change], start: date) -> Iterator[Change]:
    """The last day on which the old prices were seen, for each rate that a page opens which does not date its prices.

    Where it is the day before, nothing lies between, and nothing is written.
    """
    if target.seen is None or target.seen >= start - timedelta(days=1):
        return
    opened = dict.fromkeys(change.above_input_tokens for change in changes if change.start == start)
    for tier in opened:
        if tier not in view or view[tier].start != start:
            yield Change(
                target.provider, target.model, "source", "seen_before", None, target.seen, target.mode, tier, start
            )


def _start_of_set(view: dict[Tier, Rate], day: date, since: date | None) -> date:
    """The first day of a new set: as the page dates it, unless the registry knows a later one; else the page's own."""
    latest = max((rate.start for rate in view.values() if rate.start), default=None)
    return since if since and (latest is None or since >= latest) else day


def _new_set(target: ModelMode, view: dict[Tier, Rate], stated: Tiers, start: date, *, announced: bool) -> list[Change]:
    """All tiers of the mode from `start` on; rates that already begin on that day are corrected where they stand."""
    changes: list[Change] = []
    for tier in sorted({*view, *stated}, key=lambda tier: -1 if tier is None else tier):
        old_rate = view.get(tier)
        there = old_rate is not None and old_rate.start == start
        prices = stated.get(tier, {})
        old_prices = old_rate.prices if old_rate else {}
        for name, price in prices.items():
            old = _old_price(view, tier, name)
            if old == price.usd and there:
                continue
            kind: Kind = (
                "kept"
                if old == price.usd
                else "announced"
                if announced
                else "new_rate"
                if old_rate is None
                else "price"
            )
            if kind == "price" and old is None:
                kind = "new_price"
            changes.append(_change(target, kind, tier, start, name, old, price))
        if there:
            changes += _unmark_derived(target, {tier: old_rate}, {tier: prices}) if old_rate else []
            continue
        for name in (name for name in old_prices if name not in prices):
            # A set of derived prices stays marked: what is carried is no better known than before.
            price = Price(old_prices[name], derived=bool(old_rate and old_rate.derived and not prices))
            changes.append(_change(target, "kept", tier, start, name, price.usd, price, _SILENT))
    return changes


_SILENT = ("the page is silent on it; carried on as it was",)


def _unmark_derived(target: ModelMode, view: dict[Tier, Rate], stated: Tiers) -> list[Change]:
    """Takes the mark `derived` off rates whose prices a page now states, as a checked witness reads it."""
    return [
        Change(target.provider, target.model, "metadata", "derived", True, False, target.mode, tier, view[tier].start)
        for tier, prices in stated.items()
        if tier in view and view[tier].derived and prices and all(map(_is_stated, prices.values()))
    ]


def _is_stated(price: Price) -> bool:
    return price.partial or (not price.derived and is_checked(price.witness or "rules"))


def _change(
    target: ModelMode,
    kind: Kind,
    tier: Tier,
    start: date | None,
    name: str,
    old: Value,
    price: Price,
    notes: tuple[str, ...] = (),
) -> Change:
    return Change(
        target.provider,
        target.model,
        kind,
        name,
        old,
        price.usd,
        target.mode,
        tier,
        start,
        price.derived and not price.partial,
        price.evidence,
        price.witness,
        verdict_for(price.reasons),
        (*price.notes, *notes),
        doubts=price.doubts,
    )


def verdict_for(reasons: Iterable[Reason]) -> Verdict:
    """`hold` with these reasons, or `apply` where there are none."""
    found = tuple(dict.fromkeys(reasons))
    return Verdict("hold" if found else "apply", found)


def _old_price(view: dict[Tier, Rate], tier: Tier, name: str) -> Value:
    return view[tier].prices.get(name) if tier in view else None


def missing_prices(view_rates: Iterable[Rate], mode: str, stated: Tiers, day: date) -> list[str]:
    """What the registry knows of a mode and a page that speaks of the mode leaves out, in words."""
    gone = []
    for tier, rate in in_force(view_rates, mode, day).items():
        above = "" if tier is None else f" above {tier:,}"
        missing = [name for name in rate.prices if name not in stated.get(tier, {})]
        gone += [f"{mode} {name}{above}" for name in missing]
    return gone
