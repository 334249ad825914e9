"""A state, or what is kept beside it, that no run can have written: one error that names the file, and nothing is sent."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.working import numbered

from providers import AuthenticationError, BatchError, BatchSettings, run_batch
from providers.batches import results_so_far
from providers.batches.soundness import load
from tests.depth import DEPTH


@pytest.fixture
def half(openai, work, clock, tmp_path):
    """A run of four rows in two batches, stopped when the first was collected; with its server."""
    working = work(openai)
    working.held = {"batch_2"}
    state = tmp_path / "run.json"

    def stop(progress):
        if progress.batches_ended:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(
            openai.make(),
            numbered(4),
            state,
            settings=BatchSettings(rows=2),
            clock=clock,
            sleep=clock.sleep,
            progress=stop,
        )
    openai.server.requests.clear()
    return openai, state, clock


def edit(state, change):
    stated = json.loads(state.read_text())
    del stated["seal"]  # as a program of before kept it: what it says is all there is to go by
    change(stated, stated["parts"])
    state.write_text(json.dumps(stated))


def set_to(**values):
    return lambda stated, parts: parts[0].update(values)


EDITS = {
    "a row is left out": set_to(rows=[[0, 1]]),
    "rows overlap": set_to(rows=[[0, 3]]),
    "rows below nothing": set_to(rows=[[-1, 2]]),
    "rows beyond the end": lambda stated, parts: parts[1].update(rows=[[2, 5]]),
    "rows out of order": set_to(rows=[[1, 2], [0, 1]]),
    "no rows": set_to(rows=[]),
    "a status that is none": set_to(status="bogus"),
    "a first attempt dropped": set_to(status="dropped"),
    "a mark that is a path": set_to(mark="../../etc/passwd"),
    "an estimate that is no number": set_to(estimate="NaN"),
    "a cost without end": set_to(cost="Infinity"),
    "a time that is text": set_to(asked_at="now"),
    "a number twice": lambda stated, parts: parts[1].update(number=parts[0]["number"]),
    "a part twice": lambda stated, parts: parts.append(copy.deepcopy(parts[0])),
    "an attempt without one before": lambda stated, parts: parts[1].update(attempt=3),
    "submitted without a batch": lambda stated, parts: parts[1].update(batch_id=None, status="submitted"),
    "planned, and a batch was made": lambda stated, parts: parts[1].update(status="planned"),
    "submitting, and a batch was made": lambda stated, parts: parts[1].update(status="submitting"),
    "two parts with one batch": lambda stated, parts: parts[1].update(batch_id=parts[0]["batch_id"]),
    "two parts with one mark": lambda stated, parts: parts[1].update(mark=parts[0]["mark"]),
    "a batch that is none of the run's": lambda stated, parts: parts[1].update(batch_id="batch_9"),
    "a batch that is a path": lambda stated, parts: parts[1].update(batch_id="batch_2/../../files"),
    "a batch without a name": lambda stated, parts: parts[1].update(batch_id=""),
    "a batch of a very long name": lambda stated, parts: parts[1].update(batch_id="b" * 10_000),
    "finished with an open part": lambda stated, parts: stated.update(finished=True),
    "parts that are text": lambda stated, parts: stated.update(parts="all"),
    "rows that are many": lambda stated, parts: stated.update(rows="many"),
    "a longest answer that is text": lambda stated, parts: stated["terms"].update(max_tokens="x"),
    "attempts below 1": lambda stated, parts: stated["terms"].update(attempts=0),
    "an allowance that is text": lambda stated, parts: stated["terms"].update(max_cost="much"),
    "an allowance without end": lambda stated, parts: stated["terms"].update(max_cost="Infinity"),
    "other requests": lambda stated, parts: stated.update(requests_sha256="0" * 64),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_an_edited_state_is_refused_by_name_and_nothing_is_sent(half, change):
    vendor, state, clock = half
    edit(state, change)
    with pytest.raises(BatchError, match=r"run\.json.*nothing was sent"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    assert not vendor.server.requests


def exchanged(stated, parts):
    parts[0]["rows"], parts[1]["rows"] = parts[1]["rows"], parts[0]["rows"]


def planned_again(stated, parts):
    parts[1].update(status="planned", batch_id=None, asked_at=None, submitted_at=None)
    stated.update(batch_ids=stated["batch_ids"][:1])


CHANGED = {
    "rows exchanged": exchanged,
    "another mark": lambda stated, parts: parts[1].update(mark="0123456789abcdef"),
    "planned again": planned_again,
    "another time": lambda stated, parts: parts[1].update(submitted_at=1.0),
    "a key more": lambda stated, parts: stated.update(note="by hand"),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_whatever_was_changed_in_a_state_by_hand_is_told_and_nothing_is_sent(half, change):
    """Each of these is as good a state as any: only its seal tells that no run wrote it."""
    vendor, state, clock = half
    stated = json.loads(state.read_text())
    change(stated, stated["parts"])
    state.write_text(json.dumps(stated))
    with pytest.raises(BatchError, match=r"run\.json.*changed after it was written.*nothing was sent"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    assert not vendor.server.requests


def test_a_state_that_is_laid_out_anew_is_the_same_state(half):
    _, state, _ = half
    state.write_text(json.dumps(json.loads(state.read_text()), indent=8, sort_keys=True))
    assert load(state) is not None


@pytest.fixture
def submitted(vendor, work, clock, tmp_path):
    """A run of four rows in two batches, stopped when both were handed in; they have ended since."""
    working = work(vendor)
    working.polls = 99
    state = tmp_path / "run.json"

    def stop(_seconds):
        raise KeyboardInterrupt

    settings = BatchSettings(rows=2)
    with pytest.raises(KeyboardInterrupt):
        run_batch(vendor.make(), numbered(4), state, settings=settings, clock=clock, sleep=stop)
    working.polls = 0
    return working, state


@pytest.mark.parametrize("name", ["rows exchanged", "another mark"])
def test_rows_of_another_batch_are_an_error_that_names_the_state(vendor, submitted, clock, name):
    """Under a state without a seal: they are not asked for again and again, and no row is given up."""
    working, state = submitted
    edit(state, CHANGED[name])
    with pytest.raises(BatchError, match=r"run\.json: batch \S+ holds the row"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    assert not clock.slept
    assert set(working.handed_in.values()) == {1}


def test_a_part_that_is_planned_again_is_looked_for_by_its_mark(openai, gemini, work, clock, tmp_path):
    for vendor in (openai, gemini):
        working = work(vendor)
        working.polls = 99
        state = tmp_path / f"{vendor.name}.json"

        def stop(_seconds):
            raise KeyboardInterrupt

        settings = BatchSettings(rows=2)
        with pytest.raises(KeyboardInterrupt):
            run_batch(vendor.make(), numbered(4), state, settings=settings, clock=clock, sleep=stop)
        working.polls = 0
        edit(state, planned_again)
        assert run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep).answered == 4
        assert set(working.handed_in.values()) == {1}


def both_planned(stated, parts):
    stated.update(batch_ids=[])
    for part in parts:
        part.update(status="planned", batch_id=None, asked_at=None, submitted_at=None)


def test_a_state_without_a_seal_in_which_nothing_was_submitted_is_not_begun_anew(openai, work, clock, tmp_path):
    working = work(openai)
    working.polls = 99
    state = tmp_path / "run.json"

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(openai.make(), numbered(4), state, settings=BatchSettings(rows=2), clock=clock, sleep=stop)
    working.polls = 0
    edit(state, both_planned)
    assert run_batch(openai.make(), numbered(4), state, clock=clock, sleep=clock.sleep).answered == 4
    assert set(working.handed_in.values()) == {1}


@pytest.mark.parametrize(
    "text", [b"", b"\0" * 40, b"[" * 100_000, '{"version": 1}'.encode("utf-16"), b"7", b'{"version": 1, "parts": {}}']
)
def test_a_file_that_is_no_state_is_refused_by_name(tmp_path, text):
    (tmp_path / "run.json").write_bytes(text)
    with pytest.raises(BatchError, match=r"run\.json: this is no state"):
        load(tmp_path / "run.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.splitlines(keepends=True)[0],
        lambda text: text + text.splitlines(keepends=True)[0],
        lambda text: text[:-20],
        lambda text: text.replace(b'"error"', b'"terror"'),
        lambda text: b"x" + text,
    ],
)
def test_collected_rows_that_were_cut_or_edited_are_refused_by_name(half, change):
    vendor, state, clock = half
    kept = state.with_name("run.json.d") / "part-1.jsonl"
    kept.write_bytes(change(kept.read_bytes()))
    with pytest.raises(BatchError, match=r"part-1\.jsonl"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    with pytest.raises(BatchError, match=r"part-1\.jsonl"):
        list(results_so_far(state))
    assert not vendor.server.requests


ROW = {
    "another row's id": {"id": "zz"},
    "no id": {"id": ""},
    "content that is a number": {"content": 5},
    "an error that is a list": {"error": ["x"]},
    "a cost below 0": {"cost": "-5"},
    "a cost without end": {"cost": "1E+999999"},
    "a cost that is a number": {"cost": 5},
    "a cost in other digits": {"cost": "٢"},
    "tokens that are text": {"input_tokens": "x"},
    "tokens below 0": {"output_tokens": -1},
    "tokens that are true": {"output_tokens": True},
    "attempts below 0": {"attempts": -3},
    "a batch that is a number": {"batch_id": 7},
}


@pytest.mark.parametrize("values", ROW.values(), ids=ROW)
def test_a_row_that_no_run_wrote_is_refused_by_name(half, values):
    """Collected, or in the results: its cost, its tokens or its id would be taken for the vendor's."""
    vendor, state, clock = half
    kept = state.with_name("run.json.d") / "part-1.jsonl"
    lines = kept.read_bytes().splitlines(keepends=True)
    number, _, text = lines[0].partition(b" ")
    kept.write_bytes(b"".join([number + b" " + json.dumps(json.loads(text) | values).encode() + b"\n", *lines[1:]]))
    with pytest.raises(BatchError, match=r"part-1\.jsonl"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    with pytest.raises(BatchError, match=r"part-1\.jsonl"):
        list(results_so_far(state))
    assert not vendor.server.requests


@pytest.mark.parametrize("number", [b"9" * 5000, b"00", b"+0", "²".encode()])
def test_a_row_number_that_no_run_wrote_is_refused_by_name(half, number):
    vendor, state, clock = half
    kept = state.with_name("run.json.d") / "part-1.jsonl"
    kept.write_bytes(number + kept.read_bytes()[1:])
    with pytest.raises(BatchError, match=r"part-1\.jsonl"):
        run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)
    assert not vendor.server.requests


