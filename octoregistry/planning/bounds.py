"""For which prompts does a rate answer? A tier that is known to exist bounds the rate below it, also where its price is not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter

from octoregistry.planning.plan import Change
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import StatedModel, Tier
from octoregistry.planning.values import Value
from providers.dimensions import MODES
from providers.entries import Rate


@dataclass(frozen=True, slots=True)
class Bound:
    """The longest prompt that a rate answers for: as its label states it, or `derived` from what else is known."""

    up_to: int | None
    derived: bool = False


def bound_changes(
    provider: str,
    model: str,
    stated: StatedModel,
    rates: tuple[Rate, ...],
    thresholds: Collection[int],
    day: date,
    unsure: Collection[tuple[str, Tier]] = (),
    begun: Collection[tuple[str, Tier, date | None]] = (),
) -> list[Change]:
    """What has to be written so that no rate answers for longer prompts than is known on `day` and after.

    `rates` are the model's with the prices of the page in them, `thresholds` those that are known of the vendor. `unsure`
    are the modes and tiers that only a language model vouches for: they bound no other. The rates `begun`, by mode, tier
    and first day, need not end where those before them did.
    """
    settled = rates
    for _ in rates:  # a bound that is found ends other rates too: the next update must find nothing left
        found = _bounds(stated, settled, thresholds, day, unsure, begun)
        there = {(rate.mode, rate.above_input_tokens, rate.start): rate for rate in settled}
        changes = [c for place, bound in found.items() for c in _changes(provider, model, there[place], bound)]
        if not changes:
            break
        settled = rates_after(settled, changes)
    return _differences(provider, model, rates, settled)


def _bounds(
    stated: StatedModel,
    rates: tuple[Rate, ...],
    thresholds: Collection[int],
    day: date,
    unsure: Collection[tuple[str, Tier]],
    begun: Collection[tuple[str, Tier, date | None]],
) -> dict[tuple[str, Tier, date | None], Bound]:
    """The bound of each rate, by mode, tier and first day, as `rates` and their bounds are now."""
    days = sorted({day, *(rate.start for rate in rates if rate.start and rate.start > day)})
    # What is in force is asked without the bounds that are there: they are what is to be found.
    free = [replace(rate, up_to_input_tokens=None) for rate in rates]
    ending = {(r.mode, r.above_input_tokens, r.start) for r in rates if r.up_to_input_tokens}
    found: dict[tuple[str, Tier, date | None], Bound] = {}
    for on in days:
        every = {mode: in_force(free, mode, on) for mode in MODES}
        known = {mode: {t: r for t, r in view.items() if (mode, t) not in unsure} for mode, view in every.items()}
        labelled = [end for mode in MODES for end in _labelled(rates, mode, on)]
        for mode, view in every.items():
            for tier, rate in view.items():
                views = every if (mode, tier) in unsure else known
                place = mode, tier, rate.start
                known_ends = [*labelled, *(() if place in begun else _end_before(rates, rate))]
                bound = _bound(tier, mode, views, stated, thresholds, known_ends) if rate.prices else None
                bound = _before_the_next(bound, rate, view) if place in ending else bound
                if bound is not None:  # of several days the narrowest: what is not known on one of them is not known
                    found[place] = min((bound, found.get(place, bound)), key=_width)
    return found


def _differences(provider: str, model: str, old: tuple[Rate, ...], new: tuple[Rate, ...]) -> list[Change]:
    """The changes that make the bounds of the rates `old` those of `new`."""
    before = {(rate.mode, rate.above_input_tokens, rate.start): rate for rate in old}
    places = ((rate, before[rate.mode, rate.above_input_tokens, rate.start]) for rate in new)
    ends = ((was, Bound(rate.up_to_input_tokens, rate.up_to_derived)) for rate, was in places)
    return [change for was, bound in ends for change in _written(provider, model, was, bound)]


def _width(bound: Bound) -> float:
    return math.inf if bound.up_to is None else bound.up_to


def unbounded(stated: StatedModel, thresholds: Collection[int]) -> tuple[str, ...]:
    """The modes in which long prompts cost something else, above a size that nobody knows."""
    known = any(isinstance(above, int) for above in thresholds) or any(
        tier is not None for dated in stated.modes.values() for tiers in dated.values() for tier in tiers
    )
    return () if known else tuple(mode for mode in MODES if mode in stated.unsized)


def _labelled(rates: tuple[Rate, ...], mode: str, day: date) -> Iterator[int]:
    """The longest prompt that a label gives for the rates of a mode, where no rate begins there."""
    view = in_force(rates, mode, day)
    base = view.get(None)
    if len(view) == 1 and base and base.prices and base.up_to_input_tokens and not base.up_to_derived:
        yield base.up_to_input_tokens


def _end_before(rates: tuple[Rate, ...], rate: Rate) -> Iterator[int]:
    """Where the rate before this one ended: a price that moved answers for no longer prompts, as long as no page says so."""
    before = in_force(rates, rate.mode, rate.start - timedelta(days=1)) if rate.start else {}
    old = before.get(rate.above_input_tokens)
    if old and old.prices and old.up_to_input_tokens:
        yield old.up_to_input_tokens


def _bound(
    tier: Tier,
    mode: str,
    views: Mapping[str, Mapping[Tier, Rate]],
    stated: StatedModel,
    thresholds: Collection[int],
    known_ends: Collection[int],
) -> Bound | None:
    """The bound of the rate of a tier; None where nothing new is known of it. `known_ends` are those in the registry."""
    floor = -1 if tier is None else tier
    following = min((above for above in views[mode] if above is not None and above > floor), default=math.inf)
    origin = mode if mode in stated.modes else "standard"  # what follows from the standard price ends where it does
    said = stated.up_to.get((origin, tier))
    if isinstance(said, int) and said < following:
        return Bound(said, derived=origin != mode)
    if following < math.inf:
        # The next tier says where this one ends; where it has no prices, whoever shows this one has to say so.
        return Bound(None) if views[mode][int(following)].prices else Bound(int(following), derived=True)
    tiers = [above for view in views.values() for above in view if above is not None]
    labels = [end for end in stated.up_to.values() if isinstance(end, int)]
    if ends := [end for end in (*tiers, *labels, *known_ends) if end > floor]:
        return Bound(min(ends), derived=True)
    if stated.unsized:  # "Short context" over a model without a long price bounds nothing
        smallest = min((above for above in thresholds if above > floor), default=None)
        return Bound(smallest, derived=True) if smallest else None
    return None


def _before_the_next(bound: Bound | None, rate: Rate, view: Mapping[Tier, Rate]) -> Bound | None:
    """The bound of a `rate` that ends somewhere: not beyond the next tier, where that begins on a later day. Of the days
    before, nobody knows what longer prompts cost."""
    longer = min((one for one in view.values() if one.above > rate.above), key=attrgetter("above"), default=None)
    if bound is None or bound.up_to is not None or longer is None or longer.first_day <= rate.first_day:
        return bound
    return Bound(longer.above, derived=True)


def _changes(provider: str, model: str, rate: Rate, bound: Bound | None) -> Iterator[Change]:
    if bound is None or (rate.up_to_input_tokens is not None and bound.derived and not rate.up_to_derived):
        return  # what a label states outweighs what is derived
    yield from _written(provider, model, rate, bound)


def _written(provider: str, model: str, rate: Rate, bound: Bound) -> Iterator[Change]:
    """The keys of a rate that differ from those of a bound."""
    pairs: tuple[tuple[str, Value, Value], ...] = (
        ("up_to_input_tokens", rate.up_to_input_tokens, bound.up_to),
        ("up_to_derived", rate.up_to_derived or None, bound.derived or None),
    )
    for name, old, new in pairs:
        if old != new:
            yield Change(provider, model, "metadata", name, old, new, rate.mode, rate.above_input_tokens, rate.start)
