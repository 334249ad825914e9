"""The options by which `extract` and `update` ask a language model, and the kept readings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.vendor import Said, Vendor
from octoregistry.cli import cli

PAGE = "# Prix\n\n## Tarifs\n\n| Modulus | Ingress | Egress |\n|---|---|---|\n| gpt-5.4 | $2.50 | $15.00 |\n"
PARTS = [{"is": "names", "at": ["C1"]}, {"is": "input", "at": ["C2"]}, {"is": "output", "at": ["C3"]}]
ANSWER = json.dumps({"tables": [{"table": "A", "parts": PARTS}], "quotes": []})
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_extract_asks_the_named_model_keeps_its_reading_and_prints_what_it_cost(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run asks nobody; `readings` lists what is kept and removes it."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    with Vendor(lambda _: Said(ANSWER)) as vendor:
        for name, value in vendor.environment.items():
            monkeypatch.setenv(name, value)
        first = run("extract", "openai", page, "--json", "--llm", "openai/gpt-5.4-mini")
        told = json.loads(first.stdout)
        assert told["rates"][0]["input"] == "2.50"
        assert told["rates"][0]["witness"] == "llm:openai/gpt-5.4-mini"
        assert told["llm"]["calls"][0]["cost"] == told["llm"]["cost"]
        shown = run("extract", "openai", page, "--llm", "openai/gpt-5.4-mini", "--no-known")
        assert "1 call of openai/gpt-5.4-mini" in shown.stdout
        assert len(vendor.requests) == 2
        assert "llm" not in json.loads(run("extract", "openai", page, "--json").stdout)
        assert len(vendor.requests) == 2
    listed = run("readings", "list").stdout
    assert "llm:openai/gpt-5.4-mini, not reviewed: Modulus | Ingress | Egress" in listed
    assert run("readings", "remove", "all").output.startswith("removed openai-")
    assert run("readings", "remove", "all").exit_code == 1
    assert "not reviewed" not in run("readings").stdout


def test_a_reading_that_cannot_be_kept_is_said_with_the_folder(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every run would pay for the same question, and nobody would know why."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    with Vendor(lambda _: Said(ANSWER)) as vendor:
        for name, value in vendor.environment.items():
            monkeypatch.setenv(name, value)
        shown = run("extract", "openai", page, "--llm", "openai/gpt-5.4-mini")
    assert shown.exit_code == 0
    folder = tmp_path / "data" / "octoregistry" / "readings"
    assert f"readings could not be kept, and the next run asks again: {folder}" in shown.stderr


def test_without_a_key_it_is_said_once_that_tables_stay_unread(page: str) -> None:
    """`auto` with no key is off; `off` says nothing."""
    told = run("extract", "openai", page, "--json")
    assert told.stderr.count("stay unread: no key of a vendor is set") == 1
    assert json.loads(told.stdout)["rates"] == []
    assert run("extract", "openai", page, "--json", "--llm", "off").stderr == ""


def test_a_model_that_cannot_be_asked_is_a_usage_error(page: str) -> None:
    """A named model without a key."""
    told = run("extract", "openai", page, "--llm", "openai/gpt-5.4-mini")
    assert told.exit_code == 2
    assert "OPENAI_API_KEY" in told.stderr


def test_an_offline_update_asks_no_model(page: str) -> None:
    """--offline asks nothing of the network, whatever --llm says."""
    told = run("update", "--dry-run", "--offline", "--json", "--llm", "openai/gpt-5.4-mini")
    assert json.loads(told.stdout)["llm"] == {"calls": [], "cost": "0", "cost_unknown": 0}


def test_no_rules_reads_by_the_readings_that_come_with_the_package(page: str) -> None:
    """The shapes of the vendors' pages are known: the rules are not needed for them."""
    text = "# Pricing\n\n"
    text += (
        "| Model | Base Input Tokens | 5m Cache Writes | 1h Cache Writes | Cache Hits & Refreshes | Output Tokens |\n"
    )
    text += "|---|---|---|---|---|---|\n| Claude Opus 5 | $5 / MTok | $6.25 / MTok | $10 / MTok | $0.50 / MTok | $25 / MTok |\n"
    Path(page).write_text(text, encoding="utf-8")
    (rate,) = json.loads(run("extract", "anthropic", page, "--json", "--no-rules").stdout)["rates"]
    assert rate["witness"] == "known"
    assert (rate["input"], rate["cache_write_1h"], rate["output"]) == ("5", "10", "25")


def test_readings_say_what_could_not_be_understood_and_steer_no_terminal(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page writes the headers and a model the reasons: neither is printed as it stands."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    Path(page).write_text(PAGE.replace("Ingress", "In\x1b]0;owned\x07gress"), encoding="utf-8")
    answers = iter([Said("{}"), Said("\x1b[31m"), Said(ANSWER)])
    with Vendor(lambda _: next(answers)) as vendor:
        for name, value in vendor.environment.items():
            monkeypatch.setenv(name, value)
        assert not json.loads(run("extract", "openai", page, "--json", "--llm", "openai/gpt-5.4-mini").stdout)["rates"]
        listed = run("readings")
        assert "openai/gpt-5.4-mini, not understood on " in listed.stdout
        run("readings", "remove", "all")
        assert json.loads(run("extract", "openai", page, "--json", "--llm", "openai/gpt-5.4-mini").stdout)["rates"]
    shown = run("readings").stdout
    assert "not reviewed: Modulus | In" in shown
    assert "\x1b" not in listed.stdout + shown
