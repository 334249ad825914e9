"""`octoregistry update --vouched` plans what two registries price alike and no page states, apart from all else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octoregistry.settings import load_settings
from octoregistry.sources.cache import Cache, CacheEntry
from tests.cli.conftest import Run

DAY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def settings(folder: Path) -> Path:
    """Settings with a cache in which two registries have a model of OpenAI's that its page does not state."""
    file = folder / "octoregistry.toml"
    file.write_text(f'[fetch]\ncache_dir = "{folder / "kept"}"\n')
    one = {"openai": {"models": {"moon-2": {"cost": {"input": 1, "output": 4}}}}}
    two = {
        "moon-2": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06},
        "sun-2": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06},
    }
    for name, answer in (("models-dev", one), ("litellm", two)):
        url = load_settings().registries[name].url
        body = json.dumps(answer).encode()
        Cache(folder / "kept").put(url, CacheEntry(url, url, body, "application/json", None, None, DAY, DAY))
    return file


def test_a_vouched_model_is_shown_held_and_written_when_accepted(models: Path, settings: Path, run: Run) -> None:
    """Without --vouched nobody asks for it; nothing but `more` changes."""
    update = ("update", "--offline", "-p", "openai", "--settings", settings, "--registry", models)
    assert "moon-2" not in run(*update).output
    before = models.read_text()
    held = run(*update, "--vouched")
    assert held.exit_code == 5
    words = " ".join(held.stdout.split())
    assert "Vouched for by other registries alone" in words
    assert "litellm, models-dev (2026-11-01)" in words
    assert "sun-2" not in words
    assert models.read_text() == before
    done = run(*update, "--vouched", "--accept", "moon-2")
    assert "1 model vouched for by registries alone" in done.stdout
    after = models.read_text()
    assert after.startswith(before)
    assert "level: vouched, vouched_by: [litellm, models-dev], seen_on: 2026-11-01" in after
    assert run(*update, "--vouched").exit_code == run(*update).exit_code


def test_the_report_has_a_section_of_its_own(models: Path, settings: Path, run: Run, folder: Path) -> None:
    """With who vouches, and no word of it among the changes that wait for the vendor's sake."""
    update = (
        "update",
        "--dry-run",
        "--offline",
        "-p",
        "openai",
        "--settings",
        settings,
        "--registry",
        models,
        "--vouched",
    )
    plan = folder / "plan.json"
    run(*update, "--report", folder / "reports", "--plan-out", plan)
    (page,) = (folder / "reports").glob("2*.html")
    assert 'id="vouched"' in page.read_text()
    assert "vouched for by litellm, models-dev" in page.read_text()
    assert "Vouched for by other registries alone" in " ".join(
        run("apply", plan, "--dry-run", "--registry", models).stdout.split()
    )


def test_the_price_list_shows_it_apart(models: Path, settings: Path, run: Run, folder: Path) -> None:
    """In a list of its own, in another colour; not among the vendors' prices, nor in the report's data."""
    update = ("update", "--offline", "-p", "openai", "--settings", settings, "--registry", models)
    run(*update, "--vouched", "--accept", "moon-2")
    run(*update, "--report", folder / "reports")
    (page,) = (folder / "reports").glob("2*.html")
    html = page.read_text()
    apart = html.index('id="vouched-prices"')
    assert "moon-2" not in html[:apart]
    assert "vouched by litellm, models-dev on 2026-11-01" in html[apart:]
    (kept,) = (folder / "reports").glob("2*.json")
    assert "moon-2" not in kept.read_text()


@pytest.mark.parametrize("other", ["--pr", "--from-package"])
def test_it_goes_with_no_proposal_and_no_package(other: str, run: Run) -> None:
    assert run("update", "--vouched", other).exit_code == 2
