"""A run log of SQLite copied into another database: the way from one machine to several."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from octoregistry.service.database import Database
from octoregistry.service.tables import metadata

_AT_ONCE = 500


def copy_log(database: Database, file: Path) -> dict[str, int]:
    """Table -> how many rows were new. What is there already stays, so that a copy may be made twice.

    Raises DatabaseError.
    """
    source = Database(f"sqlite:///{file}")
    copied = {}
    try:
        for table in metadata.sorted_tables:
            name = table.name.removeprefix("octoregistry_")
            copied[name] = 0
            with source.begin() as reading, database.begin() as writing:
                for rows in reading.execute(select(table)).mappings().partitions(_AT_ONCE):
                    copied[name] += sum(database.insert_once(writing, table, **row) for row in rows)
    finally:
        source.close()
    return copied
