"""`octoregistry batch`, from a file of prompts to its results, against a vendor on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "providers"))  # for `servers`

pytest.importorskip("openai", reason="the openai extra is not installed")
from servers.openai import OpenAIServer
from servers.working import BAD, Work

from octoregistry.cli.batch import command, default_state
from octoregistry.cli.batch_lines import requests_in
from providers import BatchError, get_provider, run_realtime
from tests.waiting import LIMIT


@pytest.fixture
def work(monkeypatch):
    server = OpenAIServer()
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
    monkeypatch.setenv("FORCE_COLOR", "")
    yield Work("openai", server)
    server.close()
    assert not server.mistakes


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"id": f"u{n}", "prompt": f"prompt {n}"}) + "\n" for n in range(3)))
    return file


# As the installed command, but without the seconds that a run waits between two looks.
MAIN = """
import sys, time
time.sleep = lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.02))
import providers.batches.run as running
running.run_batch.__kwdefaults__["sleep"] = time.sleep
sys.argv[0] = "octoregistry"
from octoregistry.cli import main
from tests.waiting import LIMIT
main()
"""


def octoregistry(*words):
    command = [sys.executable, "-W", "ignore::UserWarning", "-c", MAIN, "batch", *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, timeout=LIMIT)


def test_a_file_or_schema_that_cannot_be_read_is_named_and_leaves_nothing_behind(work, rows, tmp_path):
    none, schema = tmp_path / "none.jsonl", tmp_path / "schema.json"
    schema.write_text("x")
    for words, status, named in (((none,), 2, none), ((rows, "--schema", schema), 1, schema)):
        refused = octoregistry("run", *words, "-p", "openai")
        assert (refused.returncode, refused.stdout) == (status, b"")
        assert str(named) in refused.stderr.decode()
    assert sorted(tmp_path.iterdir()) == [rows, schema]


def test_a_file_of_prompts_becomes_a_file_of_answers_in_their_order(work, rows):
    done = octoregistry("run", rows, "-p", "openai", "-m", "gpt-5.4-mini", "--max-cost", "1")
    assert done.returncode == 0, done.stderr.decode()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(answer["id"], answer["content"]) for answer in answers] == [(f"u{n}", f"re: prompt {n}") for n in range(3)]
    assert all(float(answer["cost"]) > 0 for answer in answers)
    assert b"3 of 3 rows answered, 0 failed" in done.stderr
    again = octoregistry("results", rows)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    status = octoregistry("status", rows)
    assert (status.returncode, b"3 of 3 rows answered" in status.stdout) == (0, True)
    assert octoregistry("run", rows).stdout == done.stdout
    assert set(work.handed_in.values()) == {1}


def test_some_failed_rows_are_status_3(work, rows, tmp_path):
    work.outcome = lambda prompt, times: BAD if prompt == "prompt 1" else "answered"
    out = tmp_path / "out.jsonl"
    done = octoregistry("run", rows, "-p", "openai", "-o", out, "--state", tmp_path / "state.json")
    assert (done.returncode, done.stdout) == (3, b"")
    assert [json.loads(line)["error"] is None for line in out.read_bytes().splitlines()] == [True, False, True]


def test_bad_lines_are_named_by_number_all_at_once_and_nothing_is_sent(work, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": "a", "prompt": "p"}\n\nno json\n{"id": "a", "prompt": "p"}\n{"id": "b"}\n[1]\n')
    done = octoregistry("run", file, "-p", "openai")
    assert done.returncode == 1
    told = done.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in told] == ["line 3", "line 4", "line 5", "line 6"]
    assert not work.server.requests


def test_too_expensive_is_status_1_and_wrong_use_is_2(work, rows, tmp_path):
    done = octoregistry("run", rows, "-p", "openai", "--max-cost", "0.000001")
    assert done.returncode == 1
    assert b"nothing was submitted" in done.stderr
    assert octoregistry("run", rows, "--max-cost", "much").returncode == 2
    assert octoregistry("status", tmp_path / "other.jsonl").returncode == 1
    assert octoregistry("run", rows, "-p", "nobody").returncode == 1
    assert not work.server.requests


def test_ctrl_c_leaves_the_batch_running_and_says_how_to_go_on(work, rows):
    work.held = {"batch_1"}
    words = ["-p", "openai", "--max-tokens", "50", "--max-cost", "1", "--out", str(rows.with_name("my answers.jsonl"))]
    command = [sys.executable, "-W", "ignore::UserWarning", "-c", MAIN, "batch", "run", str(rows), *words]
    asked = threading.Event()
    retrieve = work.retrieve
    work.server.retrieve = lambda request, **parts: (asked.set(), retrieve(request, **parts))[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert asked.wait(LIMIT)
        os.kill(run.pid, signal.SIGINT)
        _, told = run.communicate(timeout=LIMIT)
    assert run.returncode == 130
    assert b"batch run" in told
    assert b"--provider openai --max-tokens 50 --max-cost 1 --out '" in told
    assert json.loads(rows.with_name(rows.name + ".batch.json").read_text())["terms"]["max_tokens"] == 50
    assert octoregistry("status", rows).returncode == 3
    assert octoregistry("results", rows).returncode == 3
    stopped = octoregistry("cancel", rows)
    assert (stopped.returncode, b"1 batches are being cancelled" in stopped.stdout) == (0, True)
    assert work.server.batches["batch_1"]["status"] == "cancelling"
    work.outcome = lambda prompt, times: "answered" if prompt == "prompt 0" else "left out"
    work.finish("batch_1", "cancelled")
    done = octoregistry("run", rows)
    assert done.returncode == 3
    assert [json.loads(line)["content"] for line in done.stdout.splitlines()] == ["re: prompt 0", None, None]
    assert set(work.handed_in.values()) == {1}


def test_realtime_calls_are_made_request_ofs_own_batch_lines_on_standard_input(work, tmp_path):
    body = {
        "model": "gpt-5.4-mini",
        "max_completion_tokens": 9,
        "seed": 7,
        "messages": [{"role": "user", "content": "hi"}],
    }
    lines = [{"custom_id": f"u{n}", "method": "POST", "url": "/v1/chat/completions", "body": body} for n in range(3)]
    state = str(tmp_path / "run.batch.json")
    words = ["run", "-", "--realtime", "--provider", "openai", "--model", "gpt-5.4-mini", "--state", state]
    command = [sys.executable, "-W", "ignore::UserWarning", "-c", MAIN, "batch", *words]
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    done = subprocess.run(command, input=text, capture_output=True, check=False, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["u0", "u1", "u2"]
    asked = work.server.asked("/chat/completions")
    assert [(request.json["seed"], request.json["max_completion_tokens"]) for request in asked] == [(7, 9)] * 3
    listed = octoregistry("list", tmp_path)
    assert b"openai/gpt-5.4-mini: 3 of 3 rows answered; done" in listed.stdout
    assert octoregistry("status", "-", "--state", tmp_path / "run.batch.json").returncode == 0
    wrong = text.replace(b"gpt-5.4-mini", b"gpt-5.5")
    refused = subprocess.run(command, input=wrong, capture_output=True, check=False, timeout=LIMIT)
    assert b"its model is 'gpt-5.5'" in refused.stderr


def test_the_batches_of_an_account_are_listed(work, rows):
    assert octoregistry("run", rows, "--provider", "openai").returncode == 0
    assert b"batch_1  completed  3/3" in octoregistry("list", "--provider", "openai").stdout


def test_a_run_of_realtime_calls_is_watched_and_ended_from_another_process(work, rows):
    let, ended, answer = threading.Event(), [], work.server.complete

    def slow(request):
        let.wait(LIMIT)
        return answer(request)

    def run():
        provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini"}})
        try:
            run_realtime(provider, requests_in(rows), default_state(rows), concurrency=1)
        except BatchError as error:
            ended.append(str(error))
        finally:
            provider.close()

    def batch(*words):
        return CliRunner().invoke(command, [*words, str(rows)])

    work.server.complete = slow
    running = threading.Thread(target=run)
    running.start()
    while not work.server.requests:
        time.sleep(0.01)
    status = batch("status")
    assert (status.exit_code, "0 of 3 rows answered" in status.output) == (3, True)
    assert "The run ends" in batch("cancel").output
    let.set()
    running.join()
    assert "cancelled" in "".join(ended)
    assert work.server.asked("completions")[1:] == []
    assert "no process runs it" in batch("status").output
    assert "No process makes its calls" in batch("cancel").output
    work.server.complete = answer
    run()
    assert batch("status").exit_code == 0
