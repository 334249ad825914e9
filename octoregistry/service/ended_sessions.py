"""The log-ins that somebody ended: their cookies are dead, whoever has a copy, on every machine of the service."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from octoregistry.service.database import Database
from octoregistry.service.tables import ended_sessions


class EndedSessions:
    """Kept for as long as the cookies would have lasted. Every method raises DatabaseError."""

    def __init__(self, database: Database, lifetime: timedelta) -> None:
        self._database = database
        self._lifetime = lifetime

    def end(self, fingerprint: str) -> None:
        """End the log-in with that fingerprint."""
        with self._database.begin() as connection:
            now = self._database.now(connection)
            connection.execute(delete(ended_sessions).where(ended_sessions.c.ended_at < now - self._lifetime))
            self._database.insert_once(connection, ended_sessions, id=fingerprint, ended_at=now)

    def __contains__(self, fingerprint: str) -> bool:
        """True for a log-in that is over."""
        with self._database.begin() as connection:
            found = select(ended_sessions.c.id).where(ended_sessions.c.id == fingerprint)
            return connection.execute(found).first() is not None
