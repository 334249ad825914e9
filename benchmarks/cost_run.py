"""One measurement of `benchmarks.cost`, in a process of its own: `log` writes the log, `ours` and `sql` cost it."""

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.cost import BY, SQL
from octoregistry.costing.costs import costs_of
from octoregistry.costing.files import plain_log
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from providers.registry import PACKAGED, load_registry

CHUNK = 10_000_000


def rates_table(connection: duckdb.DuckDBPyConnection) -> int:
    """Creates the rates as a person would keep them, prices in USD per token; returns the digits of a price."""
    compiled = compile_rates(load_registry(PACKAGED))
    bounds = [-1, *compiled.thresholds, 10**18]
    connection.execute(
        "CREATE TABLE rates (provider VARCHAR, name VARCHAR, model VARCHAR, mode VARCHAR, first DATE, last DATE, "
        "above BIGINT, up_to BIGINT, price_input DECIMAL(18, 12), price_output DECIMAL(18, 12), "
        "price_cached_input DECIMAL(18, 12))"
    )
    rows = [
        [span.provider, span.name, span.model, span.mode, span.first, span.last]
        + [bounds[max(span.low, 0)], bounds[span.high + 1]]
        + [_usd(span.prices.get(name), compiled.scale) for name in ("input", "output", "cached_input")]
        for span in compiled.spans
        if span.high >= 0 and span.reason is None
    ]
    connection.executemany(f"INSERT INTO rates VALUES ({', '.join('?' * 11)})", rows)
    return compiled.scale


def _usd(units: int | None, scale: int) -> str | None:
    return None if units is None else f"{units // 10**scale}.{units % 10**scale:0{scale}}"


def write_log(path: Path, rows: int) -> None:
    """A year of calls of every model that has the three plain prices, a few of them in long prompts."""
    connection = duckdb.connect()
    rates_table(connection)
    connection.execute(
        "CREATE TABLE models AS SELECT row_number() OVER () - 1 AS n, provider, name, mode FROM "
        "(SELECT provider, name, mode FROM rates GROUP BY ALL HAVING "
        "count(price_input) = count(*) AND count(price_output) = count(*) "
        "AND count(price_cached_input) = count(*) ORDER BY ALL)"
    )
    (models,) = connection.execute("SELECT count(*) FROM models").fetchone()
    path.mkdir()
    for number, start in enumerate(range(0, rows, CHUNK)):
        connection.execute(
            "COPY (SELECT DATE '2026-09-10' + (i // 100003 % 365)::INTEGER AS day, provider, name AS model, mode, "
            "1::BIGINT AS requests, 'user-' || (hash(i) % 1000) AS user, (hash(i * 7) % 4000)::BIGINT AS input, "
            "(hash(i * 11) % 900)::BIGINT AS output, "
            "(CASE WHEN i % 97 = 0 THEN 250000 ELSE hash(i * 13) % 2000 END)::BIGINT AS cached_input "
            f"FROM (SELECT range AS i FROM range({start}, {min(start + CHUNK, rows)})) c "
            f"JOIN models ON n = hash(i * 3) % {models}) TO '{path}/{number}.parquet'"
        )


def ours(path: Path) -> str:
    """Costs the log on an engine; returns the total."""
    rates = compile_rates(load_registry(PACKAGED))
    log = plain_log(usage_files([f"{path}/*.parquet"]), How())
    return f"{costs_of(log.connection, log.table, rates, BY).total:.12f}"


def by_hand(path: Path) -> str:
    """Costs the log by the SQL of a person; returns the total."""
    connection = duckdb.connect()
    rates_table(connection)
    answer = connection.execute(SQL.format(log=f"{path}/*.parquet")).fetchall()
    return f"{sum(row[7] for row in answer if row[7] is not None):.12f}"


if __name__ == "__main__":
    what, place = sys.argv[1], Path(sys.argv[2])
    if what == "log":
        write_log(place, int(sys.argv[3]))
    else:
        begun = time.perf_counter()
        total = {"ours": ours, "sql": by_hand}[what](place)
        seconds = time.perf_counter() - begun
        cpu = time.process_time()  # of the whole process, imports too
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "total": total}))
