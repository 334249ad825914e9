"""An update that is killed leaves the registry as it was or as it becomes, and nothing that goes on reading."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from octoregistry.merging.lock import is_locked
from tests.depth import DEPTH
from tests.waiting import until

ROOT = Path(__file__).parents[2]
KILLS = 2 * DEPTH
# Forks an update for each line that it reads, so that no kill pays for the imports.
NURSERY = """
import os, sys
from octoregistry.cli import cli, update
from tests.depth import DEPTH
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.setsid()
        for standard in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), standard)
        cli(["update", "--offline", "-p", "anthropic"])
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def is_there(group: int) -> bool:
    """True while a process of the group is."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


def end(process: int) -> None:
    """None; the process is killed, and none that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="updates are forked")
def test_kills_while_pages_are_read_leave_the_old_registry_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL at random moments (OCTOREGISTRY_DEPTH says how many), almost all of them in the reading of the page."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    registry = tmp_path / "models.yaml"
    old = (ROOT / "examples" / "models-2026-08-21.yaml").read_bytes()
    rng, longest, new = random.Random(5), 0.0, old  # noqa: S311 - moments, no secret
    killed = 0
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        assert nursery.stdout.readline() == "ready\n"
        while not longest or killed < KILLS:
            registry.write_bytes(old)
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            child, begun = int(nursery.stdout.readline()), time.monotonic()
            timer = threading.Timer(rng.uniform(0, longest), end, (child,))
            if longest:
                timer.start()
            status = int(nursery.stdout.readline())
            timer.cancel()
            if not longest:
                longest, new = time.monotonic() - begun, registry.read_bytes()
                assert new != old
            killed += os.WIFSIGNALED(status)
            assert registry.read_bytes() in (old, new)
            assert not is_locked(registry)
            until(lambda child=child: not is_there(child))
        nursery.stdin.close()
    assert not [
        entry.name for entry in tmp_path.iterdir() if entry.name not in ("models.yaml", ".models.yaml.lock", "cache")
    ]
    print(killed, "kills")
