"""The schedule as a real process: at its times, once each, ended cleanly, and back after a suspend."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from octoregistry.merging.lock import is_locked
from octoregistry.service import schedule
from octoregistry.service.claims import Claims
from octoregistry.service.jobs import UpdateJob
from octoregistry.service.runner import Runner
from octoregistry.service.slots import Slots
from octoregistry.settings.service import JobSettings
from tests.service.conftest import DAILY, HAIKU, ROOT, Workspace, free_port
from tests.waiting import LIMIT, until

OFTEN = DAILY.replace("1d", "3s")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def running(log: Any) -> Any:
    """The run that is under way."""
    return next((run for run in log.latest() if run.end is None), None)


def ended(log: Any) -> list[Any]:
    return [run for run in log.latest(200) if run.ended_at]


def test_the_next_ten_times_are_shown(workspace: Workspace) -> None:
    """In UTC, of all jobs."""
    workspace.settings('[service.jobs.all]\nevery = "6h"\n[service.jobs.early]\ncron = "30 5 * * mon-fri"\n')
    shown = json.loads(workspace.run("schedule", "--show", "--json").stdout)
    times = [one["at"] for one in shown]
    assert len(times) == 10
    assert times == sorted(times)
    assert {one["job"] for one in shown} == {"all", "early"}
    assert all(time[11:16] in ("00:00", "06:00", "12:00", "18:00", "05:30") for time in times)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[service.jobs.all]\ncron = "0 6 * * 1"\n', "name the days of the week"),
        ('[service.jobs.all]\nevery = "6 hours"\n', "write 90s, 15m, 6h or 1.5d"),
        ('[service.token]\nfile = "no-such-file"\n', "no-such-file: cannot be read"),
        ('[service.jobs.all]\nevery = "1h"\ncron = "0 6 * * *"\n', "one of both"),
        ('[service.jobs.all]\nevery = "1h"\nproviders = ["acme"]\n', "no provider 'acme'"),
        ('[service]\ndatabase = "postgresql://u:secret@h/d"\n', "service.database"),
        ('[service.notices.webhook]\nurl = "http://127.0.0.1/"\n', "OCTOREGISTRY_WEBHOOK_SECRET"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(workspace: Workspace, text: str, said: str) -> None:
    """With exit status 1 and one line that says what to write; a password is no setting."""
    workspace.settings(text)
    del workspace.environ["OCTOREGISTRY_DATABASE"]
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode == 1
    assert said in told.stderr
    assert "u:secret" not in told.stderr


def test_once_runs_what_is_due_and_not_again(workspace: Workspace) -> None:
    """What a cron job does: the second finds nothing to do. What was read is a bundled page, and as old as that is."""
    assert workspace.run("status").returncode == 1
    first, second = (workspace.run("schedule", "--once", "--offline") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "somebody has it" in second.stdout
    (run,) = workspace.runs()
    assert run["end"] == "done"
    assert run["sources"][0]["prices"] > 100
    status = workspace.run("status", "--json")
    assert status.returncode == 1
    (anthropic,) = json.loads(status.stdout)
    assert (anthropic["fresh"], anthropic["served"], anthropic["page_at"][:10]) == (False, "bundled", "2026-10-10")
    assert "STALE, page of 2026-10-10 00:00Z, bundled with the package" in workspace.run("status").stdout


def test_once_that_is_ended_in_mid_run_gives_its_slot_back(workspace: Workspace, log_of: Callable[[str], Any]) -> None:
    """As by `systemctl stop`: the next start has it at once, and does not take it for somebody else's."""
    log = log_of(workspace.database)
    process = workspace.start("schedule", "--once", "--offline")
    until(lambda: running(log) and children(process.pid))
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 143, workspace.said(process)
    assert [run.end for run in log.latest()] == ["stopped"]
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    assert [(run.end, run.attempt) for run in log.latest()] == [("done", 2)]


def test_a_report_that_cannot_be_written_makes_no_run_that_changed_nothing(workspace: Workspace) -> None:
    """The registry is written by then: the log has every change, and says what is wrong with the folder."""
    workspace.registry.write_bytes((ROOT / "examples" / "models-2026-08-21.yaml").read_bytes())
    (workspace.folder / "shown").write_text("no folder")
    workspace.settings(DAILY.replace('report = ""', 'report = "shown"').replace("anthropic", "openai"))
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode in (0, 5), told.stderr
    (run,) = workspace.runs()
    assert (run["end"], run["report"]) == ("done", "")
    assert run["changed"] > 10
    assert "no report: shown" in run["why"]


