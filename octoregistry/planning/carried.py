"""Prices of a mode that the new page does not mention: each is kept only beside the prices it was last known with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.stated_models import Price, Tier, Tiers
from providers.entries import Rate


def size(tier: Tier) -> int:
    """The longest prompt, in tokens, that a tier is not for; -1 for none."""
    return -1 if tier is None else tier


def carried_prices(rates: tuple[Rate, ...], mode: str, tier: Tier, stated: Tiers, day: date) -> dict[str, Price]:
    """The prices of a tier that hold on `day` though the page does not state them.

    Each as it was last known, if all that the page states of the mode was then as it is now: a price that stood beside
    others is none of today's. So a page that came in between, and was silent too, changes nothing.
    """
    starts = {rate.start for rate in rates if rate.mode == mode and rate.start and rate.start <= day}
    days = sorted({day, *(start - timedelta(days=1) for start in starts)}, reverse=True)
    found: dict[str, Price | None] = {}
    for view in (in_force(rates, mode, on) for on in days):
        if tier not in view:
            continue
        same = all(view[t].prices.get(n, p.usd) == p.usd for t in stated if t in view for n, p in stated[t].items())
        # A set of derived prices stays marked: what is carried is no better known than before.
        derived = view[tier].derived and not stated.get(tier)
        for name, usd in view[tier].prices.items():
            found.setdefault(name, Price(usd, derived=derived) if same else None)
    silent = found.keys() - stated.get(tier, {}).keys()
    return {name: price for name, price in found.items() if name in silent and price}


def sizes_moved(view: Mapping[Tier, Rate], stated: Tiers, ends: Mapping[Tier, int]) -> bool:
    """True where a rate ends at another prompt size on the page than in the registry; `ends` are those of its labels."""
    for tier in stated.keys() & view.keys():
        old = _end(tier, view, {} if view[tier].up_to_derived else {tier: view[tier].up_to_input_tokens})
        new = _end(tier, stated, ends)
        if old and new and old != new and old not in stated:
            return True
    return False


def is_covered(tier: Tier, stated: Tiers, ends: Mapping[Tier, int]) -> bool:
    """True where a rate that the page states answers for the prompts just above a tier that it does not state."""
    below = max((other for other in stated if size(other) < size(tier)), key=size, default=tier)
    return below != tier and ends.get(below, size(tier) + 1) > size(tier)


def _end(tier: Tier, tiers: Iterable[Tier], ends: Mapping[Tier, int | None]) -> int | None:
    """Where the prices of a tier end: at the next one, or where a label says."""
    return min((other for other in tiers if other is not None and other > size(tier)), default=None) or ends.get(tier)


def silent_on(rates: Iterable[Rate], mode: str, stated: Tiers, day: date) -> list[tuple[Tier, str]]:
    """Tier and dimension of what the registry knows of a mode and a page that speaks of the mode leaves out."""
    view = in_force(rates, mode, day)
    return [(tier, name) for tier, rate in view.items() for name in rate.prices if name not in stated.get(tier, {})]
