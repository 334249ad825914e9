"""The picture of what a log's tokens are: a bar for each model, of input, cache reads, cache writes and output."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from octoregistry.costing.summary import UsageCosts
from octoregistry.report.svg import picture, tag

_LEFT, _RIGHT, _ROW, _MOST = 320, 750, 30, 12
_SHARES = ("input", "cached", "written", "output")
_WORDS = {"input": "input", "cached": "read from the cache", "written": "written to the cache", "output": "output"}
_LONGEST = 28  # letters of a name beside its bar


def token_shares(usage: UsageCosts) -> Markup | None:
    """Stacked bars, all models first and then the dearest; None where a log counts no tokens."""
    named = [("all models", usage.total.tokens)] if len(usage.models) > 1 else []
    named += [(one.model or "(none stated)", one.figures.tokens) for one in usage.models[:_MOST]]
    rows = [(name, found) for name, tokens in named if sum((found := shares_of(tokens)).values())]
    if not rows:
        return None
    parts = [part for place, (name, found) in enumerate(rows) for part in _bar(name, found, 8 + place * _ROW)]
    description = "; ".join(f"{name}: {_said(found)}" for name, found in rows)
    return picture("token-shares", "What the tokens are, by model", description, (760, len(rows) * _ROW + 12), *parts)


def shares_of(tokens: Mapping[str, int]) -> dict[str, int]:
    """How many tokens are input, read from the cache, written to it, and output; of whatever modality."""
    found = dict.fromkeys(_SHARES, 0)
    for name, count in tokens.items():
        if name != "cache_storage_hour":
            found[_share(name)] += count
    return found


def _share(dimension: str) -> str:
    if dimension.startswith("output"):
        return "output"
    if dimension.startswith("cached_input"):
        return "cached"
    return "written" if dimension.startswith("cache_write") else "input"


def _bar(name: str, found: Mapping[str, int], y: int) -> list[Markup]:
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    parts = [tag("text", tag("title", name), shown, x=_LEFT - 10, y=y + 14, text_anchor="end", class_="label")]
    total, x = sum(found.values()), float(_LEFT)
    for share, count in found.items():
        if count:
            width = (_RIGHT - _LEFT) * count / total
            title = tag("title", f"{name}: {count:,} tokens {_WORDS[share]}, {_percent(count, total)}")
            parts.append(tag("rect", title, x=x, y=y, width=width, height=18, class_=f"bar share-{share}"))
            x += width
    return parts


def _said(found: Mapping[str, int]) -> str:
    total = sum(found.values())
    return ", ".join(f"{_WORDS[share]} {_percent(count, total)}" for share, count in found.items() if count)


def _percent(count: int, total: int) -> str:
    share = round(100 * count / total)
    return f"{share}%" if share else "under 1%"
