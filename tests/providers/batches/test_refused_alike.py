"""Rows that are refused alike, until it is known whether it is they: none is lost to an account, none is paid twice."""

from __future__ import annotations

import threading
import time

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import BatchSettings, ProviderError, results_so_far, run_realtime
from tests.waiting import LIMIT, PROMPT

PATIENT = BatchSettings(patience=30, poll_longest=0.05)
LONGER = 5000


@pytest.mark.parametrize("status", [400, 404])
def test_a_longer_limit_that_the_model_does_not_take_costs_no_row_its_answer(openai, tmp_path, status):
    """All rows are cut off, and paid; then the longer limit is refused alike to each of them."""
    together, first = threading.Barrier(12), openai.server.complete
    openai.server.completion["choices"][0]["finish_reason"] = "length"

    def complete(request, **parts):
        if request.json["max_completion_tokens"] == LONGER:
            return Reply(openai.unanswered(status, "max_tokens is too large"), status)
        together.wait(LIMIT)
        return first(request, **parts)

    openai.server.complete = complete
    settings = BatchSettings(longer_max_tokens=LONGER, patience=30)
    results = run_realtime(
        openai.make(max_tokens=100), numbered(12), tmp_path / "run.json", concurrency=12, settings=settings
    )
    rows = list(results)
    assert [row.details["error_code"] for row in rows] == ["truncated"] * 12
    assert all(row.content and row.cost for row in rows)
    assert len(openai.server.requests) == 24
    assert results.cost == sum(row.cost for row in rows)


def revoked(openai, answered_late, status=403, words="revoked"):
    """Refuses all from now on, and first a row that was asked before one that is answered later; the rows asked."""
    asked, original, first_refused = [], openai.server.complete, threading.Event()

    def complete(request, **parts):
        row = int(request.json["messages"][-1]["content"].split()[1])
        asked.append(row)
        if row in answered_late:
            assert first_refused.wait(LIMIT)
            time.sleep(0.1)
            return original(request, **parts)
        while answered_late and len(asked) < 2:
            time.sleep(0.01)
        first_refused.set()
        return Reply(openai.unanswered(status, words.format(len(asked))), status)

    openai.server.complete, openai.server.original = complete, original
    openai.server.model = lambda request, **parts: Reply(openai.unanswered(status, "revoked"), status)
    return asked


@pytest.mark.parametrize("status", [400, 403, 404])
def test_an_answer_to_a_call_that_was_on_its_way_does_not_show_that_a_refusal_is_the_rows(openai, tmp_path, status):
    """The key is revoked while the second call is on its way: its answer comes last, and says nothing of the first."""
    state = tmp_path / "run.json"
    revoked(openai, answered_late={1}, status=status)
    with pytest.raises(ProviderError):
        run_realtime(openai.make(), numbered(30), state, concurrency=2, settings=PATIENT)
    assert [row.unit_id for row in results_so_far(state)] == ["unit-1"]
    openai.server.complete = openai.server.original
    results = run_realtime(openai.make(), None, state, settings=PATIENT)
    assert (results.answered, results.failed) == (30, 0)


@pytest.mark.parametrize(
    "words",
    [
        "Prepaid balance is used up (request id: {:08x})",
        "No credit left, see request 'req_{}'",
        "No credit left; trace 011CSHoEeqs5C35K2UUqR7{}y",
    ],
)
def test_refusals_that_differ_in_an_id_are_alike(openai, tmp_path, words):
    asked = revoked(openai, answered_late=(), status=400, words=words)
    with pytest.raises(ProviderError, match="10 rows one after the other"):
        run_realtime(openai.make(), numbered(40), tmp_path / "run.json", concurrency=1, settings=PATIENT)
    assert len(asked) == 10
    assert not list(results_so_far(tmp_path / "run.json"))


def test_no_row_is_failed_on_disk_before_it_is_known_that_not_all_are_refused(openai, tmp_path):
    """What a SIGKILL leaves is what is on disk then."""
    state, seen = tmp_path / "run.json", []
    original = openai.server.complete

    def complete(request, **parts):
        row = int(request.json["messages"][-1]["content"].split()[1])
        seen.append([other.unit_id for other in results_so_far(state)])
        return original(request, **parts) if row == 5 else Reply(openai.unanswered(400, "no plan"), 400)

    openai.server.complete = complete
    results = run_realtime(openai.make(), numbered(8), state, concurrency=1, settings=PATIENT)
    assert seen[:6] == [[]] * 6
    assert seen[6:] == [[f"unit-{n}" for n in range(6)]] * 2
    assert (results.answered, results.failed) == (1, 7)


def test_a_row_that_was_refused_when_a_run_is_interrupted_is_asked_again(openai, tmp_path):
    asked = revoked(openai, answered_late=(), status=400)

    def interrupt(progress):
        if len(asked) > 3:
            raise KeyboardInterrupt

    openai.server.complete = slowly(openai.server.complete)
    with pytest.raises(KeyboardInterrupt):
        run_realtime(openai.make(), numbered(9), tmp_path / "run.json", concurrency=1, progress=interrupt)
    openai.server.complete = openai.server.original
    assert run_realtime(openai.make(), None, tmp_path / "run.json").answered == 9


def slowly(call):
    def answer(request, **parts):
        time.sleep(0.15)
        return call(request, **parts)

    return answer


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (BatchSettings(patience=1, attempts=2), 500),
        (BatchSettings(patience=0, attempts=2), 500),
        (BatchSettings(patience=0, attempts=2), 429),
    ],
)
def test_a_server_that_asks_for_an_hour_for_one_row_is_not_waited_for_beyond_patience(
    openai, tmp_path, settings, status
):
    original = openai.server.complete

    def complete(request, **parts):
        if request.json["messages"][-1]["content"].endswith(" 1"):
            return Reply(openai.unanswered(status), status, {"retry-after": "3600"})
        return original(request, **parts)

    openai.server.complete = complete
    provider = openai.make(transport_retry={"initial_delay_seconds": 0.01, "max_wait_seconds": 0.2})
    begun = time.monotonic()
    results = run_realtime(provider, numbered(4), tmp_path / "run.json", settings=settings)
    assert (results.answered, results.failed) == (3, 1)
    assert settings.patience or list(results)[1].attempts == 2
    assert time.monotonic() - begun < PROMPT
