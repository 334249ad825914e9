"""The verdict on each change: `apply`, or `hold` with reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from octoregistry.planning.batch import holds_still
from octoregistry.planning.guards import GuardContext, reasons
from octoregistry.planning.plan import APPLY, Change, ChangeKind, Reason, Slot, Verdict
from octoregistry.planning.rates_in_force import rates_after
from providers.entries import Model, Rate

_OF_SILENCE: tuple[ChangeKind, ...] = ("unknown", "kept")


def verdict_of(change: Change, context: GuardContext) -> Verdict:
    """`apply`, or `hold` with every reason there is; a change that a person has accepted is applied."""
    if accepted(change, context):
        return APPLY
    found = dict.fromkeys((*change.verdict.reasons, *reasons(change, context)))
    return Verdict("hold", tuple(found)) if found else APPLY


def judged(changes: Iterable[Change], context: GuardContext) -> list[Change]:
    """The changes, each with its verdict, whatever becomes of the others."""
    return [replace(change, verdict=verdict_of(change, context)) for change in changes]


def with_verdicts(changes: Iterable[Change], context: GuardContext, *, whole: bool = False) -> list[Change]:
    """The changes of one model, each with its verdict; `whole` says that all of them are written, or none.

    Prices that may be written are asked again whether they stand in order without those that may not: a batch price
    that doubled with a standard one stands above it where the standard one is held.
    """
    found = hold_together(judged(changes, context), context.following, whole=whole)
    while True:
        written = rates_after(context.before, [change for change in found if change.applies])
        standing = replace(context, after=written)
        again = [replace(c, verdict=verdict_of(c, standing)) if c.applies else c for c in found]
        again = hold_together(again, context.following, whole=whole)
        if again == found:
            return found
        found = again


def accepted(change: Change, context: GuardContext) -> bool:
    """True where `all`, the model (with or without its provider) or the model and mode were accepted by name."""
    models = (change.model, f"{change.provider}/{change.model}")
    modes = {change.mode, _hold_unit(change, context.following)}
    names = {"all", *models, *(f"{model}:{mode}" for model in models for mode in modes)}
    return not names.isdisjoint(context.accepted)


def followers(
    changes: Iterable[Change], stated: Collection[str], known: Model | None, rates: tuple[Rate, ...]
) -> frozenset[Slot]:
    """The sets, by mode and first day, that changes of one model make as its new standard prices have it: derived batch
    prices, and what becomes of a mode that is none of `stated`.

    What becomes of it by a standard price that stands in `rates`, those of before, goes with no new one.
    """
    listed = [change for change in changes if change.mode]
    silent = [change for change in listed if change.mode not in ("standard", *stated) and change.kind in _OF_SILENCE]
    modes = {change.mode for change in silent} | {c.mode for c in listed if c.mode == "batch" and c.derived}
    alone = {_slot(change) for change in silent if known and _by_what_is_known(change, known, rates)}
    return frozenset(_slot(change) for change in listed if change.mode in modes) - alone


def hold_together(changes: Iterable[Change], follow: Collection[Slot] = (), *, whole: bool = False) -> list[Change]:
    """The changes of one model, with whatever must not be written apart held together: with `whole` all of them.

    A dated set with a price left out would bill that price by nothing; the sets that `follow` from the standard prices
    stand and fall with them.
    """
    listed = list(changes)

    def unit(change: Change) -> str:
        return "" if whole else _hold_unit(change, follow)

    held = {unit(change) for change in listed if not change.applies}
    verdict = Verdict("hold", (Reason("together", "written together with a held change, or not at all"),))
    return [
        replace(change, verdict=verdict) if change.applies and unit(change) in held else change for change in listed
    ]


def _by_what_is_known(change: Change, known: Model, rates: tuple[Rate, ...]) -> bool:
    """True where the standard price that `rates` have from the change's first day makes the silent mode what it says."""
    start = change.start
    begins = any(rate.mode == "standard" and rate.start == start for rate in rates)
    return (
        start is not None and begins and holds_still(known, change.mode or "", rates, start) == (change.kind == "kept")
    )


def _slot(change: Change) -> Slot:
    return change.mode, change.start


def _hold_unit(change: Change, follow: Collection[Slot]) -> str:
    return "standard" if _slot(change) in follow else change.mode or change.dimension
