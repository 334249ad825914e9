"""Rows that a vendor answered, or may answer late, are never sent, and so never paid, a second time."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from servers.base import CUT, Reply
from servers.working import ANSWERED, LEFT_OUT, forgetful, numbered

from providers import BatchSettings, ProviderError, connection, run_batch
from providers.batches import cancel_run, read_run, run_progress
from providers.batches.state import RunFiles

SLOW = BatchSettings(poll_initial=6 * 3600, poll_longest=6 * 3600)  # a life of days in few looks


def late(working, vendor, clock, takes, after):
    """The first create takes `takes` seconds and gets no answer; its batch is made `after` seconds later."""
    make, waiting = working.create, []
    listing = vendor.server.list

    def create(request, **parts):
        if waiting:
            return make(request, **parts)
        clock.now += takes
        waiting.append((clock.now + after, request, parts))
        return CUT

    def listed(request):
        if waiting[0] and waiting[0][0] <= clock.now:
            _, asked, parts = waiting[0]
            waiting[0] = None
            made = make(asked, **parts).body
            working.finish(made["name" if vendor.name == "gemini" else "id"])
        return listing(request)

    vendor.server.create, vendor.server.list = create, listed


def test_the_vendor_has_its_time_from_the_end_of_a_call_without_an_answer(vendor, work, run, clock):
    working = work(vendor)
    late(working, vendor, clock, takes=1000, after=200)
    assert run(vendor.make(), numbered(3)).answered == 3
    assert set(working.handed_in.values()) == {1}


def test_a_batch_made_after_its_rows_were_sent_again_is_cancelled(openai, work, run, clock):
    working = work(openai)
    working.polls = 20
    late(working, openai, clock, takes=600, after=1500)
    working.finish = lambda batch_id, end=None, finish=working.finish: batch_id != "batch_2" and finish(batch_id, end)
    results = run(openai.make(), numbered(2))
    assert results.answered == 2
    assert set(results.batch_ids) == {"batch_1", "batch_2"}
    assert openai.server.asked("/batch_2/cancel")


def leave_out(vendor, change):
    """Batches end with counts that say all rows were answered, and results that `change` has spoiled."""
    retrieve = vendor.server.retrieve

    def spoiled(request, **parts):
        reply = retrieve(request, **parts)
        body = json.loads(json.dumps(reply.body))
        change(body)
        return Reply(body)

    vendor.server.retrieve = spoiled


def no_file(body):
    body.pop("output_file_id", None)
    body["results_url"] = None
    body.get("metadata", {}).pop("output", None)
    body.pop("response", None)


def test_answers_that_the_vendor_counts_and_does_not_give_are_not_paid_again(vendor, work, run):
    working = work(vendor)
    leave_out(vendor, no_file)
    results = list(run(vendor.make(), numbered(3)))
    assert [row.details["error_code"] for row in results] == ["lost"] * 3
    assert not any(row.retryable for row in results)
    assert set(working.handed_in.values()) == {1}


def cut_at_a_line(vendor, times):
    """The first `times` downloads lack their last line."""
    name = {"openai": "content", "anthropic": "results", "gemini": "download"}[vendor.name]
    give, left = getattr(vendor.server, name), [times]

    def cut(request, **parts):
        reply = give(request, **parts)
        left[0] -= 1
        return reply if left[0] < 0 else Reply(b"".join(reply.body.splitlines(keepends=True)[:-1]))

    setattr(vendor.server, name, cut)


def test_a_download_that_ends_early_is_fetched_again(vendor, work, run):
    working = work(vendor)
    cut_at_a_line(vendor, 2)
    assert run(vendor.make(), numbered(3)).answered == 3
    assert set(working.handed_in.values()) == {1}


def test_a_line_that_never_comes_fails_its_row_only(vendor, work, run):
    working = work(vendor)
    cut_at_a_line(vendor, 99)
    results = list(run(vendor.make(), numbered(3)))
    assert [row.content for row in results] == [None, "re: prompt 1", "re: prompt 2"]
    assert results[0].details["error_code"] == "lost"
    assert set(working.handed_in.values()) == {1}


def test_rows_that_the_counts_call_unanswered_are_sent_again(openai, work, run):
    working = work(openai)
    working.outcome = lambda prompt, times: LEFT_OUT if (prompt, times) == ("prompt 1", 1) else ANSWERED
    assert run(openai.make(), numbered(3)).answered == 3
    assert dict(working.handed_in) == {"prompt 0": 1, "prompt 1": 2, "prompt 2": 1}


def refusing(vendor, working, method, status, until=lambda: False):
    """The vendor's first batch, or its results, are refused with `status` until then."""
    give = getattr(vendor.server, method)

    def refused(request, **parts):
        first = next(iter(working.prompts)).removeprefix("batches/")
        if first in next(iter(parts.values())) and not until():
            return Reply(vendor.unanswered(status, "no such thing"), status)
        return give(request, **parts)

    setattr(vendor.server, method, refused)


