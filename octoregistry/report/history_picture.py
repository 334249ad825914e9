"""Price history: a small picture with step lines for each model whose prices moved or will."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from octoregistry.queries import wording
from octoregistry.report.price_steps import Histories, PriceStep
from octoregistry.report.report import Report
from octoregistry.report.svg import Point, picture, steps, tag
from providers.entries import Model

MOST_STEPS = 72  # in all pictures together: a page that travels by mail stays small
_DESCRIBED = 6  # steps in the description; the table beside has them all
_SIZE = (352, 190)
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 282, 24, 164
_LINES = ("input", "output")
_SHORT = {"input": "in", "output": "out"}
_MARGIN = 45  # days


@dataclass(frozen=True, slots=True)
class HistoryPicture:
    """The picture of one model (or of several with the same steps), and its steps for the table beside it."""

    names: tuple[str, ...]
    picture: Markup
    steps: tuple[PriceStep, ...]


def history_pictures(report: Report, histories: Histories) -> tuple[tuple[HistoryPicture, ...], int]:
    """The pictures of as many histories as there is room for, those that move next or moved last first; how many are left out."""
    alike: dict[tuple[tuple[date | None, tuple[Decimal | None, ...]], ...], list[Model]] = {}
    steps_of: dict[object, tuple[PriceStep, ...]] = {}
    for model in report.after:
        history = _moves(histories[model.provider, model.id])
        if len(history) > 1:
            key = tuple((step.start, tuple(step.prices.get(line) for line in _LINES)) for step in history)
            alike.setdefault(key, []).append(model)
            steps_of[key] = history
    ordered = sorted(alike, key=lambda key: key[-1][0] or date.min, reverse=True)
    room = MOST_STEPS
    pictures: list[HistoryPicture] = []
    for key in ordered:
        room -= len(key)
        if room < 0 and pictures:
            break
        names = tuple(model.display_name for model in alike[key])
        pictures.append(
            HistoryPicture(names, _picture(len(pictures), alike[key], steps_of[key], report.day), steps_of[key])
        )
    return tuple(pictures), len(ordered) - len(pictures)


def _moves(history: Sequence[PriceStep]) -> tuple[PriceStep, ...]:
    """The steps at which the drawn prices change, without those at which neither is known."""
    found: list[PriceStep] = []
    for step in history:
        prices = {line: step.prices[line] for line in _LINES if line in step.prices}
        if prices and (not found or prices != found[-1].prices):
            found.append(PriceStep(step.start, prices))
    return tuple(found)


def _picture(place: int, models: Sequence[Model], history: Sequence[PriceStep], today: date) -> Markup:
    dated = [step.start for step in history if step.start]
    days = [day.toordinal() for day in (*dated, today)]  # the margins may lie beyond what a date can be
    first, last = min(days) - _MARGIN, max(days) + _MARGIN
    top = _ceiling(max(float(price) for step in history for price in step.prices.values()))

    def at(day: date | None) -> float:
        return _LEFT + (_RIGHT - _LEFT) * ((day.toordinal() if day else first) - first) / (last - first)

    def height(price: Decimal) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * float(price) / top

    parts = [*_axes(top, at(today))]
    labels: list[tuple[float, str, str]] = []
    for line in _LINES:
        points: list[Point] = []
        ahead: list[Point] = []
        for step in history:
            if line not in step.prices:
                continue
            point = (at(step.start), height(step.prices[line]))
            (points if step.start is None or step.start <= today else ahead).append(point)
            parts.append(_dot(line, step, point))
        if points:
            parts.append(tag("path", d=steps(points, at(today)), class_=f"line {line}"))
        if ahead:
            begin = [(at(today), points[-1][1])] if points else []
            parts.append(tag("path", d=steps([*begin, *ahead], _RIGHT), class_=f"line ahead {line}"))
        elif points:
            parts.append(tag("path", d=f"M{at(today):.1f} {points[-1][1]:.1f}H{_RIGHT}", class_=f"line ahead {line}"))
        if points or ahead:
            labels.append(
                (
                    [*points, *ahead][-1][1],
                    line,
                    wording.price(next(s.prices[line] for s in reversed(history) if line in s.prices)),
                )
            )
    parts += _labels(labels)
    parts += [_date_label(at(day), str(day)) for day in sorted(set(dated))[-1:]]
    names = ", ".join(model.display_name for model in models)
    return picture(
        f"history-{place}",
        f"Price history of {names}",
        "Step lines of the standard input and output price in USD per million tokens; dotted after the report's day. "
        + "; ".join(f"from {step.start or 'earlier'} {_prices(step)}" for step in history[-_DESCRIBED:]),
        _SIZE,
        *parts,
    )


def _prices(step: PriceStep) -> str:
    return ", ".join(f"{line} ${wording.price(price)}" for line, price in step.prices.items())


def _dot(line: str, step: PriceStep, point: Point) -> Markup:
    description = f"{line} ${wording.price(step.prices[line])} from {step.start or 'earlier'}"
    return tag("circle", tag("title", description), cx=point[0], cy=point[1], r=3.5, class_=f"dot {line}")


def _axes(top: float, today: float) -> list[Markup]:
    elements = []
    for share in (0, 0.5, 1):
        y = _BOTTOM - (_BOTTOM - _TOP) * share
        elements.append(tag("path", d=f"M{_LEFT} {y:.1f}H{_RIGHT}", class_="grid"))
        elements.append(tag("text", f"${wording.round_price(top * share)}", x=_LEFT - 6, y=y + 4, text_anchor="end"))
    elements.append(tag("path", d=f"M{today:.1f} {_TOP}V{_BOTTOM}", class_="today"))
    anchor = "start" if today < _LEFT + 30 else "middle"
    elements.append(tag("text", "report", x=today, y=_BOTTOM + 18, text_anchor=anchor, class_="muted"))
    return elements


def _date_label(x: float, text: str) -> Markup:
    return tag("text", text, x=x, y=_TOP - 12, text_anchor="middle")


def _labels(labels: Sequence[tuple[float, str, str]]) -> list[Markup]:
    """The lines' names at their right ends, pushed apart where they would touch."""
    elements = []
    lowest = float("-inf")
    for y, line, price in sorted(labels):
        lowest = max(y + 4, lowest + 13)
        elements.append(tag("text", f"{_SHORT[line]} ${price}", x=_RIGHT + 5, y=lowest, class_=f"label {line}"))
    return elements


def _ceiling(most: float) -> float:
    """The end of an axis: a round figure not below `most`."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in (1, 2, 3, 4, 5, 6, 8, 10) if power * step >= most * 0.999)
