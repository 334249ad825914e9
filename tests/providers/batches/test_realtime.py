"""Many realtime calls at once: in order, priced, and never asked again once their answer is kept."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import CUT, Reply
from servers.working import numbered

from providers import AuthenticationError, BatchError, BatchSettings, RateLimitError, results_so_far, run_realtime
from providers.batches import BatchInputError, BatchTooExpensiveError
from providers.batches import pace as pace_module
from providers.batches.pace import Pace
from tests.depth import DEPTH

KILLS = 3 * DEPTH
NURSERY = Path(__file__).parent.parent / "servers" / "nursery.py"
CALLS = {"openai": "complete", "anthropic": "create_message", "gemini": "generate"}


@pytest.fixture
def asked(vendor):
    """How often each prompt was answered in full; the server takes a moment for each."""
    answered, lock, call = Counter(), threading.Lock(), getattr(vendor.server, CALLS[vendor.name])

    def answer(request, **parts):
        reply = call(request, **parts)
        body = request.json
        text = body["contents"][0]["parts"][0]["text"] if vendor.name == "gemini" else body["messages"][-1]["content"]
        time.sleep(0.003)
        with lock:
            answered[text] += 1
        return Reply(
            json.loads(json.dumps(reply.body).replace('"4"', json.dumps(f"re: {text}"))), headers=reply.headers
        )

    setattr(vendor.server, CALLS[vendor.name], answer)
    return answered


def test_results_come_in_order_each_with_its_cost(vendor, asked, tmp_path):
    seen = []
    provider = vendor.make(timeout_seconds=60)
    results = run_realtime(provider, numbered(40), tmp_path / "run.json", concurrency=10, progress=seen.append)
    assert [(row.unit_id, row.content) for row in results] == [(f"unit-{n}", f"re: prompt {n}") for n in range(40)]
    assert set(asked.values()) == {1}
    assert results.cost == sum(row.cost for row in results) > 0
    assert (seen[-1].step, seen[-1].done) == ("done", 40)
    again = run_realtime(vendor.make(), numbered(40), tmp_path / "run.json")
    assert [row.content for row in again] == [row.content for row in results]
    assert set(asked.values()) == {1}


def test_what_fails_for_a_passing_reason_is_tried_again_and_what_does_not_fails_its_row(vendor, asked, tmp_path):
    vendor.server.fail(Reply(vendor.unanswered(503), 503), Reply(vendor.unanswered(400, "bad prompt"), 400))
    provider = vendor.make(transport_retry={"max_attempts": 1})
    results = list(
        run_realtime(provider, numbered(3), tmp_path / "run.json", concurrency=1, settings=BatchSettings(attempts=2))
    )
    assert [(row.error is None, row.attempts) for row in results] == [(True, 2), (False, 1), (True, 1)]
    assert "bad prompt" in results[1].error  # the row that was tried again went behind the others


def test_a_row_whose_first_try_may_have_been_paid_has_no_known_cost(vendor, asked, tmp_path):
    vendor.server.fail(CUT, Reply(vendor.unanswered(400, "bad prompt"), 400))
    provider = vendor.make(transport_retry={"max_attempts": 1})
    settings = BatchSettings(attempts=2)
    (row,) = run_realtime(provider, numbered(1), tmp_path / "run.json", concurrency=1, settings=settings)
    assert (row.cost, row.details["maybe_paid"]) == (None, 1)


def test_a_wrong_key_ends_the_run_and_another_may_take_its_place(vendor, asked, tmp_path):
    vendor.server.fail(*[Reply(vendor.unanswered(401), 401)] * 4)
    with pytest.raises(AuthenticationError):
        run_realtime(vendor.make(), numbered(9), tmp_path / "run.json", concurrency=1)
    vendor.server.faults.clear()
    results = run_realtime(vendor.make(), numbered(2), tmp_path / "run.json")
    assert (results.answered, ["maybe_paid" in row.details for row in results]) == (2, [False, False])


def test_no_more_is_spent_than_is_allowed(vendor, asked, tmp_path):
    with pytest.raises(BatchTooExpensiveError):
        run_realtime(vendor.make(max_tokens=1000), numbered(100), tmp_path / "run.json", max_cost=Decimal("0.01"))
    assert not asked
    with pytest.raises(BatchTooExpensiveError):  # each answer costs more than was expected of it
        run_realtime(
            vendor.make(max_tokens=1), numbered(100), tmp_path / "run.json", max_cost=Decimal("0.005"), concurrency=1
        )
    assert 0 < len(asked) < 100
    assert run_realtime(vendor.make(max_tokens=1), None, tmp_path / "run.json", max_cost=5).answered == 100
    assert set(asked.values()) == {1}


def test_all_requests_that_cannot_be_sent_are_named_at_once(vendor, tmp_path):
    rows = [
        ("a", "hi"),
        {"id": "b", "prompt": "hi", "images": ["/nowhere.png"]},
        {"id": "c", "prompt": "hi", "files": [7]},
    ]
    with pytest.raises(BatchInputError) as error:
        run_realtime(vendor.make(), rows, tmp_path / "run.json")
    assert len(error.value.problems) == 2
    assert not vendor.server.requests


def never():
    return False


@pytest.mark.parametrize("pace", [Pace(1200, None), Pace(6000, 60_000)])
def test_calls_begin_as_fast_as_the_limits_say(pace, monkeypatch):
    """By a clock that moves as far as they wait."""
    clock, begun = SimpleNamespace(now=100.0), []
    monkeypatch.setattr(pace_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(pace._turn, "wait", lambda seconds: setattr(clock, "now", clock.now + seconds))
    for _ in range(4):
        assert pace.begin(50, never)
        begun.append(clock.now - 100)
    assert begun == pytest.approx([0, 0.05, 0.1, 0.15])


@pytest.mark.parametrize("limit", [0, -5, float("nan"), float("inf"), "many", True])
def test_a_limit_that_would_limit_nothing_is_an_error(limit, openai, tmp_path):
    for name in ("requests_per_minute", "tokens_per_minute"):
        with pytest.raises(ValueError, match=f"{name} is"):
            run_realtime(openai.make(), numbered(1), tmp_path / "run.json", **{name: limit})


def test_a_pause_holds_for_calls_that_had_their_turn_already_and_for_tries():
    pace, begun = Pace(240, None), []
    first = pace.begin(1, never)
    waiting = threading.Thread(target=lambda: begun.append((pace.begin(1, never), time.monotonic())))
    waiting.start()  # its turn comes in a quarter of a second
    paused = time.monotonic()
    assert pace.failed(first, RateLimitError(retry_after=0.5, retryable=True), 0.0, 0.0, 300.0) == 0.0
    waiting.join()
    assert begun[0][1] - paused >= 0.5
    assert begun[0][0].is_trial  # and no other call begins before the vendor has answered that one
    assert pace.begin(1, iter([False, True]).__next__) is None


def outage(vendor, calls, status=503, **headers):
    """The next calls of the vendor find it without room."""
    vendor.server.fail(*[Reply(vendor.unanswered(status), status, headers)] * calls)


QUICK = {"initial_delay_seconds": 0.001}


@pytest.mark.parametrize("status", [503, 500, 429])
def test_an_outage_fails_no_row(vendor, asked, tmp_path, status):
    outage(vendor, 20, status)
    settings = BatchSettings(attempts=2, poll_longest=0.005)
    provider = vendor.make(transport_retry=QUICK)
    results = run_realtime(provider, numbered(6), tmp_path / "run.json", concurrency=3, settings=settings)
    assert (results.answered, results.failed) == (6, 0)
    assert set(asked.values()) == {1}


def test_patience_ends_and_the_rows_wait_for_the_next_run(vendor, asked, tmp_path):
    outage(vendor, 10**3, 429)
    settings = BatchSettings(patience=0.1, poll_longest=0.01)
    with pytest.raises(RateLimitError):
        run_realtime(vendor.make(transport_retry=QUICK), numbered(3), tmp_path / "run.json", settings=settings)
    assert list(results_so_far(tmp_path / "run.json")) == []
    vendor.server.faults.clear()
    assert run_realtime(vendor.make(), None, tmp_path / "run.json").answered == 3


def test_a_row_that_fails_while_others_are_answered_fails_and_without_patience_at_once(openai, tmp_path):
    call = openai.server.complete

    def answer(request, **parts):
        text = request.json["messages"][-1]["content"]
        return Reply(openai.unanswered(500), 500) if text == "prompt 0" else call(request, **parts)

    openai.server.complete = answer
    provider, settings = openai.make(transport_retry=QUICK), BatchSettings(attempts=2)
    results = list(run_realtime(provider, numbered(9), tmp_path / "run.json", concurrency=2, settings=settings))
    assert [row.error is None for row in results] == [False, *[True] * 8]
    assert (results[0].cost, results[0].details["maybe_paid"]) == (None, results[0].attempts)
    (row,) = run_realtime(provider, numbered(1), tmp_path / "2.json", settings=BatchSettings(attempts=2, patience=0))
    assert (row.attempts, len(openai.server.requests)) == (2, 2 + 8 + results[0].attempts)


def test_calls_that_nobody_answered_count_by_the_most_that_they_can_have_cost(vendor, asked, tmp_path):
    outage(vendor, 10**3)
    provider = vendor.make(max_tokens=1000, transport_retry=QUICK)
    settings = BatchSettings(poll_longest=0.001)
    with pytest.raises(BatchTooExpensiveError, match="whose cost nobody tells"):
        run_realtime(provider, numbered(1), tmp_path / "run.json", max_cost=Decimal("0.03"), settings=settings)
    price = provider.cost_of({"usage": {"input": 3, "output": 1000}, "mode": "standard"})
    assert len(vendor.server.requests) == Decimal("0.03") // price
    vendor.server.faults.clear()
    with pytest.raises(BatchTooExpensiveError):  # what may have been paid is remembered
        run_realtime(provider, None, tmp_path / "run.json", max_cost=Decimal("0.03"))
    (row,) = run_realtime(provider, None, tmp_path / "run.json", max_cost=1)
    assert row.details["maybe_paid"] == Decimal("0.03") // price


REFUSED = {
    "openai": ("completion", lambda: openai_wire.completion(None, refusal="No.")),
    "anthropic": ("message", lambda: anthropic_wire.message(stop_reason="refusal")),
    "gemini": ("content", lambda: gemini_wire.content(None, finish_reason="SAFETY")),
}


def test_a_refusal_without_a_text_fails_its_row(vendor, tmp_path):
    name, refusal = REFUSED[vendor.name]
    setattr(vendor.server, name, refusal())
    (row,) = run_realtime(vendor.make(), numbered(1), tmp_path / "run.json")
    assert row.error.startswith("refused: ")
    assert (row.content, row.details["finish_reason"], row.retryable) == (None, "refusal", False)
    assert row.cost > 0


def test_a_journal_that_was_edited_is_refused_and_a_torn_last_line_is_not_there(vendor, asked, tmp_path):
    state = tmp_path / "run.json"
    vendor.server.fail(Reply(vendor.unanswered(401), 401), path="nowhere")
    with pytest.raises(BatchTooExpensiveError):
        run_realtime(vendor.make(max_tokens=1), numbered(100), state, max_cost=Decimal("0.005"), concurrency=1)
    journal = tmp_path / "run.json.d" / "rows.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'50 {"id": "un')
    kept = list(results_so_far(state))
    assert len(kept) == len(asked)
    journal.write_bytes(b"x" + whole)
    with pytest.raises(BatchError, match=r"rows\.jsonl"):
        run_realtime(vendor.make(max_tokens=1), None, state, max_cost=5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="runners are forked")
def test_kills_at_random_points_lose_no_row_and_ask_none_again_whose_answer_came(vendor, asked, tmp_path):
    kills, runs, chance = 0, 0, random.Random(17)  # noqa: S311 - guards nothing
    with subprocess.Popen(
        [sys.executable, str(NURSERY), vendor.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdout.readline() == "ready\n"
        unfinished = True
        while kills < KILLS or unfinished:
            order = {"name": f"run{runs}", "state": str(tmp_path / f"run{runs}.json"), "realtime": True}
            nursery.stdin.write(json.dumps(order) + "\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            timer = threading.Timer(chance.uniform(0, 0.9), os.kill, (child, 9))
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
        assert [row.content for row in results] == [f"re: run{number} {n}" for n in range(20)]
        for n, row in enumerate(results):  # asked more than once only where a process died before the answer was kept
            assert asked[f"run{number} {n}"] <= 1 + row.details.get("maybe_paid", 0)
    print(vendor.name, kills, "kills over", runs, "runs,", sum(asked.values()) - 20 * runs, "rows asked again")