def without_the_first(vendor, working):
    """The vendor's list of batches, but for the first one."""
    listing = vendor.server.list

    def shortened(request):
        body = json.loads(json.dumps(listing(request).body))
        key, name = ("operations", "name") if vendor.name == "gemini" else ("data", "id")
        body[key] = [batch for batch in body[key] if batch[name] != next(iter(working.prompts))]
        return Reply(body)

    vendor.server.list = shortened


DOWNLOAD = {"openai": "content", "anthropic": "results", "gemini": "download"}


@pytest.mark.parametrize("status", [404, 400])
def test_results_that_cannot_be_had_for_long_are_given_up_and_the_others_are_collected(
    vendor, work, run, clock, status
):
    working = work(vendor)
    refusing(vendor, working, DOWNLOAD[vendor.name], status)
    begun = clock.now
    results = list(run(forgetful(vendor.make()), numbered(3), settings=BatchSettings(rows=1, patience=1800)))
    assert [row.error is None for row in results] == [False, True, True]
    assert "gone" in results[0].error
    assert clock.now - begun > 1800
    assert set(working.handed_in.values()) == {1}


@pytest.mark.parametrize("status", [404, 400])
def test_a_batch_that_is_listed_is_asked_for_however_long_it_is_refused(vendor, work, run, clock, status):
    working = work(vendor)
    begun = clock.now
    refusing(vendor, working, "retrieve", status, until=lambda: clock.now - begun > 2 * 3600)
    results = run(forgetful(vendor.make()), numbered(3), settings=BatchSettings(rows=1))
    assert (results.answered, set(working.handed_in.values())) == (3, {1})


def test_a_listed_batch_that_is_refused_for_longer_than_patience_ends_the_run_and_is_kept(vendor, work, run, tmp_path):
    working = work(vendor)
    gone_on = []
    refusing(vendor, working, "retrieve", 404, until=lambda: gone_on)
    with pytest.raises(ProviderError, match="no such thing"):
        run(forgetful(vendor.make()), numbered(3), settings=BatchSettings(rows=1, patience=1800))
    assert [part.status for part in read_run(tmp_path / "run.json").parts] == ["submitted", "collected", "collected"]
    gone_on.append(True)
    assert run(vendor.make(), None).answered == 3


def test_a_batch_that_is_not_listed_is_given_up_only_where_a_vendor_deletes_batches(vendor, work, run, tmp_path):
    """Where its batches stay, and where none of the run's is listed, the key is another account's: nothing is given up."""
    working = work(vendor)
    refusing(vendor, working, "retrieve", 404)
    without_the_first(vendor, working)
    provider = forgetful(vendor.make())
    if vendor.name == "openai":
        with pytest.raises(ProviderError, match=r"list of batches.*another account"):
            run(provider, numbered(3), settings=BatchSettings(rows=1))
        assert [part.status for part in read_run(tmp_path / "run.json").parts] == [
            "submitted",
            "collected",
            "collected",
        ]
        cancel_run(provider, tmp_path / "run.json")
        results = list(run(provider, None))
    else:
        results = list(run(provider, numbered(3), settings=BatchSettings(rows=1)))
    assert [row.error is None for row in results] == [False, True, True]
    assert "gone" in results[0].error
    assert set(working.handed_in.values()) == {1}


def test_a_key_of_another_account_gives_up_no_batch(vendor, work, run, clock, tmp_path):
    """Its list is one, and empty, or holds batches of others."""
    working = work(vendor)
    working.polls = 99

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(vendor.make(), numbered(3), tmp_path / "run.json", clock=clock, sleep=stop)
    retrieve, listing = vendor.server.retrieve, vendor.server.list
    vendor.server.retrieve = lambda request, **parts: Reply(vendor.unanswered(404, "no such batch"), 404)
    empty = {"openai": {"data": []}, "anthropic": {"data": [], "has_more": False}, "gemini": {}}[vendor.name]
    vendor.server.list = lambda request: Reply(empty)
    with pytest.raises(ProviderError, match="another account"):
        run(vendor.make(), None)
    vendor.server.retrieve, vendor.server.list, working.polls = retrieve, listing, 0
    assert run(vendor.make(), None).answered == 3
    assert set(working.handed_in.values()) == {1}


@pytest.mark.parametrize("status", [503, 429])
def test_a_list_that_fails_for_a_while_ends_no_run(vendor, work, run, clock, status):
    working = work(vendor)
    begun, listing = clock.now, vendor.server.list
    refusing(vendor, working, "retrieve", 404, until=lambda: clock.now - begun > 2 * 3600)
    down = Reply(vendor.unanswered(status, "not now"), status, {"retry-after": "0"})
    vendor.server.list = lambda request: down if clock.now - begun < 3600 else listing(request)
    assert run(forgetful(vendor.make()), numbered(3), settings=BatchSettings(rows=1)).answered == 3
    assert set(working.handed_in.values()) == {1}


