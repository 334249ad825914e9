"""One writer at a time; who holds the lock is told; the lock of a killed process is free."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from octoregistry.merging.lock import LockedError, holder, is_locked, lock_file, locked

HOLDER = """
import sys, time
from pathlib import Path
from octoregistry.merging.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(registry: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(registry)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_the_second_is_told_who_holds_the_lock_and_since_when(registry_file: Path) -> None:
    """Process, host and time."""
    with another_process(registry_file) as process:
        assert is_locked(registry_file)
        who = rf"process {process.pid} on {socket.gethostname()} since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
        with pytest.raises(LockedError, match=who), locked(registry_file):
            pytest.fail("the lock was given twice")
    with locked(registry_file):
        assert holder(registry_file) is not None


def test_the_lock_of_a_killed_process_is_free(registry_file: Path) -> None:
    """Its file stays behind and stands in nobody's way."""
    with another_process(registry_file) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert lock_file(registry_file).exists()
    assert not is_locked(registry_file)
    with locked(registry_file):
        pass
    assert not lock_file(registry_file).exists()


def test_a_link_leads_to_the_same_lock(registry_file: Path, tmp_path: Path) -> None:
    """Two names of a file are one file."""
    link = tmp_path / "link.yaml"
    link.symlink_to(registry_file)
    with locked(link), pytest.raises(LockedError), locked(registry_file):
        pytest.fail("the lock was given twice")


def test_nothing_is_left_behind(registry_file: Path) -> None:
    """No lock file stays in anybody's repository, after an error neither."""
    with pytest.raises(ZeroDivisionError), locked(registry_file):
        raise ZeroDivisionError
    assert [entry.name for entry in registry_file.parent.iterdir()] == ["models.yaml"]


def test_asking_who_holds_it_makes_no_lock(registry_file: Path) -> None:
    """A look changes nothing."""
    assert not is_locked(registry_file)
    assert holder(registry_file) is None
    assert [entry.name for entry in registry_file.parent.iterdir()] == ["models.yaml"]
