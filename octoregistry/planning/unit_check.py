"""Prices without a stated unit: the known prices of the same table confirm the unit, or nothing does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from octoregistry.reading.rates import Evidence


@dataclass(frozen=True, slots=True)
class PriceComparison:
    """A price of a page and the registry's price of the same mode, tier and dimension (None: it has none)."""

    evidence: Evidence
    stated: Decimal
    known: Decimal | None
    unit_stated: bool


def unconfirmed_units(prices: Iterable[PriceComparison], factor: Decimal) -> Collection[Evidence]:
    """The evidence of the prices whose unit nothing confirms.

    A page often says once, far from its tables, that prices are per million tokens, or leaves it to custom. A price
    without a unit is taken for one per million tokens where most of the prices of its table that the registry knows
    lie within `factor` of what it knows: another unit would be off by a thousand.
    """
    tables: dict[tuple[str, str], list[bool]] = defaultdict(list)
    bare = []
    for price in prices:
        if price.unit_stated:
            continue
        table = (price.evidence.page, price.evidence.address.partition("R")[0])
        bare.append((table, price.evidence))
        if price.known is not None:
            tables[table].append(within_factor(price.stated, price.known, factor))
    known_to_be_tokens = {table for table, found in tables.items() if 2 * sum(found) > len(found)}
    return frozenset(evidence for table, evidence in bare if table not in known_to_be_tokens)


def within_factor(new: Decimal, old: Decimal, factor: Decimal) -> bool:
    """True where the larger of two prices is less than `factor` times the smaller."""
    return bool(new and old) and max(new / old, old / new) < factor
