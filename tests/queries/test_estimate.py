from datetime import date
from decimal import Decimal

import pytest

from octoregistry.queries.estimate import (
    UnknownCost,
    Workload,
    dollars,
    estimate,
    estimate_of,
    nearest_cheaper,
)
from providers import parse_registry
from providers.dimensions import InvalidUsageError
from providers.registry import PACKAGED, load_registry
from tests.planning.making import registry

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
    assert costs(workload, everything=True)["alley"] == Decimal("0.02")


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


FITNESS = parse_registry(
    """\
schema_version: 2
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    default_model: sol
    realtime_multiplier: 2.0
    models:
      sol:
        display_name: Sol
        input_per_million: 2.0
        output_per_million: 10.0
        kind: chat
        features: [tools]
        context_window: 400000
        first_seen: 2026-08-21
        last_seen: {flex: 2026-08-21}
        rates:
          - {mode: standard, up_to_input_tokens: 272000, input: 5.0, output: 30.0}
          - {mode: standard, up_to_input_tokens: 272000, from: 2026-09-05, seen_before: 2026-09-01, input: 4.0, output: 20.0}
          - {mode: batch, input: 2.0, output: 10.0, derived: true}
          - {mode: flex, input: 2.5, output: 15.0}
      short: {display_name: Short, kind: chat, input_per_million: 0.5, output_per_million: 1.0, context_window: 128000}
      ears: {display_name: Ears, kind: transcription, input_per_million: 0.4, output_per_million: 1.0}
      leaving: {display_name: Leaving, kind: chat, input_per_million: 0.3, output_per_million: 1.0, retires_on: 2026-11-01}
      gone: {display_name: Gone, kind: chat, input_per_million: 0.2, output_per_million: 1.0, retires_on: 2026-09-08}
      vector: {display_name: Vector, kind: embedding, input_per_million: 0.1, output_per_million: 0.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
)
LARGE = Workload({"input": 200_000, "output": 1000}, DAY)


def ranked(workload, task=None, **options):
    return [one.model.id for one in estimate(FITNESS, workload, task, **options)]


def one_of(model, workload, task=None):
    return estimate_of(FITNESS, FITNESS.model("acme", model), workload, task)


def test_ranked_are_chat_models_that_fit_and_stay():
    """No transcription model and no embedding model answers a chat, and none that retires within 60 days is advised."""
    small = Workload({"input": 1000, "output": 1000}, DAY)
    assert ranked(small) == ["short", "sol"]
    assert ranked(LARGE) == ["sol"]
    assert ranked(small, small.task("chat", ["tools"])) == ["sol"]
    assert ranked(small, small.task("embedding")) == ["vector"]
    assert len(ranked(small, everything=True)) == len(FITNESS)
    assert [one.model.id for one in nearest_cheaper(estimate(FITNESS, small), "acme", "sol")] == ["short"]


@pytest.mark.parametrize(
    ("model", "workload", "note"),
    [
        ("short", LARGE, "the prompt is longer than its 128,000 tokens"),
        ("gone", Workload({"input": 1}, DAY), "retired on 2026-09-08"),
        ("leaving", Workload({"input": 1}, DAY), "retires on 2026-11-01"),
    ],
)
def test_an_unfit_model_asked_for_by_name_is_costed_and_told(model, workload, note):
    found = one_of(model, workload)
    assert found.notes == (note,)
    assert isinstance(found.cost, Decimal)


def test_a_model_is_compared_with_its_own_kind_unless_another_is_asked_for():
    assert one_of("vector", Workload({"input": 1}, DAY)).notes == ()
    load = Workload({"input": 1}, DAY)
    assert one_of("vector", load, load.task("chat")).notes == ("its kind is embedding, not chat",)


def test_a_prompt_above_the_bound_has_no_known_cost():
    """The short price is not that of all sizes."""
    above = Workload({"input": 272_001}, DAY)
    assert one_of("sol", above).cost == UnknownCost("no standard price above 272,000 tokens")
    assert one_of("sol", Workload({"input": 272_000}, DAY)).cost == Decimal("1.088")


def test_before_the_first_reading_a_cost_is_known_only_where_it_is_assumed():
    early = {"tokens": {"input": 1_000_000}, "day": date(2026, 8, 20), "prompt_tokens": 1}
    assert one_of("sol", Workload(**early)).cost == UnknownCost("before our first reading on 2026-08-21")
    assumed = one_of("sol", Workload(**early, assume_earliest=True))
    assert assumed.cost == 5
    assert assumed.notes == ("the prices are those of our first reading on 2026-08-21",)


def test_between_two_readings_a_cost_has_a_least_and_a_most():
    """A share in batches, whose price did not move, is in both."""
    tokens = {"input": 1_000_000}
    found = one_of("sol", Workload(tokens, date(2026, 9, 3), prompt_tokens=1, batch_percent=50)).cost
    assert (found.least, found.most) == (3, Decimal("3.5"))
    assert str(found) == "between $3.00 and $3.50: its price changed on a day that no page states"
    for day, usd in ((date(2026, 9, 1), 5), (date(2026, 9, 5), 4)):
        assert one_of("sol", Workload(tokens, day, prompt_tokens=1)).cost == usd


def test_what_a_price_rests_on_is_said():
    tokens = {"input": 1000}
    assert one_of("sol", Workload(tokens, DAY, mode="flex")).notes == ("the flex price was last seen on 2026-08-21",)
    assert one_of("sol", Workload(tokens, DAY, mode="batch")).notes == (
        "no page states the batch price: it follows from the standard price and the vendor's discount",
    )


def test_of_a_price_that_rests_on_stated_and_derived_ones_each_is_said_for_itself():
    rates = (
        "{mode: standard, input: 4, output: 20, cached_input: 0.4}",
        "{mode: batch, input: 2, output: 10, cached_input: 0.2, derived_dimensions: [cached_input]}",
    )
    facts = ("display_name: Sol", "input_per_million: 2", "output_per_million: 10", "last_seen: {batch: 2026-08-21}")
    lines = (*facts, "rates:", *(f"  - {one}" for one in rates))
    known = parse_registry(registry("sol:", *(f"  {line}" for line in lines)))

    def notes(**tokens: int) -> tuple[str, ...]:
        return estimate_of(known, known.model("openai", "sol"), Workload(tokens, DAY, mode="batch")).notes

    derived = (
        "no page states the batch price of cached input: it follows from the standard price and the vendor's discount"
    )
    seen = "the batch price was last seen on 2026-08-21"
    assert notes(cached_input=1000) == (derived,)
    assert notes(input=1000) == (seen,)
    assert notes(input=1000, cached_input=1000) == (derived, seen)


def test_an_unknown_window_is_recommended_up_to_the_smallest_known_and_costed_above_it():
    """Asked for more than 200,000 tokens, `estimate` named a cheaper model of whose window nobody knew anything."""
    known = load_registry(PACKAGED)
    load = Workload({"input": 200_001}, date(2026, 11, 30))
    unsized = known.model("openai", "gpt-6.2-sol")

    assert all(one.model.context_window and one.model.context_window >= 200_001 for one in estimate(known, load))
    asked = estimate_of(known, unsized, load)
    assert isinstance(asked.cost, Decimal)
    assert asked.notes == ("its context window is not known, and may be 128,000 tokens",)


@pytest.mark.parametrize(
    ("model", "note"), [("gemini/gemini-2.5-pro", "retired on 2026-10-20"), ("openai/o1-pro", "retired on 2026-10-23")]
)
def test_a_cost_after_retirement_is_told(model, note):
    known = load_registry(PACKAGED)
    asked = estimate_of(known, known.model(*model.split("/")), Workload({"input": 1000}, date(2026, 12, 15)))

    assert note in asked.notes
