"""SQL of DuckDB: names and texts as it writes them, and its answers and failures as the costing knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import EngineError


def connect() -> Backend:
    """A DuckDB of this process, whose days are those of UTC."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    connection.raw_sql("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return connection


# With these DuckDB 2.0 takes a minute for a query with long lists of words over forty rows, without them half a second.
_OPTIMIZERS = {"in_clause", "partial_aggregate_pushdown"}


@contextmanager
def optimized_less(connection: Backend) -> Iterator[None]:
    """Queries of DuckDB without the optimizers that cost more than they save; then those that were there before."""
    [(before,)] = fetched(connection, "SELECT current_setting('disabled_optimizers')")
    off = _OPTIMIZERS.union(before.split(",") if before else ())
    fetched(connection, f"SET disabled_optimizers = {text_of(','.join(sorted(off)))}")
    try:
        yield
    finally:
        fetched(connection, f"SET disabled_optimizers = {text_of(before)}")


def fetched(connection: Backend, query: str) -> list[tuple[Any, ...]]:
    """The rows that `query` gives; raises EngineError with what DuckDB says is wrong, without its advice."""
    try:
        rows: list[tuple[Any, ...]] = connection.con.execute(query).fetchall()
    except duckdb.Error as error:
        raise EngineError(_said(error)) from error
    return rows


def view(connection: Backend, name: str, query: str) -> ir.Table:
    """`query` as a table. `Backend.sql` would do, if ibis 12 did not call what DuckDB 2 no longer has."""
    fetched(connection, f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    return connection.table(name)


def text_of(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def texts_of(texts: Sequence[str]) -> str:
    """A list of texts as SQL writes it."""
    return f"[{', '.join(map(text_of, texts))}]"


def name_of(name: str) -> str:
    """The name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _said(error: duckdb.Error) -> str:
    """What DuckDB says before it repeats the query, lists its options, or advises on them."""
    said = str(error).replace("\nOriginal Line:", ": ").split("\nLINE 1:")[0].split("\n\n")[0]
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(said.split())[:500])
