"""The sparkline of a model's price in its row; announced steps are dotted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from octoregistry.queries import wording
from octoregistry.report.price_steps import PriceStep
from octoregistry.report.svg import tag

_WIDTH, _HEIGHT, _MARGIN = 64, 18, 3
_MOST, _DESCRIBED = 8, 4
_LEVEL = Markup("<i></i>")  # drawn by the style: 400 level lines as pictures would be a tenth of the page


def sparkline(history: Sequence[PriceStep], today: date) -> Markup:
    """The picture of the latest steps, evenly spaced: at this size their order can be read, a day cannot."""
    priced = [step for step in history if _figure(step) is not None][-_MOST:]
    if len({_figure(step) for step in priced}) < 2:
        return _LEVEL if priced else Markup("")
    figures = [_figure(step) or Decimal(0) for step in priced]
    low, high = min(figures), max(figures)
    heights = [round((_HEIGHT - 2 * _MARGIN) * (high - figure) / (high - low)) + _MARGIN for figure in figures]
    width = (_WIDTH - 4) // len(priced)
    known = max(1, sum(step.start is None or step.start <= today for step in priced))
    lines = [tag("path", d=f"M2 {heights[0]}h{width}{_path(heights[:known], width)}")]
    if known < len(priced):
        ahead = f"M{2 + width * known} {heights[known - 1]}{_path(heights[known - 1 :], width)}"
        lines.append(tag("path", d=ahead, class_="ahead"))
    return tag(
        "svg", tag("title", description(priced)), *lines, class_="spark", role="img"
    )  # its size stands in the style


def description(history: Sequence[PriceStep]) -> str:
    """The latest steps of the input price in words."""
    return ", ".join(f"{step.start or 'before'}: ${wording.price(_figure(step))}" for step in history[-_DESCRIBED:])


def _path(heights: Sequence[int], width: int) -> str:
    """From each height to the next, and level from there: in whole and relative numbers, the shortest there are."""
    return "".join(f"v{after - before}h{width}" for before, after in pairwise(heights))


def _figure(step: PriceStep) -> Decimal | None:
    return step.prices.get("input", step.prices.get("output"))
