"""How long `octoregistry extract` takes as a whole process, how much memory, and how both grow with the page."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_LONGEST_PAGE = Path(__file__).parent.parent.parent / "shared" / "pages" / "openai" / "2026-08-21-docs-pricing.html"
_PROGRAM = "from octoregistry.cli import main; main()"
_SMALLEST, _SIZES = 100, 8


def main() -> None:
    """Print seconds and peak megabytes for the longest stored page, then for a page that doubles seven times."""
    if _LONGEST_PAGE.exists():
        runs = sorted(_extract(_LONGEST_PAGE) for _ in range(5))
        seconds, megabytes = runs[2]
        size = _LONGEST_PAGE.stat().st_size // 1000
        print(f"extract, the stored page of {size} kB: {seconds:.2f} s (median of 5), {megabytes:.0f} MB at most")
    else:
        print("extract, the longest stored page: skipped, the vendors' pages are not beside this checkout")
    before = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for doubling in range(_SIZES):
            page = Path(folder) / "page.md"
            page.write_text(_page(_SMALLEST * 2**doubling), encoding="utf-8")
            seconds, megabytes = _extract(page)
            ratio = f", {seconds / before:.2f} times the one before" if before else ""
            print(f"extract, {page.stat().st_size / 1000:7.0f} kB: {seconds:6.2f} s, {megabytes:4.0f} MB{ratio}")
            before = seconds


def _page(models: int) -> str:
    rows = "".join(f"| gpt-{i} | ${i % 90 + 1}.25 | ${i % 90}.125 | ${i % 90 + 10}.00 |\n" for i in range(models))
    return f"# Prices\n\nPrices per 1M tokens.\n\n| Model | Input | Cached input | Output |\n|---|---|---|---|\n{rows}"


def _extract(page: Path) -> tuple[float, float]:
    """(seconds of processor time, peak megabytes) of one process: other work on the machine does not count."""
    command = [sys.executable, "-c", _PROGRAM, "extract", "openai", str(page), "--date", "2026-08-21", "--json"]
    child = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    main()
