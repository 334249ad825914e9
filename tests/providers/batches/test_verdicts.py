"""What refuses everybody ends a run and costs no row its chance; what refuses or loses one row alone fails that row."""

from __future__ import annotations

import re
import time

import pytest
from servers.base import CUT, Reply
from servers.working import LEFT_OUT, numbered

from providers import (
    AuthenticationError,
    BatchError,
    BatchSettings,
    ProviderError,
    cancel_run,
    results_so_far,
    run_progress,
    run_realtime,
)
from providers.batches import BatchTooExpensiveError
from providers.batches.journal import Journal

CALLS = {"openai": "complete", "anthropic": "create_message", "gemini": "generate"}
QUICK = {"initial_delay_seconds": 0.001}
BRIEF = BatchSettings(attempts=2, patience=30, poll_longest=0.005)


def prompt_of(request):
    body = request.json
    return body["contents"][0]["parts"][0]["text"] if "contents" in body else body["messages"][-1]["content"]


def answers(vendor, reply_to):
    """From now on a prompt gets `reply_to(its number)`, or where that is None its answer."""
    call = getattr(vendor.server, "original", None) or getattr(vendor.server, CALLS[vendor.name])
    vendor.server.original = call
    asked = []

    def answer(request, **parts):
        asked.append(int(prompt_of(request).split()[1]))
        return reply_to(asked[-1]) or call(request, **parts)

    setattr(vendor.server, CALLS[vendor.name], answer)
    return asked


def refused(vendor, status, message="no", code=None, only=lambda row: True):
    body = vendor.unanswered(status, message)
    if code:
        body["error"]["status" if vendor.name == "gemini" else "code"] = code
    return answers(vendor, lambda row: Reply(body, status) if only(row) else None)


NO_CREDIT = "Your credit balance is too low to access the Anthropic API."
SPENT = {
    "openai": (400, "Billing hard limit has been reached", "billing_hard_limit_reached"),
    "anthropic": (400, NO_CREDIT, None),
}


@pytest.mark.parametrize("name", SPENT)
def test_an_account_that_is_spent_ends_the_run_and_fails_no_row(name, request, tmp_path):
    vendor = request.getfixturevalue(name)
    refused(vendor, *SPENT[name], only=lambda row: row >= 5)
    with pytest.raises(ProviderError, match=re.escape(SPENT[name][1])) as ended:
        run_realtime(vendor.make(), numbered(50), tmp_path / "run.json", concurrency=2)
    assert ended.value.spent
    assert not [row for row in results_so_far(tmp_path / "run.json") if row.error]
    answers(vendor, lambda row: None)
    assert run_realtime(vendor.make(), None, tmp_path / "run.json").answered == 50


@pytest.mark.parametrize(
    "reply",
    [
        lambda vendor: Reply(vendor.unanswered(404, "The model does not exist"), 404),
        lambda vendor: Reply(b"<html>nginx</html>", 404, {"content-type": "text/html"}),
        lambda vendor: Reply(None, 307, {"location": "http://127.0.0.1:1/x"}),
        lambda vendor: Reply(vendor.unanswered(403, "not with this key"), 403),
        lambda vendor: Reply(vendor.unanswered(400, "This account has no plan"), 400),
    ],
)
@pytest.mark.parametrize("before", [0, 5])
def test_what_refuses_all_rows_alike_ends_the_run_and_they_wait_for_the_next(vendor, tmp_path, reply, before):
    asked = answers(vendor, lambda row: reply(vendor) if row >= before else None)
    with pytest.raises(ProviderError):
        run_realtime(vendor.make(), numbered(40), tmp_path / "run.json", concurrency=1, settings=BRIEF)
    assert len(set(asked)) <= before + 12
    kept = list(results_so_far(tmp_path / "run.json"))
    assert [row.error for row in kept] == [None] * before
    answers(vendor, lambda row: None)
    results = run_realtime(vendor.make(), None, tmp_path / "run.json", settings=BRIEF)
    assert (results.answered, results.failed) == (40, 0)


def test_rows_that_are_refused_alike_among_answered_ones_fail(vendor, tmp_path):
    refused(vendor, 400, "This prompt is not allowed", only=lambda row: row % 2)
    results = run_realtime(vendor.make(), numbered(40), tmp_path / "run.json", concurrency=1, settings=BRIEF)
    assert (results.answered, results.failed) == (20, 20)


