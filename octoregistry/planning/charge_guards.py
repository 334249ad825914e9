"""The guards that a charge is asked: those of prices of tokens, about what the registry has of the same thing, and whether a
first price is far from its siblings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.guards import (
    Guard,
    GuardContext,
    became_zero,
    moved_again,
    moved_in_a_month,
    moved_too_far,
    restated,
    unwitnessed,
)
from octoregistry.planning.moves import is_move
from octoregistry.planning.plan import Change, Reason
from octoregistry.planning.price_order import APART
from octoregistry.planning.values import value_text
from octoregistry.reading.rates import StatedCharge
from providers.charge import Charge
from providers.entries import Rate, Source

_OF_TOKENS: tuple[Guard, ...] = (
    became_zero,
    moved_too_far,
    restated,
    moved_in_a_month,
    moved_again,
    unwitnessed,
)
_STEP = 5  # from one size to the next the prices that vendors state grow x4
_FARTHEST = 100  # from the known price, in whatever steps
_PRICE = "input"  # any dimension: a charge has one price


@dataclass(frozen=True, slots=True)
class Beside:
    """What a charge is held against.

    `known` are the registry's charges of the same thing, of all days; `siblings` its (conditions, price of one) of the same
    unit in other modes or under other conditions, `new` the prices of others that the page states and the registry lacks,
    all above 0. `standard` is the price of one in standard mode under the
    same conditions, `source` where and when the registry's were read.
    """

    known: Sequence[Charge]
    siblings: Sequence[tuple[tuple[tuple[str, str], ...], Decimal]]
    new: Sequence[Decimal]
    standard: Decimal | None
    source: Source | None


def charge_reasons(charge: StatedCharge, change: Change, beside: Beside, context: GuardContext) -> Iterator[Reason]:
    """The reasons to hold the change that a charge of a page makes."""
    if charge.doubts:
        more = len(charge.doubts) - 1
        words = f", and {more} more doubt{'s' * (more != 1)}" if more else ""
        yield Reason("doubt", f"{charge.doubts[0]}{words}")
    checked = beside.source.checked if beside.source else None
    if checked and context.checked < checked:
        yield Reason("older page", f"the page is of {context.checked}, the registry was checked on {checked}")
    price = replace(change, kind="price", dimension=_PRICE, mode=charge.mode)
    asked = replace(context, before=tuple(_rates(beside.known, charge)))
    found = [reason for guard in _OF_TOKENS if (reason := guard(price, asked))]
    yield from found
    if not any(reason.code == "restated" for reason in found):
        yield from _told_before(price, checked, context.checked)
    yield from _other_allowance(charge, change, beside)
    if change.old is None:
        yield from _far_from_siblings(charge, beside)


def _rates(known: Iterable[Charge], charge: StatedCharge) -> Iterator[Rate]:
    """The registry's charges of one thing as rates, for as many of the unit as the page states its price for."""
    for one in known:
        price = {_PRICE: one.usd * charge.per / one.per}
        yield Rate(charge.mode, price, start=one.start, seen_before=one.seen_before, read_on=one.read_on)


def _other_allowance(charge: StatedCharge, change: Change, beside: Beside) -> Iterator[Reason]:
    """The reason to hold a charge of which another number is free first than the registry has: no guard of prices sees it."""
    day = change.start or date.min
    before = max((one for one in beside.known if (one.start or date.min) <= day), key=_first_day, default=None)
    if before is not None and before.free != charge.free:
        yield Reason("free", f"free first: {charge.free or 'none'}, the registry has {before.free or 'none'}")


def _first_day(charge: Charge) -> date:
    return charge.start or date.min


def _told_before(price: Change, checked: date | None, day: date) -> Iterator[Reason]:
    """The reason to hold a price that the page dates back to a day on which the registry is known to have had another, or
    may have had."""
    if price.start is None or price.start >= day or not is_move(price, price.old):
        return
    if checked is None or checked >= price.start:
        yield Reason("restated", f"the registry has {value_text(price.old)} for the days from {price.start}")


def _far_from_siblings(charge: StatedCharge, beside: Beside) -> Iterator[Reason]:
    """The reason to hold a first price that is far from each other price of the unit: of the same conditions in another mode,
    or where there is none of any. Where the registry has none, the page's own are asked."""
    same = [price for when, price in beside.siblings if when == charge.when]
    known, one = [price for _, price in beside.siblings], charge.usd / charge.per
    others = same or _ladder(known, beside.new) or beside.new
    if known and one and min(_times(one, price) for price in known) >= _FARTHEST:
        others = known
    if charge.mode == "batch" and beside.standard is not None and one > beside.standard:
        yield Reason("order", f"batch is dearer than standard, {value_text(beside.standard)} for one")
        return
    if not others or not one:
        return
    nearest = min(others, key=lambda other: _times(one, other))
    if (times := _times(one, nearest)) >= APART:
        sign = "×" if one > nearest else "÷"
        yield Reason(
            "order", f"{sign}{times:.3g} the nearest price of {charge.unit} beside it, {value_text(nearest)} for one"
        )


def _ladder(known: Sequence[Decimal], new: Sequence[Decimal]) -> list[Decimal]:
    """The known prices, and of the new ones those that go up or down from them in small steps, as sizes do."""
    reached, waiting = list(known), list(new)
    while step := next((price for price in waiting if any(_times(price, one) <= _STEP for one in reached)), None):
        reached.append(step)
        waiting.remove(step)
    return reached


def _times(one: Decimal, other: Decimal) -> Decimal:
    return max(one / other, other / one)
