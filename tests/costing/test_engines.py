"""The expression is one that other engines can run: compiled where there is none to ask, run where there is."""

import os
import signal
import threading
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from octoregistry.costing.costs import costs_of
from octoregistry.costing.engine_sums import added_up, rows_of
from octoregistry.costing.engines import check_engine, connect_engine, shown, usage_table
from octoregistry.costing.errors import CostingError
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from providers.registry import PACKAGED, load_registry

TYPED = {"day": "timestamp('UTC')", "provider": "string", "model": "string", "mode": "string", "input": "int64"}
TEXTS = dict.fromkeys(TYPED, "string")


@pytest.mark.parametrize(
    "dialect", ["clickhouse", "bigquery", "trino", "snowflake", "databricks", "postgres", "duckdb"]
)
@pytest.mark.parametrize("schema", [TYPED, TEXTS], ids=["typed", "texts"])
def test_it_compiles_for_engines_that_are_not_here_and_stays_short(dialect, schema):
    usage = ibis.table(schema, name="usage")

    rows = rows_of(usage, compile_rates(load_registry(PACKAGED)), ["model", "month"], How())
    sql = ibis.to_sql(added_up(rows, ["model", "month"]), dialect=dialect)

    assert len(sql) < 100_000  # a reading of a text that is written out at each use would make it a million
    assert "usage" in sql


@pytest.mark.parametrize(
    ("name", "version", "refused"),
    [("pyspark", "4.0.5", True), ("pyspark", "3.5.1", True), ("pyspark", "4.3.0", False), ("duckdb", "2.0.0", False)],
)
def test_an_engine_that_is_known_to_answer_wrongly_is_refused(name, version, refused):
    """Its total would be 0, and nothing would say so."""
    engine = SimpleNamespace(name=name, version=version)
    if refused:
        with pytest.raises(CostingError, match=f"Spark {version} gives wrong totals"):
            check_engine(engine)
    else:
        check_engine(engine)


def test_what_postgres_holds_is_costed_there(postgres_url):
    connection = connect_engine(postgres_url)
    row = {"day": "2026-10-01", "provider": "gemini", "model": "gemini-3.5-flash", "input": 1_000_000}
    connection.create_table("calls", pa.Table.from_pylist([row, row]), database="public", overwrite=True)

    costs = costs_of(
        connection, usage_table(connection, "public.calls"), compile_rates(load_registry(PACKAGED)), ["day"]
    )

    assert costs.total == 2 * load_registry(PACKAGED).pricing("gemini", "gemini-3.5-flash").cost(
        at="2026-10-01", input=1_000_000
    )
    with pytest.raises(CostingError, match="postgres has no usage in nowhere"):
        usage_table(connection, "nowhere")
    connection.disconnect()


def test_an_address_is_shown_without_user_and_password():
    assert shown("postgres://me:hunter2@db.example:5432/logs?sslmode=require") == "postgres://db.example"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense://me:hunter2@db.example/logs",
        "nonsense://me:hunter%32@db.example/logs",
        "nonsense://db.example/logs?user=me&password=hunter2",
        "nonsense://db.example/logs?access_token=hunter%32",
        "nonsense://me:hunter2@[db.example/logs",
        "hunter2",
    ],
)
def test_no_message_shows_a_secret_of_an_address(monkeypatch, url):
    def connect(given):
        raise OSError(f"{given}: no such place for hunter2")

    monkeypatch.setattr(ibis, "connect", connect)

    with pytest.raises(CostingError) as raised:
        connect_engine(url)
    assert "hunter" not in str(raised.value)


@pytest.mark.filterwarnings("ignore")  # as for every test of Spark: see OF_SPARK in conftest.py
def test_a_killed_executor_of_spark_changes_no_digit(spark, tmp_path):
    rows = 120_000
    row = {"day": "2026-10-01", "provider": "gemini", "model": "gemini-3.5-flash", "input": 1_000_003, "output": 7}
    for part in range(12):
        pq.write_table(pa.Table.from_pylist([row]).take([0] * (rows // 12)), tmp_path / f"{part}.parquet")
    usage = spark.read_parquet(str(tmp_path / "*.parquet"))
    rates = compile_rates(load_registry(PACKAGED))
    each = (
        load_registry(PACKAGED).pricing("gemini", "gemini-3.5-flash").cost(at="2026-10-01", input=1_000_003, output=7)
    )
    killed = []

    def kill_one():
        time.sleep(0.7)
        killed.extend(executors()[:1])
        for process in killed:
            os.kill(process, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    costs = costs_of(spark, usage, rates, ["model"])
    killer.join()

    assert len(killed) == 1
    assert costs.total == Decimal(rows) * each
    assert costs.rows == rows


def executors():
    """The processes of Spark's executors that descend from this one."""
    found = []
    for folder in os.scandir("/proc"):
        if folder.name.isdigit():
            try:
                words = Path("/proc", folder.name, "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words and _is_ours(int(folder.name)):
                found.append(int(folder.name))
    return found


def _is_ours(process):
    while process > 1:
        if process == os.getpid():
            return True
        process = int(Path("/proc", str(process), "stat").read_text().rpartition(")")[2].split()[1])
    return False
