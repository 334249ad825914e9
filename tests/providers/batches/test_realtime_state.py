"""A state of realtime calls that no run can have written: one error that names the file, and nothing is sent."""

from __future__ import annotations

import json

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import AuthenticationError, BatchError, run_realtime


@pytest.fixture
def half(openai, tmp_path):
    """A run of four rows that was stopped at its first; with its server."""
    state, answer = tmp_path / "run.json", openai.server.complete
    openai.server.complete = lambda request, **parts: Reply(openai.unanswered(401), 401)
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(), numbered(4), state, concurrency=1)
    openai.server.complete = answer
    openai.server.requests.clear()
    return openai, state


def edited(state, *, seal=True, **values):
    stated = {name: value for name, value in json.loads(state.read_text()).items() if seal or name != "seal"}
    state.write_text(json.dumps({**stated, **values}))


@pytest.mark.parametrize(
    "values", [{"rows": 3}, {"rows": 5}, {"finished": True}, {"max_cost": "5"}, {"model": "other"}]
)
def test_what_was_changed_after_it_was_written_is_refused(half, values):
    """With fewer rows than its requests a run would end, and say nothing of the others."""
    openai, state = half
    edited(state, **values)
    for requests in (numbered(4), None):
        with pytest.raises(BatchError, match=r"run\.json: .* it was changed after it was written"):
            run_realtime(openai.make(), requests, state)
    assert not openai.server.requests


@pytest.mark.parametrize(
    "values",
    [{"rows": 10**400}, {"version": 99}, {"counts": "x"}, {"finished": "no"},
     *({"max_cost": limit} for limit in ("NaN", "Infinity", "-1", "x", []))],
)  # fmt: skip
def test_what_no_run_writes_is_refused_in_one_that_bears_no_seal(half, values):
    """As a program of before kept it: what it says is all there is to go by."""
    openai, state = half
    edited(state, seal=False, **values)
    with pytest.raises(BatchError, match=r"run\.json: "):
        run_realtime(openai.make(), numbered(4), state)
    assert not openai.server.requests


def test_one_without_a_seal_is_taken_up(half):
    openai, state = half
    edited(state, seal=False)
    assert run_realtime(openai.make(), None, state).answered == 4
