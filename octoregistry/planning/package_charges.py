"""The charges that a newer packaged registry has and a person's own lacks: as its prices of tokens, each with its days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from octoregistry.planning.charge_changes import charges_of, source_of
from octoregistry.planning.charge_keys import TOOLS, charge_key
from octoregistry.planning.guards import GuardContext
from octoregistry.planning.plan import Change, Reason, Verdict
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.values import Value
from octoregistry.planning.verdicts import judged
from octoregistry.reading.rates import Evidence
from providers.charge import Charge
from providers.entries import Provider, Source


def package_charges(
    own: Provider, packaged: Provider, settings: PlanSettings, name: str, new: Mapping[str, bool]
) -> list[Change]:
    """The changes of charges, of tools and of models that were checked later there. `new` are the models that come with the same
    plan, and whether each is written: the charges of one that is held wait with it. What both have in another way is held.
    """
    named = dict.fromkeys(charge.model for charge in packaged.charges if charge.model)
    found: list[Change] = []
    for model in (TOOLS, *packaged.models, *named):
        if model not in own.models and model in packaged.models and not new.get(model, False):
            continue
        theirs, ours = source_of(packaged, model), source_of(own, model)
        day = (theirs.checked if theirs else None) or date.min
        checked = (ours.checked if ours else None) or date.min
        if day > checked:
            context = GuardContext(None, day, settings.accepted, limits=settings.limits)
            found += judged(_missing(own, packaged, model, (checked, day), name), context)
    source = _source(own.charges_source or Source(), packaged.charges_source, found, own)
    return [*found, *(Change(own.name, TOOLS, "source", key, old, now) for key, (old, now) in source.items())]


def _missing(own: Provider, packaged: Provider, model: str, days: tuple[date, date], name: str) -> Iterator[Change]:
    """The charges of a model that ours lack: those of a slot that ours lacks, those that began since our check, and, held, one
    that ours has otherwise.
    """
    checked, day = days
    ours, theirs = _by_slot(charges_of(own, model)), _by_slot(charges_of(packaged, model))
    for slot, listed in theirs.items():
        known = ours.get(slot, [])
        starts = {one.start for one in known}
        new = [one for one in listed if not known or (one.start and one.start > checked and one.start not in starts)]
        for charge in new:
            before = _in_force([*known, *(one for one in new if one is not charge)], charge.start or date.min)
            yield from _change(own, model, charge, before, name)
        now, there = _in_force([*known, *new], day), _in_force(listed, day)
        if there and now and _price(now) != _price(there):
            reason = Reason("registry", f"this registry has {now}, {name} {there}")
            for change in _change(own, model, there, now, name):
                start = there.start if there.start and there.start not in starts else day
                yield replace(change, start=start, verdict=Verdict("hold", (reason,)))


def _change(own: Provider, model: str, charge: Charge, before: Charge | None, name: str) -> Iterator[Change]:
    days = charge.seen_before, charge.read_on
    try:
        key = charge_key(charge.unit, charge.per, charge.mode, dict(charge.when), charge.free, *days)
    except ValueError:
        return
    old = before.usd * charge.per / before.per if before else None
    evidence = Evidence("", name, f"{charge.usd:f}")
    yield Change(own.name, model, "charge", key, old, charge.usd, start=charge.start, evidence=evidence)


def _by_slot(charges: Iterator[Charge]) -> dict[object, list[Charge]]:
    found: dict[object, list[Charge]] = {}
    for charge in charges:
        found.setdefault((charge.unit, charge.mode, tuple(sorted(charge.when.items()))), []).append(charge)
    return found


def _in_force(charges: list[Charge], day: date) -> Charge | None:
    begun = [charge for charge in charges if (charge.start or date.min) <= day]
    return max(begun, key=lambda charge: charge.start or date.min, default=None)


def _price(charge: Charge) -> object:
    return charge.usd / charge.per, charge.free


def _source(
    ours: Source, theirs: Source | None, changes: list[Change], own: Provider
) -> dict[str, tuple[Value, Value]]:
    """Where the provider's own charges were read, if any of them is written and none waits."""
    mine = [change for change in changes if change.model not in own.models]
    if theirs is None or not mine or not all(change.applies for change in mine):
        return {}
    keys = {f"source.{key}": (getattr(ours, key), getattr(theirs, key)) for key in ("page", "checked", "sha256")}
    return {key: values for key, values in keys.items() if values[0] != values[1] and values[1] is not None}