def test_a_wrong_address_gives_up_no_batch(vendor, work, run, clock, tmp_path):
    """All is 404 there, the list of batches too: the batches are where they were, and paid."""
    working = work(vendor)
    working.polls = 99

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(vendor.make(), numbered(3), tmp_path / "run.json", clock=clock, sleep=stop)
    served = vendor.server.answer
    vendor.server.answer = lambda request: Reply(vendor.unanswered(404, "no route"), 404)
    with pytest.raises(ProviderError, match=r"no route.*check the key, the address"):
        run(vendor.make(), None)
    vendor.server.answer = served
    working.polls = 0
    assert run(vendor.make(), None).answered == 3
    assert set(working.handed_in.values()) == {1}


def test_cancelling_goes_on_where_one_batch_is_gone(openai, work, clock, tmp_path):
    working = work(openai)
    working.polls = 99
    state = tmp_path / "run.json"

    def stop(_seconds):
        raise KeyboardInterrupt

    provider = openai.make()
    with pytest.raises(KeyboardInterrupt):
        run_batch(provider, numbered(3), state, settings=BatchSettings(rows=1), clock=clock, sleep=stop)
    provider._created.clear()  # as another process knows it
    del openai.server.batches["batch_1"]
    cancelled, _ = cancel_run(provider, state)
    assert cancelled == ["batch_2", "batch_3"]
    assert run_progress(state, provider).note
    for batch_id in cancelled:
        working.finish(batch_id, "cancelled")
    results = list(run_batch(provider, None, state, clock=clock, sleep=clock.sleep))
    assert [row.content for row in results] == [None, "re: prompt 1", "re: prompt 2"]
    assert "gone" in results[0].error


def test_a_batch_past_its_life_is_cancelled_and_waited_for_and_then_its_rows_fail(vendor, work, run):
    working = work(vendor)
    working.polls = 10**6
    vendor.server.cancel = lambda request, **parts: Reply(vendor.server.retrieve(request, **parts).body)  # in vain
    results = list(run(vendor.make(), numbered(2), settings=SLOW))
    assert ["no end in sight" in row.error for row in results] == [True, True]
    assert [row.cost for row in results] == [None, None]
    assert set(working.handed_in.values()) == {1}


@pytest.mark.parametrize("days", [-5, 5])
def test_a_clock_of_ours_that_is_set_meanwhile_ends_no_batch_that_lives(
    vendor, work, clock, tmp_path, monkeypatch, days
):
    working = work(vendor)
    working.polls = 4

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(vendor.make(), numbered(2), tmp_path / "run.json", clock=clock, sleep=stop)
    clock.now += days * 86400
    monkeypatch.setattr(connection, "time", SimpleNamespace(time=clock))
    assert run_batch(vendor.make(), None, tmp_path / "run.json", clock=clock, sleep=clock.sleep).answered == 2
    assert not vendor.server.asked("cancel")


def test_a_batch_that_ended_when_it_was_to_be_cancelled_gives_back_what_was_answered(vendor, work, run):
    working = work(vendor)
    working.polls = 10**6

    def ended(request, **parts):
        working.finish(next(iter(parts.values())))
        return Reply(vendor.unanswered(400, "the batch has ended already"), 400)

    vendor.server.cancel = ended
    results = run(vendor.make(), numbered(2), settings=SLOW)
    assert results.answered == 2
    assert set(working.handed_in.values()) == {1}


def test_a_status_without_an_id_is_an_error_that_passes(vendor, work, tmp_path):
    work(vendor)
    provider = vendor.make(transport_retry={"max_attempts": 1})
    batch_id = vendor.submit(provider, tmp_path)
    vendor.server.retrieve = lambda request, **parts: Reply({})
    with pytest.raises(ProviderError) as error:
        provider.get_batch_status(batch_id)
    assert (error.value.code, error.value.retryable) == ("not_json", True)


def test_after_a_kill_the_vendors_time_begins_with_the_first_look(openai, work, clock, tmp_path):
    working = work(openai)
    state = tmp_path / "run.json"

    def stop(_seconds):
        raise KeyboardInterrupt

    openai.server.fail(CUT, path=openai.create_path)
    with pytest.raises(KeyboardInterrupt):
        run_batch(openai.make(), numbered(2), state, clock=clock, sleep=stop)
    kept = read_run(state)
    RunFiles(state).save(
        kept.with_part(replace(kept.part(1), unanswered_at=None))
    )  # as a kill during the call leaves it
    clock.now += 5000
    looked_at = clock.now
    assert run_batch(openai.make(), None, state, clock=clock, sleep=clock.sleep).answered == 2
    assert clock.now - looked_at > BatchSettings().settle
    assert set(working.handed_in.values()) == {1}
