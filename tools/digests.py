"""Writes the digests that come with the package: what the registry says of the newest prices of each vendor, a table a mode,
prompt size and day. They serve `--offline` where nothing was fetched yet.

    python -m tools.digests [models.yaml]

A digest holds what the vendor's pages stated last: models that no page had for 90 days are left out, derived
prices too, since the update derives them again.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from octoregistry.planning.decimals import plain
from octoregistry.planning.rates_in_force import in_force
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Provider, Rate
from providers.registry import load_registry

LEFT_AFTER = timedelta(90)
FOLDER = Path(__file__).parents[1] / "octoregistry" / "sources" / "bundled"
COLUMNS = {
    "input": "Input",
    "output": "Output",
    "cached_input": "Cached input",
    "cache_write_5m": "5m cache writes",
    "cache_write_1h": "1h cache writes",
    "input_audio": "Audio input",
    "cached_input_audio": "Cached audio input",
    "input_image": "Image input",
    "input_video": "Video input",
    "output_audio": "Audio output",
    "output_image": "Image output",
    "output_video": "Video output",
    "cache_storage_hour": "Cache storage, per 1M tokens per hour",
}
HEAD = """<!-- Figures of the vendor's pricing page, gathered so that octoregistry works without a network. -->
# {name} token prices

Prices in USD per 1M tokens.
"""
INDEX = """# The digests that serve `--offline` where the cache is empty, written by `python -m tools.digests`.
# `days` are those of their tables, in order; `url` is the page that stated them.
"""


def main(registry: str | None = None) -> None:
    """Writes a digest a vendor, and the index of their days."""
    index = [INDEX]
    for provider in load_registry(registry).providers.values():
        text, days = digest(provider)
        file = f"{provider.name}-pricing.md"
        (FOLDER / file).write_text(text, encoding="utf-8")
        url = max((model.source.checked, model.source.page) for model in provider.models.values() if model.source)[1]
        listed = ", ".join(map(str, days))
        index.append(f'\n[[page]]\nprovider = "{provider.name}"\nurl = "{url}"\nfile = "{file}"\ndays = [{listed}]\n')
    (FOLDER / "bundled.toml").write_text("".join(index), encoding="utf-8")


def digest(provider: Provider) -> tuple[str, list[date]]:
    """The markdown of a vendor's digest and the day of each of its tables; the newest come first."""
    tables: dict[tuple[date, int, str], list[tuple[str, Rate]]] = defaultdict(list)
    newest = max(day for model in provider.models.values() if (day := model.seen_on("standard")))
    for model in provider.models.values():
        for place, mode in enumerate(MODES):
            seen = model.seen_on(mode)
            if seen and seen >= newest - LEFT_AFTER:
                for rate in _rates(model, mode, newest):
                    tables[seen, place, _title(mode, rate, newest)].append((model.id, rate))
    order = sorted(tables, key=lambda table: (-table[0].toordinal(), *table[1:]))
    parts = [HEAD.format(name=provider.name)]
    parts += [_table(title, tables[day, place, title]) for day, place, title in order]
    return "\n".join(parts), [day for day, _, _ in order]


def _rates(model: Model, mode: str, day: date) -> list[Rate]:
    """What the pages state of a mode: the rates in force on `day` and those announced, without derived prices."""
    now = list(in_force(model.rates, mode, day).values())
    later = [rate for rate in model.rates if rate.mode == mode and rate.start and rate.start > day]
    return [rate for rate in now + later if _stated(rate) and not rate.derived]


def _title(mode: str, rate: Rate, day: date) -> str:
    size = ""
    if rate.above_input_tokens is not None:
        size = f" for prompts above {rate.above_input_tokens:,} tokens"
    elif rate.up_to_input_tokens is not None and not rate.up_to_derived:
        size = f" for prompts up to {rate.up_to_input_tokens:,} tokens"
    elif rate.up_to_derived:
        size = ", short context"
    start = f", from {rate.start:%B} {rate.start.day}, {rate.start.year}" if rate.start and rate.start > day else ""
    return f"{mode.capitalize()} prices{size}{start}"


def _table(title: str, rows: list[tuple[str, Rate]]) -> str:
    used = [name for name in DIMENSIONS if any(name in _stated(rate) for _, rate in rows)]
    lines = [
        f"## {title}\n",
        "| Model | " + " | ".join(COLUMNS[name] for name in used) + " |",
        "| --- " * (len(used) + 1) + "|",
    ]
    for model, rate in rows:
        prices = _stated(rate)
        lines.append(
            f"| `{model}` | " + " | ".join(f"${plain(prices[name])}" if name in prices else "-" for name in used) + " |"
        )
    return "\n".join([*lines, ""])


def _stated(rate: Rate) -> dict[str, object]:
    return {name: usd for name, usd in rate.prices.items() if name not in rate.derived_dimensions}


if __name__ == "__main__":
    main(*sys.argv[1:])
