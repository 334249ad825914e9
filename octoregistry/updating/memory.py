"""What an update remembers for the next one: a file in the cache folder, whose loss makes nothing wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from octoregistry.merging.store import replace_file
from octoregistry.settings import Settings
from octoregistry.sources.cache import Cache
from providers.entries import Provider, Rate


@dataclass(frozen=True, slots=True)
class Sighting:
    """The days, by mode, on which pages last stated just what the registry had of a model; `rates` is the fingerprint of
    the rates that it had."""

    rates: str
    days: Mapping[str, date]


Sightings = Mapping[str, Sighting]


@dataclass(frozen=True, slots=True)
class Memory:
    """`places` are the counts of what the pages left open, None where no update has kept any; `sightings` stand by
    provider and model."""

    places: Mapping[str, int] | None = None
    sightings: Mapping[str, Sightings] = field(default_factory=dict)


def recalled(settings: Settings) -> Memory:
    """What the last update remembered; nothing where there is no file, or none that can be read."""
    try:
        kept = json.loads(_file(settings).read_bytes())
        places = {str(key): int(count) for key, count in kept["places"].items()}
        sightings = {
            provider: {model: _sighting(entry) for model, entry in models.items()}
            for provider, models in kept["sightings"].items()
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return Memory()
    return Memory(places, sightings)


def keep(settings: Settings, memory: Memory) -> None:
    """Keep `memory` for the next update. Raise OSError where the cache cannot be written."""
    values = {
        "places": memory.places or {},
        "sightings": {
            provider: {
                model: {"rates": one.rates, "days": {mode: day.isoformat() for mode, day in one.days.items()}}
                for model, one in models.items()
            }
            for provider, models in memory.sightings.items()
        },
    }
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, (json.dumps(values, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())


def days_seen(provider: Provider, sightings: Sightings) -> dict[str, Mapping[str, date]]:
    """{model: {mode: the day on which a page last stated what the registry has}} where it has the same rates still."""
    return {
        model: one.days
        for model, one in sightings.items()
        if model in provider.models and one.rates == fingerprint(provider.models[model].rates)
    }


def fingerprint(rates: Iterable[Rate]) -> str:
    """What tells the rates of a model from any others."""
    values = [[getattr(rate, each.name) for each in fields(rate)] for rate in rates]
    return sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()[:32]


def _sighting(entry: Any) -> Sighting:
    return Sighting(str(entry["rates"]), {mode: date.fromisoformat(day) for mode, day in entry["days"].items()})


def _file(settings: Settings) -> Path:
    return Cache(settings.fetch.cache_dir).folder / "memory.json"
