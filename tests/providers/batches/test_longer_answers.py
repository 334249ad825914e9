"""An answer that was cut off is paid and kept, and its row stays open until the longer one was asked for."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from servers.base import HANG, Reply
from servers.openai import completion
from servers.working import numbered

from providers import (
    AuthenticationError,
    BatchError,
    BatchSettings,
    cancel_run,
    results_so_far,
    run_progress,
    run_realtime,
)
from providers.batches import BatchTooExpensiveError

SHORT, LONG = 10, 100
LONGER = BatchSettings(longer_max_tokens=LONG)


def cut_off(openai, longer):
    """Every answer of `SHORT` tokens is cut off; a longer one is what `longer` says. What was asked, by row and limit."""
    asked = Counter()

    def complete(request):
        body = request.json
        row, limit = body["messages"][-1]["content"].removeprefix("prompt "), body["max_completion_tokens"]
        asked[row, limit] += 1
        return Reply(completion("half", finish_reason="length")) if limit == SHORT else longer(row)

    openai.server.complete = complete
    return asked


def whole(_row):
    return Reply(completion("whole"))


def goes_on(openai, state, rows, **more):
    """The run is taken up: each row ends with the longer answer, and with what both cost."""
    asked = cut_off(openai, whole)
    results = list(run_realtime(openai.make(max_tokens=SHORT), None, state, settings=LONGER, **more))
    assert [(row.content, row.error, row.attempts) for row in results] == [("whole", None, 2)] * rows
    assert len({row.cost for row in results}) == 1
    assert not any("maybe_paid" in row.details for row in results)
    return asked


def test_a_key_that_is_refused_leaves_the_row_open_for_its_longer_answer(openai, tmp_path):
    state = tmp_path / "run.json"
    cut_off(openai, lambda row: Reply(openai.unanswered(401), 401))
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(max_tokens=SHORT), numbered(3), state, concurrency=1, settings=LONGER)
    assert not list(results_so_far(state))
    assert run_progress(state).cost > 0  # what was cut off is paid
    asked = goes_on(openai, state, 3)
    assert asked["0", SHORT] == 0
    assert asked["0", LONG] == 1


def test_a_max_cost_that_is_reached_leaves_the_row_open_for_its_longer_answer(openai, tmp_path):
    state = tmp_path / "run.json"
    first = cut_off(openai, whole)
    with pytest.raises(BatchTooExpensiveError):
        run_realtime(
            openai.make(max_tokens=SHORT), numbered(3), state, concurrency=1, settings=LONGER, max_cost="0.0035"
        )
    assert (first["1", SHORT], first["1", LONG]) == (1, 0)
    asked = goes_on(openai, state, 3, max_cost=10)
    assert (asked["1", SHORT], asked["1", LONG]) == (0, 1)


def test_a_run_that_is_cancelled_leaves_the_row_open_for_its_longer_answer(openai, tmp_path):
    state, provider = tmp_path / "run.json", openai.make(max_tokens=SHORT)
    first = cut_off(openai, whole)
    complete = openai.server.complete

    def cancels(request):
        cancel_run(provider, state)
        return complete(request)

    openai.server.complete = cancels
    with pytest.raises(BatchError, match="cancelled"):
        run_realtime(provider, numbered(1), state, settings=LONGER)
    asked = goes_on(openai, state, 1)
    assert (first + asked)["0", SHORT] == 1


def test_a_kill_while_the_longer_answer_is_asked_for_loses_nothing_of_the_first(openai, tmp_path):
    state, hangs = tmp_path / "run.json", threading.Event()

    def killed(_progress):
        if hangs.is_set():
            raise KeyboardInterrupt

    cut_off(openai, lambda row: (hangs.set(), HANG)[1])
    with pytest.raises(KeyboardInterrupt):
        run_realtime(
            openai.make(max_tokens=SHORT),
            numbered(1),
            state,
            progress=killed,
            settings=BatchSettings(longer_max_tokens=LONG, settle=0),
        )
    asked = cut_off(openai, whole)
    (row,) = run_realtime(openai.make(max_tokens=SHORT), None, state, settings=LONGER)
    assert asked == {("0", LONG): 1}
    assert (row.content, row.details["maybe_paid"]) == ("whole", 1)  # the longer one that hung, and it alone
    assert row.cost == 2 * openai.make().cost_of(completion("half"))


def test_a_row_whose_run_goes_on_without_a_longer_limit_keeps_what_was_cut_off(openai, tmp_path):
    state = tmp_path / "run.json"
    cut_off(openai, lambda row: Reply(openai.unanswered(401), 401))
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(max_tokens=SHORT), numbered(1), state, settings=LONGER)
    asked = cut_off(openai, whole)
    (row,) = run_realtime(openai.make(max_tokens=SHORT), None, state)
    assert (row.content, row.details["error_code"], row.attempts, asked) == ("half", "truncated", 1, {})
