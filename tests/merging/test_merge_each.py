"""A model whose changes cannot be written does not stop the others."""

from __future__ import annotations

from decimal import Decimal

from octoregistry.merging.merge_each import merge_each
from octoregistry.planning.plan import Change, Plan
from providers import parse_registry

SHARED = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: a
    realtime_multiplier: 2.0
    models:
      a: &a {display_name: A, input_per_million: 1.0, output_per_million: 1.0}
      b: *a
      c: {display_name: C, input_per_million: 1.0, output_per_million: 1.0}
      d: {display_name: D, input_per_million: 1.0, output_per_million: 1.0}
  other: {env_var: O, default_model: x, models: {x: {display_name: X, input_per_million: 1, output_per_million: 1}}}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def price(model: str, usd: str, provider: str = "acme") -> Change:
    return Change(provider, model, "plain", "input_per_million", Decimal(1), Decimal(usd))


def test_what_can_be_written_is_written_and_the_rest_is_held_with_the_reason() -> None:
    """The anchored model and its reference are refused; their neighbours and the other provider go on."""
    plan = Plan((price("a", "2"), price("b", "2"), price("c", "2"), price("x", "3", "other")))

    merged = merge_each(SHARED, "models.yaml", plan)

    now = parse_registry(merged.text)
    assert [now.model("acme", name).input_per_million for name in "acd"] == [1, 2, 1]
    assert now.model("other", "x").input_per_million == 3
    assert [str(refused) for refused in merged.refused] == [
        "acme/a cannot be written: line 8: &a is used elsewhere; write the values out first",
        "acme/b cannot be written: line 9: acme/b is a reference; write it out first",
    ]
    assert [change.model for change in merged.plan.held] == ["a", "b"]


def test_what_would_make_the_registry_invalid_is_refused() -> None:
    """The merged text is read as a registry before anybody may write it."""
    bad = Change("acme", "c", "plain", "realtime_multiplier", None, Decimal(0))

    merged = merge_each(SHARED, "models.yaml", Plan((bad, price("d", "2"))))

    assert [refused.model for refused in merged.refused] == ["c"]
    assert "realtime_multiplier" in merged.refused[0].reason
    assert parse_registry(merged.text).model("acme", "d").input_per_million == 2


def test_a_plan_without_faults_is_left_as_it_is() -> None:
    """Nothing is held that was not."""
    plan = Plan((price("c", "2"),))
    assert merge_each(SHARED, "models.yaml", plan).plan is plan
    assert merge_each(SHARED, "models.yaml", Plan()).text is SHARED