def test_a_clock_that_is_set_back_stops_no_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_of: Callable[[str], Any]
) -> None:
    """Each job is looked at again: the next time that it had was one of the old clock, and may be a year away."""
    ahead, looked = [500.0], []
    monkeypatch.setattr(schedule, "_ahead", lambda: ahead[0])
    job = UpdateJob("all", ("acme",), Slots(JobSettings(every=timedelta(days=1))))
    claims = Claims(log_of(f"sqlite:///{tmp_path / 'runs.sqlite3'}").database, "here", timedelta(seconds=1))
    runner = cast("Runner", SimpleNamespace(stop=lambda: None, stopping=False))
    ours = schedule.Schedule([job], claims, runner, jitter=timedelta(0), watch=lambda: None)
    monkeypatch.setattr(ours, "run_once", lambda job, slot: looked.append(slot))
    ours.start()
    try:
        until(lambda: len(looked) == 1)
        time.sleep(1.5)
        assert len(looked) == 1, "the next is a day away"
        ahead[0] -= 3600
        until(lambda: len(looked) == 2)
    finally:
        ours.stop()


class Door:
    """A way to a server on loopback that can be shut: then nobody gets in, and whoever was in is out."""

    def __init__(self, port: int) -> None:
        self.to, self.port = port, free_port()
        self._open: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _take(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here = listening.accept()[0]
                there = socket.create_connection(("127.0.0.1", self.to))
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)


def test_a_database_that_goes_in_mid_run_and_comes_back_has_the_whole_run(
    workspace: Workspace, clean_postgresql: str, log_of: Callable[[str], Any]
) -> None:
    """What was written and what is held are known to nobody else: the run waits for its log, and is not run again."""
    workspace.hold()
    port = int(re.findall(r":(\d+)/", clean_postgresql)[0])
    door = Door(port)
    workspace.environ["OCTOREGISTRY_DATABASE"] = clean_postgresql.replace(str(port), str(door.port))
    workspace.settings(DAILY.replace("jitter = 0", 'jitter = 0\nlease = "2s"'))
    log = log_of(clean_postgresql)
    process = workspace.start("schedule", "--offline")
    until(lambda: running(log) and children(process.pid))
    door.shut()
    until(lambda: "waits for its log" in workspace.said(process))
    assert process.poll() is None
    door.open()
    until(lambda: ended(log))
    assert [(run.end, run.attempt) for run in log.latest()] == [("done", 1)]
    assert log.latest()[0].held > 0
    assert log.counts().waiting == {"anthropic": 1}
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 143
    assert "canary-password" not in workspace.said(process)
    door.shut()


def test_each_provider_may_have_a_job_of_its_own(workspace: Workspace) -> None:
    """One run each, one slot."""
    workspace.settings(
        '[service]\nreport = ""\n[service.jobs.all]\nevery = "1d"\nproviders = ["anthropic", "openai"]\neach_provider = true\n'
    )
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    assert {run["job"] for run in workspace.runs()} == {"all-anthropic", "all-openai"}


def test_what_the_pages_change_is_written_and_reported(workspace: Workspace) -> None:
    """As `octoregistry update` would; the registry is whole and the report stands where the settings say."""
    workspace.registry.write_bytes((ROOT / "examples" / "models-2026-08-21.yaml").read_bytes())
    workspace.settings(DAILY.replace('report = ""', 'report = "shown"').replace("anthropic", "openai"))
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode in (0, 5), told.stderr
    (run,) = workspace.runs()
    assert run["changed"] > 10
    assert (workspace.folder / "shown" / run["report"]).is_file()
    assert workspace.run("check", "models.yaml").returncode == 0


def test_a_schedule_runs_slot_after_slot(workspace: Workspace, log_of: Callable[[str], Any]) -> None:
    """A slot each three seconds: each once, each at its time, none twice."""
    workspace.settings(OFTEN)
    process = workspace.start("schedule", "--offline")
    log = log_of(workspace.database)
    until(lambda: len(ended(log)) >= 6)
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 143
    runs = [run for run in ended(log) if run.end == "done"]
    assert len({run.slot for run in runs}) == len(runs) >= 6
    assert all(run.slot.timestamp() % 3 == 0 and run.started_at >= run.slot for run in runs)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_running_update_cleanly(
    workspace: Workspace, log_of: Callable[[str], Any], number: signal.Signals, status: int
) -> None:
    """No lock, no half file, no process is left; the slot is given back, and the next start runs it."""
    before = workspace.registry.read_bytes()
    process = workspace.start("schedule", "--offline")
    log = log_of(workspace.database)
    until(lambda: running(log) and children(process.pid))
    working = children(process.pid)
    process.send_signal(number)
    assert process.wait(LIMIT) == status, workspace.said(process)
    assert not any(Path(f"/proc/{pid}").exists() for pid in working)
    assert not is_locked(workspace.registry)
    assert workspace.registry.read_bytes() == before
    assert [path.name for path in workspace.folder.glob(".models*")] == []
    (run,) = log.latest()
    if run.ended_at is None:  # it had not just ended by itself
        assert run.end == "stopped"
        again = workspace.start("schedule", "--offline")
        until(lambda: ended(log))
        again.send_signal(signal.SIGTERM)
        again.wait(LIMIT)
        assert [(run.end, run.attempt) for run in log.latest()] == [("done", 2)]


