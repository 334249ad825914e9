"""Failures under the status of an answer, and the words by which programs tell what passes."""

from __future__ import annotations

import json
import re

import pytest
from servers.base import HTML, Reply

from providers import BatchStatus, ProviderError
from providers.retry import RetryPolicy

WORDS = re.compile("503|timeout|unavailable")
ERROR = {"error": {"message": "The server is busy", "type": "server_error"}}
BUSY = {"type": "error", "error": {"type": "overloaded_error", "message": "The server is busy"}}
UNAVAILABLE = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "The server is busy"}}


@pytest.mark.parametrize(
    "reply",
    [HTML, Reply(b"hello"), Reply([]), Reply({"error": {"message": "slow"}}, 408), Reply({"error": {}}, 409)],
    ids=["page", "text", "list", "408", "409"],
)
def test_what_may_pass_says_so_in_a_word_that_programs_look_for(vendor, reply):
    provider = vendor.make(transport_retry={"max_attempts": 1})
    vendor.server.fail(reply, path=vendor.realtime_path)
    with pytest.raises(ProviderError) as error:
        provider.generate_realtime("hi")
    assert error.value.retryable
    assert WORDS.search(str(error.value))
    assert not re.search("40[013]", str(error.value))


def test_a_failure_with_status_200_is_repeated_and_keeps_the_vendors_words(vendor):
    empty = {"openai": ERROR, "anthropic": BUSY, "gemini": UNAVAILABLE}[vendor.name]
    quick = {"max_attempts": 2, "initial_delay_seconds": 0.01}
    vendor.server.fail(Reply(empty), path=vendor.realtime_path)
    assert vendor.make(transport_retry=quick).generate_realtime("hi")["content"] == "4"
    vendor.server.fail(Reply(empty), Reply(empty), path=vendor.realtime_path)
    with pytest.raises(ProviderError) as error:
        vendor.make(transport_retry=quick).generate_realtime("hi")
    assert WORDS.search(str(error.value))
    assert "The server is busy" in str(error.value)


def test_a_refusal_with_status_200_keeps_the_vendors_words_and_is_not_repeated(gemini):
    refused = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Unknown field"}}
    gemini.server.fail(Reply(refused), path=gemini.realtime_path)
    with pytest.raises(ProviderError, match="INVALID_ARGUMENT: Unknown field") as error:
        gemini.make().generate_realtime("hi")
    assert not error.value.retryable
    assert len(gemini.server.asked(gemini.realtime_path)) == 1


def test_an_answer_that_was_billed_is_not_asked_for_again(anthropic, gemini):
    usage = {"usageMetadata": {"promptTokenCount": 5}, "usage": {"input_tokens": 5, "output_tokens": 1}}
    for vendor in (anthropic, gemini):
        vendor.server.fail(Reply(usage), path=vendor.realtime_path)
        with pytest.raises(ProviderError) as error:
            vendor.make().generate_realtime("hi")
        assert not error.value.retryable
        assert len(vendor.server.asked(vendor.realtime_path)) == 1


def test_a_missing_file_is_an_error_of_ours_everywhere(vendor, tmp_path):
    with pytest.raises(ProviderError) as error:
        vendor.make().upload_batch_file(tmp_path / "absent.jsonl")
    assert error.value.code == "no_file"


def test_an_expired_gemini_batch_says_so_beside_its_failed_rows(gemini, tmp_path):
    provider = gemini.make()
    batch_id = gemini.submit(provider, tmp_path)
    gemini.server.finish(batch_id, "BATCH_STATE_EXPIRED", [{"key": "a", "error": {"code": 14}}], failed=1)
    status = provider.get_batch_status(batch_id)
    assert status["status"] is BatchStatus.COMPLETED
    assert "expired" in json.dumps(status["error"])
    assert "1 of 1 rows failed" in status["error"]


@pytest.mark.parametrize(
    "stated", [{"initial_delay_seconds": 0}, {"backoff_multiplier": 1e12}, {"max_wait_seconds": 1e300}]
)
def test_no_number_of_tries_and_no_factor_makes_a_wait_that_no_clock_has(stated):
    policy = RetryPolicy.of({"max_attempts": 10**6, **stated})
    waits = [policy.wait_before(attempt, ProviderError(retryable=True)) for attempt in (2, 40, 3000, 10**6)]
    assert all(0 <= wait <= 365 * 86_400 for wait in waits)
    assert waits[0] <= 1


def test_a_server_that_gave_up_on_a_call_is_asked_again(vendor):
    vendor.server.fail(Reply(vendor.unanswered(499), 499), path=vendor.realtime_path)
    result = vendor.make(transport_retry={"initial_delay_seconds": 0.01}).generate_realtime("hi")
    assert (result["content"], result["maybe_paid"]) == ("4", 1)
