"""Realtime runs beside threads that cannot start, disks that are full, calls that come back late, and other settings."""

from __future__ import annotations

import os
import threading
import time

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import AuthenticationError, BatchError, BatchSettings, results_so_far, run_realtime
from providers.batches import journal, read_run, run_progress
from providers.batches.pace import Pace
from providers.batches.values import RowResult
from providers.errors import RateLimitError
from tests.waiting import LIMIT

QUICK = {"initial_delay_seconds": 0.001}


def prompt_of(request):
    return request.json["messages"][-1]["content"]


def test_the_trial_of_an_outage_is_given_back_whatever_became_of_it():
    pace = Pace()
    with pace.begin(1, lambda: False) as first:
        pace.failed(first, RateLimitError(retryable=True), 0.0, 0.0, 0.0)
    with pytest.raises(KeyError), pace.begin(1, lambda: False) as trial:
        raise KeyError
    assert trial.is_trial
    assert pace.begin(1, lambda: False).is_trial


def test_patience_ends_a_run_that_the_vendor_asked_to_wait_for_longer(openai, tmp_path):
    openai.server.fail(Reply(openai.unanswered(429), 429, {"retry-after": "3000"}))
    with pytest.raises(RateLimitError):
        run_realtime(
            openai.make(), numbered(3), tmp_path / "run.json", concurrency=1, settings=BatchSettings(patience=0.1)
        )


def test_a_thread_that_cannot_start_ends_the_run_and_what_was_asked_is_kept(openai, tmp_path, monkeypatch):
    start, started = threading.Thread.start, []

    def sometimes(thread):
        if getattr(thread._target, "__name__", "") == "_work":
            if len(started) == 2:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", sometimes)
    with pytest.raises(RuntimeError, match="new thread"):
        run_realtime(openai.make(), numbered(40), tmp_path / "run.json", concurrency=8)
    assert not any(thread.is_alive() for thread in started)
    assert len(list(results_so_far(tmp_path / "run.json"))) == len(openai.server.requests)


def test_a_call_that_comes_back_after_the_end_writes_into_no_file(openai, tmp_path):
    call, late, gone = openai.server.complete, threading.Event(), []

    def answer(request, **parts):
        if prompt_of(request) == "prompt 0" and not gone:
            gone.append(late.wait(LIMIT))
        return call(request, **parts)

    def interrupt(progress):
        raise KeyboardInterrupt

    openai.server.complete = answer
    state = tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        run_realtime(
            openai.make(), numbered(3), state, concurrency=1, progress=interrupt, settings=BatchSettings(settle=0)
        )
    openai.server.complete = lambda request, **parts: (late.set(), time.sleep(0.05), call(request, **parts))[2]
    results = run_realtime(openai.make(), None, state, concurrency=1)
    assert [row.details.get("maybe_paid", 0) for row in results] == [1, 0, 0]
    assert not list(tmp_path.glob("run.json.d/rows*"))


