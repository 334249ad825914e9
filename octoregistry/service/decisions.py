"""The held changes of all runs, and the decisions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, insert, literal, select, update

from octoregistry.service.database import Database
from octoregistry.service.run_outcome import HeldModel, RunOutcome
from octoregistry.service.tables import UtcTime, decided, held

State = Literal["waiting", "accepted", "refused", "gone"]


@dataclass(frozen=True, slots=True)
class HeldChanges:
    """The held changes of one model. The state `gone` means that no page states them any more, or that they were written."""

    id: str
    provider: str
    model: str
    state: State
    first_seen: datetime
    last_seen: datetime
    decided_at: datetime | None
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, by the name given at log-in or with the request, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the log keeps it. `state` is what its changes are now; `last` where no later decision is of the same."""

    id: str
    state: State
    last: bool
    provider: str
    model: str
    word: str
    by: str
    why: str
    at: datetime


class Decisions:
    """The held changes of all runs. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, state: State | None = None, limit: int = 500) -> tuple[HeldChanges, ...]:
        """The held changes in that state, or all; the latest first."""
        query = select(held).order_by(held.c.last_seen.desc(), held.c.id).limit(limit)
        if state is not None:
            query = query.where(held.c.state == state)
        with self.database.begin() as connection:
            return tuple(map(_held, connection.execute(query).all()))

    def find(self, name: str) -> HeldChanges | None:
        """The held changes with that id."""
        with self.database.begin() as connection:
            row = connection.execute(select(held).where(held.c.id == name)).one_or_none()
        return _held(row) if row else None

    def decide(self, name: str, state: Literal["accepted", "refused", "gone"], who: Decider = Decider("", "")) -> bool:
        """True where it was waiting and is now decided, which the log of decisions keeps; False where somebody was quicker."""
        with self.database.begin() as connection:
            now = self.database.now(connection)
            still = and_(held.c.id == name, held.c.state == "waiting")
            if connection.execute(update(held).where(still).values(state=state, decided_at=now)).rowcount != 1:
                return False
            self._keep_word(connection, name, state, who, now)
            return True

    def log(self, limit: int = 20) -> tuple[Decided, ...]:
        """The decisions, the latest first."""
        joined = select(decided, held.c.state).join(held, held.c.id == decided.c.held)
        with self.database.begin() as connection:
            rows = connection.execute(joined.order_by(decided.c.id.desc()).limit(limit)).all()
        first = {row.held: row.id for row in reversed(rows)}
        return tuple(
            Decided(
                row.held,
                row.state,
                first[row.held] == row.id,
                row.provider,
                row.model,
                row.word,
                row.by,
                row.why,
                row.at,
            )
            for row in rows
        )

    def undo(self, name: str, states: Sequence[State], who: Decider) -> bool:
        """True where it was in one of `states` and waits again, which the log of decisions keeps; else False."""
        with self.database.begin() as connection:
            now = self.database.now(connection)
            still = and_(held.c.id == name, held.c.state.in_(states))
            if connection.execute(update(held).where(still).values(state="waiting", decided_at=None)).rowcount != 1:
                return False
            self._keep_word(connection, name, "undone", who, now)
            return True

    def reopen(self, name: str) -> None:
        """Let it wait again: what was accepted could not be written."""
        with self.database.begin() as connection:
            connection.execute(
                update(held)
                .where(and_(held.c.id == name, held.c.state == "accepted"))
                .values(state="waiting", decided_at=None)
            )

    def accepted(self) -> frozenset[str]:
        """The ids that a person has let pass."""
        with self.database.begin() as connection:
            return frozenset(connection.execute(select(held.c.id).where(held.c.state == "accepted")).scalars())

    def keep(self, connection: Connection, outcome: RunOutcome, *, proposes: bool) -> tuple[HeldModel, ...]:
        """What is held anew, after a run. What its pages no longer say is gone, and every word on it: should they say the
        same again one day, a person is asked again.

        Where runs write the file, something accepted that is held again was not written, and waits again. Where they
        propose, what was accepted stays so for as long as the proposal has it.
        """
        now = self.database.now(connection)
        new = [one for one in outcome.held if self._is_new(connection, one, now, proposes=proposes)]
        read = [provider.provider for provider in outcome.providers if provider.read]
        still = [*(one.id for one in outcome.held), *outcome.accepted]
        left = and_(held.c.provider.in_(read), held.c.state != "gone", held.c.id.not_in(still))
        connection.execute(update(held).where(left).values(state="gone"))
        return tuple(new)

    @staticmethod
    def _keep_word(connection: Connection, name: str, word: str, who: Decider, now: datetime) -> None:
        what = select(held.c.id, held.c.provider, held.c.model, literal(word), literal(who.by), literal(who.why))
        columns = ["held", "provider", "model", "word", "by", "why", "at"]
        row = what.add_columns(literal(now, UtcTime)).where(held.c.id == name)
        connection.execute(insert(decided).from_select(columns, row))

    def _is_new(self, connection: Connection, one: HeldModel, now: datetime, *, proposes: bool) -> bool:
        values = [dict(change) for change in one.changes]
        row = {"provider": one.provider, "model": one.model, "state": "waiting", "first_seen": now, "last_seen": now}
        if self.database.insert_once(connection, held, id=one.id, changes=values, **row):
            return True
        same = held.c.id == one.id
        connection.execute(update(held).where(same).values(last_seen=now, changes=values))
        again = and_(same, held.c.state.in_(("gone",) if proposes else ("gone", "accepted")))
        return connection.execute(update(held).where(again).values(state="waiting", decided_at=None)).rowcount == 1


def _held(row: Row[Any]) -> HeldChanges:
    return HeldChanges(
        row.id, row.provider, row.model, row.state, row.first_seen, row.last_seen, row.decided_at, tuple(row.changes)
    )
