"""The changes that make the registry's prices of one mode those of the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from octoregistry.planning.plan import Change, Kind, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import Dated, Price, Tier, Tiers, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.reading.rates import is_checked
from providers.entries import Rate


@dataclass(frozen=True, slots=True)
class ModelMode:
    """The mode of a model that is compared, and the kind of change that a first price of it is."""

    provider: str
    model: str
    mode: str
    first: Kind = "new_rate"


def changes_of_mode(target: ModelMode, rates: tuple[Rate, ...], dated: Dated, day: date) -> list[Change]:
    """What has to be written so that the registry says of this mode what a page of `day` states.

    A price that changed leaves the old rate and opens a set of the mode's whole tiers with its `from`: of the rates
    that fit a call the latest set counts, so a set that lacked a tier would bill long prompts at the short price.
    What the page is silent on is carried into that set as it was.
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
    if not view:
        kind: Kind = "announced" if announced and target.first != "new_model" else target.first
        return [_change(target, kind, tier, since, name, None, stated[tier][name]) for tier, name in moved]
    start = day if announced else _start_of_set(view, day, since)
    in_place = all(_old_price(view, tier, name) is None and tier in view for tier, name in moved)
    if in_place and (not announced or all(view[tier].start == start for tier, _ in moved)):
        filled = [
            _change(target, "new_price", tier, view[tier].start, name, None, stated[tier][name]) for tier, name in moved
        ]
        return filled + _unmark_derived(target, view, stated)
    return _new_set(target, view, stated, start, announced=announced)


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
    return not price.derived and is_checked(price.witness or "rules")


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
        price.derived,
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