def test_rows_that_were_made_cheaper_or_fail_no_more_are_not_those_that_were_counted(half):
    vendor, state, clock = half
    kept = state.with_name("run.json.d") / "part-1.jsonl"
    whole = kept.read_bytes()
    for values in ({"cost": "0.0"}, {"cost": None}, {"error": "lost", "content": None}):
        lines = whole.splitlines(keepends=True)
        number, _, text = lines[0].partition(b" ")
        lines[0] = number + b" " + json.dumps(json.loads(text) | values).encode() + b"\n"
        kept.write_bytes(b"".join(lines))
        with pytest.raises(BatchError, match=r"part-1\.jsonl: its rows are not those that were counted"):
            run_batch(vendor.make(), None, state, clock=clock, sleep=clock.sleep)


@pytest.mark.parametrize("values", [*ROW.values(), {"content": "another answer"}], ids=[*ROW, "another answer"])
def test_results_that_no_run_wrote_are_refused_by_name(openai, work, run, tmp_path, values):
    work(openai)
    run(openai.make(), numbered(3))
    results = tmp_path / "run.json.results.jsonl"
    lines = results.read_text().splitlines()
    results.write_text("\n".join([json.dumps(json.loads(lines[0]) | values), *lines[1:]]) + "\n")
    with pytest.raises(BatchError, match=r"results\.jsonl"):
        run(openai.make(), numbered(3))
    with pytest.raises(BatchError, match=r"results\.jsonl"):
        list(results_so_far(tmp_path / "run.json"))


