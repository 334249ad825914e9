"""The main job, whole: pages in, a plan and the registry's new text out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.settings import Settings, load_settings
from octoregistry.update import Update, plan_update
from providers import parse_registry

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The built-in settings with an empty cache."""
    built_in = load_settings()
    return built_in.model_copy(update={"fetch": built_in.fetch.model_copy(update={"cache_dir": tmp_path / "cache"})})


def offline(registry: Path, settings: Settings, *providers: str) -> Update:
    return plan_update(registry.read_text(), registry.name, settings, providers, offline=True, clock=lambda: NOW)


def test_the_registry_says_what_the_bundled_pages_say(settings: Settings) -> None:
    """A newcomer's first run finds nothing to change."""
    update = offline(ROOT / "models.yaml", settings)
    assert [run.provider for run in update.runs if run.rates] == ["gemini", "openai", "anthropic"]
    assert update.new_text == update.old_text
    assert not update.plan.visible


def test_an_older_registry_gets_the_changes_since(settings: Settings) -> None:
    """Between 2026-08-21 and 2026-09-07 one model fell in price and three came."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    fallen = {c.dimension: (c.old, c.new) for c in update.plan.visible if c.percent and c.above_input_tokens is None}
    assert fallen["input"] == (Decimal("5.0"), Decimal("4"))
    assert fallen["output"] == (Decimal("30.0"), Decimal("20"))
    new = {change.model for change in update.plan.visible if change.kind == "new_model"}
    assert new == {"gpt-6-astra", "claude-fable-5-1", "claude-mythos-5-1"}


def test_the_second_run_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    """What an update wrote, the next one finds as it should be, to the byte."""
    first = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    again = tmp_path / "models.yaml"
    again.write_text(first.new_text)
    assert offline(again, settings).new_text == first.new_text


def test_yesterdays_call_costs_the_same_after_a_price_changed(settings: Settings) -> None:
    """The old rate stays; the new one holds from the day on which the page said so."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    before = parse_registry(update.old_text).pricing("openai", "gpt-5.6-sol")
    after = parse_registry(update.new_text).pricing("openai", "gpt-5.6-sol")
    call = {"input": 120_000, "output": 3_000, "cached_input": 50_000}
    assert after.cost(at="2026-09-01", **call) == before.cost(at="2026-09-01", **call)
    assert after.cost(at="2026-09-07", **call) < before.cost(at="2026-09-07", **call)


def test_one_provider_alone_leaves_the_others(settings: Settings) -> None:
    """`--provider` reads and changes that provider only."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings, "anthropic")
    assert {change.provider for change in update.plan.changes} == {"anthropic"}


def test_an_unknown_provider_is_told_before_anything_is_fetched(settings: Settings) -> None:
    """KeyError names it."""
    with pytest.raises(KeyError, match="acme"):
        offline(ROOT / "models.yaml", settings, "acme")
