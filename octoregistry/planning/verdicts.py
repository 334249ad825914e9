"""May this change be written without a person having looked at it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from octoregistry.planning.plan import APPLY, Change, Reason, Verdict
from providers.entries import Model


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict looks at besides the change: the registry's model, the page's day, what a person has accepted."""

    known: Model | None
    checked: date
    accepted: Collection[str] = ()


def verdict_of(change: Change, circumstances: Circumstances) -> Verdict:
    """`apply`, or `hold` with every reason there is; a person's word overrules them all."""
    if accepted(change, circumstances.accepted):
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


def accepted(change: Change, words: Collection[str]) -> bool:
    """True where `all`, the model (with or without its provider) or the model and mode were accepted by name."""
    names = {"all", change.model, f"{change.provider}/{change.model}"}
    names |= {f"{name}:{_unit(change)}" for name in names - {"all"}}
    return not names.isdisjoint(words)


def together(changes: Iterable[Change]) -> list[Change]:
    """The changes with whatever must not be written apart held together: a mode's prices, the whole of a new model.

    A dated set with a price left out would bill that price by nothing; batch prices that follow from the standard ones
    stand and fall with them.
    """
    listed = list(changes)
    held = {(change.model, _unit(change)) for change in listed if not change.applies}
    reason = Reason("together", "written together with a held change, or not at all")
    return [
        replace(change, verdict=Verdict("hold", (reason,)))
        if change.applies and (change.model, _unit(change)) in held
        else change
        for change in listed
    ]


def _unit(change: Change) -> str:
    if change.kind == "new_model":
        return "new"
    if change.mode == "batch" and change.derived:
        return "standard"
    return change.mode or change.dimension
