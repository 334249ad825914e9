"""The tables of the run log, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A point in time in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        del dialect
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The time, with its zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # type: ignore[no-any-return]


class Money(TypeDecorator[Decimal]):
    """US dollars as a whole number of 10**-12, rounded up: sums are exact, and a token's price is no smaller."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """The dollars as a whole number."""
        del dialect
        return None if value is None else int(value.scaleb(12).to_integral_value(ROUND_UP))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The dollars."""
        del dialect
        return None if value is None else Decimal(int(value)).scaleb(-12).normalize() + 0


metadata = MetaData()

# A run is claimed by inserting its row: the id is made of job and slot, so that there is room for one.
runs = Table(
    "octoregistry_runs",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("job", String(100), nullable=False),
    Column("slot", UtcTime, nullable=False),
    Column("holder", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("end", String(20)),  # None while it runs; done | partly | failed | stopped | given up
    Column("why", String, nullable=False, default=""),
    Column("changed", Integer, nullable=False, default=0),
    Column("held", Integer, nullable=False, default=0),
    Column("spent", Money, nullable=False, default=Decimal(0)),
    Column("outcome", JSON),
    Index("octoregistry_runs_by_slot", "slot", "id"),
)

readings = Table(
    "octoregistry_readings",
    metadata,
    Column("run", String(120), ForeignKey(runs.c.id), primary_key=True),
    Column("provider", String(100), primary_key=True),
    Column("at", UtcTime, nullable=False),  # of the page that served; of the run where none did
    Column("read", Integer, nullable=False),  # 1 where prices were read, 0 where not
    Column("prices", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Index("octoregistry_readings_by_provider", "provider", "read", "at"),
)

# What is held of one model, under a fingerprint of its contents: the next run knows what a person has decided.
held = Table(
    "octoregistry_held",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("provider", String(100), nullable=False),
    Column("model", Text, nullable=False),
    Column("state", String(20), nullable=False),  # waiting | accepted | refused | gone
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("changes", JSON, nullable=False),
)

# Who decided what, and why: a line a decision, never changed.
decided = Table(
    "octoregistry_decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("held", String(32), nullable=False),
    Column("provider", String(100), nullable=False),
    Column("model", Text, nullable=False),
    Column("word", String(20), nullable=False),  # accepted | refused | gone | undone
    Column("by", String(100), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

# Log-ins that were ended before their time, by the fingerprint of their cookie.
ended_sessions = Table(
    "octoregistry_ended_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ended_at", UtcTime, nullable=False),
)

# Notices that wait to be sent: whoever inserts a key sends it, once.
notices = Table(
    "octoregistry_notices",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("way", String(20), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("told_at", UtcTime),
    Column("why", String, nullable=False, default=""),
    Column("content", JSON, nullable=False),
    Index("octoregistry_notices_by_due", "told_at", "due_at"),
)
