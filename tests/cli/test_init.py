"""`octoregistry init`: a repository of one's own, from which an update proposes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context

from octoregistry.cli import cli
from octoregistry.publishing import first_files
from octoregistry.settings import load_settings
from providers.registry import PACKAGED
from tests.cli.conftest import Run

PERSON = ("-c", "user.name=Jo", "-c", "user.email=jo@example.com", "-c", "init.defaultBranch=main")


def git(*arguments: str, folder: Path) -> str:
    return subprocess.run(
        ["git", *PERSON, *arguments],  # noqa: S607 - git as the tests find it
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_repository_gets_registry_settings_and_workflow(run: Run, folder: Path) -> None:
    done = run("init", "prices", "--github")
    assert done.exit_code == 0, done.output
    assert (folder / "prices/models.yaml").read_bytes() == Path(PACKAGED).read_bytes()
    assert load_settings(folder / "prices/octoregistry.toml").pull_request.branch == "octoregistry/update"
    assert f"Wrote {Path('prices/.github/workflows/update-prices.yml')}." in done.stderr
    assert "Next: cd prices && git add models.yaml octoregistry.toml .github/workflows/update-prices.yml" in done.stderr


def test_what_is_there_is_left_as_it_is(run: Run, folder: Path) -> None:
    (folder / "models.yaml").write_text("mine")
    done = run("init")
    assert (folder / "models.yaml").read_text() == "mine"
    assert "Left as it is: models.yaml" in done.stderr
    assert not (folder / ".github").exists()


def test_the_workflow_runs_a_command_that_there_is_with_the_version_that_wrote_it(run: Run, folder: Path) -> None:
    run("init", "--github")
    # YAML 1.1 reads the key `on` as true
    flow: dict[Any, Any] = yaml.safe_load((folder / ".github/workflows/update-prices.yml").read_text())
    steps = flow["jobs"]["update"]["steps"]
    assert {"run": f"pip install '{first_files.requirement()}'"} in steps
    (script,) = (step["run"] for step in steps if "--pr" in step.get("run", ""))
    found = re.search(r"octoregistry (\S+) (.*?) \|\|", script)
    assert found
    command = cli.get_command(Context(cli), found[1])
    assert command is not None
    command.make_context(found[1], found[2].split())


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, r"octoregistry\[forge\]==\d+\.\d+\.\d+"),
        ('{"url": "file:///a", "dir_info": {}}', r"octoregistry\[forge\]==\d+\.\d+\.\d+"),
        (
            '{"url": "https://git.test/o.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
            r"octoregistry\[forge\] @ git\+https://git\.test/o\.git@abc",
        ),
    ],
)
def test_the_workflow_installs_what_wrote_it(origin: str | None, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that was installed from a commit is on no package index."""

    class Installed:
        def read_text(self, name: str) -> str | None:
            return origin if name == "direct_url.json" else None

    monkeypatch.setattr(first_files, "distribution", lambda name: Installed())
    assert re.fullmatch(wanted, first_files.requirement())


def test_an_update_from_there_is_proposed(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Init, commit, push to a bare repository, `update --pr`: the branch has the change, the files here have not."""
    bare, mine = folder / "prices.git", folder / "prices"
    git("init", "--bare", "--quiet", str(bare), folder=folder)
    assert run("init", mine).exit_code == 0
    august = Path(__file__).parents[2] / "examples/models-2026-08-21.yaml"
    (mine / "models.yaml").write_bytes(august.read_bytes())
    for words in ("init --quiet", "add .", "commit --quiet -m prices", f"remote add origin {bare}", "push origin main"):
        git(*words.split(), folder=mine)
    monkeypatch.chdir(mine)
    proposed = run("update", "--offline", "--pr", "-p", "anthropic")
    assert proposed.exit_code == 0, proposed.output
    assert "octoregistry/update" in proposed.stderr
    assert "claude" in git("show", "octoregistry/update", "--", "models.yaml", folder=mine)
    assert git("status", "--porcelain", folder=mine) == ""
