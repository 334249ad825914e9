"""Tells every lie about every page, and counts what became of it: `make lies`.

Each is told in one of three ways; with `--all` in all of them.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.lying import LIES, Lie
from benchmarks.trials import WAYS, StoredPage, Trial, other_prices, stored_page
from providers import load_registry

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "pages"
OWN = ROOT / "tests" / "pages"
_OWN_PROVIDERS = {"claude": "anthropic", "gemini": "gemini", "openai": "openai"}


def pages() -> list[StoredPage]:
    """The vendors' stored pages where they are at hand, and the pages that were written for the tests."""
    found: list[StoredPage | None] = []
    if (SHARED / "manifest.json").exists():
        for entry in json.loads((SHARED / "manifest.json").read_text(encoding="utf-8")):
            text = (SHARED / entry["file"]).read_text(encoding="utf-8")
            found.append(stored_page(entry["file"], entry["provider"], text))
    else:
        print("the vendors' stored pages are not beside this checkout: the tests' own pages alone are lied about")
    found += own_pages()
    return [page for page in found if page is not None]


def own_pages() -> list[StoredPage | None]:
    """The pages that were written for the tests."""
    return [
        stored_page(f"tests/{file.name}", _OWN_PROVIDERS[file.name.split("-")[0]], file.read_text(encoding="utf-8"))
        for file in sorted(OWN.glob("*"))
        if file.name.split("-")[0] in _OWN_PROVIDERS
    ]


def ways_of(lie: Lie) -> tuple[str, ...]:
    """The ways in which a lie can be told: orders have to stand in the page."""
    return WAYS[3:] if lie.of == "orders" else WAYS[:3]


def main() -> int:
    """1 where any lie would be written, else 0."""
    counts: Counter[str] = Counter()
    by_way: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    started = time.monotonic()
    listed = pages()
    with Trial(other_prices(load_registry())).running() as trial:
        for page in listed:
            for number, lie in enumerate(LIES):
                ways = ways_of(lie)
                every = "--all" in sys.argv or page.name.startswith("tests/")
                for way in ways if every else [ways[number % len(ways)]]:
                    outcome = trial.outcome(lie, page, way)
                    counts[outcome.verdict] += 1
                    by_way[way][outcome.verdict] += 1
                    for change in outcome.applied[:3]:
                        print(f"APPLIED: {page.name}, {way}, {lie.name}: {change}")
            print(f"{page.name}: {sum(counts.values())} lies so far, {time.process_time():.0f} s of CPU", flush=True)
    for way, found in by_way.items():
        print(f"{way:16} {sum(found.values()):5} lies: {_told(found)}")
    seconds = time.monotonic() - started
    cpu = time.process_time()
    print(f"{len(LIES)} kinds of lies about {len(listed)} pages, {seconds:.0f} s, {cpu:.0f} s of CPU")
    print(f"{sum(counts.values())} lies: {_told(counts)}")
    return 1 if counts["applied"] else 0


def _told(counts: Counter[str]) -> str:
    return f"{counts['held']} held, {counts['dropped']} dropped, {counts['applied']} applied"


if __name__ == "__main__":
    sys.exit(main())
