"""The changes that make the registry's prices of one mode those of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.planning.carried import carried_prices, is_covered, size, sizes_moved
from octoregistry.planning.plan import Change, ChangeKind, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force, rates_after
from octoregistry.planning.stated_models import Dated, Price, Tier, Tiers, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.planning.withdrawn import taken_out
from octoregistry.reading.rates import is_checked
from providers.entries import Rate


@dataclass(frozen=True, slots=True)
class ModelMode:
    """The mode of a model that is compared, and the kind of change that a first price of it is.

    `seen` is the day on which the price before this one was last seen, None where nobody wrote it down. What is read for
    the first time holds back to `since`, the day from which the model's present standard price holds, and no further.
    `ends` are the longest prompts that the page's labels give for a tier; `unbounded` says that the page, which has such
    labels of others, has none of this model.
    """

    provider: str
    model: str
    mode: str
    first: ChangeKind = "new_rate"
    seen: date | None = None
    since: date | None = None
    ends: Mapping[Tier, int] = field(default_factory=dict)
    unbounded: bool = False


def changes_of_mode(
    target: ModelMode, rates: tuple[Rate, ...], dated: Dated, day: date, *, anew: bool = False
) -> list[Change]:
    """What has to be written so that the registry says of this mode what a page of `day` states.

    A price that changed, or a prompt size, leaves the old rate and opens a set of the mode's whole tiers with its `from`:
    of the rates that fit a call the latest set counts, so a set that lacked a tier would bill long prompts at the short
    price. What the page is silent on is carried into that set only from one with the same prices: once they moved, nobody
    knows it. A mode, tier or dimension that is read for the first time is no change of price: it holds as far back as the
    standard price of today. `anew` says that the page's announcements are all there are: nothing is carried from one that
    the registry has.
    """
    current, since, announced = current_and_announced(dated, day)
    changes = _changes_at(target, rates, current, day, since)
    coming = [rate for rate in rates if anew and rate.mode == target.mode and rate.start and rate.start > day]
    settled = tuple(rate for rate in rates if rate not in coming)
    made: list[Change] = []
    written: list[Change] = []
    whole = current
    for start, tiers in announced.items():
        whole = _beside(whole, tiers)
        there = [rate for rate in coming if rate.start == start]
        after = rates_after(settled, [*changes, *made])
        new = _changes_at(target, after, whole, start, start, announced=True, opens=bool(there))
        made += new
        written += _against(target, there, new, whole) if there else new
    return changes + written


def _beside(standing: Tiers, announced: Tiers) -> Tiers:
    """The announced prices with what else the page says of their day: other dimensions, and prompts shorter than all that it
    announces a price for, stay as they are before. Of longer ones nothing is known: a price that moves seldom moves alone.
    """
    first = min(map(size, announced), default=0)
    shorter = {tier: prices for tier, prices in standing.items() if size(tier) < first}
    return shorter | {tier: {**standing.get(tier, {}), **prices} for tier, prices in announced.items()}


def _against(target: ModelMode, rates: Iterable[Rate], changes: list[Change], stated: Tiers) -> Iterator[Change]:
    """What makes `rates`, a set that the registry has of a day to come, the one that `changes` would open on that day."""
    known = {rate.above_input_tokens: rate for rate in rates}
    for change in changes:
        rate = known.get(change.above_input_tokens)
        if rate is None or not isinstance(change.new, Decimal):
            if rate is None:
                yield change
        elif (old := rate.prices.get(change.dimension)) != change.new:
            kind = change.kind if old is None else "announced"
            yield replace(change, kind=kind, old=old)
    opened = {rate.above_input_tokens: rate for rate in rates_after((), changes)}
    for tier, rate in known.items():
        if tier not in opened:
            yield taken_out(target.provider, target.model, rate)
            continue
        yield from _unmark_derived(target, {tier: rate}, {tier: stated.get(tier, {})})
        for name in rate.prices.keys() - opened[tier].prices.keys():
            gone = unknown(target.provider, target.model, target.mode, tier, rate.start)
            yield replace(gone, dimension=name, old=rate.prices[name], new=None)


def _changes_at(
    target: ModelMode,
    rates: tuple[Rate, ...],
    stated: Tiers,
    day: date,
    since: date | None,
    *,
    announced: bool = False,
    opens: bool = False,
) -> list[Change]:
    """What `stated` changes on `day`; with `opens` it is a set of its own also where nothing is another."""
    view = in_force(rates, target.mode, day)
    moved = [
        (tier, name)
        for tier, prices in stated.items()
        for name in prices
        if _old_price(view, tier, name) != prices[name].usd
    ]
    resized = _resized(target, view, stated)
    if not moved and not resized and not opens:
        return _unmark_derived(target, view, stated)
    first = not resized and all(_old_price(view, tier, name) is None for tier, name in moved)
    if first and not announced:
        return [*_first_known(target, rates, view, stated, moved, since), *_unmark_derived(target, view, stated)]
    if not view:
        kind: ChangeKind = "announced" if target.first != "new_model" else target.first
        return [_change(target, kind, tier, since, name, None, stated[tier][name]) for tier, name in moved]
    start = day if announced else _start_of_set(view, day, since)
    if first and not opens and all(tier in view and view[tier].start == start for tier, _ in moved):
        filled = [_change(target, "new_price", tier, start, name, None, stated[tier][name]) for tier, name in moved]
        return filled + _unmark_derived(target, view, stated)
    changes = _new_set(target, rates, view, stated, start, announced=announced)
    return changes if announced or start != day else [*changes, *_seen_before(target, view, changes, start)]


def _resized(target: ModelMode, view: dict[Tier, Rate], stated: Tiers) -> bool:
    """True where a rate ends at another prompt size than before, or nowhere any more."""
    lifted = target.unbounded and any(tier in view and view[tier].up_to_input_tokens for tier in stated)
    return lifted or sizes_moved(view, stated, target.ends)


def _first_known(
    target: ModelMode,
    rates: tuple[Rate, ...],
    view: dict[Tier, Rate],
    stated: Tiers,
    new: list[tuple[Tier, str]],
    since: date | None,
) -> list[Change]:
    """Prices of which nothing was known: each from the day of the page's own, else back to that of the standard price.

    A price is put into the rate that its prompts are billed by, unless that holds from an earlier day; then the mode gets
    a set from that day on.
    """
    holds_from = since or target.since
    if not view:
        return [_change(target, target.first, tier, holds_from, name, None, stated[tier][name]) for tier, name in new]
    latest = max((rate.start for rate in view.values() if rate.start), default=None)
    if any(tier in view and _earlier(view[tier].start, holds_from) for tier, _ in new):
        return _new_set(target, rates, view, stated, max(holds_from or date.min, latest or date.min), announced=False)
    changes = []
    for tier, name in new:
        kind: ChangeKind = "new_price" if tier in view else "new_rate"
        start = view[tier].start if tier in view else latest if _earlier(holds_from, latest) else holds_from
        changes.append(_change(target, kind, tier, start, name, None, stated[tier][name]))
    return changes


def _earlier(day: date | None, than: date | None) -> bool:
    """True where `day` lies before `than`; None lies before all days."""
    return than is not None and (day is None or day < than)


def _seen_before(target: ModelMode, view: dict[Tier, Rate], changes: Iterable[Change], start: date) -> Iterator[Change]:
    """The last day on which the old prices were seen, for each rate that a page opens which does not date its prices.

    Where it is the day before, nothing lies between, and nothing is written.
    """
    if target.seen is None or target.seen >= start - timedelta(days=1):
        return
    opened = dict.fromkeys(change.above_input_tokens for change in changes if change.start == start)
    for tier in opened:
        if tier not in view or view[tier].start != start:
            yield seen_before(target.provider, target.model, target.mode, tier, start, target.seen)


def seen_before(provider: str, model: str, mode: str, tier: Tier, start: date, seen: date) -> Change:
    """A change that sets `seen_before` of the rate from `start`: the last day on which the price before it was seen."""
    return Change(provider, model, "source", "seen_before", None, seen, mode, tier, start)


def _start_of_set(view: dict[Tier, Rate], day: date, since: date | None) -> date:
    """The first day of a new set: as the page dates it, unless the registry knows a later one; else the page's own."""
    latest = max((rate.start for rate in view.values() if rate.start), default=None)
    return since if since and (latest is None or since >= latest) else day


