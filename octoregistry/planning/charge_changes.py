"""What pages state besides tokens, held against the charges of the registry: a change each, with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.planning.charge_guards import Beside, charge_reasons
from octoregistry.planning.charge_keys import TOOLS, charge_key
from octoregistry.planning.decimals import plain
from octoregistry.planning.guards import GuardContext
from octoregistry.planning.matching import Match, Matched, NewModel, normalised
from octoregistry.planning.plan import Change, Note, Verdict
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.values import Value
from octoregistry.planning.verdicts import judged
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.classify.names import looks_like_id
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import StatedCharge
from providers.charge import Charge
from providers.entries import Provider, Source
from providers.vendors import vendor

_GONE = "{} is no longer stated, or not so that it is understood: the registry keeps it"
_CALLED_OFF = "{} is announced for {}, and the page announces it no longer: the registry keeps it"
_TWO = "{}: the page states it as {}; which of them holds nobody can tell, and none is written"
_NO_ID = "a charge of it stands on the page, and no id is known for it"


@dataclass(frozen=True, slots=True)
class _StatedCharge:
    """A charge of a page with the model that it is of: an id, or TOOLS."""

    charge: StatedCharge
    model: str

    @property
    def slot(self) -> tuple[object, ...]:
        """What it is the price of."""
        charge = self.charge
        return self.model, charge.unit, charge.mode, charge.when, charge.start


def charge_changes(
    provider: Provider,
    pages: Sequence[PricedPage],
    match: Callable[[str, tuple[str, ...]], Match],
    new: Mapping[str, bool],
    context: GuardContext,
    witnesses: Witnesses,
) -> tuple[list[Change], list[Note]]:
    """The changes of charges that `pages` make, and notes on those without an id and on those that left their page. `new`
    are the new models, and whether each is written: the charges of one that is held wait with it. A digest of a page states
    none.
    """
    changes: list[Change] = []
    notes: dict[object, Note] = {}
    prefix = vendor(provider.name).names.optional_prefix
    spelled = {normalised(model, prefix): model for model in new}
    slots: set[tuple[object, ...]] = set()
    days: set[tuple[object, ...]] = set()
    for page in pages:
        if page.via is not None:
            continue
        missed = witnesses.missed(page.checked, context.limits.witness_days)
        asked = replace(context, checked=page.checked, unwitnessed=missed)
        stated: list[_StatedCharge] = []
        for charge in page.read.charges:
            models = _models(charge, match, new)
            if models is None and (model := spelled.get(normalised(str(charge.name), prefix))):
                models = (model,)  # the page names it twice, and the registry does not have it yet
            if models is None:
                subject = str(charge.name)
                notes.setdefault(subject, Note(provider.name, subject, _NO_ID, "without an id"))
            for model in models or ():
                if new.get(model, True):
                    stated.append(_StatedCharge(charge, model))
        slots.update(one.slot[:-1] for one in stated)
        days.update(one.slot for one in stated)
        torn = _contradictions(provider.name, stated)
        notes |= torn
        found = [
            change
            for one in stated
            if one.slot not in torn
            for change in _compared(provider, one, _beside(provider, one, stated, asked), asked)
        ]
        found = list({(change.model, change.dimension, change.start): change for change in found}.values())
        written = judged(found, asked)
        changes += [*written, *_source(provider, page, written)]
    return changes, [*notes.values(), *_gone(provider, pages, slots, days)]


def _contradictions(provider: str, stated: Sequence[_StatedCharge]) -> dict[object, Note]:
    """A note for each charge that a page states with two prices, as of one id under two names, by its slot."""
    prices: dict[tuple[object, ...], dict[tuple[Decimal, str | None], _StatedCharge]] = {}
    for one in stated:
        charge = one.charge
        prices.setdefault(one.slot, {})[charge.usd / charge.per, charge.free] = one
    notes: dict[object, Note] = {}
    for slot, found in prices.items():
        if len(found) > 1:
            first = next(iter(found.values()))
            charge, places = (
                first.charge,
                [f"{plain(o.charge.usd)} ({o.charge.evidence.address})" for o in found.values()],
            )
            what = charge_key(charge.unit, int(charge.per), charge.mode, dict(charge.when))
            notes[slot] = Note(provider, first.model, _TWO.format(what, " and ".join(places)), "left out")
    return notes


def _gone(
    provider: Provider,
    pages: Sequence[PricedPage],
    slots: Collection[tuple[object, ...]],
    days: Collection[tuple[object, ...]],
) -> Iterator[Note]:
    """A note a model, or for the tools, on the charges that the registry has and `pages` do not state at all, where one of these
    is the page that they were read from, and one on each that they announce no more. An older page says nothing. `slots` are
    what they state a price of, `days` the same with its first day."""
    read = {page.read.page: page.checked for page in pages if page.via is None}
    for model in (TOOLS, *provider.models, *dict.fromkeys(c.model for c in provider.charges if c.model)):
        source = source_of(provider, model)
        if source is None or source.page not in read or read[source.page] < (source.checked or date.min):
            continue
        gone = {
            charge_key(charge.unit, charge.per, charge.mode, charge.when)
            for charge in charges_of(provider, model)
            if (model, charge.unit, charge.mode, tuple(sorted(charge.when.items()))) not in slots
        }
        if gone:
            yield Note(provider.name, model, _GONE.format("; ".join(sorted(gone))), "no longer stated")
        for charge in charges_of(provider, model):
            slot = model, charge.unit, charge.mode, tuple(sorted(charge.when.items()))
            if (
                charge.start
                and charge.start > read[source.page]
                and slot in slots
                and (*slot, charge.start) not in days
            ):
                what = charge_key(charge.unit, charge.per, charge.mode, charge.when)
                yield Note(provider.name, model, _CALLED_OFF.format(what, charge.start), "no longer stated")


def _models(
    charge: StatedCharge, match: Callable[[str, tuple[str, ...]], Match], new: Collection[str]
) -> tuple[str, ...] | None:
    """The ids that a charge is of; (TOOLS,) for a tool, None where none is known. An id that nobody gave counts for models
    that are `new` with their prices."""
    if charge.name is None:
        return (TOOLS,)
    found = match(charge.name, charge.ids)
    if isinstance(found, Matched):
        return found.ids
    if isinstance(found, NewModel) and (found.id in new or not found.derived):
        return (found.id,)
    return (charge.name,) if looks_like_id(charge.name) else None


def _compared(provider: Provider, stated: _StatedCharge, beside: Beside, context: GuardContext) -> Iterator[Change]:
    """The change that a charge makes; none where the registry has it, or a page of a later day stated another.

    A price that the page dates back to before another that the registry has by now is a change of the page's day.
    """
    charge, when, day = stated.charge, dict(stated.charge.when), context.checked
    start = charge.start or day
    checked = beside.source.checked if beside.source else None
    later = [_start(one) for one in beside.known if start < _start(one) <= max(day, checked or date.max)]
    if later and (max(later) > day or (checked or day) > day):
        return  # an older page than the one that it was read from
    start = day if later else start
    before = max((one for one in beside.known if _start(one) <= start), key=_start, default=None)
    if before is not None and (before.usd / before.per, before.free) == (charge.usd / charge.per, charge.free):
        return
    seen = checked if before and checked and checked < start and charge.start is None else None
    old = before.usd * charge.per / before.per if before else None
    read_on = day if start != day and old not in (None, charge.usd) else None
    try:
        key = charge_key(charge.unit, int(charge.per), charge.mode, when, charge.free, seen, read_on)
    except ValueError:
        return
    change = Change(
        provider.name, stated.model, "charge", key, old, charge.usd, start=start, evidence=charge.evidence,
        witness="rules", doubts=tuple(doubt for doubt in charge.doubts if isinstance(doubt, Doubt)),
    )  # fmt: skip
    found = tuple(charge_reasons(charge, change, beside, context))
    yield replace(change, verdict=Verdict("hold", found)) if found else change


def _beside(provider: Provider, stated: _StatedCharge, page: Sequence[_StatedCharge], context: GuardContext) -> Beside:
    """What the registry has of the same thing, and what it or the `page` has of the same unit: of other things those that it
    has had for a month, or none would stop a new one a day."""
    day, old = context.checked, context.checked - timedelta(context.limits.month)
    charge, ours = stated.charge, [c for c in charges_of(provider, stated.model) if c.unit == stated.charge.unit]
    place = charge.mode, charge.when
    known = [one for one in ours if _place(one) == place]
    held = {_place(one): one for one in sorted(ours, key=_start) if _start(one) <= (charge.start or day)}
    others = [one for at, one in held.items() if at != place and one.usd]
    others = [one for one in others if _start(one) <= old] or others
    siblings = [(one.slot[-1], one.usd / one.per) for one in others]
    alike = [s.charge for s in page if (s.model, s.charge.unit) == (stated.model, charge.unit) and not s.charge.doubts]
    alike = [one for one in alike if one.usd]
    new = [one.usd / one.per for one in alike if (one.mode, one.when) not in {place, *held}]
    plain = [one.usd / one.per for one in alike if (one.mode, one.when) == ("standard", charge.when)]
    plain += [one.usd / one.per for at, one in held.items() if at == ("standard", charge.when)]
    return Beside(known, siblings, new, min(plain, default=None), source_of(provider, stated.model))


def _place(charge: Charge) -> tuple[str, tuple[tuple[str, str], ...]]:
    return charge.slot[2:]


def charges_of(provider: Provider, model: str) -> Iterator[Charge]:
    """The charges that the registry has of a model, or of the provider's tools."""
    if model in provider.models:
        yield from provider.models[model].charges
    yield from (charge for charge in provider.charges if charge.model == (None if model == TOOLS else model))


def source_of(provider: Provider, model: str) -> Source | None:
    """Where and when the charges of a model, or of the provider's tools, were read."""
    return provider.models[model].source if model in provider.models else provider.charges_source


def _source(provider: Provider, page: PricedPage, changes: Sequence[Change]) -> Iterator[Change]:
    """Where the provider's own charges were read, if any of them is written."""
    if not any(change.applies and change.model not in provider.models for change in changes):
        return
    old = provider.charges_source or Source()
    wanted: dict[str, tuple[Value, Value]] = {
        "source.page": (old.page, page.read.page),
        "source.checked": (old.checked, page.checked),
        "source.sha256": (old.sha256, page.sha256),
    }
    for key, (before, now) in wanted.items():
        if before != now:
            yield Change(provider.name, TOOLS, "source", key, before, now)


def _start(charge: Charge) -> date:
    return charge.start or date.min
