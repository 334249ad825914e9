"""Tables whose figures contradict what their columns are taken to mean: nothing is read from those columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from octoregistry.reading.days import Span
from octoregistry.reading.figures import Figure
from octoregistry.reading.rates import Problem
from octoregistry.reading.tiers import Tier

# (what never costs more, than what): true of every price of every vendor that was looked at, row for row.
_ORDER = (
    ("input", "output"),
    ("input_audio", "output_audio"),
    ("input_image", "output_image"),
    ("cached_input_image", "input_image"),
    ("cached_input_video", "input_video"),
    ("cached_input", "input"),
    ("cached_input_audio", "input_audio"),
    ("cached_input", "cache_write_5m"),
    ("cache_write_5m", "cache_write_1h"),
)


def contradicted(figures: Sequence[Figure], page: str, address: str) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """(the figures of one table that can be relied on, why others cannot).

    One model may be priced against all custom, and is left for whoever plans the change to doubt. Where most rows
    are, the columns are not what they were taken for: headers swapped, or a column lost from the rows.
    """
    rows: dict[tuple[str, str, Tier, Span], dict[str, Decimal]] = defaultdict(dict)
    for figure in figures:
        rows[figure.name, figure.mode, figure.above, figure.span].setdefault(figure.dimension, figure.price.usd)
    compared: Counter[tuple[str, str]] = Counter()
    against: Counter[tuple[str, str]] = Counter()
    alone = len({figure.name for figure in figures}) == 1
    for (_, mode, *_), prices in rows.items():
        for cheap, dear in _ORDER:
            if cheap in prices and dear in prices:
                if cheap.startswith("cached") and mode != "standard" and alone:
                    continue  # cached prices are not halved with the batch price, so that they may pass one
                compared[cheap, dear] += 1
                against[cheap, dear] += prices[cheap] > prices[dear]
    doubted = [pair for pair, count in against.items() if count * 2 > compared[pair]]
    problems = tuple(
        Problem(
            page,
            address,
            f"{dear} costs less than {cheap} in {against[cheap, dear]} of {compared[cheap, dear]} rows: "
            "its headers do not fit its figures",
        )
        for cheap, dear in doubted
    )
    dropped = {dimension for pair in doubted for dimension in pair}
    return tuple(figure for figure in figures if figure.dimension not in dropped), problems
