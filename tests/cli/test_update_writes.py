"""`octoregistry update` and `apply` as a person runs them: what is written, what is not, and with which status."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octoregistry.merging.lock import is_locked, locked
from providers import parse_registry
from providers.pricing import UnknownPriceError
from tests.cli.conftest import MAIN, Run, names
from tests.depth import DEPTH
from tests.waiting import LIMIT

ROUNDS = DEPTH


def test_the_file_is_written_and_the_second_run_changes_nothing(models: Path, run: Run) -> None:
    first = run("update", "--offline", "-p", "anthropic")
    assert first.exit_code == 0, first.output
    assert "Wrote models.yaml." in first.stderr
    assert parse_registry(models.read_bytes()).model("anthropic", "claude-fable-5-1")

    before = (models.read_bytes(), models.stat().st_mtime_ns)
    second = run("update", "--offline", "-p", "anthropic", "--exit-code")
    assert second.exit_code == 0
    assert "No change" in second.stdout
    assert (models.read_bytes(), models.stat().st_mtime_ns) == before
    assert names(models.parent) == ["models.yaml"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_behind_the_write_leaves_the_status_of_what_was_done(
    models: Path, run: Run, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = models.read_bytes()
    told: list[bytes] = []

    def late(*_: object) -> tuple[()]:
        told.append(models.read_bytes())
        os.kill(os.getpid(), number)
        return ()

    monkeypatch.setattr("octoregistry.cli.update.closing_messages", late)
    done = run("update", "--offline", "-p", "anthropic")
    assert (done.exit_code, told) == (0, [models.read_bytes()])
    assert told != [before]
    assert signal.getsignal(number) is not signal.SIG_IGN


def test_a_dry_run_writes_nothing_and_needs_no_lock(models: Path, run: Run) -> None:
    before = models.read_bytes()
    with locked(models):
        assert run("update", "--offline", "-p", "anthropic", "--dry-run", "--exit-code").exit_code == 4
    assert models.read_bytes() == before


def test_the_second_writer_is_told_who_is_at_work(models: Path, run: Run) -> None:
    before = models.read_bytes()
    with locked(models):
        refused = run("update", "--offline", "-p", "anthropic")
    assert refused.exit_code == 1
    assert f"models.yaml is locked by process {os.getpid()} on " in refused.stderr
    assert models.read_bytes() == before


def test_a_kept_plan_is_applied_to_just_the_registry_it_was_made_for(models: Path, run: Run) -> None:
    planned = run("update", "--offline", "-p", "anthropic", "--dry-run", "--plan-out", "plan.json", "--json")
    assert json.loads(planned.stdout)["plan"] == json.loads(Path("plan.json").read_text())
    assert "claude-fable-5-1" not in models.read_text()

    assert run("apply", "plan.json", "--dry-run").exit_code == 0
    assert "claude-fable-5-1" not in models.read_text()
    assert run("apply", "plan.json").exit_code == 0
    applied = models.read_bytes()

    again = run("apply", "plan.json")
    assert again.exit_code == 1
    assert "has moved on since the plan was made" in again.stderr
    assert models.read_bytes() == applied
    assert "No change" in run("update", "--offline", "-p", "anthropic").stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 1}',
        b"\xff\xfe",
        b'{"format": 1, "changes": NaN, "notes": []}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_plan_is_refused_in_a_line(models: Path, run: Run, content: bytes) -> None:
    before = models.read_bytes()
    Path("plan.json").write_bytes(content)
    refused = run("apply", "plan.json")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: plan.json: ")
    assert models.read_bytes() == before


def test_a_plan_with_a_price_that_somebody_bent_into_yaml_is_refused(models: Path, run: Run) -> None:
    run("update", "--offline", "-p", "anthropic", "--dry-run", "--plan-out", "plan.json")
    plan = json.loads(Path("plan.json").read_text())
    plan["changes"][0]["new"] = "1.0}\n          - {mode: flex, input: 0"
    Path("plan.json").write_text(json.dumps(plan))
    before = models.read_bytes()
    assert run("apply", "plan.json").exit_code == 1
    assert models.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("defaults:", "defaults:\ndefaults:"),
        ("default_provider: gemini", "default_provider: gemini\n\tx: 1"),
        ("input_per_million: 0.15", "input_per_million: .nan"),
        ("input_per_million: 0.15", "input_per_million: -1.0"),
        ("input_per_million: 0.15", 'input_per_million: "0.15"'),
        ("input_per_million: 0.15", "input_per_million: true"),
        ("input_per_million: 0.15", "input_per_million: 1e-07"),
        ("batch_support: true", "batch_suport: true"),
    ],
)
def test_a_faulty_registry_is_named_by_line_and_stays_to_the_byte(models: Path, run: Run, old: str, new: str) -> None:
    models.write_text(models.read_text().replace(old, new, 1))
    before = models.read_bytes()
    refused = run("update", "--offline", "-p", "anthropic")
    assert refused.exit_code == 1
    assert "models.yaml:" in refused.stderr
    assert models.read_bytes() == before
    assert names(models.parent) == ["models.yaml"]


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_marks_and_line_ends_are_kept_to_the_byte(models: Path, run: Run, change: object) -> None:
    models.write_bytes(change(models.read_bytes()))  # type: ignore[operator]
    before = models.read_bytes()
    assert run("update", "--offline", "-p", "anthropic").exit_code == 0
    after = models.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\r\n") == (after.count(b"\n") if b"\r\n" in before else 0)


# What the process is about when the signal comes: it says so, and waits.
PHASES = {
    "fetch": "import octoregistry.updating.update as m; name = 'fetch_pages'",
    "reading": "import octoregistry.updating.page_reader as m; name = 'read_page'",
    "write": "import os as m; name = 'fsync'",
}
SLOW = """
import sys, time
{phase}
def slow(*arguments, **options):
    print("now", flush=True)
    time.sleep(60)
