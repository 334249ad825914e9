"""Three schedulers on one PostgreSQL: each slot is run once, and finished by another where its holder is killed."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.depth import DEPTH
from tests.service.conftest import DAILY, Workspace
from tests.service.test_schedule import children, ended
from tests.waiting import LIMIT, until

SLOTS = 8 + 2 * DEPTH


def test_slots_run_once_each_though_one_scheduler_is_killed_in_mid_run(
    make_workspace: Callable[[str], Workspace], clean_postgresql: str, log_of: Callable[[str], Any]
) -> None:
    """Three machines, one of which dies without a word in the middle of a run."""
    log = log_of(clean_postgresql)
    machines = [make_workspace(f"machine-{place}") for place in range(3)]
    for machine in machines:
        machine.environ["OCTOREGISTRY_DATABASE"] = clean_postgresql
        machine.settings(DAILY.replace("1d", "3s").replace("jitter = 0", 'jitter = "0.5s"\nlease = "2s"'))
    processes = [machine.start("schedule", "--offline") for machine in machines]
    by_pid = {process.pid: process for process in processes}

    def in_mid_run() -> Any:
        """A run that is under way after some have ended, and the process that has it."""
        busy = [run for run in log.latest(5) if run.end is None and int(run.holder.split(":")[-2]) in by_pid]
        return busy[0] if busy and len(ended(log)) >= 4 and children(int(busy[0].holder.split(":")[-2])) else None

    victim = until(in_mid_run)
    pid = int(victim.holder.split(":")[-2])
    orphans = children(pid)
    by_pid[pid].send_signal(signal.SIGKILL)
    by_pid[pid].wait()
    until(lambda: len(ended(log)) >= SLOTS)
    for process in processes:
        if process.pid != pid:
            process.send_signal(signal.SIGTERM)
            assert process.wait(LIMIT) == 143
    runs = ended(log)
    slots = Counter(run.slot for run in runs)
    assert max(slots.values()) == 1
    assert len(slots) >= SLOTS
    finished = next(run for run in runs if run.id == victim.id)
    assert (finished.end, finished.attempt) == ("done", 2)
    assert finished.holder != victim.holder
    assert [run.attempt for run in runs if run.id != victim.id] == [1] * (len(runs) - 1)
    assert len({run.holder for run in runs}) >= 2, "the machines share the work"
    assert not any(Path(f"/proc/{orphan}").exists() for orphan in orphans), "what a killed scheduler started ends, too"
