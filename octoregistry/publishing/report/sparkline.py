"""The line of a model's price in its row: one step a change, dotted where it is yet to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from octoregistry.publishing.report import words
from octoregistry.publishing.report.history import Step
from octoregistry.publishing.report.svg import Point, steps, tag

_WIDTH, _HEIGHT, _MARGIN = 64, 18, 3
_LEVEL = Markup('<svg class="spark" viewBox="0 0 64 18" aria-hidden="true"><path d="M2 9H62"/></svg>')


def sparkline(history: Sequence[Step], today: date) -> Markup:
    """The picture for `history`, evenly spaced: at this size the order of the steps can be read, a day cannot."""
    priced = [step for step in history if _figure(step) is not None]
    if len({_figure(step) for step in priced}) < 2:
        return _LEVEL if priced else Markup("")
    figures = [float(_figure(step) or 0) for step in priced]
    low, high = min(figures), max(figures)
    width = (_WIDTH - 4) / len(priced)
    points: list[Point] = [
        (2 + width * place, _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * (figure - low) / (high - low))
        for place, figure in enumerate(figures)
    ]
    known = sum(step.start is None or step.start <= today for step in priced)
    lines = []
    if known:
        end = points[known][0] if known < len(points) else _WIDTH - 2
        lines.append(tag("path", d=steps(points[:known], end)))
    if known < len(points):
        ahead = points[max(known - 1, 0) :]
        lines.append(
            tag(
                "path",
                d=steps([(ahead[1][0], ahead[0][1]), *ahead[1:]] if known else ahead, _WIDTH - 2),
                class_="ahead",
            )
        )
    return tag("svg", tag("title", told(priced)), *lines, class_="spark", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img")


def told(history: Sequence[Step]) -> str:
    """The steps of the input price in words."""
    return "; ".join(
        f"{step.start or 'earlier'}: ${words.price(_figure(step))}" for step in history if _figure(step) is not None
    )


def _figure(step: Step) -> Decimal | None:
    return step.prices.get("input", step.prices.get("output"))
