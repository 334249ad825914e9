"""May this change be written without a person having looked at it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from octoregistry.planning.plan import APPLY, Change, Reason, Verdict
from providers.entries import Model


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict looks at besides the change: the registry's model, the page's day, what a person has accepted, and
    whether the model's batch prices follow from its standard ones."""

    known: Model | None
    checked: date
    accepted: Collection[str] = ()
    batch_follows: bool = False


def verdict_of(change: Change, circumstances: Circumstances) -> Verdict:
    """`apply`, or `hold` with every reason there is; a person's word overrules them all."""
    if accepted(change, circumstances):
        return APPLY
    reasons = (*change.verdict.reasons, *_guards(change, circumstances))
    return Verdict("hold", tuple(dict.fromkeys(reasons))) if reasons else APPLY


def _guards(change: Change, circumstances: Circumstances) -> Iterable[Reason]:
    """The reason of each guard that does not let the change pass: one function, one question."""
    for guard in (from_an_older_page,):
        reason = guard(change, circumstances)
        if reason:
            yield reason


def from_an_older_page(change: Change, circumstances: Circumstances) -> Reason | None:
    """The reason to hold what a page says that is older than the one the model was last checked by."""
    source = circumstances.known.source if circumstances.known else None
    if change.mode is None or source is None or source.checked is None or circumstances.checked >= source.checked:
        return None
    return Reason("older page", f"the page is of {circumstances.checked}, the registry was checked on {source.checked}")


def accepted(change: Change, circumstances: Circumstances) -> bool:
    """True where `all`, the model (with or without its provider) or the model and mode were accepted by name."""
    models = (change.model, f"{change.provider}/{change.model}")
    modes = {change.mode, _unit(change, batch_follows=circumstances.batch_follows)}
    names = {"all", *models, *(f"{model}:{mode}" for model in models for mode in modes)}
    return not names.isdisjoint(circumstances.accepted)


def batch_follows(changes: Iterable[Change]) -> bool:
    """True where batch prices among the changes of one model follow from its standard prices."""
    return any(change.mode == "batch" and change.derived for change in changes)


def together(changes: Iterable[Change], *, whole: bool = False) -> list[Change]:
    """The changes of one model, with whatever must not be written apart held together: with `whole` all of them.

    A dated set with a price left out would bill that price by nothing; batch prices that follow from the standard ones
    stand and fall with them.
    """
    listed = list(changes)
    follows = batch_follows(listed)

    def unit(change: Change) -> str:
        return "" if whole else _unit(change, batch_follows=follows)

    held = {unit(change) for change in listed if not change.applies}
    verdict = Verdict("hold", (Reason("together", "written together with a held change, or not at all"),))
    return [
        replace(change, verdict=verdict) if change.applies and unit(change) in held else change for change in listed
    ]


def _unit(change: Change, *, batch_follows: bool) -> str:
    if change.mode == "batch" and batch_follows:
        return "standard"
    return change.mode or change.dimension
