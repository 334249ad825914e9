"""The outbox: notices wait here until they are sent, once by each channel, by whichever machine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, not_, select, update

from octoregistry.service.database import Database
from octoregistry.service.notices import Notice
from octoregistry.service.tables import notices

_TRIES = 8
_FIRST_WAIT = timedelta(seconds=20)  # doubled each time: the last try comes after three quarters of an hour
log = logging.getLogger("octoregistry.service")

Sender = Callable[[str, Mapping[str, Any]], None]


class DeliveryError(Exception):
    """The receiver did not take the notice; the text holds no secret."""


class Outbox:
    """Notices, and the ways by which they go: a function each that raises NotTold. Every method raises DatabaseError."""

    def __init__(self, database: Database, channels: Mapping[str, Sender], patience: float = 30.0) -> None:
        self.database, self.channels, self.patience = database, channels, patience

    def put(self, connection: Connection, found: Iterable[Notice]) -> None:
        """Put into the outbox what is new of them."""
        now = self.database.now(connection)
        for notice in found:
            for way in self.channels:
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

    def send_due(self, ending: Callable[[], bool] = lambda: False) -> int:
        """How many notices were told just now; after each it is asked whether the service is `ending`."""
        sent = 0
        for row in self._due():
            if ending():
                break
            if not self._ours(row.id, row.tries):
                continue  # another machine is telling it
            try:
                _in_time(self.channels[row.way], row.id, row.content, self.patience)
            except DeliveryError as error:
                log.warning("notice %s: %s", row.id, error)
                self._note(row.id, why=str(error))
            else:
                self._note(row.id, sent=True)
                sent += 1
        return sent

    def counts(self) -> tuple[int, int]:
        """How many notices wait to be told by the ways that are set, and how many nobody has taken in all their tries."""
        with self.database.begin() as connection:
            now = self.database.now(connection)
            last_try_over = and_(notices.c.tries >= _TRIES, notices.c.due_at <= now)
            pending = select(func.count()).select_from(notices).where(notices.c.told_at.is_(None))
            waiting = pending.where(not_(last_try_over), notices.c.way.in_(list(self.channels)))
            return connection.execute(waiting).scalar_one(), connection.execute(
                pending.where(last_try_over)
            ).scalar_one()

    def _due(self) -> list[Any]:
        with self.database.begin() as connection:
            now = self.database.now(connection)
            open_ones = and_(
                notices.c.told_at.is_(None),
                notices.c.due_at <= now,
                notices.c.tries < _TRIES,
                notices.c.way.in_(list(self.channels)),
            )
            return list(connection.execute(select(notices).where(open_ones).order_by(notices.c.due_at).limit(50)))

    def _ours(self, name: str, tries: int) -> bool:
        with self.database.begin() as connection:
            values = {"tries": tries + 1, "due_at": self.database.now(connection) + _FIRST_WAIT * 2**tries}
            same = and_(notices.c.id == name, notices.c.tries == tries, notices.c.told_at.is_(None))
            return connection.execute(update(notices).where(same).values(values)).rowcount == 1

    def _note(self, name: str, *, sent: bool = False, why: str = "") -> None:
        with self.database.begin() as connection:
            values = {"told_at": self.database.now(connection) if sent else None, "why": why}
            connection.execute(update(notices).where(notices.c.id == name).values(values))


def _in_time(send: Sender, name: str, content: Mapping[str, Any], seconds: float) -> None:
    """Tell it; raise NotTold after so many seconds at the latest.

    A timeout per read does not do that: a receiver that sends a byte a second never lets one pass, and nothing else would
    ever be told.
    """
    failed: list[Exception] = []

    def tell() -> None:
        try:
            send(name, content)
        except Exception as error:  # noqa: BLE001 - raised again below, in the thread that waits
            failed.append(error)

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    telling.join(seconds)
    if telling.is_alive():
        raise DeliveryError(f"took longer than {seconds:g} s")
    if failed:
        raise failed[0]
