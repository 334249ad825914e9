"""Tables of Arrow into an engine and out of it, without pandas.

Ibis imports pandas to look at a table in memory, and again to hand over DuckDB's answer. Nothing here is a frame of
pandas, and the import takes as long as a scan of some million rows.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend
from ibis.backends.duckdb import Backend as DuckDB
from ibis.expr import operations
from ibis.formats.pyarrow import PyArrowData, PyArrowTableProxy

from octoregistry.costing.sql import optimized_less


def in_memory(table: pa.Table) -> ir.Table:
    """`table` for a query on any engine, as `ibis.memtable` gives it."""
    name = ibis.util.gen_name("octoregistry")
    return operations.InMemoryTable(name, ibis.schema(table.schema), PyArrowTableProxy(table)).to_expr()


def fetched_from(connection: BaseBackend, query: ir.Table) -> pa.Table:
    """The rows that `query` gives on `connection`, with the types of its columns."""
    kinds = query.schema()
    if not isinstance(connection, DuckDB) or any(kind.is_null() for kind in kinds.types):
        return connection.to_pyarrow(query)
    with optimized_less(connection):
        return PyArrowData.convert_table(connection._to_duckdb_relation(query).to_arrow_table(), kinds)
