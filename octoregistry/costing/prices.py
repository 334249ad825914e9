"""Finds the price in force by provider, model, day, mode and prompt size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from octoregistry.costing.billed import Billed
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import SIZE_UNKNOWN, UNKNOWN_SIZE, RateSpan, RateTable, changed
from octoregistry.costing.reading import without_secrets
from octoregistry.costing.values import (
    CHARGES,
    STRICT,
    UNKNOWN_MODE,
    UNKNOWN_MODEL,
    UNKNOWN_PROVIDER,
    UNSAID,
    ZONES_MIXED,
)
from providers.charge_units import UNIT_CALLED
from providers.dimensions import DIMENSIONS, MODES


class Cost(NamedTuple):
    """What rows cost in whole numbers of 10**-scale USD at the prices of `span`; None, and the `reason`, where that is not known.

    `without` are the names of the charges that no price covers. Where the size of the prompts is `assumed`, the cost lies
    between `least` and `most`; `most` is None where a size has no known price.
    """

    span: RateSpan | None
    units: int | None
    reason: str | None
    without: Sequence[str] = ()
    assumed: bool = False
    least: int = 0
    most: int | None = 0

    @property
    def problem(self) -> str | None:
        """What is to be told of the rows: why they have no price, or which charge is not in it; None for nothing."""
        return self.reason or (f"{', '.join(self.without)}: {CHARGES}" if self.without else None)


class Prices:
    """The rates of a table by provider, name, region and mode.

    With `strict_tiers`, rows of many requests have no price where their mean prompt is above the smallest tier.
    """

    def __init__(self, rates: RateTable, names: CallNames, *, strict_tiers: bool = False) -> None:
        self.rates, self.names, self.strict_tiers = rates, names, strict_tiers
        self._spans: dict[tuple[str, str, str, str], list[RateSpan]] = {}
        for span in rates.spans:
            self._spans.setdefault((span.provider, span.name, span.place, span.mode), []).append(span)
        self._known = {(span.provider, span.name) for span in rates.spans}
        self._providers = frozenset(rates.providers)

    def cost(self, one: Billed, *, has_zones: bool) -> Cost:
        """What rows cost; `has_zones` says that a time somewhere in their log has a zone."""
        span, reason = self._span(one, has_zones=has_zones)
        if reason is not None:
            return Cost(span, None, reason)
        if span is None:  # no tokens, no charges, no cost, whatever their price would be
            return Cost(None, 0, None)
        units = _of_tokens(one, span.prices) + (of_charges := _of_charges(one, span))
        without = [name for name in one.charges if not _is_priced(one, name, span)]
        if not one.assumed or span.low == UNKNOWN_SIZE:
            return Cost(span, units, None, without)
        if self.strict_tiers:
            return Cost(span, None, STRICT)
        least, most = self._bounds(one, span)
        most = None if most is None else most + of_charges
        return Cost(span, units, None, without, assumed=True, least=least + of_charges, most=most)

    def _span(self, one: Billed, *, has_zones: bool) -> tuple[RateSpan | None, str | None]:  # noqa: PLR0911 - a line for each reason
        """The span whose prices hold, or why there is none."""
        if one.fault is not None:
            return None, one.fault
        if one.zone == "none" and has_zones:
            return None, ZONES_MIXED
        if one.provider and one.provider not in self._providers:
            return None, UNKNOWN_PROVIDER
        if one.mode not in MODES:
            return None, UNKNOWN_MODE
        name = self.names.model(one.provider, one.model)
        if (one.provider, name) not in self._known:
            return None, UNKNOWN_MODEL
        place = one.place if (one.provider, name, one.place, one.mode) in self._spans else ""
        day = one.day or date.min
        span = next(
            (
                span
                for span in self._spans.get((one.provider, name, place, one.mode), ())
                if span.first <= day <= span.last and span.low <= one.size <= span.high
            ),
            None,
        )
        if not one.tokens and not one.charges:
            return span, None
        if one.place != place:
            return span, f"no known price in {without_secrets(one.place)}"
        if span is None or span.reason is not None:
            return span, span.reason if span else SIZE_UNKNOWN
        lacking = next((name for name in DIMENSIONS if name in one.tokens and name not in span.prices), None)
        return span, span.lacks(lacking) if lacking else UNSAID if _is_unsaid(one, span.prices) else None

    def either(self, one: Billed, cost: Cost) -> tuple[int, int] | None:
        """What rows cost at the price before a change and at the one after it, where only those are known; else None."""
        span = cost.span
        if span is None or not span.either or cost.reason != changed(span.mode) or one.charges:
            return None
        if (one.assumed and span.low != UNKNOWN_SIZE) or any(
            one.tokens.keys() - prices.keys() or _is_unsaid(one, prices) for prices in span.either
        ):
            return None
        early, late = (_of_tokens(one, prices) for prices in span.either)
        return early, late

    def derived(self, one: Billed, cost: Cost) -> int | None:
        """What the part of the rows costs whose prices are derived; None where there is none."""
        names = () if cost.span is None else [name for name in one.tokens if name in cost.span.derived]
        return sum(one.tokens[name] * cost.span.prices[name] for name in names) if cost.span and names else None

    def model(self, one: Billed, cost: Cost) -> str | None:
        """The model's own id, or what the rows call it where nobody knows it."""
        if cost.span is not None:
            return cost.span.model
        known = self._spans.get((one.provider, self.names.model(one.provider, one.model), "", "standard"))
        return known[0].model if known else one.model or None

    def _bounds(self, one: Billed, span: RateSpan) -> tuple[int, int | None]:
        """The least and the most that the tokens may have cost, whatever the sizes of the prompts."""
        costs: list[int | None] = []
        for other in self._spans[span.provider, span.name, span.place, span.mode]:
            if other.first <= span.first <= other.last and other.low != UNKNOWN_SIZE:
                for prices in other.either or (other.prices,):
                    lacks = other.reason is not None or any(name not in prices for name in one.tokens)
                    costs.append(None if lacks else _of_tokens(one, prices))
        known = [cost for cost in costs if cost is not None]
        return min(known), None if None in costs else max(known)


def _is_unsaid(one: Billed, prices: Mapping[str, int]) -> bool:
    """Whether some of the output may be of a modality that has a price of its own."""
    return any(prices.get(name, prices.get("output")) != prices.get("output") for name in one.unsaid)


def _of_tokens(one: Billed, prices: Mapping[str, int]) -> int:
    return sum(count * prices[name] for name, count in one.tokens.items())


def _is_priced(one: Billed, charge: str, span: RateSpan) -> bool:
    """Whether the registry has the price of a charge, and the rows say how many."""
    return one.charges[charge] > 0 and UNIT_CALLED.get(charge) in span.charges


def _of_charges(one: Billed, span: RateSpan) -> int:
    """What the charges cost, of those that have a price."""
    priced = [name for name in one.charges if _is_priced(one, name, span)]
    return sum(one.charges[name] * span.charges[UNIT_CALLED[name]] for name in priced)