def test_slots_missed_in_a_suspend_run_once(workspace: Workspace, log_of: Callable[[str], Any]) -> None:
    """Stopped for several slots and continued: one catch-up run, then the schedule goes on."""
    workspace.settings(OFTEN)
    process = workspace.start("schedule", "--offline")
    log = log_of(workspace.database)
    until(lambda: ended(log) and not running(log))
    process.send_signal(signal.SIGSTOP)
    stopped = datetime.now(UTC)
    time.sleep(10)
    process.send_signal(signal.SIGCONT)
    back = datetime.now(UTC)
    until(lambda: [run for run in ended(log) if run.slot > back])
    asleep = [run for run in ended(log) if stopped + timedelta(seconds=0.5) < run.slot <= back]
    assert len(asleep) == 1, [run.id for run in asleep]
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 143


def test_a_slot_missed_while_nothing_ran_is_run_at_the_start_once(
    workspace: Workspace, log_of: Callable[[str], Any]
) -> None:
    """Days off: one run of the last slot; a start after it runs nothing."""
    log = log_of(workspace.database)
    for _ in range(2):
        process = workspace.start("schedule", "--offline")
        until(lambda: ended(log))
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        process.wait(LIMIT)
    assert [run.end for run in log.latest()] == ["done"]


def test_an_update_that_is_killed_is_told_and_the_schedule_goes_on(
    workspace: Workspace, log_of: Callable[[str], Any]
) -> None:
    """As the kernel kills what takes too much memory."""
    workspace.settings(OFTEN)
    process = workspace.start("schedule", "--offline")
    log = log_of(workspace.database)
    (child,) = until(lambda: children(process.pid))
    os.kill(child, signal.SIGKILL)
    failed = until(lambda: [run for run in ended(log) if run.end == "failed"])
    assert "killed by SIGKILL" in failed[0].why
    until(lambda: [run for run in ended(log) if run.end == "done"])


def test_what_is_held_is_no_failure_but_told(workspace: Workspace) -> None:
    """Exit status 5; held changes wait in the log, once however often they are found."""
    workspace.hold()
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode == 5, told.stderr
    assert workspace.runs()[0]["held"] > 0
    assert HAIKU in workspace.registry.read_text()


def test_what_waits_for_a_person_is_reported_once(workspace: Workspace) -> None:
    """A run every hour would else leave a report every hour, of the same; a page that says something new has its own."""
    workspace.hold()
    workspace.settings(DAILY.replace('report = ""', 'report = "shown"').replace("1d", "1s"))
    for _ in range(2):
        assert workspace.run("schedule", "--once", "--offline").returncode == 5
        time.sleep(1)
    again, first = workspace.runs()[:2]
    assert again["report"] == first["report"]
    assert (workspace.folder / "shown" / first["report"]).is_file()
    workspace.registry.write_text(workspace.registry.read_text().replace("cached_input: 0.2,", "cached_input: 0.3,", 1))
    assert workspace.run("schedule", "--once", "--offline").returncode == 5
    assert workspace.runs()[0]["report"] != first["report"]
    assert len(list((workspace.folder / "shown").glob("2*.html"))) == 2


def test_nothing_has_succeeded_for_two_intervals(workspace: Workspace) -> None:
    """`status` says so and fails, though runs have ended."""
    workspace.settings(DAILY.replace("1d", "2s"))
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    time.sleep(4.5)
    told = workspace.run("status")
    assert told.returncode == 1
    assert "anthropic: STALE" in told.stdout


def test_a_run_whose_pages_cannot_be_read_is_no_success(workspace: Workspace) -> None:
    """It is logged with its reason, and freshness does not count it."""
    workspace.settings(DAILY + '[providers.anthropic]\nprices = ["http://127.0.0.1:9/nothing"]\n[fetch]\nretries = 0\n')
    told = workspace.run("schedule", "--once")
    assert told.returncode == 1
    (run,) = workspace.runs()
    assert run["end"] == "failed"
    assert run["why"]
    assert workspace.run("status").returncode == 1


def test_a_module_that_lies_in_the_working_folder_is_not_run(workspace: Workspace) -> None:
    """Whoever sent the folder would have their program run with our keys."""
    for name in ("pydantic.py", "signal.py", "providers.py"):
        (workspace.folder / name).write_text("open('run', 'w').close()\nraise SystemExit(9)\n")
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode in (0, 5), told.stderr
    assert not (workspace.folder / "run").exists()
