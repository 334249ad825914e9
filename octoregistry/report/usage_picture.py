"""The picture of what a log cost: a bar for each day, or each month of a long log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from octoregistry.costing.summary import PeriodUsage
from octoregistry.queries import wording
from octoregistry.queries.estimate import dollars
from octoregistry.report.svg import picture, tag

_SIZE = (760, 250)
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 720, 24, 214
_LABELS = 6  # more dates than these run into each other on a phone
_WIDEST = 46


def usage_picture(periods: Sequence[PeriodUsage], by: str) -> Markup | None:
    """Bars of the costs, each with its figure; None where none has a price. What has no price has no bar but a mark."""
    costs = [one.figures.cost for one in periods if one.figures.cost is not None]
    most = max(costs, default=Decimal(0))
    if not most:
        return None
    ticks = _ticks(float(most))
    step = (_RIGHT - _LEFT) / len(periods)
    width = min(_WIDEST, step * 0.78)
    parts = []
    for tick in ticks:
        y = _y(tick, ticks[-1])
        parts.append(tag("path", d=f"M{_LEFT} {y:.1f}H{_RIGHT}", class_="grid"))
        parts.append(tag("text", f"${wording.round_price(tick)}", x=_LEFT - 8, y=y + 4, text_anchor="end"))
    every = math.ceil(len(periods) / _LABELS)
    for place, one in enumerate(periods):
        middle = _LEFT + step * (place + 0.5)
        if one.figures.cost is not None:
            top = _y(float(one.figures.cost), ticks[-1])
            bar = tag("title", _text(one))
            parts.append(
                tag("rect", bar, x=middle - width / 2, y=top, width=width, height=_BOTTOM - top, class_="bar batch")
            )
        else:
            parts.append(tag("text", tag("title", _text(one)), "?", x=middle, y=_BOTTOM - 4, text_anchor="middle"))
        if place % every == 0:
            parts.append(tag("text", _label(one.period), x=middle, y=_BOTTOM + 26, text_anchor="middle"))
    dearest = max(periods, key=lambda one: one.figures.cost or 0)
    description = (
        f"A bar for each {by} from {periods[0].period} to {periods[-1].period}. "
        f"The dearest is {_text(dearest)}. A question mark stands where no row has a price."
    )
    return picture("usage-bars", f"What the usage cost by {by}", description, _SIZE, *parts)


def _text(one: PeriodUsage) -> str:
    figures = one.figures
    cost = "no price" if figures.cost is None else dollars(figures.cost)
    without = f", {figures.unpriced:,} of {figures.rows:,} rows without a price" if figures.unpriced else ""
    return f"{one.period}: {cost}{without}"


def _label(period: str) -> str:
    """`2026-09-04` -> "4 Sep"; a month stays as it is."""
    day = date.fromisoformat(period) if len(period) == len("2026-09-04") else None
    return f"{day.day} {day:%b}" if day else period


def _y(cost: float, top: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * cost / top


def _ticks(most: float) -> list[float]:
    """Four or so round figures from 0 on, the last of them not below `most`."""
    rough = most / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * round_ for round_ in (1, 2, 2.5, 5, 10) if power * round_ >= rough)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]