def test_with_no_patience_rows_fail_whatever_refused_them(openai, tmp_path):
    refused(openai, 404)
    settings = BatchSettings(patience=0)
    results = run_realtime(openai.make(), numbered(20), tmp_path / "run.json", settings=settings)
    assert (results.failed, results.cost) == (20, 0)


def test_a_finished_run_without_any_answer_may_be_replaced_and_one_with_an_answer_may_not(openai, tmp_path):
    state = tmp_path / "run.json"
    refused(openai, 400, "no such parameter")
    assert run_realtime(openai.make(), numbered(3), state).failed == 3
    refused(openai, 400, only=lambda row: row)
    assert run_realtime(openai.make(), numbered(2), state).answered == 1
    with pytest.raises(BatchError, match="other requests"):
        run_realtime(openai.make(), numbered(3), state)


def kill_while_asking(vendor, state, rows, open_rows):
    """Leaves a run as a kill does while it asks `open_rows`: they are asked, and nothing is known of them."""

    def interrupt(progress):
        if progress.done == rows - len(open_rows):
            raise KeyboardInterrupt

    release = dict.fromkeys(open_rows, False)
    answers(vendor, lambda row: Reply(hang=True) if row in release else None)
    with pytest.raises(KeyboardInterrupt):
        run_realtime(
            vendor.make(timeout_seconds=60),
            numbered(rows),
            state,
            progress=interrupt,
            settings=BatchSettings(settle=0),
        )


def test_rows_that_alone_are_refused_when_a_run_is_taken_up_fail_where_the_key_works(vendor, tmp_path):
    state = tmp_path / "run.json"
    kill_while_asking(vendor, state, 10, (2, 7))
    asked = refused(vendor, 403, "forbidden prompt")
    results = list(run_realtime(vendor.make(), None, state, settings=BRIEF))
    assert [n for n, row in enumerate(results) if row.error] == [2, 7]
    assert len(asked) <= 4


def test_rows_that_alone_are_refused_wait_where_the_key_does_not_work(vendor, tmp_path):
    state = tmp_path / "run.json"
    kill_while_asking(vendor, state, 4, (1, 2))
    refused(vendor, 403, "this key may not")
    vendor.server.model = lambda request, **parts: Reply(vendor.unanswered(403), 403)
    with pytest.raises(AuthenticationError, match="this key may not"):
        run_realtime(vendor.make(), None, state, settings=BRIEF)
    answers(vendor, lambda row: None)
    assert run_realtime(vendor.make(), None, state).answered == 4


def test_without_a_free_call_the_error_names_the_rows_that_are_refused(openai, tmp_path, monkeypatch):
    refused(openai, 403, "no")
    provider = openai.make()
    monkeypatch.setattr(provider, "verify_access", lambda: False)
    with pytest.raises(AuthenticationError, match="'unit-0', 'unit-1'"):
        run_realtime(provider, numbered(2), tmp_path / "run.json", settings=BRIEF)


@pytest.mark.parametrize("fault", [CUT, 500])
@pytest.mark.parametrize("rows", [2, 10])
def test_rows_that_are_lost_each_time_end_once_no_other_is_left(vendor, tmp_path, fault, rows):
    """Each try may be billed: they are not asked for a day, nor anew by each next call."""
    fault = fault if isinstance(fault, Reply) else Reply(vendor.unanswered(fault), fault)
    asked = answers(vendor, lambda row: fault if row < 2 else None)
    results = list(
        run_realtime(vendor.make(transport_retry=QUICK), numbered(rows), tmp_path / "run.json", settings=BRIEF)
    )
    assert [n for n, row in enumerate(results) if row.error] == [0, 1]
    for n in (0, 1):
        assert (results[n].cost, results[n].details["maybe_paid"]) == (None, asked.count(n))
        assert asked.count(n) <= 3 * BRIEF.attempts  # the documented cap


def test_no_row_is_sent_for_ever_where_each_try_may_be_paid(openai, tmp_path):
    """The vendor answers nobody, not even what costs nothing; yet one row must not be paid a hundred times."""
    asked = answers(openai, lambda row: CUT)
    openai.server.model = lambda request, **parts: Reply(openai.unanswered(500), 500)
    settings = BatchSettings(attempts=2, patience=60, poll_longest=0.005)
    results = run_realtime(openai.make(transport_retry=QUICK), numbered(2), tmp_path / "run.json", settings=settings)
    assert results.failed == results.unpriced == 2
    assert max(asked.count(0), asked.count(1)) <= 3 * settings.attempts


