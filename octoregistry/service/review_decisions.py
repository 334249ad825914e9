"""A person's decision on held changes: written at once, or with the next pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from octoregistry.service.decisions import Decider, Decisions, HeldChanges, State
from octoregistry.service.runner import Runner


class ConflictError(Exception):
    """The decision is not possible; the text says why."""


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The result of a decision. `written` is True if the registry's file has the changes now."""

    held: HeldChanges
    state: State
    written: bool


def accept(decisions: Decisions, runner: Runner, held: HeldChanges, who: Decider) -> DecisionResult:
    """The changes, written into the registry under its lock; in a service that proposes, part of every pull request from
    the next run on. Raises ConflictError, DatabaseError, Stopped.
    """
    _decide(decisions, held, "accepted", who)
    if runner.config.proposes:
        return DecisionResult(held, "accepted", written=False)
    outcome = None
    try:
        outcome = runner.accept(held.provider, held.model, held.id)
    finally:
        if outcome is None or outcome.end != "done":
            decisions.reopen(held.id)
    if outcome.end != "done":
        raise ConflictError(outcome.why)
    return DecisionResult(held, "accepted", written=True)


def refuse(decisions: Decisions, held: HeldChanges, who: Decider) -> DecisionResult:
    """The changes are left out, and not asked about again until the page says something else. Raises ConflictError,
    DatabaseError.
    """
    _decide(decisions, held, "refused", who)
    return DecisionResult(held, "refused", written=False)


def undo(decisions: Decisions, runner: Runner, held: HeldChanges, who: Decider) -> DecisionResult:
    """The changes wait again: those that were refused, and in a service that proposes those that were accepted, which the
    next run leaves out. Raises ConflictError, also for what was written, DatabaseError.
    """
    if not decisions.undo(held.id, undoable(runner), who):
        now = decisions.find(held.id)
        if now is not None and now.state == "accepted":
            raise ConflictError("it is written into the registry: put the old value back there")
        raise ConflictError(f"it is {now.state if now else 'gone'}, and nothing of it can be undone")
    return DecisionResult(held, "waiting", written=False)


def undoable(runner: Runner) -> tuple[State, ...]:
    """The states of decisions that can be taken back: what a run has written cannot."""
    return ("refused", "accepted") if runner.config.proposes else ("refused",)


def _decide(decisions: Decisions, held: HeldChanges, state: Literal["accepted", "refused"], who: Decider) -> None:
    if not decisions.decide(held.id, state, who):
        now = decisions.find(held.id)
        raise ConflictError(f"it is {now.state if now else 'gone'} already")
