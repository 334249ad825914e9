"""Many requests in, each answered once and in order, on each vendor."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from servers.base import Reply
from servers.working import ANSWERED, BAD, LEFT_OUT, PASSING, forgetful, numbered

from providers import BatchSettings, BatchStatus, ProviderError
from providers.batches import BatchError, read_run

ROW = {"openai": Decimal("0.00069"), "anthropic": Decimal("0.0008925"), "gemini": Decimal("0.000352")}


def test_results_come_in_the_order_of_the_requests_with_what_each_cost(vendor, work, run):
    work(vendor)
    results = run(vendor.make(), numbered(12))
    assert [(row.unit_id, row.content) for row in results] == [(f"unit-{n}", f"re: prompt {n}") for n in range(12)]
    assert {row.cost for row in results} == {ROW[vendor.name]}
    assert (len(results), results.answered, results.failed, results.unpriced) == (12, 12, 0, 0)
    assert results.cost == 12 * ROW[vendor.name]
    assert len(results.batch_ids) == 1


def test_rows_are_split_over_the_limits_of_rows_and_of_bytes(vendor, work, run, tmp_path):
    working = work(vendor)
    results = run(vendor.make(), numbered(10), settings=BatchSettings(rows=4))
    assert [len(rows) for rows in working.prompts.values()] == [4, 4, 2]
    assert [row.unit_id for row in results] == [f"unit-{n}" for n in range(10)]
    provider = vendor.make()
    line = len(json.dumps(provider.format_batch_request("unit-0-0123456789abcdef-0", "prompt 0"))) + 1
    working.prompts.clear()
    run(provider, numbered(7), settings=BatchSettings(file_bytes=3 * line), state=tmp_path / "bytes.json")
    assert [len(rows) for rows in working.prompts.values()] == [3, 3, 1]


def test_no_more_batches_are_at_the_vendor_than_the_configuration_allows(vendor, work, run):
    working = work(vendor)
    working.polls = 3
    created = []
    make = working.create
    working.server.create = lambda request, **parts: (created.append(len(working.answered)), make(request, **parts))[1]
    run(vendor.make(max_inflight_batches=1), numbered(3), settings=BatchSettings(rows=1))
    assert created == [0, 1, 2]


def test_rows_that_failed_for_a_passing_reason_are_sent_again_and_no_others(vendor, work, run):
    working = work(vendor)

    def outcome(prompt, times):
        if prompt == "prompt 1":
            return PASSING if times < 3 else ANSWERED
        return {"prompt 2": BAD, "prompt 3": PASSING}.get(prompt, ANSWERED)

    working.outcome = outcome
    results = list(run(vendor.make(), numbered(5)))
    assert [row.unit_id for row in results] == [f"unit-{n}" for n in range(5)]
    assert [row.attempts for row in results] == [1, 3, 1, 3, 1]
    assert [row.error is None for row in results] == [True, True, False, False, True]
    assert (results[2].retryable, results[3].retryable) == (False, True)
    assert working.handed_in == {"prompt 0": 1, "prompt 1": 3, "prompt 2": 1, "prompt 3": 3, "prompt 4": 1}
    assert set(working.answered.values()) == {1}


def test_what_an_expired_batch_finished_is_kept_and_only_the_rest_is_sent_again(vendor, work, run):
    working = work(vendor)
    working.end = "expired"
    working.outcome = lambda prompt, times: LEFT_OUT if times == 1 and int(prompt[-1]) % 2 else ANSWERED
    results = run(vendor.make(), numbered(6))
    assert [row.content for row in results] == [f"re: prompt {n}" for n in range(6)]
    assert working.handed_in["prompt 0"] == 1
    assert working.handed_in["prompt 1"] == 2
    assert results.cost == 6 * ROW[vendor.name]


def test_what_a_cancelled_batch_finished_is_kept_and_the_rest_is_not_sent_again(vendor, work, run):
    working = work(vendor)
    working.end = "cancelled"
    working.outcome = lambda prompt, times: ANSWERED if prompt == "prompt 0" else LEFT_OUT
    results = list(run(vendor.make(), numbered(3)))
    assert [row.error is None for row in results] == [True, False, False]
    assert working.handed_in["prompt 1"] == 1
    assert results[1].cost == 0


def test_rows_of_a_failed_batch_are_kept_too(openai, work, run):
    working = work(openai)
    working.end = "failed"
    working.outcome = lambda prompt, times: ANSWERED if prompt == "prompt 0" else LEFT_OUT
    provider = openai.make()
    results = list(run(provider, numbered(2)))
    assert [row.content for row in results] == ["re: prompt 0", None]
    assert provider.get_batch_status(results[0].batch_id)["status"] is BatchStatus.FAILED
    assert results[1].error


def test_a_batch_refused_after_it_was_taken_waits_until_there_is_room(openai, work, run, clock):
    working = work(openai)
    working.held = {"batch_1", "batch_2"}
    full = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None, "param": None}
    create = working.create

    def refuse(request, **parts):
        reply = create(request, **parts)
        if reply.body["id"] in working.held:
            reply.body.update(status="failed", errors={"object": "list", "data": [full]})
        return reply

    openai.server.create = refuse
    notes = []
    results = run(openai.make(), numbered(3), progress=lambda told: notes.append(told.note))
    assert [row.attempts for row in results] == [1, 1, 1]
    assert set(working.answered.values()) == {1}
    assert any("token_limit_exceeded" in (note or "") for note in notes)
    assert sum(clock.slept) > 15


def test_a_queue_that_never_empties_ends_in_failed_rows(openai, work, run, clock):
    working = work(openai)
    full = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None, "param": None}
    create = working.create

    def refuse(request, **parts):
        reply = create(request, **parts)
        reply.body.update(status="failed", errors={"object": "list", "data": [full]})
        working.held.add(reply.body["id"])
        return reply

    openai.server.create = refuse
    results = list(run(openai.make(), numbered(2), settings=BatchSettings(patience=3600)))
    assert ["token_limit_exceeded" in row.error for row in results] == [True, True]
    assert sum(clock.slept) > 3600


def test_a_full_queue_at_create_is_waited_for(vendor, work, run):
    working = work(vendor)
    vendor.server.fail(*[Reply(vendor.unanswered(429, "slow down"), 429)] * 4, path=vendor.create_path)
    results = run(vendor.make(), numbered(2))
    assert results.answered == 2
    assert set(working.handed_in.values()) == {1}


def test_rows_that_the_vendor_will_not_take_fail_with_its_words_and_the_others_go_on(vendor, work, run):
    work(vendor)
    vendor.server.fail(Reply(vendor.unanswered(400, "model is not for batches"), 400), path=vendor.create_path)
    results = list(run(vendor.make(), numbered(4), settings=BatchSettings(rows=2)))
    assert ["not for batches" in (row.error or "") for row in results] == [True, True, False, False]
    assert [row.batch_id is None for row in results] == [True, True, False, False]


def test_a_refused_key_ends_the_run_and_it_goes_on_with_another(vendor, work, run, tmp_path):
    working = work(vendor)
    vendor.server.fail(Reply(vendor.unanswered(401), 401), path=vendor.create_path)
    with pytest.raises(ProviderError, match="401"):
        run(vendor.make(), numbered(2))
    assert run(vendor.make(), None).answered == 2
    assert set(working.handed_in.values()) == {1}


def test_errors_while_waiting_are_borne_and_told(vendor, work, run):
    working = work(vendor)
    working.polls = 2
    notes = []
    make = vendor.server.retrieve
    broken = iter([Reply(vendor.unanswered(503), 503)] * 7)
    vendor.server.retrieve = lambda request, **parts: next(broken, None) or make(request, **parts)
    results = run(vendor.make(), numbered(2), progress=lambda told: notes.append(told.note))
    assert results.answered == 2
    assert any("503" in (note or "") for note in notes)


def test_waiting_grows_to_its_cap_and_never_beats_in_step(vendor, work, run, clock):
    work(vendor).polls = 40
    run(vendor.make(), numbered(1), settings=BatchSettings(poll_initial=10, poll_longest=300))
    assert clock.slept[0] <= 10
    assert 225 <= clock.slept[-1] <= 300
    assert len(set(clock.slept[-10:])) == 10


def test_results_that_are_gone_fail_their_rows_and_are_not_repeated(vendor, work, run):
    working = work(vendor)
    name = {"openai": "content", "anthropic": "results", "gemini": "download"}[vendor.name]
    setattr(vendor.server, name, lambda request, **parts: Reply(vendor.unanswered(404, "no such file"), 404))
    results = list(run(vendor.make(), numbered(2), settings=BatchSettings(patience=1800)))
    assert ["gone" in row.error for row in results] == [True, True]
    assert set(working.handed_in.values()) == {1}


def test_a_batch_unknown_for_a_moment_after_it_was_made_is_waited_for_by_a_new_process_too(anthropic, work, run):
    working = work(anthropic)
    make = anthropic.server.retrieve
    calls = []

    def late(request, **parts):
        calls.append(parts)
        return Reply(anthropic.unanswered(404), 404) if len(calls) < 4 else make(request, **parts)

    anthropic.server.retrieve = late
    provider = forgetful(anthropic.make())
    assert run(provider, numbered(2)).answered == 2
    assert set(working.handed_in.values()) == {1}


def test_ids_that_a_vendor_does_not_take_are_mapped(vendor, work, run):
    work(vendor)
    ids = ["a" * 600, "chapter 1/ü", "line\nbreak", "x-0123456789abcdef-7", "-"]
    results = run(vendor.make(), [(unit_id, f"prompt {n}") for n, unit_id in enumerate(ids)])
    assert [row.unit_id for row in results] == ids
    assert [row.content for row in results] == [f"re: prompt {n}" for n in range(5)]


def test_a_schema_reaches_each_row_that_has_one(vendor, work, run):
    work(vendor)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    results = list(run(vendor.make(), [("a", "prompt a", schema), {"id": "b", "prompt": "prompt b"}]))
    assert [row.content for row in results] == ["re: prompt a", "re: prompt b"]
    assert [row.details.get("error_code") for row in results] == ["invalid", None]  # what came back is no JSON
    sent = vendor.server.asked(vendor.create_path)[0].body
    if vendor.name != "anthropic":  # whose rows come with the batch
        sent = next(iter(vendor.server.files.values()))
    assert (
        sent.count({"openai": b'"response_format"', "anthropic": b'"output_config"'}.get(vendor.name, b'Schema"')) == 1
    )


def test_progress_ends_with_all_rows_done_and_their_cost(vendor, work, run):
    work(vendor).polls = 2
    told = []
    results = run(vendor.make(), numbered(4), settings=BatchSettings(rows=2), progress=told.append)
    assert told[0].step == "submitting"
    assert (told[0].done, told[0].cost) == (0, 0)
    assert any(progress.step == "running" and progress.cost_running > 0 for progress in told)
    last = told[-1]
    assert (last.step, last.rows, last.done, last.answered, last.failed) == ("done", 4, 4, 4, 0)
    assert (last.batches, last.batches_ended, last.cost) == (2, 2, results.cost)


def test_a_provider_that_cannot_list_its_batches_says_what_to_look_for(openai, work, run, tmp_path):
    work(openai)
    openai.server.fail(Reply({"half": 1}, cut_after=3), path=openai.create_path)
    provider = openai.make()
    provider.__class__ = type("Bare", (type(provider),), {"lists_batches": False})
    with pytest.raises(BatchError, match="may have been submitted"):
        run(provider, numbered(1))
    assert read_run(tmp_path / "run.json").parts[0].status == "submitting"
