"""What is to be told, kept until it has been told; each notice goes out once by each way, whichever machine sends it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, select, update

from octoregistry.service.database import Database
from octoregistry.service.notices import Notice
from octoregistry.service.tables import notices

_TRIES = 8
_FIRST_WAIT = timedelta(seconds=20)  # doubled each time: the last try comes after three quarters of an hour
log = logging.getLogger("octoregistry.service")

Send = Callable[[str, Mapping[str, Any]], None]


class NotTold(Exception):  # noqa: N818 - a value with its reason for the log
    """Nobody has taken the notice; the text holds no secret."""


class Outbox:
    """Notices, and the ways by which they go: a function each that raises NotTold. Every method raises DatabaseError."""

    def __init__(self, database: Database, ways: Mapping[str, Send]) -> None:
        self.database, self.ways = database, ways

    def put(self, found: Iterable[Notice]) -> None:
        """None; what is new of them will be told."""
        if not self.ways:
            return
        with self.database.begin() as connection:
            now = self.database.now(connection)
            for notice in found:
                for way in self.ways:
                    self.database.insert_once(
                        connection,
                        notices,
                        id=f"{notice.key}:{way}"[:300],
                        way=way,
                        made_at=now,
                        due_at=now,
                        tries=0,
                        content=notice.values(),
                    )

    def send_due(self) -> int:
        """How many notices were told just now."""
        told = 0
        for row in self._due():
            if not self._ours(row.id, row.tries):
                continue  # another machine is telling it
            try:
                self.ways[row.way](row.id, row.content)
            except NotTold as error:
                log.warning("notice %s: %s", row.id, error)
                self._note(row.id, why=str(error))
            else:
                self._note(row.id, told=True)
                told += 1
        return told

    def _due(self) -> list[Any]:
        with self.database.begin() as connection:
            now = self.database.now(connection)
            open_ones = and_(
                notices.c.told_at.is_(None),
                notices.c.due_at <= now,
                notices.c.tries < _TRIES,
                notices.c.way.in_(list(self.ways)),
            )
            return list(connection.execute(select(notices).where(open_ones).order_by(notices.c.due_at).limit(50)))

    def _ours(self, name: str, tries: int) -> bool:
        with self.database.begin() as connection:
            values = {"tries": tries + 1, "due_at": self.database.now(connection) + _FIRST_WAIT * 2**tries}
            same = and_(notices.c.id == name, notices.c.tries == tries, notices.c.told_at.is_(None))
            return connection.execute(update(notices).where(same).values(values)).rowcount == 1

    def _note(self, name: str, *, told: bool = False, why: str = "") -> None:
        with self.database.begin() as connection:
            values = {"told_at": self.database.now(connection) if told else None, "why": why}
            connection.execute(update(notices).where(notices.c.id == name).values(values))
