"""How far a query is: DuckDB tells while it runs, other engines only that they do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from octoregistry.costing.costs import answer

Told = Callable[[float | None], None]  # percent, or None where the engine does not say
_EVERY = 0.2  # seconds


def watched(connection: BaseBackend, query: ir.Table, told: Told) -> pa.Table:
    """The answer of `query`, with `told` called while it runs; a Ctrl-C ends the query too."""
    progress = getattr(connection.con, "query_progress", None) if hasattr(connection, "con") else None
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(answer, connection, query)
        while True:
            try:
                return running.result(timeout=_EVERY)
            except NotYet:
                percent = progress() if progress else None
                told(percent if percent is not None and percent >= 0 else None)
            except KeyboardInterrupt:
                interrupt = getattr(connection.con, "interrupt", None)
                if interrupt:
                    interrupt()
                raise
