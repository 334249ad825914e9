"""What it takes to carry a plan into a registry of 2,000 models, as whole processes with all they import.

Each process is `octoregistry apply`: the plan is read and validated, the registry is read and validated, the changes are
merged, the result is read and validated again, and written with its lock and its fsync.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.registry import large, row
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.plan_json import as_values
from providers import parse_registry

MODELS = 2_000
RUNS = 3
SECONDS, MEGABYTES = 3.0, 300
# Prints behind the run its peak of resident memory in bytes and its CPU time, which a busy machine does not stretch so far.
CODE = """
import resource, sys
from octoregistry.cli import cli
status = cli.main(sys.argv[1:], standalone_mode=False)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    table = Table("what", "measured", "target", "", title=f"a merge into {MODELS:,} models")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = large(MODELS)
        for changed in (1, 100, MODELS // 10):
            seconds, megabytes, busy = measured(folder, text, changed)
            what = f"{changed:,} models change, {len(text) / 1e6:.1f} MB of YAML"
            row(
                table,
                f"{what}: a process",
                f"{seconds:.2f} s ({busy:.2f} s CPU)",
                f"< {SECONDS:.0f} s",
                seconds < SECONDS,
            )
            row(table, f"{what}: its peak", f"{megabytes:.0f} MB", f"< {MEGABYTES} MB", megabytes < MEGABYTES)
    Console(width=120).print(table)


def measured(folder: Path, text: str, changed: int) -> tuple[float, float, float]:
    """Median seconds, megabytes and seconds of CPU time of RUNS processes that change so many models."""
    registry, plan = folder / "models.yaml", folder / "plan.json"
    registry.write_text(text)
    plan.write_text(json.dumps(as_values(changes(changed), parse_registry(text).text_sha256)))
    seconds, peaks, busy = [], [], []
    for _ in range(RUNS):
        registry.write_text(text)
        environ = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CODE, "apply", str(plan), "--registry", str(registry)],
            check=True, capture_output=True, text=True, env=environ, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        seconds.append(time.perf_counter() - start)
        peak, used = done.stderr.split()[-2:]
        peaks.append(int(peak) / 1e6)
        busy.append(float(used))
    if registry.read_text() == text:
        raise RuntimeError("nothing was merged")
    return statistics.median(seconds), statistics.median(peaks), statistics.median(busy)


def changes(models: int) -> Plan:
    """A plan in which so many models, spread over the whole file, get a new dated price in both tiers."""
    day = date(2026, 10, 1)
    found = []
    for place in range(models):
        model = f"model-{place * (MODELS // models)}"
        for above, price in ((None, Decimal("7.25")), (200_000, Decimal("14.5"))):
            where = {"mode": "standard", "above_input_tokens": above, "start": day}
            found.append(Change("acme", model, "price", "input", Decimal(2), price, **where))
            found.append(Change("acme", model, "kept", "output", Decimal(12), Decimal(12), **where))
    return Plan(tuple(found))


if __name__ == "__main__":
    main()
