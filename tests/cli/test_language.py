"""The options by which `extract` and `update` ask a language model, and the review of what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.vendor import Vendor, VendorReply
from octoregistry.cli import cli

PAGE = "# Prices\n\n| Model | Turbo input | Output |\n|---|---|---|\n| gpt-5.4 | $2.50 | $15.00 |\n"
ANSWER = '{"A": "priority"}'
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY")
MODEL = "openai/gpt-5.4-mini"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    return str(file)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """OpenAI on loopback; it says that "Turbo" is priority."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    with Vendor(lambda _: VendorReply(ANSWER)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def run(*arguments: str, **more: str) -> Result:
    return CliRunner().invoke(cli, arguments, **more)  # type: ignore[arg-type]


def test_extract_asks_the_named_model_keeps_its_answer_and_prints_what_it_cost(page: str, vendor: Vendor) -> None:
    """The second run asks nobody; `readings` lists what is kept and removes it."""
    told = json.loads(run("extract", "openai", page, "--json", "--llm", MODEL).stdout)
    turbo = next(rate for rate in told["rates"] if rate["mode"] == "priority")
    assert (turbo["input"], turbo["witness"]) == ("2.50", f"llm:{MODEL}")
    assert turbo["doubts"] == [
        f"'Turbo input' (column head, T1R1C2): only llm:{MODEL} says what it means: mode:priority"
    ]
    assert told["llm"]["calls"][0]["cost"] == told["llm"]["cost"]
    assert "llm" not in json.loads(run("extract", "openai", page, "--json", "--llm", MODEL).stdout)
    assert len(vendor.requests) == 1
    assert f"1 call of {MODEL}" in run("extract", "openai", page, "--llm", MODEL, "--no-known").stdout
    assert f"column head “Turbo input”: priority; llm:{MODEL}" in run("readings", "list").stdout
    assert json.loads(run("readings", "list", "--json").stdout)[0]["means"] == "priority"
    assert run("readings", "remove", "Turbo input").output.startswith("removed openai column head")
    assert run("readings", "remove", "all").exit_code == 1


def test_a_label_that_nobody_explains_is_told_once_with_its_count(page: str) -> None:
    """In the text a mark stands at each price, in the JSON its rate has the doubt."""
    shown = run("extract", "openai", page, "--llm", "off").stdout
    assert "2.50?" in shown
    assert shown.count("'Turbo input' (column head, T1R1C2): not understood: Turbo: 1 price") == 1
    told = json.loads(run("extract", "openai", page, "--json", "--llm", "off").stdout)
    (label,) = told["labels"]
    assert (label["label"], label["place"], label["prices"]) == ("Turbo input", "column_head", 1)
    assert [(bool(rate["doubts"]), "input" in rate) for rate in told["rates"]] == [(False, False), (True, True)]


def test_an_answer_that_cannot_be_kept_is_said_with_the_folder(page: str, tmp_path: Path, vendor: Vendor) -> None:
    """Else every run would pay for the same question, and nobody would know why."""
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    shown = run("extract", "openai", page, "--llm", MODEL)
    assert shown.exit_code == 0
    folder = tmp_path / "data" / "octoregistry" / "readings"
    assert f"answers could not be kept, and the next run asks again: {folder}" in shown.stderr


def test_without_a_key_it_is_said_once_that_words_stay_doubts(page: str) -> None:
    """`auto` with no key is off; `off` says nothing."""
    told = run("extract", "openai", page, "--json")
    assert told.stderr.count("stay doubts: no key of a vendor is set") == 1
    assert run("extract", "openai", page, "--json", "--llm", "off").stderr == ""


def test_a_model_that_cannot_be_asked_is_a_usage_error(page: str) -> None:
    """A named model without a key."""
    told = run("extract", "openai", page, "--llm", MODEL)
    assert told.exit_code == 2
    assert "OPENAI_API_KEY" in told.stderr


def test_an_endpoint_of_ones_own_is_named_in_the_settings(page: str, tmp_path: Path, vendor: Vendor) -> None:
    """Apart from the provider of that name."""
    url = vendor.environment["OPENAI_BASE_URL"]
    file = tmp_path / "own.toml"
    file.write_text(f'[reading]\nbase_url = "{url}"\nmodel = "house/model"\n', encoding="utf-8")
    told = json.loads(run("extract", "openai", page, "--json", "--settings", file).stdout)
    assert told["llm"]["calls"][0]["model"].endswith("/house/model")
    assert vendor.requests[0]["model"] == "house/model"


def test_a_person_reviews_labels_without_a_terminal(page: str) -> None:
    """`--json` prints those that wait, `--answers` takes them back; then none waits."""
    labels = json.loads(run("readings", "review", "anthropic", "--json").stdout)
    if not labels:
        pytest.skip("every label of the bundled page is known")
    assert all(label["means"] is None and label["prices"] for label in labels)
    said = json.dumps([{**label, "means": "harmless"} for label in labels])
    told = run("readings", "review", "anthropic", "--answers", "-", input=said)
    assert told.stdout.startswith(f"{len(labels)} of {len(labels)} labels answered")
    assert json.loads(run("readings", "review", "anthropic", "--json").stdout) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "no JSON list of labels"),
        ('[{"provider": "anthropic", "label": "nowhere", "means": "batch"}]', "no such label waits"),
    ],
)
def test_answers_about_nothing_are_an_error_and_none_is_kept(page: str, text: str, words: str) -> None:
    """A file of yesterday may speak of a page that has changed."""
    told = run("readings", "review", "anthropic", "--answers", "-", input=text)
    assert told.exit_code == 1
    assert words in told.stderr
    assert "0 readings" in run("readings").stdout


def test_without_a_terminal_review_says_what_to_do(page: str) -> None:
    """A scheduler's run does not wait for a key."""
    told = run("readings", "review", "anthropic")
    assert told.exit_code == 2 or "0 of 0" in told.stdout


def test_an_offline_update_asks_no_model(page: str) -> None:
    """--offline asks nothing of the network, whatever --llm says; what stays open is said for each vendor."""
    told = json.loads(run("update", "--dry-run", "--offline", "--json", "--llm", MODEL, "-p", "anthropic").stdout)
    assert told["llm"] == {"calls": [], "cost": "0", "cost_unknown": 0}
    assert "labels" in told["sources"][0]
