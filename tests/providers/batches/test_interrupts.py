"""Whoever ends a run, by a signal or from another process, loses no answer that is paid, and waits for nothing that is free."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from servers.base import HANG, Reply
from servers.working import numbered

from providers import BatchError, BatchSettings, cancel_run, results_so_far, run_realtime
from tests.waiting import LIMIT, PROMPT


@pytest.mark.parametrize("settle", [60.0, float("inf")])
def test_a_signal_while_a_run_waits_drops_no_answer_that_is_on_its_way(openai, tmp_path, settle):
    """CPython before 3.13 takes a thread for ended whose join a signal interrupted."""
    state, call, done = tmp_path / "run.json", openai.server.complete, []

    def complete(request, **parts):
        if not done:
            done.append(os.kill(os.getpid(), signal.SIGINT))
            time.sleep(0.6)
        return call(request, **parts)

    openai.server.complete = complete
    with pytest.raises(KeyboardInterrupt):
        run_realtime(openai.make(), numbered(9), state, concurrency=1, settings=BatchSettings(settle=settle))
    assert [row.unit_id for row in results_so_far(state)] == ["unit-0"]
    results = run_realtime(openai.make(), None, state)
    assert len(openai.server.asked("completions")) == 9
    assert not any("maybe_paid" in row.details for row in results)


def test_a_free_call_that_hangs_holds_up_nobody_who_ends_the_run(openai, tmp_path):
    state, provider = tmp_path / "run.json", openai.make(timeout_seconds=120)
    openai.server.complete = lambda request, **parts: Reply(openai.unanswered(403), 403)
    openai.server.model = lambda request, **parts: (hangs.set(), HANG)[1]
    hangs = threading.Event()
    threading.Thread(target=lambda: hangs.wait(LIMIT) and cancel_run(provider, state), daemon=True).start()
    begun = time.monotonic()
    with pytest.raises(BatchError, match="cancelled"):
        run_realtime(provider, numbered(2), state)
    assert time.monotonic() - begun < PROMPT  # the call's own limit is above it
