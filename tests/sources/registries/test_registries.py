"""What other registries say, in our words: ids, modes, tiers and units, of the vendors' own APIs alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from octoregistry.sources.registries import NotARegistry, read_statements
from octoregistry.sources.registries.registry_prices import dollars

DAY = date(2026, 9, 7)


def said(witness: str, answer: Any, day: date = DAY) -> dict[tuple[object, ...], str]:
    """(provider, model, mode, tier, dimension) -> USD per million, as text."""
    told = read_statements(witness, json.dumps(answer), "https://x.example", day)
    return {
        (v.provider, v.model, v.mode, v.above_input_tokens, v.dimension): f"{v.usd.normalize():f}" for v in told.prices
    }


def test_litellm_prices_a_token_and_names_tier_and_mode_in_the_key() -> None:
    found = said(
        "litellm",
        {
            "gemini/gemini-2.5-pro": {
                "litellm_provider": "gemini",
                "input_cost_per_token": 1.25e-06,
                "input_cost_per_token_above_200k_tokens": 2.5e-06,
                "input_cost_per_token_above_200k_tokens_batches": 1.25e-06,
                "output_cost_per_token_priority": 1.8e-05,
                "cache_creation_input_token_cost_above_1hr": 6e-06,
                "input_cost_per_audio_token": 1e-06,
                "input_cost_per_token_ultrafast": 9e-06,
                "search_context_cost_per_query": {"search_context_size_low": 0.035},
                "output_cost_per_image": 0.04,
            }
        },
    )
    model = ("gemini", "gemini-2.5-pro")
    assert found == {
        (*model, "standard", None, "input"): "1.25",
        (*model, "standard", 200_000, "input"): "2.5",
        (*model, "batch", 200_000, "input"): "1.25",
        (*model, "priority", None, "output"): "18",
        (*model, "standard", None, "cache_write_1h"): "6",
        (*model, "standard", None, "input_audio"): "1",
    }


def test_litellm_entries_of_other_clouds_and_of_image_sizes_say_nothing() -> None:
    entry = {"input_cost_per_token": 1e-06}
    found = said(
        "litellm",
        {
            "gpt-5": {**entry, "litellm_provider": "openai"},
            "other-cloud/gpt-5": {**entry, "litellm_provider": "other-cloud"},
            "claude-opus-5": {**entry, "litellm_provider": "other-cloud"},
            "1024-x-1024/gpt-image-1": {**entry, "litellm_provider": "openai"},
            "sample_spec": {"litellm_provider": "one of https://x"},
            "broken": None,
        },
    )
    assert {key[:2] for key in found} == {("openai", "gpt-5")}


def test_models_dev_prices_a_million_with_tiers_and_priority() -> None:
    cost = {
        "input": 2.5,
        "output": 15,
        "tiers": [{"input": 5, "tier": {"type": "context", "size": 272000}}, {"input": 9}],
    }
    fast = {"cost": {"input": 5}, "provider": {"body": {"service_tier": "priority"}}}
    entry = {"cost": cost, "experimental": {"modes": {"fast": fast, "odd": {"cost": {"input": 7}}}}}
    found = said(
        "models-dev", {"openai": {"models": {"gpt-5.4": entry}}, "other-cloud": {"models": {"gpt-5.4": entry}}}
    )
    model = ("openai", "gpt-5.4")
    assert found == {
        (*model, "standard", None, "input"): "2.5",
        (*model, "standard", None, "output"): "15",
        (*model, "standard", 272_000, "input"): "5",
        (*model, "priority", None, "input"): "5",
    }


@pytest.mark.parametrize(
    ("puts_out", "cost", "dimensions"),
    [
        (["text"], {"input": 1, "output": 2}, {"input", "output"}),
        (["text", "image"], {"input": 1, "output": 60}, {"input"}),
        (["text", "audio"], {"input": 1, "output": 2, "output_audio": 8}, {"input", "output", "output_audio"}),
    ],
)
def test_models_dev_says_nothing_of_the_text_of_a_model_that_draws(
    puts_out: list[str], cost: dict[str, int], dimensions: set[str]
) -> None:
    """Its one output price is that of the pictures."""
    found = said("models-dev", {"google": {"models": {"m": {"cost": cost, "modalities": {"output": puts_out}}}}})
    assert {key[4] for key in found} == dimensions


def test_openrouter_is_a_witness_of_the_standard_mode_alone() -> None:
    def entry(name: str, **pricing: Any) -> dict[str, Any]:
        return {"id": name, "pricing": {"prompt": "0.000005", "completion": "0", **pricing}}

    found = said(
        "openrouter",
        {
            "data": [
                entry("anthropic/claude-opus-4.6", overrides=[{"min_prompt_tokens": 200000, "prompt": "0.00001"}]),
                entry("anthropic/claude-opus-4.6:batch"),
                entry("openai/gpt-oss-20b:free"),
                entry("somebody/somebodys-model"),
                entry("google/gemini-3.7-flash", input_cache_write="0.00000002"),
            ]
        },
    )
    assert found == {
        ("anthropic", "claude-opus-4-6", "standard", None, "input"): "5",
        ("anthropic", "claude-opus-4-6", "standard", 200_000, "input"): "10",
        ("gemini", "gemini-3.7-flash", "standard", None, "input"): "5",
    }


LUNA = {
    "id": "gpt-5.6-luna",
    "match": {"or": [{"equals": "gpt-5-6-luna"}, {"regex": "^gpt-5\\.6-luna-.*$"}, {"contains": "luna"}]},
    "prices": [
        {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 272000, "price": 2}]}}},
        {"constraint": {"start_date": "2026-07-30"}, "prices": {"input_mtok": 0.2, "cache_read_mtok": 0.02}},
        {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 0.1}},
        {"constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"}, "prices": {"input_mtok": 0.05}},
    ],
}


@pytest.mark.parametrize(
    ("day", "prices"),
    [
        (date(2026, 7, 29), {(None, "input"): "1", (272_000, "input"): "2"}),
        (date(2026, 7, 30), {(None, "input"): "0.2", (None, "cached_input"): "0.02"}),
    ],
)
def test_genai_prices_are_those_in_force_on_the_day(day: date, prices: dict[tuple[object, str], str]) -> None:
    found = said("genai-prices", [{"id": "openai", "models": [LUNA]}, {"id": "azure", "models": [LUNA]}], day)
    assert {key[1] for key in found} == {"gpt-5.6-luna", "gpt-5-6-luna"}, "names to the letter, no patterns"
    assert {key[3:]: usd for key, usd in found.items() if key[1] == "gpt-5.6-luna"} == prices


def test_llm_prices_names_a_tier_in_an_entry_of_its_own() -> None:
    prices = [
        {
            "id": "gpt-5.4",
            "vendor": "openai",
            "name": "GPT-5.4 ≤272k",
            "input": 2.5,
            "output": 15,
            "input_cached": None,
        },
        {"id": "gpt-5.4-272k", "vendor": "openai", "name": "GPT-5.4 >272k", "input": 5, "output": 22.5},
        {"id": "claude-sonnet-4.5", "vendor": "anthropic", "name": "Claude Sonnet 4.5", "input": 3, "output": 15},
        {"id": "nova-pro", "vendor": "amazon", "name": "Nova", "input": 1, "output": 2},
    ]
    found = said("llm-prices", {"updated_at": "2026-09-01", "prices": prices})
    assert found["openai", "gpt-5.4", "standard", 272_000, "output"] == "22.5"
    assert found["anthropic", "claude-sonnet-4-5", "standard", None, "input"] == "3"
    assert len(found) == 6


def test_a_registry_that_dates_itself_speaks_of_that_day() -> None:
    prices = [{"id": "gpt-5.4", "vendor": "openai", "name": "GPT-5.4", "input": 2.5}]
    for updated, day in (("2026-09-01", date(2026, 9, 1)), ("2099-01-01", DAY), ("soon", DAY)):
        told = read_statements("llm-prices", json.dumps({"updated_at": updated, "prices": prices}), "u", DAY)
        assert told.as_of == day


@pytest.mark.parametrize("value", [0, -1, "NaN", "Infinity", "free", None, True, [], {"base": 1}])
def test_what_is_no_price_is_not_said(value: object) -> None:
    """0 stands for "not known" in every one of these registries, and would contradict every price."""
    answer = {"openai": {"models": {"a": {"cost": {"input": value, "output": 1}}}}}
    assert list(said("models-dev", answer).values()) == ["1"]


@pytest.mark.parametrize(
    "text", ["", "<html>challenge</html>", "[]", "{}", "null", "[" * 100_000, '{"data": [1, null, {"id": 3}]}']
)
@pytest.mark.parametrize("witness", ["litellm", "models-dev", "openrouter", "genai-prices", "llm-prices"])
def test_what_is_no_registry_is_none(witness: str, text: str) -> None:
    with pytest.raises(NotARegistry):
        read_statements(witness, text, "u", DAY)


def test_prices_are_exact() -> None:
    told = read_statements("litellm", '{"a": {"litellm_provider": "openai", "input_cost_per_token": 1e-07}}', "u", DAY)
    assert told.prices[0].usd == Decimal("0.1")


@pytest.mark.parametrize("value", ["1e999990", "1e999999", "1e-999990", "1e4", "1e-16", "Infinity", "NaN", "-1"])
def test_a_price_without_end_is_none(value: str) -> None:
    """Below 1e-9 or above 1e9 USD per million tokens nothing is sold; written out it would fill a disk."""
    assert dollars(value, Decimal(10**6)) is None
    assert dollars("1e-6", Decimal(10**6)) == 1
