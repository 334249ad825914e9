"""The process of a run ends with all that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest

from octoregistry.service import runner
from tests.waiting import until

STUBBORN = """
import signal, subprocess, sys, time
from tests.waiting import until
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def runs(process: int) -> bool:
    """False once the process has ended, whether or not anybody has asked for its status."""
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(process, 0)
        with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123 - a line of the kernel's
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


def test_what_does_not_end_in_time_is_killed_with_all_that_it_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push that hangs would else go on after the service, and what it pushes nobody has logged."""
    monkeypatch.setattr(runner, "_GRACE", 0.3)
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        started = int(process.stdout.readline())
        assert runs(started)
        runner._end(process)
    assert process.returncode == -9
    until(lambda: not runs(started))
