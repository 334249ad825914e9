"""A schedule that proposes: runs make pull requests, and what a person accepts is part of the next one."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import yaml

from octoregistry.service import run_task
from octoregistry.service.database import Database
from octoregistry.service.decisions import Decisions
from octoregistry.service.run_task import RunTask
from octoregistry.settings import load_settings
from tests.service.conftest import DAILY, HAIKU, Workspace

BRANCH = "octoregistry/update"


def git(workspace: Workspace, *words: str) -> str:
    """What git says in the workspace."""
    name = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    command = [shutil.which("git") or "git", *name, *words]
    return subprocess.run(command, cwd=workspace.folder, capture_output=True, text=True, check=True).stdout


def proposed(workspace: Workspace) -> str:
    """The cached price of Haiku, as our branch has it."""
    registry: Any = yaml.safe_load(git(workspace, "show", f"{BRANCH}:models.yaml"))
    rates = registry["providers"]["anthropic"]["models"][HAIKU]["rates"]
    return str([rate["cached_input"] for rate in rates if rate["mode"] == "standard"][-1])


@pytest.fixture
def repository(workspace: Workspace) -> Workspace:
    """A workspace that is a repository, without a forge: the branch stays here. One change of its registry is held."""
    workspace.hold()
    workspace.settings(DAILY.replace("jitter = 0", "jitter = 0\npull_request = true").replace("1d", "1s"))
    git(workspace, "init", "--quiet", "--initial-branch=main")
    git(workspace, "add", "models.yaml")
    git(workspace, "commit", "--quiet", "-m", "the registry")
    return workspace


def test_what_a_person_accepts_is_proposed_until_it_is_merged_and_asked_again_after_that(repository: Workspace) -> None:
    """The file itself is never written; a price that was once let pass does not pass for ever."""
    before = repository.registry.read_bytes()
    database = Database(repository.database)
    decisions = Decisions(database)
    assert repository.run("schedule", "--once", "--offline").returncode == 5
    (held,) = decisions.all("waiting")
    assert git(repository, "branch", "--list", BRANCH) == ""
    assert decisions.decide(held.id, "accepted")
    for _ in range(2):
        told = repository.run("schedule", "--once", "--offline")
        assert told.returncode == 0, told.stderr
        assert proposed(repository) == "0.1"
        assert decisions.accepted() == {held.id}, "it is not merged yet"
    assert repository.registry.read_bytes() == before
    runs = repository.runs()
    assert [run["pull_requests"][0]["branch"] for run in runs[:2]] == [BRANCH, BRANCH]
    assert [run["pull_requests"][0]["what"] for run in runs[:2]] == ["unchanged", "kept here"]
    assert runs[1]["changed"] > 0
    assert runs[0]["changed"] == 0, "what waits in a proposal is no new change"
    git(repository, "merge", "--quiet", BRANCH)
    assert repository.run("schedule", "--once", "--offline").returncode == 0
    assert [one.state for one in decisions.all()] == ["gone"]
    database.close()


def test_what_reading_cost_is_logged_though_the_plan_was_made_twice(
    repository: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second plan, with what was accepted, asks no language model; the first one has."""
    monkeypatch.setenv("XDG_CACHE_HOME", repository.environ["XDG_CACHE_HOME"])
    monkeypatch.chdir(repository.folder)
    costs = iter([Decimal("0.25"), Decimal(0)])
    monkeypatch.setattr(run_task, "_spent", lambda update: next(costs))
    settings, no_progress = load_settings(), lambda step: None
    request = RunTask(repository.registry, ("anthropic",), offline=True, proposes=True)
    (held,) = run_task.run(request, settings, no_progress).held
    costs = iter([Decimal("0.25"), Decimal(0)])
    again = run_task.run(replace(request, accepted=frozenset({held.id})), settings, no_progress)
    assert again.accepted == (held.id,)
    assert again.spent == Decimal("0.25")
