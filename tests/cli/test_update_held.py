"""`octoregistry update` tells what is held and why, and leaves with 5."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from octoregistry.cli import cli
from octoregistry.settings import load_settings
from octoregistry.sources.cache import Cache, CacheEntry

ROOT = Path(__file__).parents[2]
DAY = datetime(2026, 10, 4, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """Settings with a cache in which one registry contradicts the page and another does not speak of it."""
    file = tmp_path / "octoregistry.toml"
    file.write_text(f'[fetch]\ncache_dir = "{tmp_path / "cache"}"\n')
    answer = json.dumps({"openai": {"models": {"gpt-5.6-sol": {"cost": {"input": 5, "output": 20}}}}})
    url = load_settings().registries["models-dev"].url
    Cache(tmp_path / "cache").put(url, CacheEntry(url, url, answer.encode(), "application/json", None, None, DAY, DAY))
    return str(file)


def run(settings: str, *more: str) -> Result:
    registry = str(ROOT / "examples" / "models-2026-08-21.yaml")
    arguments = ["update", "--dry-run", "--offline", "-p", "openai", "--registry", registry, "--settings", settings]
    return CliRunner().invoke(cli, [*arguments, *more], env={"COLUMNS": "160"})


def test_held_changes_are_told_with_every_reason(settings: str) -> None:
    found = run(settings)
    assert found.exit_code == 5, found.output
    assert "Witnesses: models-dev of 2026-10-04; 4 could not be read" in found.stdout
    assert "Held for review" in found.stdout
    assert "of the page says 4.0, but models-dev (2026-10-04) says 5.0" in found.stdout
    assert "written together with a held change" in found.stdout
    assert "agree: models-dev 20.0 (2026-10-04)" in found.stdout


def test_the_json_has_factor_witnesses_and_reasons(settings: str) -> None:
    found = json.loads(run(settings, "--json").stdout)
    reports = {one["witness"]: one for one in found["witnesses"]}
    assert reports["models-dev"]["as_of"] == "2026-10-04"
    assert "failed" in reports["litellm"]
    (change,) = (
        change
        for change in found["plan"]["changes"]
        if (change["model"], change["mode"], change["dimension"], change["above_input_tokens"])
        == ("gpt-5.6-sol", "standard", "input", None)
    )
    assert (change["verdict"], change["factor"]) == ("hold", "0.8")
    assert change["contradicts"] == [{"witness": "models-dev", "usd": "5.0", "as_of": "2026-10-04"}]
    assert change["reasons"][0]["code"] == "witnesses"
    assert change["evidence"]["address"]


def test_a_far_move_waits_for_a_witness_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    """Offline nobody could be asked; where the guard is off, the output says so without being asked for notes."""
    registry = tmp_path / "models.yaml"
    august = (ROOT / "examples" / "models-2026-08-21.yaml").read_text()
    before, sol, after = august.partition("      gpt-5.6-sol:\n")
    registry.write_text(
        before
        + sol
        + after.replace("input: 5.0,", "input: 2.4,", 1)
        .replace("input: 2.5,", "input: 1.2,", 1)
        .replace("input_per_million: 2.5", "input_per_million: 1.2", 1)
    )
    settings = tmp_path / "octoregistry.toml"
    settings.write_text(f'[fetch]\ncache_dir = "{tmp_path / "cache"}"\n')
    held = run(str(settings), "--registry", str(registry))
    assert held.exit_code == 5, held.output
    assert "offline, no witness; more than ×1.5 needs one" in " ".join(held.stdout.split())
    settings.write_text(f'{settings.read_text()}[guards]\nunwitnessed = "off"\n')
    free = run(str(settings), "--registry", str(registry))
    assert "no witness;" not in free.stdout
    assert "openai: guards.unwitnessed is off: far moves need no witness" in free.stdout


def test_where_all_is_held_nothing_is_said_to_be_as_the_pages_say(settings: str, tmp_path: Path) -> None:
    registry = tmp_path / "models.yaml"
    text = (ROOT / "models.yaml").read_text()
    sol = text.index("      gpt-5.6-sol:")
    place = text.index("input: 4.0", sol)
    registry.write_text(text[:place] + text[place:].replace("input: 4.0", "input: 0.4", 1))
    found = run(settings, "--registry", str(registry))
    assert found.exit_code == 5, found.output
    assert "No change to models.yaml: all that the pages change is held." in found.stdout
    assert "says what the pages say" not in found.stdout
