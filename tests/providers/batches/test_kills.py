"""A run that is killed at random points, over and over: every row is answered once and paid once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from servers.working import ANSWERED, PASSING

from providers.batches import results_so_far
from tests.depth import DEPTH

KILLS = 3 * DEPTH
ROWS = 20
NURSERY = Path(__file__).parent.parent / "servers" / "nursery.py"


def kill(child):
    """Kills a runner, unless it has just ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="runners are forked")
def test_kills_at_random_points_leave_every_row_answered_once_and_paid_once(vendor, work, tmp_path):
    working = work(vendor)
    working.polls, working.lag = 2, 0.03
    # one row in ten fails the first time, so that runs are killed while they retry too
    working.outcome = lambda prompt, times: PASSING if times == 1 and prompt.endswith("7") else ANSWERED
    if vendor.name == "anthropic":  # a batch whose id nobody knows ends too
        working.ends_when_listed = True
    kills, runs, chance = 0, 0, random.Random(17)  # noqa: S311 - guards nothing
    with subprocess.Popen(
        [sys.executable, str(NURSERY), vendor.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdout.readline() == "ready\n"
        longest = 0.5
        unfinished = True
        while kills < KILLS or unfinished:
            order = {"name": f"run{runs}", "state": str(tmp_path / f"run{runs}.json")}
            nursery.stdin.write(json.dumps(order) + "\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            timer = threading.Timer(chance.uniform(0, longest), kill, (child,))
            if kills < KILLS:
                timer.start()
            status = int(nursery.stdout.readline())
            timer.cancel()
            if os.WIFSIGNALED(status):
                kills, unfinished = kills + 1, True
            else:
                assert status == 0, (tmp_path / f"run{runs}.json.error").read_text()
                unfinished, runs = False, runs + 1
        nursery.stdin.close()
    for number in range(runs):
        results = list(results_so_far(tmp_path / f"run{number}.json"))
        assert [row.unit_id for row in results] == [f"unit-{n}" for n in range(ROWS)]
        assert [row.content for row in results] == [f"re: run{number} {n}" for n in range(ROWS)]
    prompts = {f"run{number} {n}" for number in range(runs) for n in range(ROWS)}
    assert working.answered == dict.fromkeys(prompts, 1)
    assert working.handed_in == {prompt: 2 if prompt.endswith("7") else 1 for prompt in prompts}
    print(vendor.name, kills, "kills over", runs, "runs")