def _new_set(
    target: ModelMode, rates: tuple[Rate, ...], view: dict[Tier, Rate], stated: Tiers, start: date, *, announced: bool
) -> list[Change]:
    """All tiers of the mode from `start` on; rates that already begin on that day are corrected where they stand."""
    changes: list[Change] = []
    resized = _resized(target, view, stated)
    for tier in sorted({*view, *stated}, key=size):
        old_rate = view.get(tier)
        there = old_rate is not None and old_rate.start == start
        prices = stated.get(tier, {})
        for name, price in prices.items():
            old = _old_price(view, tier, name)
            if old == price.usd and there:
                continue
            kind: ChangeKind = "announced" if announced else "new_rate" if old_rate is None else "price"
            kind = "kept" if old == price.usd else "new_price" if kind == "price" and old is None else kind
            changes.append(_change(target, kind, tier, start, name, old, price))
        carried = {} if resized and not prices else carried_prices(rates, target.mode, tier, stated, start)
        if old_rate and there:
            changes += _unmark_derived(target, {tier: old_rate}, {tier: prices})
            for name in old_rate.prices.keys() - prices.keys() - carried.keys():
                gone = unknown(target.provider, target.model, target.mode, tier, start)
                changes.append(replace(gone, dimension=name, old=old_rate.prices[name], new=None))
            continue
        for name, price in carried.items():
            changes.append(_change(target, "kept", tier, start, name, price.usd, price, _SILENT))
        if not prices and not carried and not (resized and is_covered(tier, stated, target.ends)):
            changes.append(unknown(target.provider, target.model, target.mode, tier, start))
    return changes


