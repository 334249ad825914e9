"""`octoregistry update --pr` from end to end: the bundled pages, a bare repository, a forge on loopback."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from octoregistry.cli import cli
from providers import compiled, parse_registry
from tests.publishing.conftest import CANARY, Clone, Forge
from tests.publishing.test_propose import seen_in

EXAMPLE = Path(__file__).parents[2] / "examples" / "models-2026-08-21.yaml"


@pytest.fixture
def repository(clone: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clone:
    """The clone, whose base has the registry of some weeks ago with its compiled copy."""
    clone.git("stash", "--quiet", "--include-untracked")
    clone.git("checkout", "--quiet", "-B", "main", "origin/main")
    shutil.copy(EXAMPLE, clone.registry)
    compiled.write_beside(str(clone.registry))
    clone.git("add", ".")
    clone.git("commit", "--quiet", "-m", "the registry of some weeks ago")
    clone.git("push", "--quiet", "origin", "main")
    clone.git("checkout", "--quiet", "my-work")
    clone.git("stash", "pop", "--quiet")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OCTOREGISTRY_TOKEN", CANARY)
    return clone


def run(repository: Clone, forge: Forge, kind: str, *arguments: str, **more: object) -> Result:
    settings = repository.folder.parent / "octoregistry.toml"
    lines = {"forge": kind, "api_url": forge.url, **more}
    settings.write_text(
        "[pull_request]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    )
    stdin = ["update", "--offline", "--pr", "--registry", str(repository.registry), "--settings", str(settings)]
    return CliRunner().invoke(cli, [*stdin, *arguments], prog_name="octoregistry")


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_one_request_with_registry_and_copy(repository: Clone, forge: Forge, kind: str) -> None:
    """The person's own edits, uncommitted, are neither in it nor touched; the second run says that nothing changed."""
    before = repository.state()
    done = run(repository, forge, kind)
    assert done.exit_code == 0, done.output
    assert "octoregistry/update: opened" in done.stderr
    assert repository.state() == before

    files = repository.on_remote("diff", "--name-only", "main", "octoregistry/update").split()
    assert files == ["data/models.json", "data/models.yaml"]
    registry = repository.on_remote("show", "octoregistry/update:data/models.yaml") + "\n"
    assert parse_registry(registry).model("openai", "gpt-6-astra")
    copy = json.loads(repository.on_remote("show", "octoregistry/update:data/models.json"))
    assert copy["sha256"] == parse_registry(registry).text_sha256
    assert forge.pulls[0]["title"].startswith(
        "Prices: gpt-5.6-sol −20% in, −33% out; claude-sonnet-5 −33% in, −33% out; 88 prices first known; 33 models new"
    )

    writes = list(forge.writes)
    again = run(repository, forge, kind, "--json")
    assert json.loads(again.stdout)["pull_requests"][0]["what"] == "unchanged"
    assert forge.writes == writes
    assert not seen_in(
        done.output + again.output + json.dumps(forge.pulls) + repository.on_remote("log", "--all", "-p")
    )


def test_a_report_goes_into_the_commit_where_it_is_wanted_there(repository: Clone, forge: Forge) -> None:
    """`report = "commit"`, with an index; otherwise three thousand lines of HTML stand in nobody's way."""
    assert run(repository, forge, "github", "-p", "anthropic", report="commit").exit_code == 0
    files = repository.on_remote("diff", "--name-only", "main", "octoregistry/update").split()
    report = [name for name in files if name.startswith("reports/2026-")]
    assert files == ["data/models.json", "data/models.yaml", *report, "reports/index.html"]
    assert len(report) == 2


def test_a_branch_a_provider(repository: Clone, forge: Forge) -> None:
    """Each with its own changes alone; a provider without changes gets none."""
    done = run(repository, forge, "github", each_provider=True)
    assert done.exit_code == 0, done.output
    assert repository.branches() == [
        "main",
        *(f"octoregistry/update-{name}" for name in ("anthropic", "gemini", "openai")),
    ]
    assert len(forge.pulls) == 3
    anthropic = repository.on_remote("show", "octoregistry/update-anthropic:data/models.yaml")
    assert "claude-fable-5-1" in anthropic
    assert "gpt-6-astra" not in anthropic


def test_after_the_merge_there_is_nothing_to_propose(repository: Clone, forge: Forge) -> None:
    """Nothing is opened, nothing is closed, nothing is asked."""
    run(repository, forge, "gitlab")
    repository.on_remote("update-ref", "refs/heads/main", "octoregistry/update")
    forge.pulls[0]["state"] = "merged"
    asked = list(forge.asked)
    done = run(repository, forge, "gitlab")
    assert "No change" in done.stdout
    assert forge.asked == asked
    assert len(forge.pulls) == 1


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_forge_that_is_down_or_repeats_the_token_is_exit_1(repository: Clone, forge: Forge, kind: str) -> None:
    """In one line, without it."""
    forge.fails = lambda _method, _path: (403, f"bad credentials {CANARY}")
    done = run(repository, forge, kind)
    assert done.exit_code == 1
    assert "status 403: bad credentials ***" in done.stderr
    assert not seen_in(done.output)
    assert repository.branches() == ["main"]


def test_what_cannot_be_proposed_is_told(repository: Clone, forge: Forge, tmp_path: Path) -> None:
    """No repository; a file that the base has not; a dry run."""
    outside = tmp_path / "models.yaml"
    shutil.copy(EXAMPLE, outside)
    environ = {name: value for name, value in os.environ.items() if name != "OCTOREGISTRY_TOKEN"}
    done = CliRunner().invoke(cli, ["update", "--offline", "--pr", "--registry", str(outside)], env=environ)
    assert done.exit_code == 1
    assert "not a git repository" in done.stderr

    other = repository.registry.rename(repository.registry.with_name("renamed.yaml"))
    done = CliRunner().invoke(cli, ["update", "--offline", "--pr", "--registry", str(other)], env=environ)
    assert done.exit_code == 1
    assert "there is no file data/renamed.yaml on main" in done.stderr
    assert CliRunner().invoke(cli, ["update", "--pr", "--dry-run", "--registry", str(other)]).exit_code == 2
