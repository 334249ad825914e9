"""How long calls are put off: as long as the server says, for all of them, and not for what one row went through."""

from __future__ import annotations

import threading
import time

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import BatchSettings, RateLimitError, run_realtime
from providers.batches.pace import Pace


def begin(pace):
    return pace.begin(1, lambda: False)


def limited(seconds=None):
    return RateLimitError(retry_after=seconds, retryable=True)


def wait_of(pace):
    return pace._next - time.monotonic()


def test_a_row_that_was_refused_often_holds_up_the_others_no_longer_than_the_server_asks():
    for row_pause in (1.0, 60.0):
        pace = Pace()
        pace.failed(begin(pace), limited(1.0), row_pause, 1.0, 300.0)
        assert 0.9 < wait_of(pace) <= 1.1


def test_a_server_that_does_not_say_how_long_is_asked_less_often_each_time():
    pace, waits = Pace(), []
    for _ in range(3):
        with begin(pace) as ticket:
            pace.failed(ticket, limited(), 60.0, 0.05, 300.0)
        waits.append(wait_of(pace))
    assert waits == pytest.approx([0.05, 0.1, 0.2], abs=0.02)


def test_after_a_rate_limit_half_as_many_are_on_their_way_and_one_more_for_each_answer():
    pace = Pace()
    tickets = [begin(pace) for _ in range(8)]
    pace.failed(tickets[0], limited(0.01), 0.0, 0.01, 1.0)
    for ticket in tickets:
        pace.give_back(ticket)
    with begin(pace) as trial:
        pace.answered(trial)
    several = [begin(pace) for _ in range(5)]
    assert pace.begin(1, iter([False, True]).__next__) is None  # a sixth waits
    pace.answered(several[0])
    assert begin(pace)


def test_an_answer_that_was_on_its_way_does_not_end_an_outage_but_a_newer_one_ends_the_pause():
    pace = Pace()
    old, refused, newer = begin(pace), begin(pace), begin(pace)
    pace.failed(refused, limited(30.0), 0.0, 0.01, 1.0)
    pace.answered(old)
    assert (pace.is_paused, pace.failing_for() > 0) == (True, True)
    pace.answered(newer)  # there is room for others
    assert (pace.is_paused, pace.failing_for() > 0) == (False, True)
    with begin(pace) as trial:
        assert trial.is_trial
        pace.answered(trial)
    assert pace.failing_for() == 0


def test_a_run_above_its_rate_limit_waits_each_time_as_long_as_the_server_says(openai, tmp_path, monkeypatch):
    """The server answers 50 calls a second, 5 at once, and asks the others to wait for 0.1 s."""
    call, lock, bucket = openai.server.complete, threading.Lock(), [time.monotonic(), 5.0]

    def answer(request, **parts):
        with lock:
            now = time.monotonic()
            bucket[:] = now, min(5.0, bucket[1] + (now - bucket[0]) * 50)
            if bucket[1] < 1:
                return Reply(openai.unanswered(429), 429, {"retry-after-ms": "100"})
            bucket[1] -= 1
        return call(request, **parts)

    def failed(pace, *told):
        seconds = own(pace, *told)
        waits.append(max(seconds, pace._paused_until - time.monotonic()))
        return seconds

    waits, own = [], Pace.failed
    monkeypatch.setattr(Pace, "failed", failed)
    openai.server.complete = answer
    results = run_realtime(openai.make(), numbered(60), tmp_path / "run.json", concurrency=20)
    assert results.answered == 60
    assert waits
    assert max(waits) <= 0.12
    assert len(openai.server.requests) < 120  # at half the calls at least it was right


def test_one_row_that_the_server_asks_to_wait_for_long_freezes_no_other(openai, tmp_path):
    call, refused = openai.server.complete, []

    def answer(request, **parts):
        if request.json["messages"][-1]["content"] == "prompt 0" and not refused:
            refused.append(1)
            return Reply(openai.unanswered(429), 429, {"retry-after": "600"})
        time.sleep(0.05)
        return call(request, **parts)

    openai.server.complete = answer
    seen = []
    results = run_realtime(
        openai.make(), numbered(20), tmp_path / "run.json", concurrency=4, progress=lambda told: seen.append(told.note)
    )
    assert results.answered == 20


def test_patience_runs_out_during_a_pause_although_older_calls_are_answered_and_the_note_stays(openai, tmp_path):
    call = openai.server.complete

    def answer(request, **parts):
        if request.json["messages"][-1]["content"] == "prompt 1":
            time.sleep(0.1)  # it is the newer of the two
            return Reply(openai.unanswered(429), 429, {"retry-after": "600"})
        time.sleep(0.3)
        return call(request, **parts)

    openai.server.complete = answer
    notes = []
    with pytest.raises(RateLimitError):
        run_realtime(
            openai.make(),
            numbered(9),
            tmp_path / "run.json",
            concurrency=2,
            progress=lambda told: notes.append((told.done, told.note)),
            settings=BatchSettings(patience=1),
        )
    assert any(done and note and "429" in note for done, note in notes)


def test_after_a_rate_limit_calls_are_set_apart_by_what_went_well_and_less_with_each_answer():
    pace = Pace()
    tickets = [begin(pace) for _ in range(4)]
    pace.give_back(tickets[0])
    for ticket in tickets[1:3]:
        pace.failed(ticket, limited(0.3), 0.0, 0.01, 1.0)
    for ticket in tickets[1:]:
        pace.give_back(ticket)
    with begin(pace) as trial:
        pace.answered(trial)
    apart = pace._gap
    assert 0.3 / 3 / 2 <= apart < 0.3  # three of five went well in that time: two waited for the pause to end
    begun = []
    for _ in range(3):
        with begin(pace) as ticket:
            begun.append(time.monotonic())
            pace.answered(ticket)
    assert begun[2] - begun[1] >= 0.8 * apart
    assert pace._gap < apart