def test_a_line_that_the_disk_had_no_room_for_is_taken_away_again(tmp_path, monkeypatch):
    journal.Journal.begin(tmp_path / "rows.jsonl")
    kept = journal.Journal(tmp_path / "rows.jsonl", 2)
    row = RowResult("a", "x", None, None, 1, 1, 1, None, {})
    write = os.write

    def full(file, line):
        if len(line) > 20:
            return write(file, line[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "write", full)
    with pytest.raises(OSError, match="space"):
        kept.answered(0, row)
    monkeypatch.setattr(journal.os, "write", write)
    kept.answered(1, row)
    kept.close()
    kept.answered(0, row)  # too late: dropped
    assert [read.unit_id for read in journal.Journal(kept.path, 2, only_looks=True).results()] == ["a"]


@pytest.mark.parametrize(
    "other",
    [{"model": "gpt-5.5-pro"}, {"max_tokens": 7}, {"system": "Be rude."}, {"temperature": 1}, {"surface": "responses"}],
)
def test_a_run_goes_on_with_the_settings_it_was_begun_with_alone(openai, tmp_path, other):
    state = tmp_path / "run.json"
    run_realtime(openai.make(), numbered(1), state)
    with pytest.raises(BatchError, match="is of a run"):
        run_realtime(openai.make(**other), None, state)
    assert run_realtime(openai.make(), None, state).answered == 1


def test_a_run_of_batches_stays_cancelled_where_realtime_calls_are_asked_of_it(openai, work, run, tmp_path):
    work(openai).polls = 10**6

    def interrupt(progress):
        if progress.step == "running":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(openai.make(), numbered(1), progress=interrupt)
    marker = tmp_path / "run.json.d" / "cancelled"
    marker.touch()
    with pytest.raises(BatchError, match="run of batches"):
        run_realtime(openai.make(), None, tmp_path / "run.json")
    assert marker.exists()
    assert read_run(tmp_path / "run.json").rows == 1


def test_who_watches_a_run_sees_it_end(openai, tmp_path, monkeypatch):
    state, read = tmp_path / "run.json", journal.Journal._read

    def interrupt(_progress):
        raise KeyboardInterrupt

    def ends_meanwhile(kept, rows):
        end = read(kept, rows)
        monkeypatch.setattr(journal.Journal, "_read", read)
        run_realtime(openai.make(), None, state)
        return end

    with pytest.raises(KeyboardInterrupt):
        run_realtime(openai.make(), numbered(3), state, concurrency=1, progress=interrupt)
    monkeypatch.setattr(journal.Journal, "_read", ends_meanwhile)
    assert run_progress(state).done == 3


def fails(openai, status, rows):
    """The vendor answers all but these rows, which it always refuses."""
    call = openai.server.complete

    def answer(request, **parts):
        row = int(prompt_of(request).split()[1])
        return Reply(openai.unanswered(status), status) if row in rows else call(request, **parts)

    openai.server.complete = answer


@pytest.mark.parametrize("status", [500, 503, 429, 403])
@pytest.mark.parametrize("rows", [range(3), {19}])
def test_rows_that_always_fail_keep_no_other_waiting_and_end(openai, tmp_path, status, rows):
    fails(openai, status, rows)
    settings = BatchSettings(attempts=2, patience=0.8, poll_longest=0.001)
    provider = openai.make(transport_retry=QUICK)
    results = list(run_realtime(provider, numbered(20), tmp_path / "run.json", concurrency=3, settings=settings))
    assert [n for n, row in enumerate(results) if row.error] == list(rows)
    assert all(f"HTTP {status}" in results[n].error for n in rows)


def test_a_last_row_that_may_be_paid_each_time_is_not_asked_for_ever(openai, tmp_path):
    fails(openai, 500, {0})
    (row,) = run_realtime(
        openai.make(transport_retry=QUICK), numbered(1), tmp_path / "run.json", settings=BatchSettings(attempts=3)
    )
    assert (row.attempts, row.details["maybe_paid"], len(openai.server.requests)) == (3, 3, 3)


def test_others_that_were_answered_before_the_run_was_taken_up_count(openai, tmp_path):
    state, settings = tmp_path / "run.json", BatchSettings(attempts=2)
    call = openai.server.complete

    def dies(request, **parts):
        row = prompt_of(request)
        if row == "prompt 1":
            return Reply(openai.unanswered(500), 500)
        return Reply(openai.unanswered(401), 401) if row == "prompt 3" else call(request, **parts)

    openai.server.complete = dies
    provider = openai.make(transport_retry=QUICK)
    with pytest.raises(AuthenticationError):
        run_realtime(provider, numbered(4), state, concurrency=1, settings=settings)
    openai.server.complete = call
    fails(openai, 500, {1, 3})
    results = list(run_realtime(provider, None, state, concurrency=1, settings=settings))
    assert [row.error is None for row in results] == [True, False, True, False]


def test_a_key_that_may_do_nothing_ends_the_run_and_fails_no_row(openai, tmp_path):
    fails(openai, 403, range(40))
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(), numbered(40), tmp_path / "run.json", concurrency=2)
    assert len(openai.server.requests) <= 12
    assert not list(results_so_far(tmp_path / "run.json"))


def test_a_journal_whose_results_are_not_of_the_requests_is_refused(tmp_path):
    """A row's result under another id would be handed out as another prompt's answer."""
    journal.Journal.begin(tmp_path / "rows.jsonl")
    kept = journal.Journal(tmp_path / "rows.jsonl", 2)
    kept.answered(0, RowResult("a", "x", None, None, 1, 1, 1, None, {}))
    kept.close()
    (tmp_path / "requests.jsonl").write_text('["a", "?"]\n["b", "?"]\n')
    assert journal.Journal(kept.path, 2, only_looks=True).has(0)
    (tmp_path / "requests.jsonl").write_text('["b", "?"]\n["a", "?"]\n')
    with pytest.raises(BatchError, match=r"rows\.jsonl: the result of row 0 is not of its request"):
        journal.Journal(kept.path, 2, only_looks=True)
    kept.path.write_bytes(b"9" * 5000 + b" asked\n")
    with pytest.raises(BatchError, match=r"rows\.jsonl: this is not what was written"):
        journal.Journal(kept.path, 2, only_looks=True)
