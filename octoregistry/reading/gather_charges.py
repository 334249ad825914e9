"""Settled charges as the page states them: what holds on its day and later, and where it states two prices for one thing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence, Problem, StatedCharge, StatedRate
from octoregistry.reading.settle.outcome import OF_A_MODEL, Charged

_GAVE_WAY = "a charge in doubt is another one than that of the same thing without a doubt: left out"
_Slot: TypeAlias = "tuple[str | None, str, str, tuple[tuple[str, str], ...]]"


def charges_of(
    charged: Iterable[Charged],
    page: str,
    page_date: date,
    ids: Mapping[str, tuple[str, ...]],
    rates: Iterable[StatedRate] = (),
) -> tuple[tuple[StatedCharge, ...], tuple[Problem, ...]]:
    """The charges that hold on `page_date` and later, and a problem for each of which the page states two prices: neither is
    taken, but one with a doubt gives way to one without, which is told. An estimate beside `rates` of the same model is left out."""
    by_tokens = {rate.name for rate in rates}
    slots: dict[_Slot, list[Charged]] = defaultdict(list)
    problems: list[Problem] = []
    for charge in charged:
        if charge.span.until is not None and charge.span.until < page_date:
            ended = f"a charge with the day {charge.span.until}, which is over: left out"
            problems.append(Problem(page, charge.figure.address, ended))
            continue
        for name in charge.names or (None,):
            if charge.estimated and name in by_tokens:
                problems.append(Problem(page, charge.figure.address, "an estimate of what the tokens cost"))
            else:
                slots[name, charge.unit, charge.mode, charge.when].append(charge)
    found: list[StatedCharge] = []
    for slot, same in slots.items():
        found += _in_force(slot, same, page, page_date, ids, problems)
    return tuple(found), tuple(problems)


def _in_force(
    slot: _Slot,
    candidates: list[Charged],
    page: str,
    page_date: date,
    ids: Mapping[str, tuple[str, ...]],
    problems: list[Problem],
) -> list[StatedCharge]:
    name, unit, mode, when = slot
    candidates = _given_way(candidates, page, problems)
    begun = [c.span.start for c in candidates if c.span.start and c.span.start <= page_date]
    latest = max(begun, default=None)
    by_start: dict[date | None, list[Charged]] = defaultdict(list)
    for charge in candidates:
        start = charge.span.start
        if start is not None and start > page_date:
            by_start[start].append(charge)
        elif start == latest:
            by_start[None].append(charge)
    found = []
    for start, same in by_start.items():
        first = same[0]
        if len(set(map(_price, same))) > 1:
            places = ", ".join(f"{c.figure.address} says {c.usd}" for c in same[:6])
            what = f"{unit} of {name}" if name else unit
            problems.append(Problem(page, first.figure.address, f"two charges for {what} ({mode}): {places}"))
            continue
        evidence = Evidence(page, first.figure.address, first.figure.text)
        own = first.ids or (ids.get(name, ()) if name else ())
        found.append(StatedCharge(
            name, unit, first.per, first.usd, evidence, mode, when, first.free, own, start, first.doubts, first.estimated,
        ))  # fmt: skip
    return found


def _given_way(candidates: list[Charged], page: str, problems: list[Problem]) -> list[Charged]:
    """`candidates` less those in doubt where one is without, with a problem for each that is another price. One of the same
    cell, or one that is in doubt for the model beside its tool, does not give way: both stay."""
    clear = [charge for charge in candidates if not charge.doubts]
    cells = {charge.figure.address for charge in clear}
    prices = {_price(charge) for charge in clear}
    others = [charge for charge in candidates if clear and charge.doubts and _price(charge) not in prices]
    if any(c.figure.address in cells or any(doubt.reason == OF_A_MODEL for doubt in c.doubts) for c in others):
        return [*clear, *others]
    problems += [Problem(page, charge.figure.address, _GAVE_WAY) for charge in others]
    return clear or candidates


def _price(charge: Charged) -> tuple[Decimal, str | None]:
    return charge.usd / charge.per, charge.free


def doubted_charges(charges: Iterable[StatedCharge]) -> Counter[Doubt]:
    """How many charges each doubt holds."""
    return Counter(doubt for charge in charges for doubt in charge.doubts if isinstance(doubt, Doubt))
