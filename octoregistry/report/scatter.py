"""Price against context window, both on logarithmic axes: what a million tokens cost where they fit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from octoregistry.planning.rates_in_force import base_prices
from octoregistry.queries import wording
from octoregistry.report.report import Report
from octoregistry.report.svg import picture, tag
from octoregistry.report.vendors import marks

_SIZE = (880, 480)
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 862, 16, 418


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    """The models of one vendor that have the same price and the same context window."""

    provider: str
    context: int
    price: Decimal
    names: tuple[str, ...]

    @property
    def description(self) -> str:
        """The spot in words."""
        names = ", ".join(self.names)
        return f"{names}: ${wording.price(self.price)}, {self.context:,} tokens"


@dataclass(frozen=True, slots=True)
class Scatter:
    """The picture, what it shows, and how many models are not in it for want of one of the two figures."""

    picture: Markup
    spots: tuple[ScatterPoint, ...]
    left_out: int


def scatter(report: Report) -> Scatter | None:
    """The picture of all models in service whose input price and context window are known; None where there is none."""
    models = [model for model in report.after if model.status != "retired"]
    found: dict[tuple[str, int, Decimal], list[str]] = {}
    for model in models:
        price = base_prices(report.rates_of(model), "standard", report.day).get("input")
        if price and model.context_window:
            found.setdefault((model.provider, model.context_window, price), []).append(model.display_name)
    if not found:
        return None
    spots = tuple(
        sorted((ScatterPoint(*key, tuple(names)) for key, names in found.items()), key=lambda s: (s.price, s.context))
    )
    return Scatter(_picture(spots, list(report.after.providers)), spots, len(models) - sum(len(s.names) for s in spots))


def _picture(spots: tuple[ScatterPoint, ...], vendors: list[str]) -> Markup:
    contexts, prices = [spot.context for spot in spots], [float(spot.price) for spot in spots]
    left, right = math.log2(min(contexts)) - 0.4, math.log2(max(contexts)) + 0.4
    low, high = math.log10(min(prices)) - 0.12, math.log10(max(prices)) + 0.12

    def x(context: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (math.log2(context) - left) / (right - left)

    def y(price: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (math.log10(price) - low) / (high - low)

    parts = []
    for price in _decades(10**low, 10**high):
        parts.append(tag("path", d=f"M{_LEFT} {y(price):.1f}H{_RIGHT}", class_="grid"))
        parts.append(tag("text", f"${wording.round_price(price)}", x=_LEFT - 8, y=y(price) + 4, text_anchor="end"))
    for power in range(math.ceil(left), math.floor(right) + 1):
        parts.append(tag("path", d=f"M{x(2.0**power):.1f} {_TOP}V{_BOTTOM}", class_="grid"))
        parts.append(tag("text", _binary(power), x=x(2.0**power), y=_BOTTOM + 24, text_anchor="middle"))
    parts.append(tag("text", "context window, tokens", x=_RIGHT, y=_BOTTOM + 52, text_anchor="end", class_="muted"))
    parts.append(tag("text", "USD per million input tokens", x=_LEFT + 8, y=_TOP + 10, class_="muted"))
    for place, vendor in enumerate(vendors):
        spotted = [spot for spot in spots if spot.provider == vendor]
        parts.append(marks(place, [(x(spot.context), y(float(spot.price)), spot.description) for spot in spotted]))
    description = (
        f"{sum(len(spot.names) for spot in spots)} models by context window, from {min(contexts):,} to {max(contexts):,} "
        f"tokens, and standard input price, from ${min(prices):g} to ${max(prices):g}; both axes are logarithmic."
    )
    return picture("scatter", "Input price against context window", description, _SIZE, *parts)


def _decades(low: float, high: float) -> Iterator[float]:
    """1, 2 and 5 × powers of ten between the two."""
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in (1, 2, 5):
            value = step * 10.0**power
            if low <= value <= high:
                yield value


def _binary(power: int) -> str:
    """`17` -> "128K", `20` -> "1M"."""
    return f"{2 ** (power - 20)}M" if power >= 20 else f"{2 ** (power - 10)}K" if power >= 10 else str(2**power)
