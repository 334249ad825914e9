"""Which language model is asked."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.reading.choosing import LanguageModel, NoModel, can_enforce, chosen
from providers import Registry, load_registry, parse_registry

DAY = date(2026, 9, 7)
KEYS = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "GOOGLE_API_KEY": "k"}
ENTRY = """
      {id}:
        display_name: {id}
        input_per_million: {input}
        output_per_million: {output}
        batch_support: false
        status: {status}
        rates:
          - {{mode: standard, input: {input}, output: {output}}}
"""


def registry(*models: tuple[str, str, str, str]) -> Registry:
    """A registry of OpenAI models: (id, input, output, status)."""
    entries = "".join(ENTRY.format(id=i, input=a, output=b, status=s) for i, a, b, s in models)
    return parse_registry(
        "default_provider: openai\nproviders:\n  openai:\n    env_var: OPENAI_API_KEY\n    sdk: openai\n"
        f"    default_model: {models[0][0]}\n    realtime_multiplier: 1.0\n    models:{entries}"
        "defaults:\n  input_per_million: 1.0\n  output_per_million: 2.0\n  realtime_multiplier: 2.0\n"
    )


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    return KEYS


def name_of(found: LanguageModel | NoModel) -> str:
    assert isinstance(found, LanguageModel)
    return found.name


def test_auto_takes_the_cheapest_active_model_for_the_expected_tokens(keys: dict[str, str]) -> None:
    """Four parts of input to one of output: the cheap input wins, though its output is dearer."""
    models = registry(
        ("gpt-5-dear", "1.0", "1.0", "active"),
        ("gpt-5-cheap", "0.5", "1.5", "active"),
        ("gpt-5-cheapest", "0.1", "0.1", "retired"),
        ("gpt-5-old", "0.1", "0.1", "deprecated"),
        ("gpt-audio-mini", "0.1", "0.1", "active"),
    )
    assert name_of(chosen("auto", models, DAY, keys)) == "openai/gpt-5-cheap"


def test_auto_asks_only_vendors_whose_key_is_set(keys: dict[str, str]) -> None:
    """The cheapest of all may belong to a vendor that cannot be asked."""
    for name, provider in (
        ("OPENAI_API_KEY", "openai"),
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("GOOGLE_API_KEY", "gemini"),
    ):
        assert name_of(chosen("auto", load_registry(), DAY, {name: "k"})).startswith(f"{provider}/")


def test_without_a_key_nobody_is_asked_and_the_variables_are_named() -> None:
    """Off, said once."""
    found = chosen("auto", load_registry(), DAY, {})
    assert isinstance(found, NoModel)
    assert "OPENAI_API_KEY" in found.reason
    assert chosen("off", load_registry(), DAY, KEYS) == NoModel("switched off")


@pytest.mark.parametrize("choice", ["gpt-5", "nobody/gpt-5", "openai/"])
def test_a_choice_that_names_no_model_is_told(choice: str, keys: dict[str, str]) -> None:
    """A mistyped --llm is an error, not silence."""
    found = chosen(choice, load_registry(), DAY, keys)
    assert isinstance(found, NoModel)
    assert found.wanted


@pytest.mark.parametrize(
    ("provider", "model", "can"),
    [
        ("openai", "gpt-5.6-luna", True),
        ("openai", "gpt-3.5-turbo-1106", False),
        ("openai", "babbage-002", False),
        ("openai", "gpt-realtime-2.1", False),
        ("anthropic", "claude-haiku-4-5-20251001", True),
        ("anthropic", "claude-sonnet-4-20250514", False),
        ("anthropic", "claude-opus-4-20250514", False),
        ("anthropic", "claude-opus-4-1-20250805", True),
        ("gemini", "gemini-2.5-flash-lite", True),
        ("gemini", "gemini-3.1-flash-lite-image", False),
        ("gemini", "gemini-embedding-2", False),
        ("nobody", "gpt-5", False),
    ],
)
def test_only_models_that_hold_to_a_schema_are_asked(provider: str, model: str, can: bool) -> None:
    """By the vendors' facts in enforcing.toml."""
    assert can_enforce(provider, model) is can
