"""The verdict on each change: `apply`, or `hold` with reasons."""

from __future__ import annotations

from collections.abc import Iterable
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
    found = hold_together(judged(changes, context), whole=whole)
    while True:
        written = rates_after(context.before, [change for change in found if change.applies])
        standing = replace(context, after=written)
        again = [replace(c, verdict=verdict_of(c, standing)) if c.applies else c for c in found]
        again = hold_together(again, whole=whole)
        if again == found:
            return found
        found = again


def accepted(change: Change, context: GuardContext) -> bool:
    """True where `all`, the model (with or without its provider) or the model and mode were accepted by name."""
    models = (change.model, f"{change.provider}/{change.model}")
    modes = {change.mode, _hold_unit(change, batch_follows=context.batch_follows)}
    names = {"all", *models, *(f"{model}:{mode}" for model in models for mode in modes)}
    return not names.isdisjoint(context.accepted)


def batch_follows(changes: Iterable[Change]) -> bool:
    """True where batch prices among the changes of one model follow from its standard prices."""
    return any(change.mode == "batch" and change.derived for change in changes)


def hold_together(changes: Iterable[Change], *, whole: bool = False) -> list[Change]:
    """The changes of one model, with whatever must not be written apart held together: with `whole` all of them.

    A dated set with a price left out would bill that price by nothing; batch prices that follow from the standard ones
    stand and fall with them.
    """
    listed = list(changes)
    follows = batch_follows(listed)

    def unit(change: Change) -> str:
        return "" if whole else _hold_unit(change, batch_follows=follows)

    held = {unit(change) for change in listed if not change.applies}
    verdict = Verdict("hold", (Reason("together", "written together with a held change, or not at all"),))
    return [
        replace(change, verdict=verdict) if change.applies and unit(change) in held else change for change in listed
    ]


def _hold_unit(change: Change, *, batch_follows: bool) -> str:
    if change.mode == "batch" and batch_follows:
        return "standard"
    return change.mode or change.dimension
