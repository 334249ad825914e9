"""When a model's prices were last seen: each mode that its page no longer states, and whether all should be checked anew."""

from __future__ import annotations

from octoregistry.planning.stated_models import StatedModel
from octoregistry.planning.values import Value
from providers.dimensions import MODES
from providers.entries import Model, Source


def last_seen(known: Model | None, stated: StatedModel) -> dict[str, tuple[Value, Value]]:
    """What is written of the modes that the newest page does not state: the day on which they were last seen."""
    old = known.last_seen if known else {}
    modes = {rate.mode for rate in known.rates if rate.prices} | known.last_seen.keys() if known else set()
    unseen: dict[str, Value] = {mode: known.seen_on(mode) for mode in modes - stated.modes.keys()} if known else {}
    unseen |= stated.seen
    return {
        f"last_seen.{mode}": (old.get(mode), unseen.get(mode)) for mode in MODES if mode in modes | stated.seen.keys()
    }


def seen_again(known: Model | None, stated: StatedModel) -> bool:
    """True where the page states a mode that earlier pages no longer stated, as more than a language model reads it."""
    again = known.last_seen.keys() & stated.modes.keys() if known else set()
    return known is not None and stated.checked and any(stated.seen_on(mode) > known.last_seen[mode] for mode in again)


def check_is_due(source: Source | None, stated: StatedModel, days: int) -> bool:
    """True where the last check lies so many days or more before the day of the page, which checks the model only where
    more than a language model has read it."""
    if source is None or source.checked is None or not stated.checked:
        return False
    return (stated.page.checked - source.checked).days >= days
