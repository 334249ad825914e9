"""Where nothing can be written: full disks, read-only folders and files, and an output that is closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import MAIN, Run, names
from tests.waiting import LIMIT


def test_a_full_disk_is_exit_1_and_the_old_file(models: Path) -> None:
    """Here the kernel's limit on the size of files plays the full disk; no cache is written offline."""
    before = models.read_bytes()
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); " + MAIN
    done = subprocess.run(
        [sys.executable, "-c", limited, "update", "--offline", "-p", "anthropic"],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: models.yaml: File too large" in done.stderr
    assert models.read_bytes() == before
    assert names(models.parent) == ["models.yaml"]


def test_a_full_disk_under_the_report_names_the_report(models: Path) -> None:
    """The registry was written by then, and stays so."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); " + MAIN
    command = [
        sys.executable,
        "-c",
        limited,
        "update",
        "--offline",
        "-p",
        "anthropic",
        "--dry-run",
        "--report",
        "shown",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: shown/")
    assert done.stderr.splitlines()[-1].endswith(": File too large")
    assert list(Path("shown").iterdir()) == []


# All that is imported late is imported before: python itself may stand where nobody else may read.
AS_NOBODY = """
import os
from click.testing import CliRunner
from octoregistry.cli import cli, main
CliRunner().invoke(cli, ["update", "--offline", "-p", "anthropic", "--registry", os.environ["WARM"]])
for folder, _, files in os.walk(os.path.dirname(os.environ["WARM"])):  # what root has made meanwhile is everybody's
    for name in (folder, *(os.path.join(folder, file) for file in files)):
        os.chmod(name, 0o777)
os.setgroups([]), os.setgid(65534), os.setuid(65534)
main()
"""


def as_nobody(models: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a user who may read the folder and no more."""
    for parent in (models.parent, *models.parent.parents):
        if parent.stat().st_uid == os.geteuid() and parent.name:
            parent.chmod(parent.stat().st_mode | 0o555)
    (models.parent / "cache").mkdir(exist_ok=True)
    warm = models.parent / "cache" / "warm.yaml"
    warm.write_bytes(models.read_bytes())
    return subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env={**os.environ, "WARM": str(warm), "XDG_DATA_HOME": str(warm.parent)},
    )


ONLY_ROOT = pytest.mark.skipif(
    os.geteuid() != 0, reason="a folder that cannot be written is made for another user here"
)


@ONLY_ROOT
def test_a_read_only_folder_is_exit_1_and_the_old_file(models: Path, run: Run) -> None:
    """Looking at what would be done needs no right to write, and no lock."""
    before = models.read_bytes()
    done = as_nobody(models, "update", "--offline", "-p", "anthropic")
    assert done.returncode == 1
    assert ".models.yaml.lock: Permission denied" in done.stderr
    assert "Traceback" not in done.stderr

    run("update", "--offline", "-p", "anthropic", "--dry-run", "--plan-out", "cache/plan.json")
    assert as_nobody(models, "apply", "--dry-run", "cache/plan.json").returncode == 0
    assert models.read_bytes() == before
    assert names(models.parent) == ["models.yaml"]


@ONLY_ROOT
def test_a_read_only_file_is_exit_1_and_stays(models: Path) -> None:
    """Also where its folder may be written, and a rename would not mind: somebody has set it so."""
    before = models.read_bytes()
    models.parent.chmod(0o777)
    models.chmod(0o444)
    done = as_nobody(models, "update", "--offline", "-p", "anthropic")
    assert done.returncode == 1
    assert "models.yaml: it may not be written (read-only)" in done.stderr
    assert models.read_bytes() == before
    assert names(models.parent) == ["models.yaml"]


@pytest.mark.parametrize(
    "command", [("models",), ("models", "--json"), ("update", "--offline", "-p", "anthropic", "--dry-run"), ("--help",)]
)
def test_an_output_that_cannot_be_written_is_one_line_and_exit_1(models: Path, command: tuple[str, ...]) -> None:
    """The disk is full behind `>`."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.endswith("Error: standard output: No space left on device\n")
    assert "Traceback" not in done.stderr