def test_results_of_a_run_by_an_older_program_are_read(openai, work, run, tmp_path):
    """It kept no digest of them."""
    work(openai)
    run(openai.make(), numbered(3))
    edit(tmp_path / "run.json", lambda stated, _: stated.pop("results_sha256"))
    assert len(list(results_so_far(tmp_path / "run.json"))) == 3


def test_results_that_lack_their_end_are_refused_by_name(openai, work, run, tmp_path):
    work(openai)
    run(openai.make(), numbered(3))
    results = tmp_path / "run.json.results.jsonl"
    whole = results.read_bytes()
    for cut in (whole[:-9], b"".join(whole.splitlines(keepends=True)[:2])):
        results.write_bytes(cut)
        with pytest.raises(BatchError, match=r"results\.jsonl"):
            run(openai.make(), numbered(3))
        with pytest.raises(BatchError, match=r"results\.jsonl"):
            list(results_so_far(tmp_path / "run.json"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_field_a_state_is_read_or_refused(half, data):
    """200 states with one field, or one field of a part, replaced by any JSON value."""
    _, state, _ = half
    whole = state.read_text()
    stated = json.loads(whole)
    del stated["seal"]
    place = data.draw(st.sampled_from([stated, *stated["parts"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
    try:
        state.write_text(json.dumps(stated))
        load(state)
    except BatchError as error:
        assert str(state) in str(error)  # noqa: PT017 - most states are refused, some are as good as the first
    finally:
        state.write_text(whole)


def test_a_state_that_never_submitted_anything_may_be_replaced(vendor, work, run):
    working = work(vendor)
    refused = vendor.server.refuse
    vendor.server.refuse = lambda request: refused(
        type(request)(request.method, request.path, request.query, {**request.headers, **WRONG}, request.body)
    )
    with pytest.raises(AuthenticationError):
        run(vendor.make(), numbered(2))
    vendor.server.refuse = refused
    results = run(vendor.make(max_tokens=77), numbered(3))
    assert results.answered == 3
    assert set(working.handed_in.values()) == {1}


WRONG = {"authorization": "Bearer wrong", "x-goog-api-key": "wrong"}


def test_another_number_of_rows_for_a_run_that_is_cut_already_is_refused(half):
    vendor, state, clock = half
    with pytest.raises(BatchError, match="2 rows in a batch, not 1"):
        run_batch(vendor.make(), None, state, settings=BatchSettings(rows=1), clock=clock, sleep=clock.sleep)
    assert not vendor.server.requests
