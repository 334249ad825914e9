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

from octoregistry.cli import batch, cli
from octoregistry.cli.batch import default_state
from octoregistry.cli.batch_lines import requests_in
from providers import BatchError, get_provider, run_realtime
from tests.waiting import LIMIT

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


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


# As the installed command in a process of its own, but without the seconds that a run waits between two looks.
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


@pytest.fixture
def octoregistry(monkeypatch):
    """`octoregistry batch` in this process, for a new one pays seconds for the vendor's SDK."""
    from providers.batches.run import run_batch

    def soon(seconds, sleep=time.sleep):
        sleep(min(seconds, 0.02))

    monkeypatch.setattr(time, "sleep", soon)
    monkeypatch.setitem(run_batch.__kwdefaults__, "sleep", soon)
    monkeypatch.setattr(sys, "argv", ["octoregistry"])
    made = []  # a command leaves it to the end of its process to hang up
    monkeypatch.setattr(batch, "get_provider", lambda config: made.append(get_provider(config)) or made[-1])

    def called(*words, text=None):
        return CliRunner().invoke(cli, ["batch", *map(str, words)], input=text, prog_name="octoregistry")

    yield called
    for provider in made:
        provider.close()


def test_a_file_or_schema_that_cannot_be_read_is_named_and_leaves_nothing_behind(octoregistry, work, rows, tmp_path):
    none, schema = tmp_path / "none.jsonl", tmp_path / "schema.json"
    schema.write_text("x")
    for words, status, named in (((none,), 2, none), ((rows, "--schema", schema), 1, schema)):
        refused = octoregistry("run", *words, "-p", "openai")
        assert (refused.exit_code, refused.stdout_bytes) == (status, b"")
        assert str(named) in refused.stderr_bytes.decode()
    assert sorted(tmp_path.iterdir()) == [rows, schema]


def test_a_file_of_prompts_becomes_a_file_of_answers_in_their_order(octoregistry, work, rows):
    done = octoregistry("run", rows, "-p", "openai", "-m", "gpt-5.4-mini", "--max-cost", "1")
    assert done.exit_code == 0, done.stderr_bytes.decode()
    answers = [json.loads(line) for line in done.stdout_bytes.splitlines()]
    assert [(answer["id"], answer["content"]) for answer in answers] == [(f"u{n}", f"re: prompt {n}") for n in range(3)]
    assert all(float(answer["cost"]) > 0 for answer in answers)
    assert b"3 of 3 rows answered, 0 failed" in done.stderr_bytes
    again = octoregistry("results", rows)
    assert (again.exit_code, again.stdout_bytes) == (0, done.stdout_bytes)
    status = octoregistry("status", rows)
    assert (status.exit_code, b"3 of 3 rows answered" in status.stdout_bytes) == (0, True)
    assert octoregistry("run", rows).stdout_bytes == done.stdout_bytes
    assert set(work.handed_in.values()) == {1}


def test_some_failed_rows_are_status_3(octoregistry, work, rows, tmp_path):
    work.outcome = lambda prompt, times: BAD if prompt == "prompt 1" else "answered"
    out = tmp_path / "out.jsonl"
    done = octoregistry("run", rows, "-p", "openai", "-o", out, "--state", tmp_path / "state.json")
    assert (done.exit_code, done.stdout_bytes) == (3, b"")
    assert [json.loads(line)["error"] is None for line in out.read_bytes().splitlines()] == [True, False, True]


