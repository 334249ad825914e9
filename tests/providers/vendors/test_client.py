"""What a client that keeps its own list of units relies on: their names, batches made once, and tries that are its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from servers.base import CUT, Reply
from servers.working import Work

from providers import AmbiguousError, ProviderError, RequestError, unit_ids
from providers.unit_ids import name_of, unit_of

NAMES = [
    "Gräfin Ödön",
    "Dr. Watson, M.D.",
    "plain-name_1",
    "a/b",
    " ",
    "x" * 65,
    "é" * 600,
    "u64_abc",
    "ref_" + "0" * 40,
]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@example("u64_")
@example("")
@example("e\u0301")
def test_whatever_a_unit_is_called_its_name_at_the_vendor_leads_back_to_it(unit_id):
    for pattern in (r"[A-Za-z0-9_-]{1,64}", r"[\s\S]{1,512}"):
        assert unit_of(name_of(unit_id, pattern, "acme")) == unit_id


@pytest.fixture
def state_home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_results_come_back_under_the_ids_that_were_given(vendor, tmp_path, state_home):
    provider = vendor.make()
    work = Work(vendor.name, vendor.server)
    batch_id = vendor.submit(provider, tmp_path, tuple(NAMES))
    assert set(work.handed_in) == {f"prompt {name}" for name in NAMES}
    provider.get_batch_status(batch_id)
    results, _ = provider.download_batch_results(batch_id)
    assert {result["unit_id"]: result["content"] for result in results} == {n: f"re: prompt {n}" for n in NAMES}


def test_another_process_knows_the_ids_too_by_what_is_kept_beside_the_file(vendor, tmp_path, state_home):
    provider = vendor.make()
    Work(vendor.name, vendor.server)
    batch_id = vendor.submit(provider, tmp_path, ("é" * 600,))
    assert (tmp_path / "rows.jsonl.ids.json").is_file()
    provider.get_batch_status(batch_id)
    script = (
        "import sys; from providers import get_provider; provider = get_provider({'api': {'provider': sys.argv[1]}});"
        "print(*(ascii(row['unit_id']) for row in provider.iter_batch_results(sys.argv[2])))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, vendor.name, batch_id], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == ascii("é" * 600)


def test_the_ids_go_with_the_rows_into_another_file_another_process_and_past_the_next_rows(
    vendor, tmp_path, state_home, monkeypatch
):
    def fresh():
        monkeypatch.setattr(unit_ids, "_known", {})  # as another process
        return vendor.make()

    Work(vendor.name, vendor.server)
    row = json.dumps(vendor.make().format_batch_request("é" * 600, "hi"))
    path = tmp_path / "rewritten.jsonl"
    path.write_text(row + "\n")
    file_id = fresh().upload_batch_file(path)
    batch_id = fresh().create_batch(file_id)
    path.write_text(json.dumps(vendor.make().format_batch_request("ä" * 600, "ho")) + "\n")
    fresh().upload_batch_file(path)
    provider = fresh()
    provider.get_batch_status(batch_id)
    assert [row["unit_id"] for row in provider.iter_batch_results(batch_id)] == ["é" * 600]


@pytest.mark.parametrize(("unit_id", "told"), [(7, "is no text"), (None, "is no text"), ("a\ud800", "lone surrogate")])
def test_an_id_that_is_no_text_is_refused_by_name(vendor, unit_id, told):
    with pytest.raises(RequestError, match=told):
        vendor.make().format_batch_request(unit_id, "hi")


def made_but_not_answered(vendor):
    """The next create makes its batch, and its answer gets lost."""
    make = vendor.server.create

    def create(request, **parts):
        vendor.server.create = make
        make(request, **parts)
        return CUT

    vendor.server.create = create


def batches_of(vendor):
    return vendor.server.operations if vendor.name == "gemini" else vendor.server.batches


def test_a_batch_whose_making_was_not_answered_is_found_by_its_mark(vendor, tmp_path):
    if not vendor.make().tags_batches:
        pytest.skip("this vendor's batches carry no mark")
    made_but_not_answered(vendor)
    batch_id = vendor.submit(vendor.make(), tmp_path)
    assert list(batches_of(vendor)) == [batch_id]


def test_where_batches_carry_no_mark_those_that_may_be_it_are_named_and_nothing_is_sent_again(anthropic, tmp_path):
    provider = anthropic.make()
    anthropic.submit(anthropic.make(), tmp_path)
    anthropic.server.batches["msgbatch_1"]["created_at"] = "2026-01-01T00:00:00Z"
    made_but_not_answered(anthropic)
    for _ in range(2):
        with pytest.raises(AmbiguousError, match="made since then: msgbatch_2; nothing is sent again") as error:
            anthropic.submit(provider, tmp_path)
        assert error.value.batch_ids == ("msgbatch_2",)
        assert not any(word in str(error.value) for word in ("503", "timeout", "400", "401", "403"))
    assert len(anthropic.server.batches) == 2


def test_a_batch_that_shows_late_is_found_by_the_next_call(vendor, tmp_path):
    provider = vendor.make()
    if not provider.tags_batches:
        pytest.skip("this vendor's batches carry no mark")
    listing, made_but_not_answered_yet = vendor.server.list, made_but_not_answered(vendor)
    empty = {"operations": []} if vendor.name == "gemini" else {"data": [], "has_more": False}
    vendor.server.list = lambda request: Reply(empty)
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(provider.format_batch_request("a", "hi")) + "\n")
    file_id = provider.upload_batch_file(path)
    with pytest.raises(ProviderError) as error:
        provider.create_batch(file_id)
    assert error.value.ambiguous
    vendor.server.list = listing
    assert made_but_not_answered_yet is None
    assert provider.create_batch(file_id) == next(iter(batches_of(vendor)))
    assert len(batches_of(vendor)) == 1


def test_a_batch_that_was_surely_not_made_is_made_by_the_next_call(vendor, tmp_path):
    provider = vendor.make()
    vendor.server.fail(Reply(vendor.unanswered(400), 400), path=vendor.create_path)
    with pytest.raises(ProviderError):
        vendor.submit(provider, tmp_path)
    assert vendor.submit(provider, tmp_path) in batches_of(vendor)


def test_a_caller_that_retries_by_itself_finds_each_of_its_tries_made_once(vendor):
    provider = vendor.make()
    own = type(provider)({"api": {"provider": vendor.name, "retry": {"max_attempts": 3}}})
    vendor.server.fail(*[Reply(vendor.unanswered(503), 503)] * 3)
    with pytest.raises(ProviderError, match="503"):
        own.generate_realtime("hi")
    assert len(vendor.server.requests) == 1
    own.close()


def test_our_own_tries_end_in_time(vendor):
    vendor.server.fail(*[Reply(vendor.unanswered(503), 503)] * 9)
    patient = {"max_attempts": 9, "initial_delay_seconds": 0.05, "total_seconds": 0.15}
    with pytest.raises(ProviderError, match="503"):
        vendor.make(transport_retry=patient).generate_realtime("hi")
    assert 2 <= len(vendor.server.requests) <= 4
