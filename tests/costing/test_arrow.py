"""Tables go into engines and come out of them as they are, and nothing imports pandas for it."""

import subprocess
import sys
from decimal import Decimal

import ibis
import pyarrow as pa

from octoregistry.costing.arrow import fetched_from, in_memory
from octoregistry.costing.sql import connect


def test_a_costing_does_without_pandas(tmp_path):
    """A user with a small log would wait for the import longer than for the costs."""
    log = tmp_path / "log.csv"
    log.write_text("day,provider,model,input\n2026-10-01,openai,gpt-4o,100\n2026-10-01,openai,gpt-9,100\n")
    cost = (
        f"import sys; from octoregistry.cli import cli; sys.argv[1:] = ['cost', {str(log)!r}]\n"
        "cli.main(standalone_mode=False); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", cost], capture_output=True, text=True, check=True)
    assert "no price" in done.stdout
    assert done.stdout.endswith("False\n")


def test_an_answer_is_that_of_ibis():
    """Types and values are those of `to_pyarrow`, columns without any type too."""
    connection = connect()
    table = in_memory(pa.table({"n": pa.array([1, None], pa.int32()), "nothing": pa.nulls(2)}))
    query = table.mutate(
        whole=table.n.sum().over(),
        exact=ibis.literal(Decimal("1.5"), "decimal(38, 12)"),
        when=ibis.timestamp("2026-10-01T12:00:00"),
        inner=ibis.struct({"a": table.n, "b": "text"}),
    )
    assert fetched_from(connection, query).equals(connection.to_pyarrow(query))
    some = query.drop("nothing")
    assert fetched_from(connection, some).equals(connection.to_pyarrow(some))
    connection.disconnect()


def test_an_engine_of_a_persons_own_keeps_its_settings():
    """Two of DuckDB's optimizers are off while we ask: with them a table of a known form took it a minute."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET disabled_optimizers = 'top_n'")
    disabled = ibis.literal(0).name("n").as_table().select(off=_disabled_optimizers())

    (during,) = fetched_from(connection, disabled)["off"].to_pylist()

    assert set(during.split(",")) == {"in_clause", "partial_aggregate_pushdown", "top_n"}
    assert connection.raw_sql("SELECT current_setting('disabled_optimizers')").fetchall() == [("top_n",)]
    connection.disconnect()


@ibis.udf.scalar.builtin(name="current_setting", signature=((str,), str))
def _current_setting(name): ...


def _disabled_optimizers():
    return _current_setting("disabled_optimizers")
