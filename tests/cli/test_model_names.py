"""Half a name finds the whole one: in the message, and in the shell's completion."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from octoregistry.cli import cli
from tests.cli.conftest import Run


@pytest.mark.parametrize("name", ["gpt-5.6", "openai/gpt-5.6", "GPT-5.6"])
def test_a_name_that_is_begun_is_completed(run: Run, name: str) -> None:
    """Not what looks like it: gpt-5.6 is the beginning of three models, and no typing error for gpt-5."""
    said = run("price", name).stderr
    assert {"gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"} <= set(re.findall(r"gpt-5\.6-\w+", said))
    assert "gpt-5.4" not in said


def test_a_name_with_a_slip_finds_its_neighbours(run: Run) -> None:
    assert "openai/gpt-5.6-sol" in run("price", "gpt-5.6-soll").stderr


@pytest.mark.parametrize("command", ["price", "estimate", "history", "explain"])
@pytest.mark.parametrize(
    ("begun", "wanted"), [("openai/gpt-5.6-s", "openai/gpt-5.6-sol"), ("claude-haiku-4", "claude-haiku-4-5")]
)
def test_the_shell_completes_models(command: str, begun: str, wanted: str) -> None:
    """With and without the provider."""
    asked = {
        "_OCTOREGISTRY_COMPLETE": "bash_complete",
        "COMP_WORDS": f"octoregistry {command} {begun}",
        "COMP_CWORD": "2",
    }
    said = CliRunner().invoke(cli, [], env=asked, prog_name="octoregistry").stdout
    assert said.splitlines()
    assert all(line.startswith(f"plain,{begun}") for line in said.splitlines())
    assert any(line.startswith(f"plain,{wanted}") for line in said.splitlines())


def test_what_is_cheaper_says_what_it_saves(run: Run) -> None:
    """In dollars and percent, of the same kind; and that another vendor counts tokens otherwise."""
    words = ("estimate", "openai/gpt-5.6-sol", "--input", "12000", "--output", "800", "--requests", "1000")
    said = run(*words).stdout
    asked, *others = json.loads(run(*words, "--json").stdout)["estimates"]
    assert asked["saves_usd"] is None
    for one in others:
        assert float(one["saves_usd"]) == float(asked["usd"]) - float(one["usd"])
        assert one["kind"].partition(" ")[0] == "chat"
        assert f"({one['saves_percent']}%)" in said
    assert "another vendor counts the same text differently" in said


def test_models_say_their_kind_and_when_they_retire(run: Run) -> None:
    row = next(line for line in run("models", "--at", "2026-11-20").stdout.splitlines() if "openai/gpt-5-mini " in line)
    assert re.search(r"│ chat +│ .* retires 2026-12-11 ", row)


@pytest.mark.parametrize("provider", ["OpenAI", "OPEN_AI"])
def test_a_provider_goes_by_any_of_its_names(run: Run, provider: str) -> None:
    """In any letter case, for every command that takes one."""
    assert run("price", f"{provider}/gpt-5.4").stdout == run("price", "openai/gpt-5.4").stdout != ""
    assert run("models", "-p", provider).stdout == run("models", "-p", "openai").stdout != ""
    assert run("update", "--dry-run", "--offline", "--llm", "off", "-p", provider).stdout.startswith("Pages: openai ")