def test_a_run_whose_journal_is_gone_is_not_paid_again(openai, tmp_path):
    state = tmp_path / "run.json"
    refused(openai, 401, only=lambda row: row == 5)
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(), numbered(9), state, concurrency=1)
    asked = answers(openai, lambda row: None)
    (tmp_path / "run.json.d" / "rows.jsonl").unlink()
    for requests in (numbered(9), None):
        with pytest.raises(BatchError, match=r"rows\.jsonl: it is gone"):
            run_realtime(openai.make(), requests, state)
    with pytest.raises(BatchError, match="gone"):
        run_progress(state)
    assert not asked


def test_the_journal_is_there_before_the_state_is(openai, tmp_path, monkeypatch):
    def killed(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "begin", killed)
    with pytest.raises(KeyboardInterrupt):
        run_realtime(openai.make(), numbered(2), tmp_path / "run.json")
    assert not (tmp_path / "run.json").exists()


def test_a_batch_that_is_refused_fails_no_row_where_none_is_taken(vendor, work, run, tmp_path):
    working = work(vendor)
    vendor.server.fail(*[Reply(vendor.unanswered(400, "no such model"), 400)] * 2, path=vendor.create_path)
    with pytest.raises(ProviderError, match="no such model"):
        run(vendor.make(), numbered(4), settings=BatchSettings(rows=2))
    assert run(vendor.make(), None).answered == 4
    assert set(working.handed_in.values()) == {1}


def test_a_batch_that_failed_as_the_account_is_spent_is_made_again(openai, work, run):
    working = work(openai)
    working.outcome = lambda prompt, times: LEFT_OUT
    working.end = "failed"
    create = working.create
    spent = {"code": "billing_hard_limit_reached", "message": "Billing hard limit has been reached", "line": None}

    def refuse(request, **parts):
        reply = create(request, **parts)
        reply.body["errors"] = {"object": "list", "data": [spent]}
        return reply

    openai.server.create = refuse
    with pytest.raises(ProviderError, match="hard limit"):
        run(openai.make(), numbered(2))
    openai.server.create, working.end = working.create, "completed"
    working.outcome = lambda prompt, times: "answered"
    assert run(openai.make(), None).answered == 2


def test_a_finished_run_of_batches_without_any_answer_may_be_replaced(openai, work, run):
    working = work(openai)
    working.outcome = lambda prompt, times: "bad"
    assert run(openai.make(), numbered(2)).failed == 2
    working.outcome = lambda prompt, times: "answered"
    assert run(openai.make(), numbered(3)).answered == 3


def test_a_run_that_was_cancelled_stays_so(openai, work, run, tmp_path):
    work(openai).polls = 10**6

    def stop(progress):
        if progress.step == "running":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(openai.make(), numbered(1), progress=stop)
    cancel_run(openai.make(), tmp_path / "run.json")
    openai.server.finish("batch_1", "cancelled")
    assert run(openai.make(), None).failed == 1
    assert run(openai.make(), numbered(1)).failed == 1
    assert len(openai.server.batches) == 1


def test_without_a_limit_the_longest_answer_that_came_is_reserved_and_the_error_says_how_to_go_on(openai, tmp_path):
    """Each answer has 200,000 tokens (0.9 USD), where 1,000 were expected: the run ends before it is over by another."""
    openai.server.completion["usage"].update(completion_tokens=200_000, total_tokens=201_000)
    state = tmp_path / "run.json"
    with pytest.raises(BatchTooExpensiveError, match="larger max_cost goes on") as ended:
        run_realtime(openai.make(), numbered(9), state, max_cost=2, concurrency=1)
    assert "nothing was submitted" not in str(ended.value)
    assert sum(row.cost for row in results_so_far(state)) <= 2
    with pytest.raises(BatchTooExpensiveError):  # it is remembered
        run_realtime(openai.make(), None, state, max_cost=2, concurrency=1)
    assert len(openai.server.asked("completions")) == 2
    assert run_realtime(openai.make(), None, state, max_cost=20).answered == 9


def test_who_interrupts_a_run_is_told_what_it_waits_for(openai, tmp_path):
    told = []

    def interrupt(progress):
        told.append(progress)
        raise KeyboardInterrupt

    answers(openai, lambda row: time.sleep(0.4))
    with pytest.raises(KeyboardInterrupt):
        run_realtime(openai.make(), numbered(9), tmp_path / "run.json", concurrency=2, progress=interrupt)
    assert [progress.step for progress in told] == ["running", "ending"]
    assert "waiting for the calls on their way" in told[-1].note
    assert len(list(results_so_far(tmp_path / "run.json"))) == len(openai.server.requests) >= 2