setattr(m, name, slow)
from octoregistry.cli import main
main()
"""


@pytest.mark.parametrize(
    ("phase", "number", "status"),
    [
        ("fetch", signal.SIGHUP, 129),
        ("reading", signal.SIGINT, 130),
        ("write", signal.SIGINT, 130),
        ("write", signal.SIGTERM, 143),
    ],
)
def test_a_run_that_is_stopped_leaves_the_old_file_and_no_lock(
    models: Path, phase: str, number: signal.Signals, status: int
) -> None:
    before = models.read_bytes()
    command = [
        sys.executable,
        "-c",
        SLOW.format(phase=PHASES[phase]),
        "update",
        "--offline",
        "-p",
        "anthropic",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        assert is_locked(models)
        time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == status, said
    assert models.read_bytes() == before
    assert not is_locked(models)
    assert names(models.parent) == ["models.yaml"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("models", "--csv"), 0),
        (("history",), 0),
        (("update", "--offline", "-p", "anthropic", "--exit-code", "--report"), 4),
        (("update", "--offline", "-p", "anthropic", "--exit-code", "--report", "--json"), 4),
    ],
)
def test_who_has_read_enough_changes_nothing(models: Path, command: tuple[str, ...], status: int) -> None:
    """`| head -1`: no complaint, the exit status that was due, and all that was to be written is, the report too."""
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == status, said
    assert "Error" not in said
    assert "Exception" not in said
    assert ("claude-fable-5-1" in models.read_text()) == (command[0] == "update")
    assert len(list(models.parent.glob("reports/2*.html"))) == (command[0] == "update")


@pytest.mark.parametrize("streams", ["2>&1 >/dev/null | true", ">/dev/null 2>/dev/full", ">&- 2>&-"])
def test_messages_that_nobody_can_read_stop_no_update(models: Path, streams: str) -> None:
    """A pipe that is left, a full disk, and streams that are closed."""
    program = shlex.join([sys.executable, "-c", MAIN, "update", "--offline", "-p", "anthropic", "--exit-code"])
    done = subprocess.run(
        ["bash", "-c", f"{program} {streams}; exit ${{PIPESTATUS[0]}}"],  # noqa: S607 - as a person types it
        check=False,
    )
    assert done.returncode == 4
    assert "claude-fable-5-1" in models.read_text()


def test_what_yesterdays_calls_cost_does_not_change_when_prices_do(models: Path, run: Run) -> None:
    """Every model, mode and dimension, up to the day on which the old price was last seen, for prompts below any tier."""
    before = parse_registry(models.read_bytes())
    assert run("update", "--offline").exit_code == 0
    after = parse_registry(models.read_bytes())

    compared = 0
    for provider in before.providers:
        for model, known in before.models(provider).items():
            old, new = before.pricing(provider, model), after.pricing(provider, model)
            for rate in known.rates:
                for dimension in rate.prices:
                    for day in ("2026-01-01", "2026-08-21"):
                        call = {"input": 100_000} if dimension == "input" else {"input": 0, dimension: 100_000}
                        try:
                            cost = old.cost(mode=rate.mode, at=day, **call)
                        except UnknownPriceError:
                            continue
                        assert new.cost(mode=rate.mode, at=day, **call) == cost, (model, rate.mode, dimension, day)
                        compared += 1
    assert compared > 500
    sol = ("estimate", "openai/gpt-5.6-sol", "--input", "120000", "--output", "3000", "--cheaper", "0", "--csv", "--at")
    costs = {day: run(*sol, day).stdout for day in ("2026-08-21", "2026-10-03")}
    assert "openai,gpt-5.6-sol,0.69," in costs["2026-08-21"]
    assert "openai,gpt-5.6-sol,0.54," in costs["2026-10-03"]


def test_two_updates_at_once_lose_nothing(models: Path) -> None:
    """One works and the other is told, or both work one behind the other (OCTOREGISTRY_DEPTH says how often)."""
    old = models.read_bytes()
    for _ in range(ROUNDS):
        models.write_bytes(old)
        waiting = {"openai", "anthropic"}
        for _ in range(3):
            running = {
                name: subprocess.Popen(
                    [sys.executable, "-c", MAIN, "update", "--offline", "-p", name],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                )
                for name in waiting
            }  # fmt: skip
            for name, process in running.items():
                said = process.communicate(timeout=LIMIT)[1]
                if process.returncode == 0:
                    waiting.discard(name)
                else:
                    assert "is locked by process" in said
            if not waiting:
                break
        now = parse_registry(models.read_bytes())
        assert now.model("openai", "gpt-6-astra").rates
        assert now.model("anthropic", "claude-fable-5-1").rates
        assert names(models.parent) == ["models.yaml"]
