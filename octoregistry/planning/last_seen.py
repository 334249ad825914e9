"""When a model's prices were last seen: each mode that its page no longer states, and whether all should be checked anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from octoregistry.planning.plan import Change
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import StatedModel, Tiers, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.reading.rates import is_checked
from providers.dimensions import MODES
from providers.entries import Model, Rate, Source
from providers.rates import ENDLESS, fitting, holding


def last_seen(known: Model | None, stated: StatedModel, changes: Iterable[Change]) -> dict[str, tuple[Value, Value]]:
    """What is written of the modes that the newest page does not state, or of which `changes` of the prices in force are
    held: the day on which they were last seen. A mode whose prices were all derived no page has seen."""
    old = known.last_seen if known else {}
    seen = {rate.mode for rate in known.rates if rate.prices and not rate.derived} if known else set()
    modes = seen | old.keys()
    unseen: dict[str, Value] = dict(stated.seen)
    if known:
        held = _contradicted(known.rates, changes, stated.page.checked) & stated.modes.keys()
        unseen |= {mode: known.seen_on(mode) for mode in held | (seen - stated.modes.keys())}
        modes |= held
    return {
        f"last_seen.{mode}": (old.get(mode), unseen.get(mode)) for mode in MODES if mode in modes | stated.seen.keys()
    }


def modes_seen_first(known: Model, stated: StatedModel, changes: Iterable[Change]) -> dict[str, Value]:
    """{`last_seen.` and the mode: day} of the modes that an older page than the registry's own gives it first."""
    modes = {change.mode for change in changes if change.mode and change.applies} - {rate.mode for rate in known.rates}
    return {f"last_seen.{mode}": stated.seen_on(mode) for mode in sorted(filter(None, modes))}


def _contradicted(rates: Sequence[Rate], changes: Iterable[Change], day: date) -> set[str]:
    """The modes of which the page states another price for `day` than one that `rates` have, and that is held: what they have
    was not seen."""
    held = [change for change in changes if change.mode and not change.applies]
    after = rates_after(rates, held)
    return {c.mode for c in held if c.mode and not _says_all_of(after, rates, c.mode, day)}


def _says_all_of(after: Sequence[Rate], before: Sequence[Rate], mode: str, day: date) -> bool:
    """True where a prompt of any size has in `after` all the prices of a mode on `day` that it has in `before`."""
    old, new = (holding([r for r in rates if r.mode == mode], day.toordinal()) for rates in (before, after))
    sizes = {size for rate in (*old, *new) for size in (rate.above, rate.up_to) if size < ENDLESS}
    pairs = ((fitting(old, int(size) + 1), fitting(new, int(size) + 1)) for size in sizes)
    return all(was is None or was.prices.items() <= (now.prices if now else {}).items() for was, now in pairs)


def seen_again(known: Model | None, stated: StatedModel) -> bool:
    """True where the page states a mode that earlier pages no longer stated, as more than a language model reads it."""
    again = known.last_seen.keys() & stated.modes.keys() if known else set()
    return known is not None and stated.checked and any(stated.seen_on(mode) > known.last_seen[mode] for mode in again)


def check_is_due(source: Source | None, stated: StatedModel, days: int) -> bool:
    """True if the model was last checked `days` or more before the page, and more than a language model has read the page."""
    if source is None or source.checked is None or not stated.checked:
        return False
    return (stated.page.checked - source.checked).days >= days


def last_day(known: Model | None, mode: str, remembered: Mapping[str, date], day: date) -> date | None:
    """The last day before a page of `day` on which a mode was seen as the registry has it: the one that the registry states,
    or a later one that is `remembered`."""
    if known is None:
        return None
    stated, later = known.seen_on(mode), remembered.get(mode)
    return later if later is not None and later < day and (stated is None or stated < later) else stated


def confirmed(known: Model | None, stated: StatedModel, changes: Iterable[Change]) -> dict[str, date]:
    """{mode: day} of the modes of which the page states just what the registry has, on a later day than the registry knows;
    none where the page makes `changes` of the model's rates.

    Just that: every price that the registry holds in the mode, none of it in doubt. Derived batch prices are confirmed
    with the standard ones that they follow from.
    """
    if known is None or any(change.mode for change in changes):
        return {}
    day = stated.page.checked
    days = {
        mode: stated.seen_on(mode)
        for mode, dated in stated.modes.items()
        if _confirms(known, mode, current_and_announced(dated, day)[0], day)
    }
    batch = (
        [] if "batch" in stated.modes or "batch" in known.last_seen else in_force(known.rates, "batch", day).values()
    )
    if "standard" in days and batch and all(rate.derived for rate in batch):
        days["batch"] = days["standard"]
    return {mode: seen for mode, seen in days.items() if seen > (known.seen_on(mode) or date.min)}


def _confirms(known: Model, mode: str, tiers: Tiers, day: date) -> bool:
    """True where `tiers` are all the prices in force on `day` but the derived ones, and nothing else."""
    view = in_force(known.rates, mode, day)
    if not view or tiers.keys() - view.keys():
        return False
    prices = [price for stated in tiers.values() for price in stated.values()]
    if any(price.reasons or price.doubts or not is_checked(price.witness or "rules") for price in prices):
        return False
    for tier, rate in view.items():
        stated = {name: price.usd for name, price in tiers.get(tier, {}).items()}
        owed = {name: usd for name, usd in rate.prices.items() if name not in rate.derived_dimensions}
        if any(rate.prices.get(name) != usd for name, usd in stated.items()) or owed.keys() - stated.keys():
            return False
    return True
