"""Keeps what the next update should know of this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from octoregistry.settings import Settings
from octoregistry.updating.memory import Memory, Sighting, Sightings, fingerprint, keep
from octoregistry.updating.open_places import OpenPlace, places_known
from octoregistry.updating.update import Update


def keep_memory(settings: Settings, before: Memory, update: Update, places: Iterable[OpenPlace]) -> None:
    """Keep `places`, which the next update takes for known, and the days of the pages, on which prices were last seen.

    What is known from `before` of providers and models that were not read stays. Raises OSError where the cache cannot
    be written.
    """
    sightings = dict(before.sightings)
    for provider in {seen.provider for seen in update.plan.seen}:
        sightings[provider] = _sightings(sightings.get(provider, {}), update, provider)
    keep(settings, Memory(places_known(before.places, update, places), sightings))


def _sightings(before: Sightings, update: Update, provider: str) -> Sightings:
    """`before` with the days of this update; a day never gives way to an earlier one of the same rates."""
    days: dict[str, dict[str, date]] = defaultdict(dict)
    for seen in update.plan.seen:
        if seen.provider == provider:
            days[seen.model][seen.mode] = seen.day
    after = dict(before)
    for model, here in days.items():
        rates = fingerprint(update.registry.models(provider)[model].rates)
        old = before[model].days if model in before and before[model].rates == rates else {}
        latest = {mode: max(here.get(mode, date.min), old.get(mode, date.min)) for mode in here | dict(old)}
        after[model] = Sighting(rates, latest)
    return after
