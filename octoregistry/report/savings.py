"""What batches and the cache save, vendor by vendor, as shares of the standard input price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from markupsafe import Markup

from octoregistry.planning.rates_in_force import base_prices
from octoregistry.queries import wording
from octoregistry.report.report import Report
from octoregistry.report.svg import picture, tag

_LEFT, _RIGHT, _ROW = 112, 540, 62
_KINDS = (("batch", "in batches"), ("cache", "read from the cache"))


@dataclass(frozen=True, slots=True)
class SavingRow:
    """How much lower one vendor's prices are: of so many models the median, the least and the most, in percent."""

    provider: str
    kind: str
    models: int
    middle: Decimal
    least: Decimal
    most: Decimal

    @property
    def description(self) -> str:
        """The saving in words."""
        spread = (
            f", from {wording.percent_lower(self.least)} to {wording.percent_lower(self.most)}"
            if self.least != self.most
            else ""
        )
        of = f"median of {wording.counted(self.models, 'model')}"
        return f"{self.provider}, {dict(_KINDS)[self.kind]}: {wording.percent_lower(self.middle)} ({of}{spread})"


def savings(report: Report) -> tuple[SavingRow, ...]:
    """The savings of each vendor, of those kinds for which two prices of the same model are known."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for model in report.after:
        if model.status == "retired":
            continue
        rates = report.rates_of(model)
        standard = base_prices(rates, "standard", report.day)
        batch = base_prices(rates, "batch", report.day)
        full = standard.get("input")
        if full:
            for kind, price in (("batch", batch.get("input")), ("cache", standard.get("cached_input"))):
                if price is not None:
                    found.setdefault((model.provider, kind), []).append(100 * (1 - price / full))
    return tuple(
        SavingRow(provider, kind, len(shares), median(shares), min(shares), max(shares))
        for provider in report.after.providers
        for kind, _ in _KINDS
        if (shares := found.get((provider, kind)))
    )


def savings_picture(found: Sequence[SavingRow]) -> Markup:
    """Bars of the medians, with a line from the least to the most."""
    vendors = list(dict.fromkeys(saving.provider for saving in found))
    height = len(vendors) * _ROW + 34
    parts = []
    for share in (0, 25, 50, 75, 100):
        parts.append(tag("path", d=f"M{_x(share):.1f} 6V{height - 26}", class_="grid"))
        parts.append(tag("text", f"{share}%", x=_x(share), y=height - 8, text_anchor="middle"))
    for saving in found:
        place = vendors.index(saving.provider)
        y = 14 + place * _ROW + (0 if saving.kind == "batch" else 22)
        middle, least, most = (max(0.0, float(share)) for share in (saving.middle, saving.least, saving.most))
        width = max(1.0, _x(middle) - _LEFT)
        parts.append(
            tag(
                "rect",
                tag("title", saving.description),
                x=_LEFT,
                y=y,
                width=width,
                height=17,
                class_=f"bar {saving.kind}",
            )
        )
        if saving.least != saving.most:
            parts.append(tag("path", d=f"M{_x(least):.1f} {y + 8.5}H{_x(most):.1f}", class_="spread"))
        end = max(middle, most if saving.least != saving.most else 0)
        parts.append(
            tag(
                "text",
                f"{saving.kind}: {wording.percent_lower(saving.middle)}",
                x=_x(end) + 6,
                y=y + 13,
                class_="label",
            )
        )
    for place, vendor in enumerate(vendors):
        parts.append(tag("text", vendor, x=_LEFT - 10, y=14 + place * _ROW + 24, text_anchor="end", class_="label"))
    description = "; ".join(saving.description for saving in found)
    return picture("savings", "What batches and the cache save", description, (760, height), *parts)


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share / 100
