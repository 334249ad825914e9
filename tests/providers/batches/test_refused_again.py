"""Rows that are refused once more: they are asked behind all others, and end where others were answered meanwhile."""

from __future__ import annotations

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import AuthenticationError, BatchSettings, ProviderError, results_so_far, run_realtime
from providers.batches.refusals import kind_of

PATIENT = BatchSettings(attempts=2, patience=30, poll_longest=0.05)
QUICK = {"initial_delay_seconds": 0.001}


def answers(openai, reply_to):
    """From now on row N gets `reply_to(N, how many were asked before)`, or where that is None its answer; the rows asked."""
    call = getattr(openai.server, "original", None) or openai.server.complete
    openai.server.original = call
    asked = []

    def complete(request, **parts):
        asked.append(int(request.json["messages"][-1]["content"].split()[1]))
        return reply_to(asked[-1], len(asked) - 1) or call(request, **parts)

    openai.server.complete = complete
    return asked


def refusal(openai, status, words="no"):
    return Reply(openai.unanswered(status, words), status)


@pytest.mark.parametrize("again", [True, False], ids=["with the requests", "without"])
def test_rows_that_are_refused_at_the_beginning_keep_the_same_call_from_no_other(openai, tmp_path, again):
    state, requests = tmp_path / "run.json", numbered(30)
    answers(openai, lambda row, _: refusal(openai, 400, "Invalid prompt") if row < 12 else None)
    with pytest.raises(ProviderError, match="10 rows one after the other"):
        run_realtime(openai.make(), requests, state, concurrency=1)
    asked = answers(openai, lambda row, _: refusal(openai, 400, "Invalid prompt") if row < 12 else None)
    results = run_realtime(openai.make(), requests if again else None, state, concurrency=1)
    assert (results.answered, results.failed) == (18, 12)
    assert asked == [*range(10, 30), *range(10)]


def test_a_run_that_came_to_nothing_gives_way_to_one_with_other_requests_or_settings(openai, tmp_path):
    state = tmp_path / "run.json"
    answers(openai, lambda row, _: refusal(openai, 400, "no such effort"))
    with pytest.raises(ProviderError):
        run_realtime(openai.make(reasoning="low"), numbered(30), state, concurrency=1)
    asked = answers(openai, lambda row, _: None)
    assert run_realtime(openai.make(), numbered(30), state, concurrency=1).answered == 30
    assert asked == list(range(30))


def test_rows_that_another_run_refused_are_not_failed_by_an_account_that_ends_while_they_are_asked_again(
    openai, tmp_path
):
    """They alone are told; what is refused beside them for the first time counts as ever."""
    state = tmp_path / "run.json"
    answers(openai, lambda row, _: refusal(openai, 400, "no plan"))
    with pytest.raises(ProviderError):
        run_realtime(openai.make(), numbered(40), state, concurrency=1)
    answers(openai, lambda row, before: refusal(openai, 400, "no plan") if before >= 5 else None)
    with pytest.raises(ProviderError):
        run_realtime(openai.make(), None, state, concurrency=1)
    assert [row.error for row in results_so_far(state)] == [None] * 5
    answers(openai, lambda row, before: None)
    assert run_realtime(openai.make(), None, state).answered == 40


def test_a_key_that_fails_in_two_spells_costs_no_row_its_chance(openai, tmp_path):
    state = tmp_path / "run.json"
    first, last = 4, 40
    answers(openai, lambda row, n: refusal(openai, 403, "disabled") if n < first or n >= last else None)
    openai.server.model = lambda request, **parts: refusal(openai, 403, "disabled")
    with pytest.raises(AuthenticationError, match="disabled"):
        run_realtime(openai.make(transport_retry=QUICK), numbered(last), state, concurrency=first, settings=PATIENT)
    assert not [row for row in results_so_far(state) if row.error]
    answers(openai, lambda row, n: None)
    assert run_realtime(openai.make(), None, state).answered == last


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_refused_for_free_in_another_way_does_not_keep_a_run_from_its_end(openai, tmp_path, status):
    """A key may be allowed to ask, and not to see the list of models."""
    answers(openai, lambda row, _: refusal(openai, status, "flagged") if row == 3 else None)
    openai.server.model = openai.server.models = lambda request, **parts: refusal(openai, {403: 404, 404: 403}[status])
    provider = openai.make(transport_retry=QUICK)
    results = run_realtime(provider, numbered(9), tmp_path / "run.json", concurrency=1, settings=PATIENT)
    assert (results.answered, results.failed) == (8, 1)


def test_a_model_that_is_retired_while_a_run_ends_costs_no_row_its_chance(openai, tmp_path):
    """It is said under a 400, and to fewer rows than what counts as all."""
    state, told = tmp_path / "run.json", f"The model `{openai.make().model}` has been deprecated"
    answers(openai, lambda row, n: refusal(openai, 400, told) if n >= 14 else None)
    openai.server.model = openai.server.models = lambda request, **parts: refusal(openai, 404, told)
    with pytest.raises(ProviderError, match="a patience of 0 fails them"):
        run_realtime(openai.make(transport_retry=QUICK), numbered(20), state, concurrency=1, settings=PATIENT)
    assert [row.error for row in results_so_far(state)] == [None] * 14


@pytest.mark.parametrize(("free", "waits"), [(404, True), (401, True), (503, True), (403, False), (None, False)])
def test_rows_that_are_told_of_the_model_to_the_end_fail_where_it_is_there(openai, tmp_path, free, waits):
    """They were refused before others were answered: it may be they. The free call decides, where it tells anything."""
    told = f"{openai.make().model} takes no such thing"
    answers(openai, lambda row, _: refusal(openai, 400, told) if row == 0 else None)
    if free:
        openai.server.model = openai.server.models = lambda request, **parts: refusal(openai, free)
    provider, state = openai.make(transport_retry=QUICK), tmp_path / "run.json"
    if waits:
        with pytest.raises(ProviderError, match="all that is left is refused"):
            run_realtime(provider, numbered(9), state, concurrency=1, settings=PATIENT)
    else:
        assert run_realtime(provider, numbered(9), state, concurrency=1, settings=PATIENT).failed == 1


def test_a_refusal_is_told_apart_by_its_first_words_in_whatever_length_it_comes():
    def kind(words):
        return kind_of(ProviderError(words, status_code=400))

    assert kind(f"Bad prompt 'it is {'a-' * 40_000}") == kind(f"Bad prompt 'so {'x ' * 40_000}")
    assert kind("No plan, request req_12 (deadbeef)") == kind("No plan, request 7f-a (feedbeef)")
    assert kind("No plan") != kind("No key")
