"""A model is found at all that sell it, by any of its names."""

from __future__ import annotations

import pytest

from octoregistry.queries.search import matching, same_model
from providers.registry import parse_registry

SOLD = parse_registry(
    """
default_provider: anthropic
providers:
  anthropic:
    models:
      claude-haiku-4-5: {display_name: Claude Haiku 4.5, input_per_million: 1.0, output_per_million: 5.0, aliases: [haiku-next]}
      claude-opus-4-5: {display_name: Claude Opus 4.5, input_per_million: 5.0, output_per_million: 25.0}
  openrouter:
    models:
      anthropic/claude-opus-4.5: {display_name: Opus, input_per_million: 5.0, output_per_million: 25.0}
      anthropic/claude-haiku-4.5: {display_name: Haiku, input_per_million: 1.1, output_per_million: 5.5}
      openai/gpt-4o: {display_name: GPT-4o, input_per_million: 2.0, output_per_million: 8.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("haiku", ["claude-haiku-4-5", "anthropic/claude-haiku-4.5"]),
        ("Haiku 4.5", ["claude-haiku-4-5", "anthropic/claude-haiku-4.5"]),
        ("next", ["claude-haiku-4-5"]),
        (
            "claude",
            ["claude-haiku-4-5", "anthropic/claude-haiku-4.5", "claude-opus-4-5", "anthropic/claude-opus-4.5"],
        ),
        ("openrouter gpt", ["openai/gpt-4o"]),
        ("haiku 5.1", []),
        ("", []),
    ],
)
def test_words_find_a_model_at_all_that_sell_it(words: str, found: list[str]) -> None:
    """By id, name, alias or seller; the same model at two hosts stands together."""
    assert [model.id for model in matching(SOLD, words)] == found


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-haiku-4-5"),
        ("anthropic", "claude-haiku-4-5-20251001"),
        ("stranger", "anthropic/claude-haiku-4.5"),
        ("vertex", "claude-haiku-4-5@20251001"),
        ("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("bedrock", "anthropic.claude-haiku-4-5-20251001-v1"),
        ("openrouter", "anthropic/claude-haiku-4.5:batch"),
        ("vertex_ai", "claude-haiku-4-5@20251001"),
        ("Bedrock", "ca.anthropic.claude-haiku-4-5-20251001-v1:0:24k"),
    ],
)
def test_the_ids_of_one_model_at_its_hosts_are_one(provider: str, model: str) -> None:
    """What a host puts around the maker's id stands in the host's file."""
    assert same_model(provider, model) == "claude-haiku-4-5"


@pytest.mark.parametrize(
    ("one", "other"),
    [("gpt-5.6-sol", "gpt-5.6-luna"), ("gpt-4o", "gpt-4"), ("o3", "o3-mini"), ("qwen3:8b", "qwen3:32b")],
)
def test_other_models_are_others(one: str, other: str) -> None:
    """A point in a version is no maker's name, and a size behind a colon no variant."""
    assert same_model("ollama", one) != same_model("ollama", other)
