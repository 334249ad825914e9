"""A name that a vendor re-points: each day is billed as the model that answered to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.costing.rates import compile_rates
from providers.faults import RegistryError
from providers.pricing import PricingError, UnknownPriceError
from providers.registry import Registry, parse_registry

TEXT = """\
default_provider: acme
providers:
  acme:
    env_var: KEY
    default_model: road-9
    realtime_multiplier: 2.0
    models:
      road-8:
        display_name: Road 8
        input_per_million: 2.0
        output_per_million: 10.0
        former_aliases: {road-latest: 2026-09-01}
        rates:
          - {mode: standard, input: 4.0, output: 20.0}
          - {mode: standard, above_input_tokens: 200000, input: 8.0, output: 30.0}
          - {mode: batch, input: 2.0, output: 10.0}
          - {mode: flex, input: 3.0, output: 15.0}
      road-9:
        display_name: Road 9
        input_per_million: 3.0
        output_per_million: 15.0
        aliases: [road-latest]
        first_seen: 2026-08-01
        rates:
          - {mode: standard, input: 5.0, output: 30.0}
          - {mode: standard, from: 2026-10-01, input: 6.0, output: 30.0}
          - {mode: batch, input: 3.0, output: 15.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
BEFORE, MOVED, LATER = date(2026, 7, 1), date(2026, 9, 1), date(2026, 10, 1)
CASES = [
    (BEFORE, "standard", 1_000, "0.004"),
    (BEFORE, "standard", 300_000, "2.4"),
    (BEFORE, "flex", 1_000, "0.003"),
    (MOVED, "standard", 1_000, "0.005"),
    (MOVED, "standard", 300_000, "1.5"),
    (MOVED, "batch", 1_000, "0.003"),
    (MOVED, "flex", 1_000, None),
    (LATER, "standard", 300_000, "1.8"),
]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return parse_registry(TEXT)


@pytest.mark.parametrize(("day", "mode", "size", "usd"), CASES)
def test_days_before_the_move_are_priced_as_the_old_model_and_days_after_as_the_new(
    registry: Registry, day: date, mode: str, size: int, usd: str | None
) -> None:
    pricing = registry.pricing("acme", "Road-Latest")
    if usd is None:
        with pytest.raises(UnknownPriceError):
            pricing.cost(mode=mode, at=day, input=size)
    else:
        assert pricing.cost(mode=mode, at=day, input=size) == Decimal(usd)


def test_a_log_is_costed_the_same_and_the_models_own_names_as_they_were(registry: Registry) -> None:
    table = compile_rates(registry)
    for name in ("road-latest", "road-8", "road-9"):
        for day in (BEFORE, MOVED, LATER):
            for mode in ("standard", "batch", "flex"):
                (span,) = (
                    s for s in table.spans if (s.name, s.mode, s.low) in {(name, mode, -1), (name, mode, 0)}
                    and s.first <= day <= s.last and not (s.reason or "").startswith("prompt size")
                )  # fmt: skip
                try:
                    usd = registry.pricing("acme", name).cost(mode=mode, at=day, input=10**6, requests=10**4)
                except PricingError:
                    assert "input" not in span.prices
                else:
                    assert Decimal(span.prices["input"]) / 10 ** (table.scale - 6) == usd


def test_the_model_of_a_day_is_found_by_the_name(registry: Registry) -> None:
    assert [registry.on_day("acme", "road-latest", str(day)).id for day in (BEFORE, MOVED)] == ["road-8", "road-9"]


def test_a_name_is_not_a_models_and_formerly_its_own() -> None:
    with pytest.raises(RegistryError, match="its name still"):
        parse_registry(
            TEXT.replace(
                "aliases: [road-latest]", "aliases: [road-latest]\n        former_aliases: {road-latest: 2026-09-01}"
            )
        )
