"""What a large usage log costs, and how long that takes: against hand-written SQL for the same join, and in memory.

`python -m benchmarks.cost [--rows 10000000] [--runs 3]`: each measurement is a process of its own, so that its peak of
memory is that of the whole process. 100 million rows (`--rows 100000000`) need 2 GB of disk for a while.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROWS, RUNS = 10_000_000, 3
BY = ("model", "day")
# What a person who knows SQL writes: rates with their days and sizes as a table, one join, one sum.
SQL = """
SELECT coalesce(r.model, u.model) AS model, u.day, count(*) AS rows, sum(u.requests) AS requests,
       sum(u.input) AS input, sum(u.output) AS output, sum(u.cached_input) AS cached_input,
       sum(u.input * r.price_input + u.output * r.price_output + u.cached_input * r.price_cached_input) AS cost,
       count(*) FILTER (r.price_input IS NULL OR r.price_output IS NULL OR r.price_cached_input IS NULL) AS unpriced
FROM read_parquet('{log}') u LEFT JOIN rates r
  ON u.provider = r.provider AND u.model = r.name AND u.mode = r.mode AND u.day BETWEEN r.first AND r.last
 AND u.input + u.cached_input > r.above AND u.input + u.cached_input <= r.up_to
GROUP BY 1, 2
"""


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args(sys.argv[1:] if __name__ == "__main__" else [])
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.parquet"
        subprocess.run([sys.executable, "-m", "benchmarks.cost_run", "log", str(log), str(asked.rows)], check=True)
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "sql": []}
        for _ in range(asked.runs):  # in turns, so that a slow moment slows both
            for what, measured in runs.items():
                measured.append(_measured(what, log))
    _print(asked.rows, runs)


def _measured(what: str, log: Path) -> dict[str, float]:
    """What `benchmarks.cost_run` says of itself."""
    run = [sys.executable, "-m", "benchmarks.cost_run", what, str(log)]
    told: dict[str, float] = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    return told


def _print(rows: int, runs: dict[str, list[dict[str, float]]]) -> None:
    seconds, cpu = (
        {what: statistics.median(run[key] for run in measured) for what, measured in runs.items()}
        for key in ("seconds", "cpu")
    )
    peak = max(run["peak_mb"] for run in runs["ours"])
    ratio, cpu_ratio = seconds["ours"] / seconds["sql"], cpu["ours"] / cpu["sql"]
    table = Table("what", "measured", "target", "", title=f"cost of {rows:,} rows of Parquet by {' and '.join(BY)}")
    for name, measured, target, met in [
        ("seconds", f"{seconds['ours']:.2f}", "", None),
        ("hand-written SQL, seconds", f"{seconds['sql']:.2f}", "", None),
        ("ratio", f"{ratio:.2f}", "< 2", ratio < 2),
        ("seconds of CPU, whole processes", f"{cpu['ours']:.2f}", "", None),
        ("hand-written SQL, seconds of CPU", f"{cpu['sql']:.2f}", "", None),
        ("ratio of CPU", f"{cpu_ratio:.2f}", "< 2", cpu_ratio < 2),
        ("peak memory of the process", f"{peak:.0f} MB", "< 1000 MB", peak < 1000),
        ("of hand-written SQL's", f"{max(run['peak_mb'] for run in runs['sql']):.0f} MB", "", None),
        ("the same total", str(len({run["total"] for run in runs["ours"] + runs["sql"]}) == 1), "True", None),
    ]:
        table.add_row(name, measured, target, "" if met is None else "met" if met else "MISSED")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
