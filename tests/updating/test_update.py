"""The main job, whole: pages in, a plan and the registry's new text out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.errors import UnknownProviderError
from octoregistry.settings import Settings
from octoregistry.sources import Failed
from octoregistry.sources.cache import Cache, CacheEntry
from octoregistry.sources.registries import Statements
from octoregistry.updating.update import Update, plan_update
from providers import parse_registry
from providers.dimensions import UncertainPriceError

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def offline(registry: Path, settings: Settings, *providers: str) -> Update:
    return plan_update(registry.read_text(), registry.name, settings, providers, offline=True, clock=lambda: NOW)


def test_the_registry_says_what_the_bundled_pages_say(settings: Settings) -> None:
    """A newcomer's first run finds nothing to change."""
    update = offline(ROOT / "models.yaml", settings)
    assert [run.provider for run in update.runs if run.rates] == ["gemini", "openai", "anthropic"]
    assert update.new_text == update.old_text
    assert not update.plan.visible


def test_an_older_registry_gets_the_changes_since(settings: Settings) -> None:
    """After 2026-08-21 one model of the vendor fell in price, and others came."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    sol = [change for change in update.plan.visible if change.model == "gpt-5.6-sol" and change.mode == "standard"]
    fallen = {c.dimension: (c.old, c.new) for c in sol if c.percent and c.above_input_tokens is None}
    assert fallen["input"] == (Decimal("5.0"), Decimal("4"))
    assert fallen["output"] == (Decimal("30.0"), Decimal("20"))
    new = {change.model for change in update.plan.visible if change.kind == "new_model"}
    assert new >= {"gpt-6-astra", "claude-fable-5-1", "claude-mythos-5-1", "gemini-3.8-flash"}


def test_the_second_run_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    """What an update wrote, the next one finds as it should be, to the byte."""
    first = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    again = tmp_path / "models.yaml"
    again.write_text(first.new_text)
    assert offline(again, settings).new_text == first.new_text


def test_yesterdays_call_costs_the_same_after_a_price_changed(settings: Settings) -> None:
    """The old rate stays up to the day on which it was last seen; the new one holds from the day of the page."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    before = parse_registry(update.old_text).pricing("openai", "gpt-5.6-sol")
    after = parse_registry(update.new_text).pricing("openai", "gpt-5.6-sol")
    call = {"input": 120_000, "output": 3_000, "cached_input": 50_000}
    assert after.cost(at="2026-08-21", **call) == before.cost(at="2026-08-21", **call)
    with pytest.raises(UncertainPriceError):
        after.cost(at="2026-09-01", **call)
    assert after.cost(at="2026-10-03", **call) < before.cost(at="2026-10-03", **call)


def test_one_provider_alone_leaves_the_others(settings: Settings) -> None:
    """`--provider` reads and changes that provider only."""
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings, "anthropic")
    assert {change.provider for change in update.plan.changes} == {"anthropic"}


def test_an_unknown_provider_is_told_before_anything_is_fetched(settings: Settings) -> None:
    """The error names it, and those that there are."""
    with pytest.raises(UnknownProviderError, match="no provider 'acme' in the registry, which has gemini, openai"):
        offline(ROOT / "models.yaml", settings, "acme")


def test_a_provider_without_pages_is_left_as_it_is(settings: Settings, tmp_path: Path) -> None:
    """A person may keep a fourth vendor by hand: the others are updated, and a note says who was not."""
    registry = tmp_path / "models.yaml"
    text = (ROOT / "examples" / "models-2026-08-21.yaml").read_text()
    fourth = """  fourth:
    env_var: FOURTH_KEY
    default_model: large
    models:
      large: {display_name: Large, input_per_million: 1.0, output_per_million: 3.0}
"""
    registry.write_text(text.replace("\ndefaults:", f"\n{fourth}defaults:"))

    update = offline(registry, settings)

    assert {run.provider for run in update.runs} == {"gemini", "openai", "anthropic"}
    assert update.plan.applied
    assert fourth in update.new_text
    assert "fourth/*: no pages are set for it: left as it is" in map(str, update.plan.notes)
    with pytest.raises(UnknownProviderError, match=r"no provider 'fourth' in the settings: .*\[providers.fourth\]"):
        offline(registry, settings, "fourth")


def keep(settings: Settings, witness: str, usd: str, day: datetime) -> None:
    """Keeps an answer of a registry in the form of models.dev's: one model's price, as of `day`."""
    assert settings.fetch.cache_dir
    answer = json.dumps({"openai": {"models": {"gpt-5.6-sol": {"cost": {"input": float(usd)}}}}})
    url = settings.registries[witness].url
    kept = CacheEntry(url, url, answer.encode(), "application/json", None, None, day, day)
    Cache(settings.fetch.cache_dir).put(url, kept)


def test_a_witness_of_the_pages_day_holds_what_it_contradicts(settings: Settings) -> None:
    """The rest of the update goes on; nothing of that mode is written."""
    keep(settings, "models-dev", "5.0", datetime(2026, 10, 4, tzinfo=UTC))
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    assert {change.model for change in update.plan.held} == {"gpt-5.6-sol"}
    (reason,) = {str(r) for c in update.plan.held for r in c.verdict.reasons if r.code == "witnesses"}
    assert "but models-dev (2026-10-04) says 5.0" in reason
    assert parse_registry(update.new_text).model("openai", "gpt-5.6-sol").rates[0].prices["input"] == Decimal(5)
    assert "gpt-6-astra" in parse_registry(update.new_text).models("openai")


def test_a_witness_that_has_not_heard_yet_holds_nothing(settings: Settings) -> None:
    """Its word is of another day, and it is told beside the change."""
    keep(settings, "models-dev", "5.0", datetime(2026, 8, 12, tzinfo=UTC))
    update = offline(ROOT / "examples" / "models-2026-08-21.yaml", settings)
    assert not update.plan.held
    told = {said.witness: said.as_of for change in update.plan.visible for said in change.other_days}
    assert told == {"models-dev": date(2026, 8, 12)}
    assert isinstance(update.witnesses["models-dev"], Statements)
    assert isinstance(update.witnesses["litellm"], Failed), "absent: no witness, and no failure of the update"
    assert not update.unread


def test_nobody_is_asked_where_no_price_changes(settings: Settings) -> None:
    """A run that finds nothing costs the other registries nothing."""
    assert offline(ROOT / "models.yaml", settings).witnesses == {}
