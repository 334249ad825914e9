"""`octoregistry explain` and `compare` on the command line: tables for people, JSON for programs, no network."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from octoregistry.cli import cli
from octoregistry.settings import load_settings
from octoregistry.sources.cache import Cache, CacheEntry

ROOT = Path(__file__).parents[2]
AUGUST = datetime(2026, 8, 21, tzinfo=UTC)
OPENROUTER = {
    "data": [
        {"id": "openai/gpt-5.6-sol", "pricing": {"prompt": "0.000002", "completion": "0.00003"}},
        {"id": "openai/gpt-5.5", "pricing": {"prompt": "0.000005"}},
    ]
}


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """A settings file whose cache holds one registry's answer."""
    file = tmp_path / "octoregistry.toml"
    file.write_text(f'[fetch]\ncache_dir = "{tmp_path / "cache"}"\n')
    url = load_settings().registries["openrouter"].url
    kept = CacheEntry(url, url, json.dumps(OPENROUTER).encode(), "application/json", None, None, AUGUST, AUGUST)
    Cache(tmp_path / "cache").put(url, kept)
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--registry", str(ROOT / "models.yaml")], env={"COLUMNS": "160"})


def test_explain_tells_place_history_and_others(settings: str) -> None:
    found = run("explain", "openai/gpt-5.6-sol", "--settings", settings)
    assert found.exit_code == 0, found.output
    assert "bundled with the package" in found.output
    line = next(line for line in found.output.splitlines() if "standard input " in line)
    assert re.search(r"T\d+R33C2", line)
    assert "not: openrouter 2.0" in line
    assert "5.0, 4.0 from 2026-08-22" in line


def test_explain_as_json_holds_the_evidence(settings: str) -> None:
    found = json.loads(run("explain", "openai/gpt-5.6-sol", "--json", "--settings", settings).stdout)
    assert (found["checked"], found["page"]["from"]) == ("2026-10-03", "bundled")
    price = found["prices"][0]
    assert (price["mode"], price["dimension"], price["usd"]) == ("standard", "input", "4.0")
    assert price["vendor_page"]["page"].startswith("https://")
    assert price["vendor_page"]["usd"] == "4.0"
    assert price["history"] == [{"from": None, "usd": "5.0"}, {"from": "2026-08-22", "usd": "4.0"}]
    output = next(price for price in found["prices"] if price["dimension"] == "output")
    assert output["behind"] == [{"witness": "openrouter", "usd": "30.0", "as_of": "2026-08-21"}]


@pytest.mark.parametrize(
    ("name", "words"),
    [("gpt-99", "no provider has"), ("openai/gpt-99", "gpt-99"), ("acme/m", "acme"), ("openai/\x1b[31m", "\\x1b")],
)
def test_explain_of_no_model_says_so(name: str, words: str, settings: str) -> None:
    found = run("explain", name, "--settings", settings)
    assert found.exit_code == 2
    assert words in found.output
    assert "\x1b" not in found.output


def test_compare_shows_each_disagreement_beside_the_page(settings: str) -> None:
    found = run("compare", "--offline", "--with", "openrouter", "--settings", settings)
    assert found.exit_code == 0, found.output
    line = next(line for line in found.output.splitlines() if "standard input" in line)
    assert "5.0, now 4.0" in line
    assert "openrouter 2.0 (2026-08-21)" in line
    assert "gpt-5.5 " not in found.output, "it agrees"
    assert "1 of 2" in found.output
    assert "2 of 3" in found.output


def test_compare_as_json(settings: str) -> None:
    found = json.loads(run("compare", "--offline", "--json", "--with", "openrouter", "--settings", settings).stdout)
    (one,) = found["disagreements"]
    assert (one["model"], one["usd"], one["now"], one["vendor_page"]["usd"]) == ("gpt-5.6-sol", "5.0", "4.0", "4.0")
    assert found["agreement"] == [
        {"witness": "openrouter", "dimension": "input", "same": 1, "other": 1},
        {"witness": "openrouter", "dimension": "output", "same": 1, "other": 0},
    ]


def test_compare_with_nobody_to_hear_fails_and_says_why(settings: str) -> None:
    found = run("compare", "--offline", "--with", "litellm", "--settings", settings)
    assert found.exit_code == 1
    assert "not in the cache" in found.output


def test_compare_with_a_stranger_is_a_usage_error(settings: str) -> None:
    found = run("compare", "--offline", "--with", "somebody", "--settings", settings)
    assert found.exit_code == 2
    assert "litellm, models-dev, openrouter, genai-prices, llm-prices" in found.output
