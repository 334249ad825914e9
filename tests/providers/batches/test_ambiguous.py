"""A submit that got no answer: looked up, never repeated blindly."""

from __future__ import annotations

import json

import pytest
from servers.base import HTML, Reply
from servers.working import numbered

from providers import BatchSettings
from providers.batches import BatchError, read_run


def answer_is_lost(working, vendor):
    """The first create makes its batch, and its answer never arrives."""
    make, lost = working.create, []

    def create(request, **parts):
        reply = make(request, **parts)
        if lost:
            return reply
        lost.append(reply)
        return Reply({"cut": "x" * 100}, cut_after=10)

    vendor.server.create = create


def test_a_batch_whose_answer_was_lost_is_found_and_not_made_twice(vendor, work, run):
    working = work(vendor)
    answer_is_lost(working, vendor)
    if vendor.name == "anthropic":
        working.server.list = ending_lists(working)
    results = run(vendor.make(), numbered(3))
    assert results.answered == 3
    assert set(working.handed_in.values()) == {1}


def ending_lists(working):
    """A list in which batches end after a while, as nobody who knows their id asks for them."""
    listing, looks = working.server.list, []

    def listed(request):
        looks.append(request)
        if len(looks) == 3:
            for batch_id in list(working.prompts):
                working.finish(batch_id)
        return listing(request)

    return listed


def test_a_submit_that_made_nothing_is_repeated_when_the_list_had_its_time(vendor, work, run, clock):
    working = work(vendor)
    vendor.server.fail(Reply(vendor.unanswered(503), 503), path=vendor.create_path)
    asked_at = clock.now
    results = run(vendor.make(), numbered(3), settings=BatchSettings(settle=120))
    assert results.answered == 3
    assert set(working.handed_in.values()) == {1}
    assert clock.now - asked_at > 120


def test_a_page_in_place_of_the_answer_is_ambiguous_too(vendor, work, run):
    working = work(vendor)
    vendor.server.fail(HTML, path=vendor.create_path)
    assert run(vendor.make(), numbered(2)).answered == 2
    assert set(working.handed_in.values()) == {1}


def test_somebody_elses_batches_of_the_same_size_are_told_apart(anthropic, work, run, tmp_path):
    working = work(anthropic)
    provider = anthropic.make()
    foreign = [anthropic.submit(provider, tmp_path, ("x", "y", "z")) for _ in range(2)]
    working.finish(foreign[0])
    answer_is_lost(working, anthropic)
    working.server.list = ending_lists(working)
    results = run(provider, numbered(3))
    assert [row.content for row in results] == ["re: prompt 0", "re: prompt 1", "re: prompt 2"]
    assert not set(results.batch_ids) & set(foreign)
    assert [working.handed_in[f"prompt {n}"] for n in range(3)] == [1, 1, 1]


def test_what_stays_unclear_is_an_error_that_names_the_batches_and_is_never_repeated(anthropic, work, run, tmp_path):
    working = work(anthropic)
    provider = anthropic.make()
    foreign = anthropic.submit(provider, tmp_path, ("x", "y"))
    anthropic.server.fail(Reply(anthropic.unanswered(503), 503), path=anthropic.create_path)
    with pytest.raises(BatchError, match=foreign):
        run(provider, numbered(2), settings=BatchSettings(patience=600))
    assert working.handed_in["prompt 0"] == 0
    assert read_run(tmp_path / "run.json").parts[0].status == "submitting"


def test_a_run_killed_between_asking_and_hearing_is_looked_up_by_the_next(vendor, work, run, tmp_path):
    """As a kill leaves it: the state says that the vendor was asked, and no more."""
    working = work(vendor)
    make, state = working.create, tmp_path / "run.json"

    class Killed(BaseException):
        pass

    def killed(_progress):
        if working.prompts:
            raise Killed

    copies = []
    vendor.server.create = lambda request, **parts: (copies.append(state.read_text()), make(request, **parts))[1]
    with pytest.raises(Killed):
        run(vendor.make(), numbered(2), progress=killed)
    assert json.loads(copies[0])["parts"][0]["status"] == "submitting"
    state.write_text(copies[0])
    for batch_id in working.prompts:
        working.finish(batch_id)
    assert run(vendor.make(), numbered(2)).answered == 2
    assert set(working.handed_in.values()) == {1}


def test_two_submits_without_an_answer_are_each_found(anthropic, work, run):
    working = work(anthropic)
    make, lost = working.create, []

    def create(request, **parts):
        lost.append(make(request, **parts))
        return Reply({"cut": "x" * 100}, cut_after=10)

    anthropic.server.create = create
    working.ends_when_listed = True
    results = run(anthropic.make(), numbered(4), settings=BatchSettings(rows=2))
    assert [row.content for row in results] == [f"re: prompt {n}" for n in range(4)]
    assert len(lost) == 2
    assert set(working.handed_in.values()) == {1}
