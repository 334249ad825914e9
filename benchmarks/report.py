"""How large a report is, how long it takes to write, and how soon a browser shows it: 400 models of 24 prices each.

And the same with a usage log that fills every line that a report has for one: 400 models on 92 days.
The browser is the one that the tests drive; without it the last line says so.
"""

import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from octoregistry.costing import usage_costs
from octoregistry.planning.plan import Change, Plan
from octoregistry.reading.rates import Evidence
from octoregistry.report import ReportFiles, report_of, write, write_report
from octoregistry.updating.update import Update
from providers import parse_registry

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MODES = ("standard", "batch", "flex", "priority")
NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
READY = """() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""


def main() -> None:
    """Prints the table of figures, targets and verdicts."""
    table = Table("what", "measured", "target", "", title="report")
    with tempfile.TemporaryDirectory() as folder:
        for what, text in (("4 modes × 2 prompt sizes × 3 prices", wide()), ("24 dated prices", long())):
            update = large_update(text)
            measure(table, f"400 models of {what}", partial(write_report, update, Path(folder), "run"))
            log = usage_log(Path(folder))
            measure(
                table, "  and 36,800 rows of usage", partial(write_with_usage, update, log, Path(folder)), seconds=None
            )
    Console(width=120).print(table)


def write_with_usage(update: Update, log: Path, folder: Path) -> ReportFiles:
    """The files of the report with what the log cost."""
    report = report_of(update, "run")
    return write(replace(report, usage=usage_costs([str(log)], report.before, report.after, report.day)), folder)


def usage_log(folder: Path) -> Path:
    """A CSV of 92 days on each of which all 400 models are called, with sums as long as real ones."""
    log = folder / "usage.csv"
    first = date(2026, 6, 1)
    with log.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["day", "provider", "model", "mode", "requests", "input", "cached_input", "output"])
        for day in range(92):
            for number in range(400):
                model = f"vendor-{number % 4}-model-{number // 4}"
                counts = [(day + 7) * (number + 11) * step for step in (13, 104_729, 15_485, 7919)]
                rows.writerow([first + timedelta(day), f"vendor-{number % 4}", model, "standard", *counts])
    return log


def measure(table: Table, what: str, written_by: Callable[[], ReportFiles], seconds: float | None = 1) -> None:
    """Adds the lines of one kind of report; the time to write it has a target unless `seconds` is None."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        written = written_by()
        took.append(time.perf_counter() - start)
    size = written.html.stat().st_size / 1000
    row(table, f"{what}: size", f"{size:.0f} KB", "< 600 KB", size < 600)
    for which, figure in (("the first time", took[0]), ("median of 5", statistics.median(took))):
        target = "" if seconds is None else f"< {seconds:g} s"
        row(table, f"  written, {which}", f"{figure:.2f} s", target, seconds is None or figure < seconds)
    shown = rendered(written.html)
    if shown is None:
        table.add_row("  first render", "no browser here", "< 0.5 s", "not measured")
    else:
        row(table, "  first render, median of 5", f"{shown[0]:.2f} s", "< 0.5 s", shown[0] < 0.5)
        row(table, "  ready to use, median of 5", f"{shown[1]:.2f} s", "", True)


def rendered(path: Path) -> tuple[float, float] | None:
    """Median seconds until the first paint with content, and until the script has run; None without a browser."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a tool of the tests, absent elsewhere
    except ImportError:
        return None
    if not CHROMIUM.exists():
        return None
    painted, ready = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(5):
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(path.resolve().as_uri())
            tab.wait_for_function(PAINTED)
            painted.append(tab.evaluate(PAINTED) / 1000)
            ready.append(tab.evaluate(READY) / 1000)
            tab.close()
        browser.close()
    return statistics.median(painted), statistics.median(ready)


def row(table: Table, what: str, measured: str, target: str, met: bool) -> None:
    """Adds a line with its verdict."""
    table.add_row(what, measured, target, "" if not target else "met" if met else "MISSED")


def wide() -> str:
    """A registry of 400 models with 24 prices each, all in force."""
    return registry(
        lambda unit: [
            rate(mode, tier, None, unit * scale * (1 if tier is None else 2))
            for mode, scale in zip(MODES, (2, 1, 1, 3), strict=True)
            for tier in (None, 200_000)
        ]
    )


def long() -> str:
    """A registry of 400 models whose prices have moved 24 times."""
    first = date(2024, 1, 1)
    return registry(
        lambda unit: [
            rate(
                "standard",
                None,
                first + timedelta(days=45 * place) if place else None,
                unit * (23 - place if place < 23 else 4),
            )
            for place in range(24)
        ]
    )


def rate(mode: str, tier: int | None, start: date | None, unit: Decimal) -> str:
    """One line of `rates`."""
    above = f"above_input_tokens: {tier}, " if tier else ""
    since = f"from: {start}, " if start else ""
    return f"          - {{mode: {mode}, {above}{since}input: {unit}, output: {6 * unit}, cached_input: {unit / 10}}}"


def registry(rates) -> str:
    """The text of a registry of four vendors with 100 models each."""
    lines = ["default_provider: vendor-0", "providers:"]
    for vendor in range(4):
        lines += [
            f"  vendor-{vendor}:",
            "    env_var: KEY",
            f"    default_model: vendor-{vendor}-model-0",
            "    realtime_multiplier: 2.0",
        ]
        lines += ["    models:"]
        for number in range(100):
            unit = Decimal(5 + 7 * number + vendor) / 100
            lines += [
                f"      vendor-{vendor}-model-{number}:",
                f"        display_name: Vendor {vendor} Model {number}",
                f"        input_per_million: {unit}",
                f"        output_per_million: {6 * unit}",
                "        batch_support: true",
                f"        context_window: {2 ** (13 + number % 8)}",
                "        max_output_tokens: 65536",
                "        status: active",
                "        rates:",
                *rates(unit),
                f"        source: {{page: https://vendor-{vendor}.example/pricing, checked: 2026-09-04, sha256: f{vendor:063x}}}",
            ]
    lines += ["defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}", ""]
    return "\n".join(lines)


def large_update(text: str) -> Update:
    """An update of the registry by which 40 prices move."""
    changes = tuple(
        Change(
            "vendor-0",
            f"vendor-0-model-{number}",
            "price",
            "input",
            Decimal(2),
            Decimal("1.5"),
            mode="standard",
            evidence=Evidence("https://vendor-0.example/pricing", f"T1R{number}C2", "$1.50"),
            witness="rules",
        )
        for number in range(40)
    )
    return Update(parse_registry(text), text, text, Plan(changes), (), NOW)


if __name__ == "__main__":
    main()
