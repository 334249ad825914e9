"""The commands that look: models, price, history, estimate, config, doctor, completion."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from octoregistry.merging.lock import locked
from tests.cli.conftest import Run
from tests.waiting import LIMIT

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road:
        display_name: Road
        input_per_million: 1.0
        output_per_million: 2.0
        aliases: [road-1]
        rates:
          - {mode: standard, input: 2.0, output: 4.0}
          - {mode: standard, from: 2026-03-01, input: 1.0, output: 4.0}
          - {mode: standard, from: 2126-01-01, input: 3.0, output: 4.0}
          - {mode: batch, input: 1.0, output: 2.0}
        source: {page: https://acme.example/pricing, checked: 2026-02-01}
      old: {display_name: Old, input_per_million: 9.0, output_per_million: 9.0, status: retired, retires_on: 2025-01-01}
      dear: {display_name: Dear, input_per_million: 5.0, output_per_million: 9.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


@pytest.fixture(autouse=True)
def _registry(folder: Path) -> None:
    (folder / "models.yaml").write_text(REGISTRY)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_models_lists_what_can_be_called(run: Run) -> None:
    """Retired models with --all; the prices are those of the day."""
    listed = json.loads(run("models", "--json", "--at", "2026-04-01").stdout)
    assert [(one["model"], one["standard_input"], one["batch_input"]) for one in listed] == [
        ("road", "1.0", "1.0"), ("dear", "10", "5.0"),
    ]  # fmt: skip
    assert [row["model"] for row in rows(run("models", "--csv", "--all").stdout)] == ["road", "old", "dear"]
    assert run("models", "-p", "nobody").exit_code == 2
    assert "acme/road" in run("models").stdout
    found = json.loads(run("models", "--search", "road", "--json", "--all").stdout)
    assert [(one["model"], one["same_model"]) for one in found] == [("road", "road")]
    assert "no model has the words 'zork' in a name" in run("models", "--search", "zork").stderr


def test_price_tells_the_day_and_what_is_announced(run: Run) -> None:
    found = json.loads(run("price", "road-1", "--json", "--at", "2026-02-01").stdout)
    assert found["rates"][0]["prices"] == {"input": "2.0", "output": "4.0"}
    assert [one["from"] for one in found["announced"]] == ["2026-03-01", "2126-01-01"]
    assert found["source"]["checked"] == "2026-02-01"
    assert "2126-01-01" in run("price", "acme/road").stdout
    assert len(rows(run("price", "acme/road", "--csv").stdout)) == 6


def test_an_unknown_model_is_a_usage_error_that_names_near_ones(run: Run) -> None:
    refused = run("price", "acme/raod")
    assert refused.exit_code == 2
    assert "near names: road" in refused.stderr


def test_a_command_that_is_none_is_a_usage_error_that_names_near_ones(run: Run) -> None:
    refused = run("updat")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "no command 'updat'; near names: update" in refused.stderr


def test_history_tells_each_move_once_with_its_day(run: Run) -> None:
    moves = json.loads(run("history", "--json").stdout)
    assert [(m["from"], m["dimension"], m["old"], m["new"], m["percent"]) for m in moves] == [
        ("2026-03-01", "input", "2.0", "1.0", "-50.0"),
        ("2126-01-01", "input", "1.0", "3.0", "200.0"),
    ]
    assert len(json.loads(run("history", "acme/road", "--json").stdout)) == 6
    assert [m["from"] for m in json.loads(run("history", "--since", "2100-01-01", "--json").stdout)] == ["2126-01-01"]
    assert rows(run("history", "--csv").stdout)[0]["percent"] == "-50.0"
    assert "No price moved since 2200-01-01." in run("history", "--since", "2200-01-01").stderr
    assert "-50%" in run("history").stdout


@pytest.mark.parametrize(("day", "usd"), [("2026-02-28", "2"), ("2026-03-01", "1"), ("2126-01-01", "3")])
def test_estimate_costs_a_call_of_any_day(run: Run, day: str, usd: str) -> None:
    found = json.loads(
        run("estimate", "acme/road", "--input", "1000", "--requests", "1000", "--at", day, "--json").stdout
    )
    assert found["estimates"][0]["usd"] == usd


def test_an_estimate_of_no_tokens_at_all_is_a_usage_error_and_no_price_of_0(run: Run) -> None:
    refused = run("estimate", "acme/dear")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--input 12000 --output 800" in refused.stderr
    assert run("estimate", "acme/dear", "--input", "0").exit_code == 0


def test_estimate_names_the_other_modes_and_what_costs_less(run: Run) -> None:
    found = json.loads(run("estimate", "acme/dear", "--input", "1000000", "--json").stdout)["estimates"]
    assert [one["model"] for one in found] == ["dear", "road"]
    assert found[0]["modes"] == {"standard": "10", "batch": "5", "flex": None, "priority": None}
    assert "exactly 10 USD" in run("estimate", "acme/dear", "--input", "1000000").stdout
    assert [row["model"] for row in rows(run("estimate", "--input", "10", "--csv").stdout)] == ["road", "dear"]


def test_a_cost_that_is_not_known_is_told_as_such_with_status_1(run: Run) -> None:
    unknown = run("estimate", "acme/road", "--output-audio", "5")
    assert unknown.exit_code == 1
    assert "unknown: no standard price of output audio" in unknown.stdout
    assert run("estimate", "acme/road", "--input", "-5").exit_code == 2
    assert run("estimate", "acme/old", "--input", "5").exit_code == 0


def test_config_says_where_each_setting_came_from(run: Run, folder: Path) -> None:
    (folder / "octoregistry.toml").write_text("[fetch]\nretries = 7\n")
    told = {one["name"]: one for one in json.loads(run("config", "--json").stdout)}
    assert (told["fetch.retries"]["value"], told["fetch.retries"]["origin"]) == (7, "octoregistry.toml")
    assert told["fetch.max_redirects"]["origin"] == "built in"
    assert told["providers.openai.batch.discount"]["origin"] == "built in"
    assert told["pull_request.branch"]["value"] == "octoregistry/update"
    assert "update.recheck_days" in run("config", "update").stdout
    assert run("config", "nothing-of-the-kind").exit_code == 2
    (folder / "octoregistry.toml").write_text("[fetch]\nretrys = 7\n")
    assert "octoregistry.toml: fetch.retrys" in run("config").stderr


def test_config_shows_a_vendor_as_its_file_and_ours_together_say(run: Run, folder: Path) -> None:
    """By any name that it goes by; each fact with the file that it is from, which may begin with a byte order mark."""
    (folder / "octoregistry.toml").write_text(
        '[providers.openai]\nprices = ["https://mirror.example/p"]\n', encoding="utf-8-sig"
    )
    told = {one["name"]: one for one in json.loads(run("config", "--vendor", "OpenAI", "--json").stdout)}
    assert (told["prices"]["value"], told["prices"]["origin"]) == (["https://mirror.example/p"], "octoregistry.toml")
    file = "providers/vendors/openai.toml"
    assert (told["key_env"]["value"], told["key_env"]["origin"]) == (["OPENAI_API_KEY"], file)
    assert told["model_list.headers"]["origin"] == "built in"
    assert "claude" in run("config", "--vendor", "anthropic", "names").stdout
    others = run("config", "--vendor", "nobody").stderr.partition("there are ")[2].strip().split(", ")
    assert others == sorted(others)
    assert {"anthropic", "gemini", "openai"} <= set(others)


def test_doctor_says_whether_a_key_is_set_and_never_what_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-123")
    with locked(Path("models.yaml")):
        done = run("doctor", "--offline")
    assert done.exit_code == 0, done.output
    assert "key of openai: OPENAI_API_KEY is set" in done.stdout
    assert "ANTHROPIC_API_KEY is not set" in done.stdout
    assert f"lock: held by process {os.getpid()}" in done.stdout
    assert "sk-canary-123" not in done.output
    Path("models.yaml").write_text("x")
    wrong = run("doctor", "--offline", "--json")
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)[0]["state"] == "wrong"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_the_shells_own(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_OCTOREGISTRY_COMPLETE" in done.stdout


def test_completion_completes() -> None:
    """As a shell asks: the words so far, and which of them is being typed."""
    asked = {"_OCTOREGISTRY_COMPLETE": "bash_complete", "COMP_WORDS": "octoregistry hist", "COMP_CWORD": "1"}
    code = "import sys; sys.argv[0] = 'octoregistry'; from octoregistry.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.stdout == "plain,history\n", done.stderr


def test_no_colour_where_none_is_wanted() -> None:
    """NO_COLOR, on a terminal of 80 columns."""
    code = "from octoregistry.cli import main; main()"
    environ = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80"}
    shown = {}
    for name, more in (("colour", {}), ("none", {"NO_COLOR": "1"})):
        done = subprocess.run(
            [sys.executable, "-c", code, "history"],
            env=environ | more,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        shown[name] = done.stdout
    assert "\x1b[3" not in shown["none"]
    assert "acme/road" in shown["none"]


def test_a_doctor_goes_on_where_the_settings_cannot_be_used(models: Path, run: Run) -> None:
    """They are one of the things that may be wrong."""
    Path("octoregistry.toml").write_text("[fetch]\nretries = 'many'\n")
    done = run("doctor", "--offline")
    assert done.exit_code == 1
    assert "WRONG  settings: octoregistry.toml: fetch.retries: " in done.stdout
    assert "note   registry: models.yaml: 144 models; the packaged registry is newer" in done.stdout
    assert "ok     lock: free" in done.stdout
