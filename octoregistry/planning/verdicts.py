"""The verdict on each change: `apply`, or `hold` with reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from octoregistry.planning.guards import GuardContext, reasons
from octoregistry.planning.plan import APPLY, Change, Reason, Verdict
from octoregistry.planning.rates_in_force import rates_after


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


def followers(changes: Iterable[Change], stated: Collection[str]) -> frozenset[str]:
    """The modes whose changes, among those of one model, follow from its standard prices: derived batch prices, and what
    becomes of a mode that is none of `stated`."""
    return frozenset(
        change.mode
        for change in changes
        if change.mode and ((change.mode == "batch" and change.derived) or _is_silent(change, change.mode, stated))
    )


def hold_together(changes: Iterable[Change], follow: Collection[str] = (), *, whole: bool = False) -> list[Change]:
    """The changes of one model, with whatever must not be written apart held together: with `whole` all of them.

    A dated set with a price left out would bill that price by nothing; the modes that `follow` from the standard prices
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


def _is_silent(change: Change, mode: str, stated: Collection[str]) -> bool:
    return mode != "standard" and mode not in stated and change.kind in ("unknown", "kept")


def _hold_unit(change: Change, follow: Collection[str]) -> str:
    return "standard" if change.mode in follow else change.mode or change.dimension
