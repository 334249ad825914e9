"""The stored pages of each vendor in order of date: what an update of that day applies and holds, and each hold's cause.

First nobody explains a word that the vocabulary does not know; then somebody does who answers truthfully.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from octoregistry.documents import Document, read_document
from octoregistry.merging.merge import merge
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading.language.choice import LanguageModels
from octoregistry.reading.language.label_readings import HARMLESS
from octoregistry.reading.language.page import read_page
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore
from octoregistry.reading.language.review import labels_to_review
from providers import parse_registry

SHARED = Path(__file__).parent.parent.parent / "shared" / "pages"
_FIRST = """\
default_provider: {0}
providers:
  {0}:
    env_var: KEY
    default_model: none-yet
    models:
      none-yet: {{display_name: None yet, input_per_million: 1.0, output_per_million: 2.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


TRUTH = (  # labels that hold prices and say nothing of them, as they begin
    "Adaptive", "128Ktokens", "See Claude Opus 5.5Models", "Output (Output prices include visible output tokens",
    "Cache writes (Input tokens are either Input, Cached Input, or Cache Write", "* Estimated pricing is based on",
    'model: "', "When the context-1m-2025-08-07 beta header is included",
)  # fmt: skip
"""What a person who has read the pages says of the words on them that nobody knows: harmless where they stand."""
_WRITTEN_TOGETHER = "written together with a held change, or not at all"


@dataclass(frozen=True)
class Step:
    """One page's update: its prices and those in doubt, the values that it applies and holds, and {cause: values}."""

    page: str
    prices: int
    doubted: int
    applied: int
    held: int
    causes: Counter[str]


def in_order() -> dict[str, list[dict[str, Any]]]:
    """The entries of the manifest by vendor, the oldest first."""
    entries = json.loads((SHARED / "manifest.json").read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in sorted(entries, key=lambda entry: (entry["provider"], entry["date"], entry["file"])):
        found.setdefault(entry["provider"], []).append(entry)
    return found


def replayed(provider: str, entries: list[dict[str, Any]], *, explained: bool) -> list[Step]:
    """A step for each page, from a registry that knows nothing.

    A page of a few models is read beside the last one of many, as an update reads all pages of a vendor.
    """
    text, steps, kept = _FIRST.format(provider), [], ReadingsStore()
    whole: PricedPage | None = None
    most = 0
    for entry in entries:
        day = date.fromisoformat(entry["date"])
        document = read_document((SHARED / entry["file"]).read_text(encoding="utf-8"), entry["url"] or entry["file"])
        if not isinstance(document, Document):
            continue
        rates = read_page(document, provider, day, reader=LanguageReader(kept, LanguageModels, day))
        if explained:
            waiting = [label for label in labels_to_review(rates, kept) if label.label.startswith(TRUTH)]
            kept.keep(label.answered(HARMLESS, day) for label in waiting)
            rates = read_page(document, provider, day, reader=LanguageReader(kept, LanguageModels, day))
        page = PricedPage(rates, day, entry["sha256"])
        names = {rate.name for rate in rates.rates}
        if whole is None or 2 * len(names) > most:
            whole, most = page, len(names)
        pages = [page] if page is whole else [whole, page]
        plan = plan_provider(parse_registry(text).providers[provider], pages, today=day)
        prices = [price for rate in rates.rates for price in rate.prices.values()]
        doubted = sum(bool(price.doubts) for price in prices)
        causes = Counter(reason.text for change in plan.held for reason in change.verdict.reasons)
        del causes[_WRITTEN_TOGETHER]
        steps.append(Step(entry["file"], len(prices), doubted, len(plan.applied), len(plan.held), causes))
        text = merge(text, plan)
    return steps


def main() -> int:
    """0; prints a row for each page, and below it why anything is held."""
    if not SHARED.is_dir():
        print("the vendors' stored pages are not beside this checkout")
        return 0
    for explained in (False, True):
        print(f"{'words explained' if explained else 'nobody explains':48} {'prices':>7} doubted applied  held")
        for provider, entries in in_order().items():
            for step in replayed(provider, entries, explained=explained):
                print(f"{step.page[:48]:48} {step.prices:7} {step.doubted:7} {step.applied:7} {step.held:5}")
                for cause, count in step.causes.most_common():
                    print(f"    {count:4} {cause[:200]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
