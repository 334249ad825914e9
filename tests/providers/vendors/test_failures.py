"""What each vendor's failures become: an error of the right kind, in good time, repeated only where that may help."""

from __future__ import annotations

import json
import re
import threading
import time
from email.utils import formatdate

import pytest
from servers.base import CUT, HANG, HTML, Reply

from providers import AuthenticationError, ProviderError, RateLimitError
from providers.retry import retry_after
from tests.waiting import PROMPT

ONCE = {"max_attempts": 1}


def statuses_in(error: Exception) -> list[str]:
    """The numbers that programs look for in the text of an error."""
    return re.findall(r"400|401|403|503", str(error))


def test_429_is_waited_out_for_as_long_as_the_server_asks(vendor):
    vendor.server.fail(Reply(vendor.unanswered(429), 429, {"retry-after": "0.2"}))
    start = time.monotonic()
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"
    assert time.monotonic() - start >= 0.2
    assert len(vendor.server.asked(vendor.realtime_path)) == 2


def test_429_that_asks_for_an_hour_is_not_waited_for_but_told(vendor):
    vendor.server.fail(Reply(vendor.unanswered(429), 429, {"retry-after": "3600"}))
    start = time.monotonic()
    with pytest.raises(RateLimitError) as limited:
        vendor.make().generate_realtime("2 + 2?")
    assert time.monotonic() - start < PROMPT
    assert (limited.value.retry_after, limited.value.status_code, limited.value.retryable) == (3600, 429, True)
    assert len(vendor.server.asked(vendor.realtime_path)) == 1


