"""A person's word on what is held: written at once, or with the next pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from octoregistry.service.decisions import Decisions, Held, State
from octoregistry.service.running import Runner


class ConflictError(Exception):
    """It cannot be decided so; the text says why."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it. `written`: the registry's file says it now."""

    held: Held
    state: State
    written: bool


def accept(decisions: Decisions, runner: Runner, held: Held) -> Decided:
    """The changes, written into the registry under its lock; in a service that proposes, part of every pull request from
    the next run on. Raises ConflictError, DatabaseError, Stopped.
    """
    _decide(decisions, held, "accepted")
    if runner.place.proposes:
        return Decided(held, "accepted", written=False)
    outcome = None
    try:
        outcome = runner.accept(held.provider, held.model, held.id)
    finally:
        if outcome is None or outcome.end != "done":
            decisions.reopen(held.id)
    if outcome.end != "done":
        raise ConflictError(outcome.why)
    return Decided(held, "accepted", written=True)


def refuse(decisions: Decisions, held: Held) -> Decided:
    """The changes are left out, and not asked about again until the page says something else. Raises ConflictError,
    DatabaseError.
    """
    _decide(decisions, held, "refused")
    return Decided(held, "refused", written=False)


def _decide(decisions: Decisions, held: Held, state: Literal["accepted", "refused"]) -> None:
    if not decisions.decide(held.id, state):
        now = decisions.find(held.id)
        raise ConflictError(f"it is {now.state if now else 'gone'} already")
