from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.queries.estimate import (
    UnknownCost,
    Workload,
    cost_in,
    dollars,
    estimate,
    nearest_cheaper,
)
from providers import parse_registry
from providers.dimensions import InvalidUsageError, UnknownPriceError

DAY = date(2026, 9, 8)
REGISTRY = parse_registry(
    """\
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:
        display_name: Road
        input_per_million: 1.0
        output_per_million: 5.0
        batch_support: true
        rates:
          - {mode: standard, input: 2.0, output: 10.0, cached_input: 0.2}
          - {mode: standard, above_input_tokens: 200000, input: 4.0, output: 15.0}
          - {mode: standard, from: 2027-01-01, input: 1.0, output: 5.0}
          - {mode: batch, input: 1.0, output: 5.0}
        source: {page: 'https://acme.example/pricing', checked: 2026-09-04}
      path:
        display_name: Path
        input_per_million: 0.05
        output_per_million: 0.15
        batch_support: false
      lane:
        display_name: Lane
        input_per_million: 0.5
        output_per_million: 2.5
        batch_support: true
      alley:
        display_name: Alley
        input_per_million: 0.01
        output_per_million: 0.02
        batch_support: true
        status: retired
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
)


def costs(workload, **options):
    return {one.model.id: one.cost for one in estimate(REGISTRY, workload, **options)}


@given(
    st.sampled_from(["road", "path", "lane"]),
    st.sampled_from(["standard", "batch"]),
    st.sampled_from([DAY, date(2027, 3, 1)]),
    st.dictionaries(st.sampled_from(["input", "output", "cached_input"]), st.integers(0, 500_000)),
)
def test_one_request_costs_what_pricing_says(model, mode, day, tokens):
    """The workload's sum and the price of a single call are the same figure, or both are unknown."""
    pricing = REGISTRY.pricing("acme", model)
    found = cost_in(pricing.rates, Workload(tokens, day), mode)
    try:
        assert found == pricing.cost(mode=mode, at=day, **tokens)
    except UnknownPriceError:
        assert isinstance(found, UnknownCost)


def test_requests_and_a_share_in_batches_multiply_exactly():
    """30% of 1,000 requests at batch prices, the rest at standard ones; nothing is rounded on the way."""
    workload = Workload({"input": 1000, "output": 333}, DAY, requests=1000, batch_percent=30)
    assert costs(workload)["road"] == Decimal("5.33") * 1000 / 1000 * Decimal("0.7") + Decimal("2.665") * Decimal("0.3")


def test_a_model_without_a_batch_price_has_no_cost_as_soon_as_a_share_goes_in_batches():
    """Never 0, never the standard price in its place: the reason."""
    assert costs(Workload({"input": 1000}, DAY, batch_percent=1))["path"] == UnknownCost("no batch price")
    assert costs(Workload({"input": 1000, "cached_input": 1}, DAY))["lane"] == UnknownCost(
        "no standard price of cached input"
    )


def test_a_stated_prompt_size_decides_the_tier():
    """Averages may hide long prompts, so the size can be given."""
    tokens = {"input": 1_000_000}
    assert costs(Workload(tokens, DAY))["road"] == 4
    assert costs(Workload(tokens, DAY, prompt_tokens=100_000))["road"] == 2


def test_the_cheapest_comes_first_and_the_unknown_last():
    """Multiples are those of the cheapest model in service."""
    found = estimate(REGISTRY, Workload({"input": 10, "cached_input": 10}, DAY))
    assert [one.model.id for one in found] == ["road", "lane", "path"]
    assert found[0].multiple == 1
    assert found[1].multiple is None
    whole = estimate(REGISTRY, Workload({"input": 1_000_000}, DAY))
    assert [(one.model.id, one.multiple) for one in whole] == [("path", 1), ("lane", 10), ("road", 40)]


def test_every_mode_is_told_beside_the_one_asked_for():
    """A reader sees what the same work would cost in batches."""
    found = {one.model.id: one.modes for one in estimate(REGISTRY, Workload({"input": 1_000_000}, DAY))}
    assert found["lane"]["standard"] == 1
    assert found["lane"]["batch"] == Decimal("0.5")
    assert found["lane"]["priority"] == UnknownCost("no priority price")


def test_retired_models_are_left_out_unless_asked_for():
    """They have a price still, and nobody can call them."""
    workload = Workload({"input": 1_000_000}, DAY)
    assert "alley" not in costs(workload)
    assert costs(workload, retired=True)["alley"] == Decimal("0.02")


def test_the_nearest_cheaper_models():
    """The nearest first; nothing for a model whose own cost is unknown."""
    found = estimate(REGISTRY, Workload({"input": 1_000_000}, DAY))
    assert [one.model.id for one in nearest_cheaper(found, "acme", "road")] == ["lane", "path"]
    assert [one.model.id for one in nearest_cheaper(found, "acme", "road", 1)] == ["lane"]
    assert nearest_cheaper(found, "acme", "path") == ()
    assert nearest_cheaper(estimate(REGISTRY, Workload({"cached_input": 1}, DAY)), "acme", "lane") == ()


def test_no_tokens_cost_nothing():
    """And nothing has no multiples."""
    assert [(one.cost, one.multiple) for one in estimate(REGISTRY, Workload({}, DAY))] == [(0, None)] * 3


@pytest.mark.parametrize(
    "faulty",
    [
        {"tokens": {"input": -1}},
        {"tokens": {"inputs": 1}},
        {"tokens": {}, "mode": "fast"},
        {"tokens": {}, "batch_percent": 101},
        {"tokens": {}, "requests": 1.5},
    ],
)
def test_what_cannot_be_counted_is_refused(faulty):
    """With the words of the other errors of usage."""
    with pytest.raises(InvalidUsageError):
        Workload(day=DAY, **faulty)


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        ("0", "$0.00"),
        ("1234567.005", "$1,234,567.01"),
        ("0.99995", "$1.0000"),
        ("0.012345", "$0.0123"),
        ("0.0000125", "$0.000013"),
    ],
)
def test_small_costs_keep_their_figures(cost, shown):
    """Cents from a dollar on, and more places below, rounded half up."""
    assert dollars(Decimal(cost)) == shown