def test_retry_after_may_be_a_date(vendor):
    vendor.server.fail(Reply(vendor.unanswered(429), 429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"


def test_attempts_are_as_many_as_configured_and_no_more(vendor):
    vendor.server.fail(*[Reply(vendor.unanswered(500), 500)] * 9)
    with pytest.raises(ProviderError) as failed:
        vendor.make(transport_retry={"max_attempts": 4}).generate_realtime("2 + 2?")
    assert len(vendor.server.asked(vendor.realtime_path)) == 4
    assert failed.value.ambiguous
    assert "unavailable" in str(failed.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_aborts_at_once(vendor, status):
    vendor.server.fail(Reply(vendor.unanswered(status, "no 400 here"), status))
    with pytest.raises(AuthenticationError) as refused:
        vendor.make().generate_realtime("2 + 2?")
    assert refused.value.status_code == status
    assert statuses_in(refused.value) == [str(status)]
    assert len(vendor.server.asked(vendor.realtime_path)) == 1


def test_a_wrong_key_is_an_authentication_error_whatever_its_status(vendor, monkeypatch):
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(variable, "wrong")
    with pytest.raises(AuthenticationError) as refused:
        vendor.make().generate_realtime("2 + 2?")
    assert refused.value.status_code == {"gemini": 400}.get(vendor.name, 401)
    assert refused.value.code == {"openai": "invalid_api_key", "anthropic": "authentication_error"}.get(
        vendor.name, "API_KEY_INVALID"
    )
    assert refused.value.request_id == {"gemini": None}.get(vendor.name, "req_refused")


def test_a_bad_request_is_not_repeated_and_other_numbers_in_it_look_like_no_status(vendor):
    told = "max_tokens: 4003 > 4000, limit 401, see 503; generateContent"
    vendor.server.fail(Reply(vendor.unanswered(400, told), 400))
    with pytest.raises(ProviderError) as refused:
        vendor.make().generate_realtime("2 + 2?")
    assert type(refused.value) is ProviderError
    assert statuses_in(refused.value) == ["400"]
    assert refused.value.vendor_message == told
    assert not refused.value.retryable
    assert len(vendor.server.asked(vendor.realtime_path)) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_server_in_trouble_is_asked_again(vendor, status):
    vendor.server.fail(Reply(vendor.unanswered(status), status))
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"


def test_an_answer_that_comes_byte_by_byte_for_ever_is_a_timeout(vendor):
    """No silence is long enough to be one, so its end would never be missed."""
    release = threading.Event()

    def drips():
        while not release.wait(0.02):
            yield b" "

    vendor.server.fail(Reply(drips))
    with pytest.raises(ProviderError, match="timeout") as late:
        vendor.make(timeout_seconds=0.3, transport_retry=ONCE).generate_realtime("2 + 2?")
    assert late.value.ambiguous
    release.set()


def test_a_server_that_never_answers_is_a_timeout(vendor):
    vendor.server.fail(HANG)
    start = time.monotonic()
    with pytest.raises(ProviderError, match="timeout") as late:
        vendor.make(timeout_seconds=0.3, transport_retry=ONCE).generate_realtime("2 + 2?")
    assert time.monotonic() - start < PROMPT
    assert (late.value.retryable, late.value.ambiguous, late.value.status_code) == (True, True, None)


def test_a_cut_connection_is_tried_again_and_said_so_at_last(vendor):
    vendor.server.fail(CUT)
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"
    vendor.server.fail(CUT)
    with pytest.raises(ProviderError, match="unavailable") as cut:
        vendor.make(transport_retry=ONCE).generate_realtime("2 + 2?")
    assert cut.value.ambiguous


def test_a_server_that_is_not_there_is_unavailable_and_has_done_nothing(vendor):
    provider = vendor.make(transport_retry=ONCE)
    vendor.server.close()
    with pytest.raises(ProviderError, match="unavailable") as gone:
        provider.generate_realtime("2 + 2?")
    assert (gone.value.retryable, gone.value.ambiguous) == (True, False)
    assert not statuses_in(gone.value)


def test_a_page_with_status_200_is_no_answer(vendor):
    vendor.server.fail(HTML)
    with pytest.raises(ProviderError) as page:
        vendor.make(transport_retry=ONCE).generate_realtime("2 + 2?")
    assert page.value.retryable
    vendor.server.fail(HTML)
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"


def test_an_empty_answer_and_one_that_is_no_object_are_no_answers(vendor):
    for body in (b"", b"[]", b"null", b'"text"', b"{}", b'{"choices": [17]}'):
        vendor.server.fail(Reply(body))
        with pytest.raises(ProviderError):
            vendor.make(transport_retry=ONCE).generate_realtime("2 + 2?")


def test_an_answer_of_any_shape_is_at_worst_an_error_of_ours(vendor, tmp_path):
    provider = vendor.make(transport_retry=ONCE)
    batch_id = vendor.submit(provider, tmp_path)
    number = {"choices": 5, "content": 5, "candidates": 5, "usage": 5, "usageMetadata": 5, "status": 5, "metadata": 5}
    for body in (b"[" * 100_000, b'{"a": "\xff"}', json.dumps(number).encode(), b'{"id": 5, "name": 5, "data": 5}'):
        for call in (lambda: provider.generate_realtime("2 + 2?"), lambda: provider.get_batch_status(batch_id)):
            vendor.server.fail(Reply(body))
            with pytest.raises(ProviderError):
                call()


def test_times_of_another_unit_are_left_out(openai, tmp_path):
    provider = openai.make()
    batch_id = openai.submit(provider, tmp_path)
    openai.server.batches[batch_id].update(created_at=1_790_000_000_000, expires_at=10**30)
    info = provider.get_batch_status(batch_id)
    assert (info["created_at"], info["expires_at"]) == (None, None)


@pytest.mark.parametrize("key", ["test\nkey-canary", "ключ-canary", "two words-canary"])
def test_a_key_that_no_header_can_carry_is_refused_at_once_and_never_shown(vendor, monkeypatch, key):
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(variable, key)
    with pytest.raises(AuthenticationError) as refused:
        vendor.make()
    assert "canary" not in str(refused.value)


def test_a_gateway_that_repeats_the_key_does_not_get_it_into_the_error(vendor):
    vendor.server.fail(Reply(vendor.unanswered(400, "headers were: Bearer test-key"), 400))
    with pytest.raises(ProviderError) as refused:
        vendor.make().generate_realtime("2 + 2?")
    assert "test-key" not in str(refused.value) + refused.value.vendor_message


def test_a_limit_that_no_wait_cures_is_no_rate_limit(openai, anthropic):
    quota = {
        "error": {
            "message": "You exceeded your current quota",
            "type": "insufficient_quota",
            "code": "insufficient_quota",
        }
    }
    details = {"error_code": "enforced_spend_limit_reached"}
    spent = {"type": "error", "error": {"type": "rate_limit_error", "message": "Limit reached", "details": details}}
    for vendor, body in ((openai, quota), (anthropic, spent)):
        vendor.server.fail(Reply(body, 429))
        with pytest.raises(ProviderError) as stopped:
            vendor.make().generate_realtime("2 + 2?")
        assert not isinstance(stopped.value, RateLimitError)
        assert not stopped.value.retryable
        assert stopped.value.code in {"insufficient_quota", "enforced_spend_limit_reached"}


def test_gemini_says_how_long_to_wait_in_the_body(gemini):
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "39s"}
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded", "details": [detail]}}
    gemini.server.fail(Reply(body, 429))
    with pytest.raises(RateLimitError) as limited:
        gemini.make(transport_retry={"max_wait_seconds": 1}).generate_realtime("2 + 2?")
    assert (limited.value.retry_after, limited.value.code) == (39, "RESOURCE_EXHAUSTED")


def test_a_server_may_say_itself_whether_to_try_again(openai, anthropic):
    for vendor in (openai, anthropic):
        vendor.server.fail(Reply(vendor.unanswered(500), 500, {"x-should-retry": "false"}))
        with pytest.raises(ProviderError) as failed:
            vendor.make().generate_realtime("2 + 2?")
        assert not failed.value.retryable


def test_a_batch_is_never_made_twice_for_want_of_an_answer(vendor, tmp_path):
    for fault in (CUT, Reply(vendor.unanswered(500), 500), HTML):
        provider = vendor.make()
        vendor.server.requests.clear()
        vendor.server.fail(fault, path=vendor.create_path)
        with pytest.raises(ProviderError) as unknown:
            vendor.submit(provider, tmp_path)
        assert unknown.value.ambiguous
        assert len([r for r in vendor.server.asked(vendor.create_path) if r.method == "POST"]) == 1


@pytest.mark.parametrize("status", [408, 499])
def test_a_server_that_gave_up_waiting_may_have_made_the_batch(vendor, tmp_path, status):
    vendor.server.fail(Reply(vendor.unanswered(status), status), path=vendor.create_path)
    with pytest.raises(ProviderError) as unknown:
        vendor.submit(vendor.make(), tmp_path)
    assert unknown.value.ambiguous
    assert len([r for r in vendor.server.asked(vendor.create_path) if r.method == "POST"]) == 1


def test_a_batch_that_was_refused_for_now_is_made_again(vendor, tmp_path):
    vendor.server.fail(Reply(vendor.unanswered(429), 429, {"retry-after": "0"}), path=vendor.create_path)
    assert vendor.submit(vendor.make(), tmp_path)


def test_a_batch_just_made_may_not_be_found_yet(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    vendor.server.fail(Reply(vendor.unanswered(404), 404), path=vendor.batch_path)
    info = provider.get_batch_status(batch_id)
    assert (info["status"].value, info["provider_status"]) == ("pending", "not found yet")
    with pytest.raises(ProviderError) as unknown:
        vendor.make().get_batch_status(batch_id + "0")
    assert unknown.value.status_code == 404


def test_an_upload_that_breaks_is_made_again(openai, gemini, tmp_path):
    for vendor, path in ((openai, "/v1/files"), (gemini, "/upload/v1/files"), (gemini, "/bytes")):
        for fault in (CUT, Reply(vendor.unanswered(503), 503, {"x-goog-upload-status": "cancelled"})):
            vendor.server.fail(fault, path=path)
            assert vendor.submit(vendor.make(), tmp_path)


def test_a_silent_server_ends_every_kind_of_call(vendor, tmp_path):
    provider = vendor.make(timeout_seconds=0.3, transport_retry=ONCE)
    batch_id = vendor.submit(provider, tmp_path)
    for call in (provider.get_batch_status, provider.cancel_batch, provider.download_batch_results):
        vendor.server.fail(HANG)
        with pytest.raises(ProviderError, match="timeout"):
            call(batch_id)


def test_other_credentials_in_the_environment_are_left_alone(anthropic, openai, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "somebody-elses")
    monkeypatch.setenv("ANTHROPIC_PROFILE", "missing")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "somebody-elses")
    for vendor in (anthropic, openai):
        assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"
        assert vendor.server.requests[-1].headers["authorization"] == "Bearer test-key"


def test_gemini_is_the_developer_api_whatever_the_environment_says(gemini, monkeypatch):
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    assert gemini.make().generate_realtime("2 + 2?")["content"] == "4"


def test_an_error_can_be_sent_to_another_process():
    import pickle

    error = RateLimitError("slow down 401", provider="openai", status_code=429, retry_after=2.0, retryable=True)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(copy), copy.retry_after, copy.retryable, copy.provider) == (str(error), 2.0, True, "openai")


@pytest.mark.parametrize("odd", [[], {}, [[]], {"a": 1}, True, -1, ""])
def test_codes_of_another_kind_than_they_should_be_are_the_vendors_error(vendor, odd):
    """Whatever a server writes where a code belongs, what is raised is a ProviderError."""
    body = vendor.unanswered(429)
    body["error"] |= {"code": odd, "type": odd, "status": odd}
    vendor.server.answer = lambda _request: Reply(body, status=429)
    with pytest.raises(RateLimitError):
        vendor.make(transport_retry={"max_attempts": 1}).generate_realtime("hi")


def test_a_date_of_no_year_is_none(vendor):
    asked = dict.fromkeys(("retry-after", "date"), "Fri, 01 Jan 99999 00:00:00 GMT")
    vendor.server.answer = lambda _request: Reply(vendor.unanswered(429), 429, asked)
    with pytest.raises(RateLimitError) as error:
        vendor.make(transport_retry={"max_attempts": 1}).generate_realtime("hi")
    assert error.value.retry_after is None


def test_a_date_of_retry_after_is_read_by_the_servers_clock(openai):
    """Its clock is a day ahead of ours."""
    ahead = time.time() + 86_400
    headers = {"retry-after": formatdate(ahead + 30, usegmt=True), "date": formatdate(ahead, usegmt=True)}
    assert retry_after(headers) == pytest.approx(30)
    assert retry_after({"retry-after": headers["retry-after"]}, 86_400) == pytest.approx(30, abs=2)
    openai.server.fail(Reply(openai.unanswered(429), 429, headers))
    with pytest.raises(RateLimitError) as limited:
        openai.make(transport_retry={"max_attempts": 1}).generate_realtime("2 + 2?")
    assert limited.value.retry_after == pytest.approx(30, abs=2)


@pytest.mark.parametrize("seconds", [0, -1, "soon"])
def test_a_timeout_is_above_0(openai, seconds):
    with pytest.raises(ValueError, match="timeout_seconds"):
        openai.make(timeout_seconds=seconds)


def test_a_free_call_shows_whether_key_and_model_are_right(vendor):
    assert vendor.make().verify_access() is True
    assert not vendor.server.asked(vendor.realtime_path)
    for status, kind in ((403, AuthenticationError), (404, ProviderError)):
        vendor.server.fail(*[Reply(vendor.unanswered(status), status)] * 2)
        with pytest.raises(kind):
            vendor.make().verify_access()
        vendor.server.faults.clear()


def test_a_server_that_tells_of_no_single_model_is_asked_for_its_list(openai):
    openai.server.fail(
        Reply(openai.unanswered(404), 404), Reply({"object": "list", "data": [{"id": "gpt-5.4-mini"}, {"id": "b"}]})
    )
    assert openai.make().verify_access() is True
