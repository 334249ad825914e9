"""Logs of two million rows as CSV, JSON lines and Parquet: `octoregistry cost` against hand-written SQL, whole processes.

`python -m benchmarks logs`, or `python -m benchmarks.logs [--rows 2000000] [--runs 3]`. Ten rows are costed as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.cost_run import rates_table

ROWS, RUNS = 2_000_000, 3
KINDS = {"csv": "(FORMAT csv)", "jsonl": "(FORMAT json)", "parquet": "(FORMAT parquet)"}
MORE, TIMES, FEW = 0.5, 1.5, 0.6  # seconds that an engine may take to start, its share of the rest, those of ten rows
# What a person who knows SQL writes: the same fields, one join with a table of prices, one sum.
BY_HAND = """
import duckdb, sys
kind, path, rates = sys.argv[1:]
types = {name: "VARCHAR" for name in ("day", "provider", "model", "mode")}
types |= {name: "BIGINT" for name in ("requests", "input", "output", "cached_input")}
columns = str(types)
read = {
    "csv": f"read_csv('{path}', columns = {columns})",
    "jsonl": f"read_json('{path}', columns = {columns}, format = 'newline_delimited')",
    "parquet": f"read_parquet('{path}')",
}[kind]
for row in duckdb.execute(f'''
SELECT u.provider, r.model, count(*), sum(u.requests), sum(u.input), sum(u.output), sum(u.cached_input),
       sum(u.input * r.price_input + u.output * r.price_output + u.cached_input * r.price_cached_input),
       count(*) FILTER (r.price_input IS NULL)
FROM {read} u LEFT JOIN read_parquet('{rates}') r ON u.provider = r.provider AND u.model = r.name AND u.mode = r.mode
 AND u.day::DATE BETWEEN r.first AND r.last
 AND u.input + u.cached_input > r.above AND u.input + u.cached_input <= r.up_to GROUP BY ALL''').fetchall():
    print(row)
"""


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args(sys.argv[1:] if __name__ == "__main__" else [])
    table = Table(
        "log", "ours, s", "CPU", "MB", "by hand, s", "CPU", "target, s", "", title=f"cost of {asked.rows:,} rows"
    )
    with tempfile.TemporaryDirectory() as folder:
        prices = Path(folder, "rates.parquet")
        connection = duckdb.connect()
        rates_table(connection)
        connection.execute(f"COPY rates TO '{prices}' (FORMAT parquet)")
        for kind in KINDS:
            log = Path(folder, f"log.{kind}")
            _write(log, kind, asked.rows)
            found = [
                (_ours(log), _measured([sys.executable, "-c", BY_HAND, kind, str(log), str(prices)]))
                for _ in range(asked.runs)
            ]
            ours, hand = (
                [statistics.median(values) for values in zip(*one, strict=True)] for one in zip(*found, strict=True)
            )
            wanted = TIMES * hand[0] + MORE
            met = ours[0] <= wanted and ours[1] <= TIMES * hand[1] + MORE
            table.add_row(
                kind, f"{ours[0]:.2f}", f"{ours[1]:.2f}", f"{ours[2]:.0f}", f"{hand[0]:.2f}", f"{hand[1]:.2f}",
                f"{wanted:.2f}", "met" if met else "MISSED",
            )  # fmt: skip
            log.unlink()
        log = Path(folder, "log.jsonl")
        _write(log, "jsonl", 10)
        few = _ours(log)
        table.add_row(
            "ten rows",
            f"{few[0]:.2f}",
            f"{few[1]:.2f}",
            f"{few[2]:.0f}",
            "",
            "",
            f"{FEW}",
            "met" if few[1] < FEW else "MISSED",
        )
    Console(width=120).print(table)


def _write(path: Path, kind: str, rows: int) -> None:
    """A year of calls of two models."""
    duckdb.connect().execute(
        "COPY (SELECT (DATE '2026-09-10' + (i // 5003 % 60)::INTEGER)::VARCHAR AS day, 'openai' AS provider, "
        "CASE WHEN i % 3 = 0 THEN 'gpt-5.4' ELSE 'gpt-5.4-mini' END AS model, 'standard' AS mode, 1 AS requests, "
        "(hash(i * 7) % 4000)::BIGINT AS input, (hash(i * 11) % 900)::BIGINT AS output, "
        f"(hash(i * 13) % 2000)::BIGINT AS cached_input FROM range({rows}) r(i)) TO '{path}' {KINDS[kind]}"
    )


def _ours(log: Path) -> tuple[float, float, float]:
    return _measured([sys.executable, "-c", "from octoregistry.cli import main; main()", "cost", str(log), "--json"])


def _measured(run: list[str]) -> tuple[float, float, float]:
    """(seconds, seconds of CPU, MB at the most) of a process."""
    begun = time.perf_counter()
    child = os.posix_spawn(
        run[0], run, dict(os.environ), file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(f"{run[1:4]} left with status {status}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
