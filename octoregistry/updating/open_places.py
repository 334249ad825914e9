"""Open places: what of the vendors' pages has no place in the registry, and what of it is new since the last update."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from octoregistry.reading.gather import doubted
from octoregistry.updating.update import ProviderRun, Update

_LONGEST = 120
_LONG = "left long ago"


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A kind of thing that a page states and the registry has not, and how often: `what` says why, or names it."""

    provider: str
    kind: str
    what: str
    count: int = 1

    @property
    def key(self) -> str:
        """What it is known by from one update to the next."""
        return f"{self.provider}: {self.kind}: {self.what}"


def open_places(update: Update) -> tuple[OpenPlace, ...]:
    """All that the pages of an update leave open: places not read, words that nobody understands, prices in another currency
    or of one region, models without an id, models and modes that left the page, tiers left out.

    Providers whose pages could not be read are told elsewhere.
    """
    found: list[OpenPlace] = []
    for run in update.runs:
        found += _unread(run)
        found += [
            OpenPlace(run.provider, note.kind, f"{note.subject}: {note.text}")
            for note in update.plan.notes
            if note.kind not in (None, "new provider") and note.provider == run.provider
        ]
    return tuple(found)


def places_known(before: Mapping[str, int] | None, update: Update, places: Iterable[OpenPlace]) -> Mapping[str, int]:
    """{key: count} of the places that are known after the update; what was known of providers that were not read stays."""
    read = tuple(f"{run.provider}: " for run in update.runs if run.rates is not None)
    counts = Counter({key: count for key, count in (before or {}).items() if not key.startswith(read)})
    for place in places:
        counts[place.key] += place.count
    return counts


def new_places(places: Iterable[OpenPlace], known: Mapping[str, int] | None) -> tuple[OpenPlace, ...]:
    """The places that the last update did not leave open, or less often; none where there was no update before, and none
    that has long been so."""
    if known is None:
        return ()
    return tuple(place for place in places if place.count > known.get(place.key, 0) and place.kind != _LONG)


def _unread(run: ProviderRun) -> list[OpenPlace]:
    if run.rates is None:
        return []
    reasons: Counter[str] = Counter()
    for problem in run.rates.problems:
        reasons[_short(problem.reason)] += problem.count
    labels = Counter({_short(doubt): count for doubt, count in doubted(run.rates.every).items()})
    apart: Counter[str] = Counter()
    for rate in run.rates.apart:
        apart[f"prices {rate.apart_by}: the plain ones alone are kept"] += len(rate.prices)
    return [
        OpenPlace(run.provider, kind, what, count)
        for kind, counter in (("not read", reasons), ("in doubt", labels), ("not kept", apart))
        for what, count in counter.most_common()
    ]


def _short(text: object) -> str:
    words = " ".join(str(text).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
