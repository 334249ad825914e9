"""The database of the run log: SQLite in the user's data folder, or what a URL says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from octoregistry.publishing.secret_mask import SecretMask
from octoregistry.service.secrets import secret
from octoregistry.service.tables import metadata
from octoregistry.settings import Settings

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_TABLES_LOCK = 0x0C70  # of advisory locks; any number that nobody else takes


class DatabaseError(Exception):
    """The run log cannot be reached or is not one; the text holds no password."""


class DatabaseUnavailableError(DatabaseError):
    """The run log cannot be reached now, but may be later: no connection, a full disk, another writer."""


def database_url(settings: Settings, environ: Mapping[str, str]) -> str:
    """The URL that the environment, a file or the settings give, else that of an SQLite file in the user's data folder."""
    found = secret(settings.service.database_secret, environ) or settings.service.database
    if found:
        return found
    folder = Path(platformdirs.user_data_dir("octoregistry"))
    return f"sqlite:///{folder / 'runs.sqlite3'}"


class Database:
    """The run log's database, its tables made where they are missing."""

    def __init__(self, url: str) -> None:
        """Raise DatabaseError where it cannot be reached."""
        self._secrets = SecretMask([])
        try:
            made = make_url(url)
            self._secrets = SecretMask([made.password or "", *map(str, made.query.values())])
            driver = made.drivername.partition("+")[0]
            if driver not in _DRIVERS:
                raise DatabaseError(f"{driver}: a database is sqlite or postgresql")
            made = made.set(drivername=_DRIVERS[driver])
            if driver == "sqlite" and made.database in (None, "", ":memory:"):
                raise DatabaseError("sqlite without a file would be forgotten: sqlite:////folder/runs.sqlite3")
            self.shown = made.set(query={}).render_as_string(hide_password=True)  # a password may stand there, too
            self.engine = _engine(made)
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise DatabaseError(f"the database's URL is none ({type(error).__name__}): postgresql://…") from None
        try:
            with self.begin() as connection:
                if self.is_postgresql:  # two machines that make the tables at once would fail each other
                    connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
                metadata.create_all(connection)
                self._check_columns(connection)
        except DatabaseError:
            self.close()
            raise

    def _check_columns(self, connection: Connection) -> None:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            missing = {column.name for column in table.columns} - {one["name"] for one in found.get_columns(table.name)}
            if missing:
                raise DatabaseError(
                    f"{self.shown}: {table.name} has no {', '.join(sorted(missing))}: another version made it; "
                    "set OCTOREGISTRY_DATABASE to another file or database, or move these tables away"
                )

    @property
    def is_postgresql(self) -> bool:
        """True where several machines may share it."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction. Raises DatabaseError for all that the database says, without its password."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            away = isinstance(error, OperationalError | InterfaceError | PoolTimeoutError)
            kind = DatabaseUnavailableError if away else DatabaseError
            raise kind(self._secrets.masked(f"{self.shown}: {said}")) from None

    def insert_once(self, connection: Connection, table: Table, **values: Any) -> bool:
        """True where the row is new; a row of that key that is there already stays as it is."""
        insert = postgresql.insert if self.is_postgresql else sqlite.insert
        once = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
        return connection.execute(once).first() is not None  # how many rows went in, not every driver says

    def now(self, connection: Connection) -> datetime:
        """The time of the database: leases are counted by one clock, however the machines' own differ."""
        if not self.is_postgresql:
            return datetime.now(UTC)
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: Any) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=5, connect_args={"connect_timeout": 5})
    if not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _several_readers(connection: Any, _record: Any) -> None:
        # readers do not wait for the writer, and a killed process leaves a whole file
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
