"""Finds tables with swapped or missing columns, by figures that contradict the headers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from octoregistry.reading.classify.days import Span
from octoregistry.reading.classify.tiers import Bound
from octoregistry.reading.labels import Doubt
from octoregistry.reading.settle import Priced

# (what never costs more, than what): true of every price of every vendor that was looked at, row for row.
# Each holds within a modality; where a table breaks it in one, the headers of its other modalities are no better.
_ORDER = (
    ("input", "output"),
    ("cached_input", "input"),
    ("cached_input", "cache_write_5m"),
    ("cache_write_5m", "cache_write_1h"),
)
_MODALITIES = ("", "_audio", "_image", "_video")
_HALVED = (
    "batch",
    "flex",
)  # modes in which cached prices often are not halved with the others, so that they may pass one


def in_order(prices: Iterable[Priced]) -> list[Priced]:
    """`prices`, with a doubt on those of tables where most rows price a thing against all custom.

    One model may be priced so, and is left for whoever plans the change to doubt.
    """
    tables: dict[str, list[Priced]] = defaultdict(list)
    for price in prices:
        tables[price.figure.address.partition("R")[0]].append(price)
    return [price for table in tables.values() for price in _doubted(table)]


def _doubted(prices: list[Priced]) -> list[Priced]:
    rows: dict[tuple[str, str, str, str, Bound, Span], dict[str, Decimal]] = defaultdict(dict)
    for price in prices:
        for name in price.names:
            for dimension in price.dimensions:
                row = rows[name, price.mode, price.place, price.currency, price.tier.above, price.span]
                row.setdefault(dimension, price.price)
    alone = len({name for price in prices for name in price.names}) == 1
    compared: Counter[tuple[str, str]] = Counter()
    against: Counter[tuple[str, str]] = Counter()
    for (_, mode, *_), row in rows.items():
        for cheap, dear in _ORDER:
            if alone and mode in _HALVED and cheap.startswith("cached"):
                continue
            for low, high in ((cheap + of, dear + of) for of in _MODALITIES):
                if low in row and high in row:
                    compared[cheap, dear] += 1
                    against[cheap, dear] += row[low] > row[high]
    wrong = {
        dimension: f"{dear} costs less than {cheap} in {against[cheap, dear]} of {compared[cheap, dear]} rows: "
        "its headers do not fit its figures"
        for cheap, dear in against
        if against[cheap, dear] * 2 > compared[cheap, dear]
        for dimension in (cheap, dear)
    }
    return [
        _with(price, next((wrong[d] for d in map(_plain, price.dimensions) if d in wrong), None)) for price in prices
    ]


def _plain(dimension: str) -> str:
    """`dimension` without its modality."""
    return next((dimension.removesuffix(of) for of in _MODALITIES[1:] if dimension.endswith(of)), dimension)


def _with(price: Priced, reason: str | None) -> Priced:
    if reason is None:
        return price
    return replace(price, doubts=(*price.doubts, Doubt(price.figure.text, "cell", price.figure.address, reason)))
