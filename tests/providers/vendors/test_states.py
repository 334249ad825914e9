"""Every state of every vendor is one of our five words, and none stays RUNNING for ever."""

from __future__ import annotations

import re
import typing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers import BatchStatus

ENDS = {BatchStatus.COMPLETED, BatchStatus.FAILED, BatchStatus.CANCELLED}


def put(vendor, batch_id, state, created=None):
    """Moves a batch to a state, and its creation to a day."""
    if vendor.name == "gemini":
        metadata = vendor.server.operations[batch_id]["metadata"]
        metadata["state"] = state
        if created:
            metadata["createTime"] = created.isoformat().replace("+00:00", "Z")
    elif vendor.name == "anthropic":
        vendor.server.batches[batch_id]["processing_status"] = state
        if created:
            vendor.server.batches[batch_id]["created_at"] = created.isoformat()
    else:
        vendor.server.batches[batch_id]["status"] = state
        if created:
            vendor.server.batches[batch_id]["created_at"] = int(created.timestamp())


def test_the_tables_hold_every_state_that_the_sdks_know():
    batch = pytest.importorskip("openai.types.batch")
    message_batch = pytest.importorskip("anthropic.types.messages.message_batch")
    types = pytest.importorskip("google.genai.types")
    from providers import anthropic, gemini, openai

    assert set(typing.get_args(batch.Batch.model_fields["status"].annotation)) == set(openai.STATES)
    kinds = typing.get_args(message_batch.MessageBatch.model_fields["processing_status"].annotation)
    assert set(kinds) == set(anthropic.STATES)
    assert {state.value.removeprefix("JOB_STATE_") for state in types.JobState} == set(gemini.STATES)


def test_the_page_on_the_vendors_names_every_state():
    page = (Path(__file__).parents[3] / "docs" / "providers.md").read_text()
    from providers import anthropic, gemini, openai

    for state in (*openai.STATES, *anthropic.STATES, *gemini.STATES):
        assert re.search(rf"\b{state}\b", page), state


def test_a_state_that_nobody_knew_is_polled_on_and_seen(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, "BATCH_STATE_PONDERING")
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["provider_status"]) == (BatchStatus.RUNNING, "BATCH_STATE_PONDERING")
    assert provider.cancel_batch(batch_id) is True


STANDING = ["BATCH_STATE_PONDERING", "JOB_STATE_PAUSED", "in_progress", "validating"]


@pytest.mark.parametrize("state", STANDING)
def test_a_batch_that_has_not_ended_long_after_it_was_first_seen_has_failed(vendor, tmp_path, state):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, state)
    provider._first_seen[batch_id] -= 100 * 3600
    info = provider.get_batch_status(batch_id)
    assert info["status"] is BatchStatus.FAILED
    assert state in info["error"]
    assert "100 hours" in info["error"]


@pytest.mark.parametrize("days", [-5, 5])
def test_no_clock_that_is_wrong_by_days_fails_a_batch_that_lives(vendor, tmp_path, days):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, "in_progress", datetime.now(UTC) + timedelta(days=days))
    assert provider.get_batch_status(batch_id)["status"] is BatchStatus.RUNNING
    assert vendor.make().get_batch_status(batch_id)["status"] is BatchStatus.RUNNING


@pytest.mark.parametrize("hours", [0, 100, 1000])
def test_a_batch_that_is_being_cancelled_has_not_failed_however_long_it_takes(vendor, tmp_path, hours):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    word = {"openai": "cancelling", "anthropic": "canceling", "gemini": "BATCH_STATE_CANCELLING"}[vendor.name]
    put(vendor, batch_id, word)
    provider._first_seen[batch_id] -= hours * 3600
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["provider_status"], info["cancelling"]) == (BatchStatus.RUNNING, word, True)


@pytest.mark.parametrize("state", [17, None, "", {"odd": 1}])
def test_a_state_that_is_no_word_breaks_nothing(vendor, tmp_path, state):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, state)
    assert provider.get_batch_status(batch_id)["status"] is BatchStatus.RUNNING


@pytest.mark.parametrize(
    ("counts", "cancelled", "expected"),
    [
        ({"succeeded": 2}, False, BatchStatus.COMPLETED),
        ({"succeeded": 1, "errored": 1}, False, BatchStatus.COMPLETED),
        ({"errored": 2}, False, BatchStatus.FAILED),
        ({"expired": 2}, False, BatchStatus.FAILED),
        ({"canceled": 2}, False, BatchStatus.CANCELLED),
        ({"succeeded": 1, "canceled": 1}, True, BatchStatus.CANCELLED),
        ({"succeeded": 2}, True, BatchStatus.COMPLETED),
        ({}, False, BatchStatus.COMPLETED),
    ],
)
def test_how_an_anthropic_batch_ended_is_told_by_its_counts(anthropic, tmp_path, counts, cancelled, expected):
    provider = anthropic.make()
    batch_id = anthropic.submit(provider, tmp_path)
    batch = anthropic.server.batches[batch_id]
    batch.update(processing_status="ended", request_counts={"processing": 0, **counts})
    batch["cancel_initiated_at"] = datetime.now(UTC).isoformat() if cancelled else None
    info = provider.get_batch_status(batch_id)
    assert info["status"] is expected
    assert (info["error"] is None) == (not counts or set(counts) == {"succeeded"})


def test_times_come_as_iso_from_unix_seconds_camel_case_and_snake_case(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, "in_progress", datetime(2026, 11, 20, 12, tzinfo=UTC))
    created = provider.get_batch_status(batch_id)["created_at"]
    assert datetime.fromisoformat(created) == datetime(2026, 11, 20, 12, tzinfo=UTC)
    if vendor.name == "gemini":
        metadata = vendor.server.operations[batch_id]["metadata"]
        metadata["create_time"] = metadata.pop("createTime")
        assert provider.get_batch_status(batch_id)["created_at"] == created
