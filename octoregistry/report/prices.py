"""The price list: a group of rows a model, a row for each mode and prompt size that has a price today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from octoregistry.planning.rates_in_force import in_force
from octoregistry.queries import wording
from octoregistry.queries.charges import charge_lines
from octoregistry.report.price_steps import Histories, PriceStep
from octoregistry.report.report import STALE_DAYS, Report
from octoregistry.report.sparkline import sparkline
from providers.charges import Charges
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate
from providers.selection import ended

COLUMNS = DIMENSIONS[:5]
_OTHERS = DIMENSIONS[5:]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One mode for one prompt size: its prices in the order of COLUMNS as text, a dash where none is known."""

    mode: str
    prices: tuple[str, ...]
    others: str


@dataclass(frozen=True, slots=True)
class PriceGroup:
    """One model in the list."""

    model: Model
    context: str
    lifecycle: str
    checked: str
    stale: bool
    line: Markup
    rows: tuple[PriceRow, ...]


def price_groups(report: Report, histories: Histories) -> tuple[PriceGroup, ...]:
    """Every model of the registry, in its order."""
    return tuple(
        _group(model, report.rates_of(model), histories[model.provider, model.id], report.day) for model in report.after
    )


def _group(model: Model, rates: tuple[Rate, ...], history: Sequence[PriceStep], today: date) -> PriceGroup:
    rows = (*price_rows(rates, today), *_charges(model, today))
    checked = model.source.checked if model.source else None
    days = (today - checked).days if checked else None
    return PriceGroup(
        model=model,
        context=wording.tokens(model.context_window),
        lifecycle=_lifecycle(model, today),
        checked=wording.DASH if days is None else wording.age(days),
        stale=days is None or days > STALE_DAYS,
        line=sparkline(history, today),
        rows=rows or (PriceRow("standard", (wording.DASH,) * len(COLUMNS), ""),),
    )


def price_rows(rates: tuple[Rate, ...], today: date) -> Iterator[PriceRow]:
    """A row for each mode and prompt size that has a price today."""
    for mode in MODES:
        tiers = in_force([rate for rate in rates if rate.mode == mode], mode, today)
        for rate in tiers.values():
            if not rate.prices:
                continue
            prompts = wording.prompts(rate, [tier for tier in tiers if tier is not None])
            others = [
                f"{wording.LABELS[name]} {wording.price(rate.prices[name])}" for name in _OTHERS if name in rate.prices
            ]
            prices = tuple(wording.price(rate.prices.get(name)) for name in COLUMNS)
            sure = "(listed)" if rate.level == "listed" else ""
            yield PriceRow(" ".join(filter(None, (mode, prompts, sure))), prices, " · ".join(others))


def _charges(model: Model, today: date) -> Iterator[PriceRow]:
    """A row of what the model's own calls are billed besides tokens, where anything is."""
    charges = Charges(model.id, model.charges).on(today)
    if charges:
        yield PriceRow("besides tokens", (wording.DASH,) * len(COLUMNS), " · ".join(charge_lines(charges)))


def _lifecycle(model: Model, today: date) -> str:
    """What is not as usual in the model's life: empty for an active model."""
    gone = ended(model, today)
    parts = [gone] if gone else [] if model.status == "active" else [model.status]
    if model.retires_on and not gone:
        parts.append(f"retires {model.retires_on}")
    if model.replaced_by:
        parts.append(f"replaced by {model.replaced_by}")
    parts += [f"{mode} last seen {day}" for mode, day in wording.last_seen(model, model.rates, today).items()]
    if model.missing_since:
        parts.append(f"missing from the vendor's list since {model.missing_since}")
    return ", ".join(parts)
