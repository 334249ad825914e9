"""What other registries agree on of a model besides its prices is written, with their names; what they dispute is not."""

from __future__ import annotations

from dataclasses import replace

from octoregistry.merging.merge import merge
from octoregistry.planning.witness_facts import agreed_facts
from octoregistry.planning.witnesses import Witnesses
from octoregistry.sources.listings import ListedModel
from octoregistry.sources.registries.registry_prices import RegistryFacts
from octoregistry.sources.registries.statements import read_statements
from providers.registry import Registry, parse_registry
from tests.planning.making import SEPTEMBER_7, SOL, page, planned, rate

ONE = RegistryFacts(
    "litellm",
    "openai",
    "gpt-5.6-sol",
    context_window=400_000,
    max_output_tokens=64_000,
    input_modalities=frozenset({"text", "image"}),
    output_modalities=frozenset({"text"}),
    features={"tools": True, "vision": True, "caching": True},
)
OTHER = replace(ONE, witness="models-dev", max_output_tokens=128_000, features={"tools": True, "vision": False})


def after(text: str, *facts: RegistryFacts, **options: object) -> Registry:
    """The registry `text` after an update that heard of `facts`; a second one must find nothing left to do."""
    witnesses = Witnesses(facts=facts)
    merged = merge(text, planned(text, page(), witnesses=witnesses, **options))
    assert not planned(merged, page(), witnesses=witnesses, **options).applied
    return parse_registry(merged)


def test_what_two_say_alike_is_written_with_their_names() -> None:
    """What they say differently, or only one of them says, is not."""
    model = after(SOL, ONE, OTHER).model("openai", "gpt-5.6-sol")
    assert (model.context_window, model.max_output_tokens) == (400_000, None)
    assert (model.input_modalities, model.output_modalities) == (("text", "image"), ("text",))
    assert model.features == ("tools",)
    both = "litellm, models-dev"
    assert dict(model.facts_from) == {"context_window": both, "modalities": both, "features": both}


def test_one_alone_is_not_believed() -> None:
    """Nor one that says it twice."""
    assert not agreed_facts([ONE])
    assert after(SOL, ONE, ONE).model("openai", "gpt-5.6-sol").context_window is None


def test_the_vendors_own_list_is_not_overruled() -> None:
    """Neither in the same update nor later."""
    listed = [ListedModel("gpt-5.6-sol", context_window=272_000)]
    first = after(SOL, ONE, OTHER, listed=listed).model("openai", "gpt-5.6-sol")
    assert (first.context_window, first.facts_from["context_window"]) == (272_000, "list")
    stated = SOL.replace("batch_support: true", "batch_support: true\n        context_window: 272000")
    assert after(stated, ONE, OTHER).model("openai", "gpt-5.6-sol").context_window == 272_000


def test_what_they_said_before_they_may_say_anew() -> None:
    """A window that grew."""
    text = merge(SOL, planned(SOL, page(), witnesses=Witnesses(facts=(ONE, OTHER))))
    grown = (replace(ONE, context_window=1_000_000), replace(OTHER, context_window=1_000_000))
    assert after(text, *grown).model("openai", "gpt-5.6-sol").context_window == 1_000_000


def test_a_new_model_comes_with_them() -> None:
    """In the same update as its prices."""
    new = page(rate("gpt-5.7-sol", input="1", output="2"))
    facts = [replace(one, model="gpt-5.7-sol") for one in (ONE, OTHER)]
    text = merge(SOL, planned(SOL, new, witnesses=Witnesses(facts=facts)))
    model = parse_registry(text).model("openai", "gpt-5.7-sol")
    assert (model.context_window, model.features, model.first_seen) == (400_000, ("tools",), SEPTEMBER_7)


def test_both_registries_that_state_facts_are_read() -> None:
    """Each in its own words."""
    litellm = """{"gpt-5.6-sol": {"litellm_provider": "openai", "input_cost_per_token": 5e-6, "max_input_tokens": 400000,
        "max_output_tokens": 64000, "supported_modalities": ["text", "image"], "supported_output_modalities": ["text"],
        "supports_function_calling": true, "supports_vision": true, "supports_prompt_caching": true}}"""
    models_dev = """{"openai": {"models": {"gpt-5.6-sol": {"tool_call": true, "structured_output": false,
        "modalities": {"input": ["text", "image", "hologram"], "output": ["text"]}, "limit": {"context": 400000},
        "cost": {"input": 5, "output": 30, "cache_read": 0.5}}}}}"""
    (one,) = read_statements("litellm", litellm, "https://l.example", SEPTEMBER_7).facts
    (other,) = read_statements("models-dev", models_dev, "https://m.example", SEPTEMBER_7).facts
    assert one == ONE
    assert (other.context_window, other.input_modalities) == (400_000, ONE.input_modalities)
    assert dict(other.features) == {"tools": True, "structured_output": False, "vision": True, "caching": True}
