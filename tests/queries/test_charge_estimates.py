"""What a workload costs with its searches and images: exactly, or between two sums, or unknown with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.queries.estimate import UnknownCost, Workload, estimate_of
from providers.dimensions import InvalidUsageError
from providers.registry import parse_registry

DAY = date(2026, 9, 4)
REGISTRY_TEXT = """\
default_provider: acme
providers:
  acme:
    charges:
      - {unit: web_search, per: 1000, usd: 10}
      - {unit: grounded_prompt, per: 1000, usd: 35, free: 1500 per day}
      - {unit: image, usd: 0.1, when: {size: 1K}}
      - {unit: image, usd: 0.2, when: {size: 4K}}
    models:
      acme-9:
        display_name: Acme 9
        input_per_million: 1.0
        output_per_million: 2.0
        rates:
          - {mode: standard, input: 2.0, output: 4.0}
          - {mode: batch, input: 1.0, output: 2.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
REGISTRY = parse_registry(REGISTRY_TEXT)


def cost(**more: object) -> Decimal | UnknownCost:
    load = Workload({"input": 1000}, DAY, **more)  # type: ignore[arg-type]
    return estimate_of(REGISTRY, REGISTRY.model("acme", "acme-9"), load).cost


def test_charges_are_added_to_the_tokens() -> None:
    """Of each request, and of as many requests as there are."""
    assert cost(charges={"web_search": 3}) == Decimal("0.032")
    assert cost(charges={"web_search": 3}, requests=10) == Decimal("0.32")
    assert cost(charges={"image": 2}, when={"size": "4K"}) == Decimal("0.402")


def test_what_has_no_price_makes_the_cost_unknown() -> None:
    """Another unit, several prices, another mode: with the reason, never without the charge."""
    for more in (
        {"charges": {"page": 1}},
        {"charges": {"image": 1}},
        {"charges": {"web_search": 1}, "mode": "batch"},
        {"charges": {"web_search": 1}, "batch_percent": 50},
    ):
        found = cost(**more)
        assert isinstance(found, UnknownCost)
        assert next(iter(more["charges"])) in found.reason  # type: ignore[call-overload]


def test_what_is_free_first_costs_from_nothing_to_all() -> None:
    """Unless whoever asks says that it is used up."""
    found = cost(charges={"grounded_prompt": 2})
    assert isinstance(found, UnknownCost)
    assert (found.least, found.most) == (Decimal("0.002"), Decimal("0.072"))
    assert cost(charges={"grounded_prompt": 2}, free_used=True) == Decimal("0.072")


def test_a_unit_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidUsageError):
        cost(charges={"song": 1})


def test_an_uncertain_charge_is_that_of_the_whole_workload() -> None:
    """1,000 searches at 10 or 20 USD per 1,000 cost 10 or 20 USD."""
    text = REGISTRY_TEXT.replace(
        "      - {unit: image, usd: 0.1,",
        "      - {unit: web_search, per: 1000, usd: 20, from: 2026-09-10, seen_before: 2026-09-01}\n"
        "      - {unit: image, usd: 0.1,",
    )
    registry = parse_registry(text)
    load = Workload({}, DAY, charges={"web_search": 1000}, requests=2)
    found = estimate_of(registry, registry.model("acme", "acme-9"), load).cost
    assert isinstance(found, UnknownCost)
    assert (found.least, found.most) == (20, 40)
    assert "$20.00" in found.reason
