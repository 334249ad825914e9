"""How long the quick commands take, as whole processes with all they import: what a person waits for at the prompt.

CPU time stands beside the wall clock, since a busy machine does not stretch it so far; a bare interpreter is the yardstick.
"""

import resource
import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

from benchmarks.registry import row

RUNS = 20
SECONDS = 0.15
COMMANDS = (["price", "openai/gpt-5.4"], ["models"], ["history"])


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    table = Table("what", "measured", "target", "", title="quick commands, to a pipe")
    bare, bare_busy = measured([sys.executable, "-c", "pass"])
    row(table, "a bare interpreter", f"{bare:.3f} s ({bare_busy:.3f} s CPU)", "-", True)
    for command in COMMANDS:
        seconds, busy = measured([sys.executable, "-m", "octoregistry", *command])
        what = f"octoregistry {' '.join(command)}"
        row(table, what, f"{seconds:.3f} s ({busy:.3f} s CPU)", f"< {SECONDS} s", seconds < SECONDS)
    Console(width=120).print(table)


def measured(command: list[str]) -> tuple[float, float]:
    """Median seconds and seconds of CPU time of RUNS processes, after one that leaves bytecode and the registry's copy."""
    seconds, busy = [], []
    for run in range(RUNS + 1):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if run:
            seconds.append(time.perf_counter() - start)
            busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds), statistics.median(busy)


if __name__ == "__main__":
    main()
