"""The examples in deploy/ say what they should, in forms that their readers take."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context

from octoregistry.cli import cli
from octoregistry.settings import load_settings
from tests.service.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SYSTEMD = shutil.which("systemd-analyze")


def parsed(text: str) -> None:
    """None; click takes these words for one of our commands. SystemExit or an error where it does not."""
    name, *words = text.split()
    command = cli.get_command(Context(cli), name)
    assert command is not None, name
    command.make_context(name, words)


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment]  # the parser's own way to keep capitals
    found.read(path)
    return found


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_there_is_and_not_as_root(path: Path) -> None:
    """Every option is one of ours."""
    service = unit(path)["Service"]
    parsed(service["ExecStart"].removeprefix("/usr/local/bin/octoregistry "))
    assert service["User"] == "octoregistry"
    assert service["NoNewPrivileges"] == "yes"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit(path: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify`, on a copy whose program and user are there."""
    if SYSTEMD is None:
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    for each in UNITS:
        text = (
            each.read_text()
            .replace("/usr/local/bin/octoregistry", "/bin/true")
            .replace("User=octoregistry", "User=root")
        )
        (tmp_path / each.name).write_text(text)
    told = subprocess.run([SYSTEMD, "verify", tmp_path / path.name], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert str(tmp_path) not in told.stderr, told.stderr


def test_the_timer_counts_in_utc_and_makes_up_for_what_was_missed() -> None:
    """As the slots do."""
    timer = unit(DEPLOY / "systemd" / "octoregistry-update.timer")["Timer"]
    assert timer["OnCalendar"].endswith("UTC")
    assert timer["Persistent"] == "true"
    if SYSTEMD:
        subprocess.run([SYSTEMD, "calendar", timer["OnCalendar"]], check=True, capture_output=True)


def manifests() -> list[dict[str, Any]]:
    """The settings, and the job."""
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / "cronjob.yaml").read_text()))


def test_the_cronjob_loses_nothing_with_its_pod(tmp_path: Path) -> None:
    """Its settings are ours and say that changes are proposed; git and pull requests have the folders that they write to."""
    settings, job = manifests()
    (tmp_path / "octoregistry.toml").write_text(settings["data"]["octoregistry.toml"])
    assert load_settings(tmp_path / "octoregistry.toml").service.pull_request
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (update,) = pod["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in update["volumeMounts"]}
    assert update["args"][update["args"].index("--settings") + 1] == f"{mounted['settings']}/octoregistry.toml"
    assert mounted["tmp"] == "/tmp"  # noqa: S108 - where Python makes temporary folders; all else is read-only
    known = {volume["name"]: volume for volume in pod["volumes"]}
    assert known["settings"]["configMap"]["name"] == settings["metadata"]["name"]


def test_the_cronjob_is_one_and_runs_as_nobody_special() -> None:
    """The parts that Kubernetes demands, and those that we do."""
    _, job = manifests()
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert job["spec"]["timeZone"] == "Etc/UTC"
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["securityContext"]["runAsNonRoot"] is True
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in (*pod["initContainers"], *pod["containers"]):
        assert ":" in container["image"]
        assert not container["image"].endswith(":latest")
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert container["resources"]["limits"]["memory"]
    parsed(" ".join(pod["containers"][0]["args"]))
    assert all("value" in one or "valueFrom" in one for one in pod["containers"][0]["env"])


def test_the_workflow_opens_the_pull_request_with_no_more_rights_than_that() -> None:
    """Steps, rights and the command."""
    # YAML 1.1 reads the key `on` as true
    flow: dict[Any, Any] = yaml.safe_load((DEPLOY / "github" / "update-prices.yml").read_text())
    assert flow[True]["schedule"][0]["cron"].split()[1] == "*/6"
    assert flow["permissions"] == {}
    job = flow["jobs"]["update"]
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout", "actions/setup-python", "actions/upload-artifact"]
    (script,) = (step["run"] for step in job["steps"] if "--pr" in step.get("run", ""))
    command = re.search(r"octoregistry (.*?) \|\|", script)
    assert command
    parsed(command[1])
    assert subprocess.run(["/bin/sh", "-n"], input=script, text=True, check=False).returncode == 0


def test_the_image_is_pinned_and_not_roots() -> None:
    """What is copied is there, and the last user is a number."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base) for base in bases)
    users = [line for line in lines if line.startswith("USER ")]
    assert users[-1:] == ["USER 10001:10001"]
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = [word for word in line.split()[1:] if not word.startswith("--")]
            assert all((ROOT / source).exists() for source in sources), line
    assert any("--require-hashes --requirement requirements.lock" in line for line in lines)
    assert any("--no-deps --no-build-isolation" in line for line in lines)
    command = next(line for line in lines if line.startswith("CMD "))
    parsed(" ".join(yaml.safe_load(command.removeprefix("CMD "))))


def test_actions_are_pinned_to_commits() -> None:
    """A tag can be moved to other code."""
    flows = (ROOT / "action.yml", *DEPLOY.rglob("*.yml"), *(ROOT / "templates").rglob("*.yml"))
    used = [line for file in flows for line in file.read_text().splitlines() if "uses:" in line]
    assert used
    assert all(re.search(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d", line) for line in used)


@pytest.mark.parametrize("file", ["action.yml", "deploy/github/update-prices.yml", "deploy/Dockerfile", "Makefile"])
def test_what_is_installed_is_named_with_its_hash(file: str) -> None:
    """The locked packages by their hashes, then the project without any: its build backend is among the locked ones."""
    text = (ROOT / file).read_text()
    installs = [line for line in re.split(r"\n|&&", text) if re.search(r"pip install|\$\(PIP\) ", line)]
    assert any("--require-hashes" in line and ".lock" in line for line in installs)
    project = [line for line in installs if "--require-hashes" not in line and not line.startswith("PIP =")]
    assert project
    assert all({"--no-deps", "--no-build-isolation"} <= set(line.split()) for line in project), project


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    """The build backend is among them; nothing is fetched that is not named."""
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert all(
        re.match(r"[a-z0-9-]+(?:\[[a-z,]+\])?==\S+[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|$))+$", one)
        for one in entries
    )
    assert any(one.startswith("hatchling==") for one in entries)
    pinned = {line.split(" ;")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert {re.sub(r"\[.*?\]", "", one.split()[0]) for one in entries} - pinned == {
        next(one.split()[0] for one in entries if "editables" in one)
    }