def test_bad_lines_are_named_by_number_all_at_once_and_nothing_is_sent(octoregistry, work, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": "a", "prompt": "p"}\n\nno json\n{"id": "a", "prompt": "p"}\n{"id": "b"}\n[1]\n')
    done = octoregistry("run", file, "-p", "openai")
    assert done.exit_code == 1
    told = done.stderr_bytes.decode().splitlines()
    assert [line.split(": ")[1] for line in told] == ["line 3", "line 4", "line 5", "line 6"]
    assert not work.server.requests


def test_too_expensive_is_status_1_and_wrong_use_is_2(octoregistry, work, rows, tmp_path):
    done = octoregistry("run", rows, "-p", "openai", "--max-cost", "0.000001")
    assert done.exit_code == 1
    assert b"nothing was submitted" in done.stderr_bytes
    assert octoregistry("run", rows, "--max-cost", "much").exit_code == 2
    assert octoregistry("status", tmp_path / "other.jsonl").exit_code == 1
    assert octoregistry("run", rows, "-p", "nobody").exit_code == 1
    assert not work.server.requests


def test_ctrl_c_leaves_the_batch_running_and_says_how_to_go_on(octoregistry, work, rows):
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
    assert octoregistry("status", rows).exit_code == 3
    assert octoregistry("results", rows).exit_code == 3
    stopped = octoregistry("cancel", rows)
    assert (stopped.exit_code, b"1 batches are being cancelled" in stopped.stdout_bytes) == (0, True)
    assert work.server.batches["batch_1"]["status"] == "cancelling"
    work.outcome = lambda prompt, times: "answered" if prompt == "prompt 0" else "left out"
    work.finish("batch_1", "cancelled")
    done = octoregistry("run", rows)
    assert done.exit_code == 3
    assert [json.loads(line)["content"] for line in done.stdout_bytes.splitlines()] == ["re: prompt 0", None, None]
    assert set(work.handed_in.values()) == {1}


def test_realtime_calls_are_made_request_ofs_own_batch_lines_on_standard_input(octoregistry, work, tmp_path):
    body = {
        "model": "gpt-5.4-mini",
        "max_completion_tokens": 9,
        "seed": 7,
        "messages": [{"role": "user", "content": "hi"}],
    }
    lines = [{"custom_id": f"u{n}", "method": "POST", "url": "/v1/chat/completions", "body": body} for n in range(3)]
    state = str(tmp_path / "run.batch.json")
    words = ["run", "-", "--realtime", "--provider", "openai", "--model", "gpt-5.4-mini", "--state", state]
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    done = octoregistry(*words, text=text)
    assert done.exit_code == 0, done.stderr_bytes
    assert [json.loads(line)["id"] for line in done.stdout_bytes.splitlines()] == ["u0", "u1", "u2"]
    asked = work.server.asked("/chat/completions")
    assert [(request.json["seed"], request.json["max_completion_tokens"]) for request in asked] == [(7, 9)] * 3
    listed = octoregistry("list", tmp_path)
    assert b"openai/gpt-5.4-mini: 3 of 3 rows answered; done" in listed.stdout_bytes
    assert octoregistry("status", "-", "--state", tmp_path / "run.batch.json").exit_code == 0
    wrong = text.replace(b"gpt-5.4-mini", b"gpt-5.5")
    refused = octoregistry(*words, text=wrong)
    assert b"its model is 'gpt-5.5'" in refused.stderr_bytes


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--realtime", "--rows", "2"], b"--rows is for batches: this is a run of realtime calls"),
        (["--concurrency", "2"], b"--concurrency is for realtime calls: this is a run of batches"),
        (["--requests-per-minute", "2"], b"--requests-per-minute is for realtime calls"),
        (["--tokens-per-minute", "2"], b"--tokens-per-minute is for realtime calls"),
    ],
)
def test_an_option_of_the_other_kind_of_run_is_refused(octoregistry, work, rows, words, told):
    refused = octoregistry("run", rows, "--provider", "openai", *words)
    assert refused.exit_code == 2
    assert told in refused.stderr_bytes
    assert not work.server.requests


def test_the_batches_of_an_account_are_listed(octoregistry, work, rows):
    assert octoregistry("run", rows, "--provider", "openai").exit_code == 0
    assert b"batch_1  completed  3/3" in octoregistry("list", "--provider", "openai").stdout_bytes


def test_a_run_of_realtime_calls_is_watched_and_ended_from_another_process(octoregistry, work, rows):
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

    work.server.complete = slow
    running = threading.Thread(target=run)
    running.start()
    while not work.server.requests:
        time.sleep(0.01)
    status = octoregistry("status", rows)
    assert (status.exit_code, "0 of 3 rows answered" in status.output) == (3, True)
    assert "The run ends" in octoregistry("cancel", rows).output
    let.set()
    running.join()
    assert "cancelled" in "".join(ended)
    assert work.server.asked("completions")[1:] == []
    assert "no process runs it" in octoregistry("status", rows).output
    assert "No process makes its calls" in octoregistry("cancel", rows).output
    work.server.complete = answer
    run()
    assert octoregistry("status", rows).exit_code == 0
