"""Claims on slots: one row a slot. Whoever inserts the row holds the claim while it renews it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from octoregistry.service.database import Database
from octoregistry.service.jobs import UpdateJob
from octoregistry.service.run_outcome import RunOutcome
from octoregistry.service.tables import readings, runs

_ATTEMPTS = 3  # a slot whose holders die is not handed on for ever: it may be what kills them


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot that is ours to run. `attempt` is 1 unless it was taken over."""

    id: str
    job: str
    slot: datetime
    holder: str
    attempt: int = 1


def run_id(job: str, slot: datetime) -> str:
    """The one name of a run."""
    return f"{job}@{slot.astimezone(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')}"


class Claims:
    """The claims of one holder: a process on a machine. Every method that asks the database raises DatabaseError."""

    def __init__(self, database: Database, holder: str, lease: timedelta) -> None:
        self.database, self.holder, self.lease = database, holder, lease
        self._at_work: set[str] = set()

    def claim(self, job: str, slot: datetime) -> Claim | None:
        """The claim, None where somebody has it or has had it."""
        with self.database.begin() as connection:
            now = self.database.now(connection)
            new = self.database.insert_once(
                connection,
                runs,
                id=run_id(job, slot),
                job=job,
                slot=slot,
                holder=self.holder,
                attempt=1,
                started_at=now,
                seen_at=now,
            )
        return self._taken(Claim(run_id(job, slot), job, slot, self.holder)) if new else None

    def take_over(self, jobs: Iterable[UpdateJob]) -> Claim | None:
        """A claim whose holder gave no sign for a lease, or gave it back; None where there is none.

        What is older than two intervals is given up instead: later runs have done its work.
        """
        by_name = {job.name: job for job in jobs}
        with self.database.begin() as connection:
            now = self.database.now(connection)
            # what we are at is alive as long as we are, even after a suspend; a sign from the future is of a clock set back
            unseen = or_(runs.c.seen_at < now - self.lease, runs.c.seen_at > now + self.lease)
            silent = and_(unseen, runs.c.id.not_in(self._at_work))
            free = and_(runs.c.ended_at.is_(None), or_(silent, runs.c.end == "stopped"), runs.c.job.in_(by_name))
            for row in connection.execute(select(runs).where(free).order_by(runs.c.slot.desc())).all():
                patience = max(2 * by_name[row.job].slots.interval(now), 5 * self.lease)
                given_up = now - row.slot > patience or row.attempt >= _ATTEMPTS
                ours = and_(free, runs.c.id == row.id, runs.c.holder == row.holder, runs.c.attempt == row.attempt)
                if given_up:
                    why = f"{row.holder} gave no sign after {row.seen_at:%H:%M:%S}"
                    connection.execute(update(runs).where(ours).values(ended_at=now, end="given up", why=why))
                    continue
                taken = {
                    "holder": self.holder,
                    "attempt": row.attempt + 1,
                    "started_at": now,
                    "seen_at": now,
                    "end": None,
                }
                if connection.execute(update(runs).where(ours).values(taken)).rowcount == 1:
                    return self._taken(Claim(row.id, row.job, row.slot, self.holder, row.attempt + 1))
        return None

    def renew(self, claim: Claim) -> bool:
        """True if the claim is still ours; it is renewed."""
        with self.database.begin() as connection:
            values = {"seen_at": self.database.now(connection)}
            return connection.execute(update(runs).where(_is(claim)).values(values)).rowcount == 1

    def give_back(self, claim: Claim) -> None:
        """Give the slot back: whoever looks next may take it over at once."""
        with self.database.begin() as connection:
            values = {"end": "stopped", "seen_at": self.database.now(connection)}
            connection.execute(update(runs).where(_is(claim)).values(values))

    def forget(self, claim: Claim) -> None:
        """Stop renewing the claim: without an end in the log it is free after the lease."""
        self._at_work.discard(claim.id)

    def _taken(self, claim: Claim) -> Claim:
        self._at_work.add(claim.id)
        return claim

    def finish(self, claim: Claim, outcome: RunOutcome, also: Callable[[Connection], None] | None = None) -> bool:
        """True where the run is logged, and with it whatever `also` writes: all of it or nothing.

        False where somebody else has taken the slot over.
        """
        with self.database.begin() as connection:
            now = self.database.now(connection)
            values = {
                "ended_at": now,
                "end": outcome.end,
                "why": outcome.why,
                "changed": outcome.counts.total,
                "held": sum(len(one.changes) for one in outcome.held),
                "spent": outcome.spent,
                # what is held stands in a table of its own, once: here it would be there again with every run
                "outcome": outcome.model_dump(mode="json", exclude={"held"}),
            }
            if connection.execute(update(runs).where(_is(claim)).values(values)).rowcount != 1:
                return False
            _keep_readings(connection, claim, outcome, now)
            if also:
                also(connection)
        return True


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(
        runs.c.id == claim.id,
        runs.c.holder == claim.holder,
        runs.c.attempt == claim.attempt,
        runs.c.ended_at.is_(None),
    )


def _keep_readings(connection: Connection, claim: Claim, outcome: RunOutcome, now: datetime) -> None:
    for one in outcome.providers:
        connection.execute(
            readings.insert().values(
                run=claim.id,
                provider=one.provider,
                at=min(one.fetched_at or now, now),
                read=int(one.read),
                prices=one.prices,
                changed=one.changed,
                held=one.held,
            )
        )
