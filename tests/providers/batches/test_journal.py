"""A journal that lost lines: what was asked there may be paid, so nothing is asked until somebody says so."""

from __future__ import annotations

import json

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import AuthenticationError, BatchError, results_so_far, run_realtime
from providers.batches.journal import Journal

ROWS = 9


@pytest.fixture
def half(openai, tmp_path):
    """A run that a refused key ended after five answers: its state and its journal."""
    call, asked = openai.server.complete, []

    def complete(request, **parts):
        asked.append(request)
        return call(request, **parts) if len(asked) <= 5 else Reply(openai.unanswered(401), 401)

    openai.server.complete = complete
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(), numbered(ROWS), tmp_path / "run.json", concurrency=1)
    openai.server.complete = call
    openai.server.requests.clear()
    return tmp_path / "run.json", tmp_path / "run.json.d" / "rows.jsonl"


CUTS = {
    "all of it": lambda text: b"",
    "all but a part of its first line": lambda text: text[:10],
    "all but its first line": lambda text: text[: text.index(b"\n") + 1],
    "the second half": lambda text: text[: len(text) // 2],
    "its last line": lambda text: b"".join(text.splitlines(keepends=True)[:-1]),
    "a line within": lambda text: b"".join(text.splitlines(keepends=True)[:3] + text.splitlines(keepends=True)[4:]),
}


@pytest.mark.parametrize("requests", [numbered(ROWS), numbered(2), None], ids=["the same", "others", "none"])
def test_an_empty_journal_of_an_older_program_says_that_nothing_was_asked(openai, half, requests):
    """It began with an empty file, and its state does not say that the journal tells its length."""
    state, journal = half
    told = json.loads(state.read_bytes())
    del told["counts"], told["seal"]
    state.write_text(json.dumps(told))
    journal.write_bytes(b"")
    assert list(results_so_far(state)) == []
    assert run_realtime(openai.make(), requests, state).answered == len(requests or numbered(ROWS))


def test_an_empty_journal_beside_results_is_refused_whoever_began_it(openai, half):
    state, journal = half
    told = json.loads(state.read_bytes()) | {"counts": False}
    del told["seal"]
    state.write_text(json.dumps(told))
    journal.write_bytes(b"")
    state.with_name("run.json.results.jsonl").write_bytes(b"{}")
    with pytest.raises(BatchError, match="give another state file"):
        run_realtime(openai.make(), None, state)
    assert not openai.server.requests


def test_where_nothing_is_left_the_first_line_is_no_cure(openai, half):
    state, journal = half
    for left in (b"", journal.read_bytes()[:21]):
        journal.write_bytes(left)
        with pytest.raises(BatchError, match="give another state file"):
            run_realtime(openai.make(), None, state)


@pytest.mark.parametrize("requests", [numbered(ROWS), numbered(2), None], ids=["the same", "others", "none"])
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_journal_that_was_cut_is_refused_by_name_and_nothing_is_sent(openai, half, cut, requests):
    state, journal = half
    journal.write_bytes(cut(journal.read_bytes()))
    with pytest.raises(BatchError, match=r"rows\.jsonl: it is cut"):
        run_realtime(openai.make(), requests, state)
    assert not openai.server.requests


def test_who_takes_the_first_line_away_goes_on_with_what_is_there(openai, half):
    state, journal = half
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[1:3]))
    assert [row.unit_id for row in results_so_far(state)] == ["unit-0"]
    assert run_realtime(openai.make(), None, state).answered == ROWS
    assert len(openai.server.requests) == ROWS - 1


def test_a_line_that_a_kill_left_half_written_is_none(openai, half):
    state, journal = half
    journal.write_bytes(journal.read_bytes() + b'8 {"id": "un')
    assert len(list(results_so_far(state))) == 5
    assert run_realtime(openai.make(), None, state).answered == ROWS


def test_its_length_is_told_at_every_instant(tmp_path):
    """A kill may come after any line, before the journal is closed."""
    path = tmp_path / "rows.jsonl"
    Journal.begin(path)
    kept = Journal(path, 2)
    for row in (0, 1):
        kept.asked(row)
        assert int(path.read_bytes().split(b"\n")[0]) == path.stat().st_size
