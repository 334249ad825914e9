"""The run log: runs and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, select

from octoregistry.service.database import Database
from octoregistry.service.freshness import PageRead
from octoregistry.service.tables import held, readings, runs

_AHEAD = timedelta(hours=1)  # machines' clocks differ, and with a database of its own nobody knows by how much


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its slot, who ran it when, its end (None while it runs) and what came of it."""

    id: str
    job: str
    slot: datetime
    holder: str
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    end: str | None
    why: str
    changed: int
    held: int
    spent: Decimal
    outcome: Mapping[str, Any] | None

    def values(self) -> dict[str, Any]:
        """The run as plain values."""
        return {
            "id": self.id,
            "job": self.job,
            "slot": _text(self.slot),
            "holder": self.holder,
            "attempt": self.attempt,
            "started_at": _text(self.started_at),
            "ended_at": _text(self.ended_at) if self.ended_at else None,
            "end": self.end,
            "why": self.why,
            "changed": self.changed,
            "held": self.held,
            "spent_usd": f"{self.spent:f}",
            "sources": list((self.outcome or {}).get("providers", ())),
            "pull_requests": list((self.outcome or {}).get("pull_requests", ())),
            "report": (self.outcome or {}).get("report", ""),
        }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RunLog:
    """The log, read. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def latest(self, limit: int = 20, job: str | None = None, *, changed: bool = False) -> tuple[Run, ...]:
        """The last runs, the latest slot first; with `changed` only those that changed something."""
        query = select(runs).order_by(runs.c.slot.desc(), runs.c.id.desc()).limit(limit)
        if job is not None:
            query = query.where(runs.c.job == job)
        if changed:
            query = query.where(runs.c.changed > 0)
        with self.database.begin() as connection:
            return tuple(map(_run, connection.execute(query).all()))

    def pages_read(self, now: datetime) -> dict[str, PageRead]:
        """Provider -> the newest page that its prices were read from; what is later than an hour from `now` is of a clock
        that was wrong."""
        read = readings.c.read == 1
        query = (
            select(readings.c.provider, func.max(readings.c.at))
            .where(read, readings.c.at <= now + _AHEAD)
            .group_by(readings.c.provider)
        )
        found = {}
        with self.database.begin() as connection:
            for provider, at in connection.execute(query).all():
                same = (read, readings.c.provider == provider, readings.c.at == at)
                whose = select(runs.c.outcome).join(readings, readings.c.run == runs.c.id).where(*same).limit(1)
                outcome = connection.execute(whose).scalar_one() or {}
                sources = outcome.get("providers", ())
                served = next((one.get("served", "") for one in sources if one.get("provider") == provider), "")
                found[provider] = PageRead(at, served)
        return found

    def ended_any(self) -> bool:
        """True once a run has ended."""
        with self.database.begin() as connection:
            return (
                connection.execute(select(runs.c.id).where(runs.c.ended_at.is_not(None)).limit(1)).first() is not None
            )

    def counts(self) -> RunCounts:
        """How much there was of everything, from the first run on."""
        with self.database.begin() as connection:
            ends = connection.execute(
                select(runs.c.job, runs.c.end, func.count())
                .where(runs.c.ended_at.is_not(None))  # what was given back will be run: a counter never falls
                .group_by(runs.c.job, runs.c.end)
            ).all()
            changes = connection.execute(
                select(readings.c.provider, func.sum(readings.c.changed)).group_by(readings.c.provider)
            ).all()
            waiting = connection.execute(
                select(held.c.provider, func.count()).where(held.c.state == "waiting").group_by(held.c.provider)
            ).all()
            spent = connection.execute(select(func.sum(runs.c.spent, type_=runs.c.spent.type))).scalar_one()
        return RunCounts(
            {(job, end): int(count) for job, end, count in ends},
            {provider: int(count) for provider, count in changes},
            {provider: int(count) for provider, count in waiting},
            spent or Decimal(0),
        )


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Runs by (job, end), changes written and models held by provider, what language models cost."""

    runs: Mapping[tuple[str, str], int]
    changes: Mapping[str, int]
    waiting: Mapping[str, int]
    spent: Decimal


def _run(row: Row[Any]) -> Run:
    return Run(
        row.id,
        row.job,
        row.slot,
        row.holder,
        row.attempt,
        row.started_at,
        row.ended_at,
        row.end,
        row.why,
        row.changed,
        row.held,
        row.spent,
        row.outcome,
    )