def unknown(provider: str, model: str, mode: str, tier: Tier, since: date | None) -> Change:
    """That nothing is known of a mode and tier from a day on."""
    return Change(provider, model, "unknown", "mode", None, mode, mode, tier, since)


_SILENT = ("the page is silent on it; carried on as it was, beside the same prices",)


def _unmark_derived(target: ModelMode, view: dict[Tier, Rate], stated: Tiers) -> list[Change]:
    """Takes the mark `derived` off rates whose prices a page now states, as a checked witness reads it."""
    return [
        Change(target.provider, target.model, "metadata", "derived", True, False, target.mode, tier, view[tier].start)
        for tier, prices in stated.items()
        if tier in view and view[tier].derived and prices and all(map(_is_stated, prices.values()))
    ]


def _is_stated(price: Price) -> bool:
    return price.partial or (not price.derived and is_checked(price.witness or "rules"))


def _change(
    target: ModelMode,
    kind: ChangeKind,
    tier: Tier,
    start: date | None,
    name: str,
    old: Value,
    price: Price,
    notes: tuple[str, ...] = (),
) -> Change:
    return Change(
        target.provider,
        target.model,
        kind,
        name,
        old,
        price.usd,
        target.mode,
        tier,
        start,
        price.derived and not price.partial,
        price.evidence,
        price.witness,
        verdict_for(price.reasons),
        (*price.notes, *notes),
        doubts=price.doubts,
    )


def verdict_for(reasons: Iterable[Reason]) -> Verdict:
    """`hold` with these reasons, or `apply` where there are none."""
    found = tuple(dict.fromkeys(reasons))
    return Verdict("hold" if found else "apply", found)


def _old_price(view: dict[Tier, Rate], tier: Tier, name: str) -> Value:
    return view[tier].prices.get(name) if tier in view else None
