"""What a log cost: the sums of an engine, priced, with every row that has no price, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from octoregistry.costing.arrow import fetched_from
from octoregistry.costing.engine_sums import added_up, billed_of, rows_of
from octoregistry.costing.engines import check_engine
from octoregistry.costing.errors import EngineError
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How
from octoregistry.costing.tally import Tally
from octoregistry.costing.values import NO_FORM, Costs

Ask = Callable[[BaseBackend, ir.Table], pa.Table]


def costs_of(
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    keys: Sequence[str],
    *,
    how: How | None = None,
    ask: Ask | None = None,
) -> Costs:
    """The costs of `usage`, added up where `connection` has it: one query, and only its sums come back.

    Keys are `day`, `month`, `provider`, `model` (aliases under the model's own id), `mode`, and any column of `usage`. `how`
    says which column stands for which of ours. `ask` runs the query, where more is wanted than an answer (a progress bar).
    Raises CostingError for what an engine cannot run, and for an engine that is known to answer wrongly.
    """
    check_engine(connection)
    how = how or How()
    tally = Tally(rates, CallNames(rates, how.hosts), keys, how)
    rows = rows_of(usage, rates, tally.keys, how)
    found = (ask or answer)(connection, added_up(rows, tally.keys))
    tally.counted.update(dict.fromkeys(rows.dimensions))
    has_zones = "offset" in found["zone"].unique().to_pylist()
    for one in billed_of(found, rows, tally.names, tally.keys):
        if one.form != NO_FORM.name:
            tally.forms.setdefault(one.form)
        tally.add(one, has_zones=has_zones)
    return tally.costs()


def answer(connection: BaseBackend, query: ir.Table) -> pa.Table:
    """The rows that `query` gives on `connection`; raises EngineError with what the engine says."""
    if connection.name == "postgres":  # to compile a query of so many expressions takes its JIT minutes
        connection.raw_sql("SET jit = off").close()
    try:
        return fetched_from(connection, query)
    except Exception as error:  # every engine has exceptions of its own, and all mean the same here
        said = " ".join(str(error).split())
        raise EngineError(f"{connection.name} could not run it: {said[:500]}") from error
