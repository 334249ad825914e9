"""One call to each vendor, by its real SDK, over HTTP."""

from __future__ import annotations

import os

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire

SCHEMA = {
    "title": "Sum of two",
    "type": "object",
    "properties": {"sum": {"type": "integer", "minimum": 0}, "note": {"type": ["string", "null"]}},
    "required": ["sum"],
}

COSTS = {"openai": "0.00138", "anthropic": "0.001785", "gemini": "0.000692"}


def test_the_answer_is_the_text_without_the_thoughts_before_it(vendor):
    assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"


def test_usage_and_cost_count_cached_and_thought_tokens_as_each_vendor_bills_them(vendor):
    provider = vendor.make()
    result = provider.generate_realtime("2 + 2?")
    expected_input = {"openai": 1000, "anthropic": 1000, "gemini": 1000}[vendor.name]
    assert (result["input_tokens"], result["output_tokens"]) == (expected_input, 200)
    assert result["reasoning_tokens"] == 150
    assert result["cached_tokens"] == {"anthropic": 300}.get(vendor.name, 400)
    assert str(provider.cost_of(result)) == COSTS[vendor.name]
    assert result["cost"] == float(COSTS[vendor.name])
    assert result["mode"] == "standard"


def test_a_schema_reaches_the_vendor_natively_in_a_body_that_its_own_types_allow(vendor):
    vendor.make(max_tokens=64).generate_realtime("2 + 2?", SCHEMA)
    body = vendor.server.requests[-1].json
    if vendor.name == "openai":
        assert body["response_format"]["type"] == "json_schema"
        stated = body["response_format"]["json_schema"]
        assert (stated["name"], stated["strict"]) == ("Sum_of_two", True)
        assert stated["schema"]["required"] == ["sum", "note"]
        assert body["max_completion_tokens"] == 64
    elif vendor.name == "anthropic":
        stated = body["output_config"]["format"]
        assert stated["type"] == "json_schema"
        assert stated["schema"]["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
        assert body["max_tokens"] == 64
    else:
        config = body["generationConfig"]
        assert config["responseMimeType"] == "application/json"
        assert config["responseJsonSchema"]["properties"]["sum"] == {"type": "integer", "minimum": 0}
        assert config["maxOutputTokens"] == 64


def test_the_key_travels_in_a_header_and_never_in_the_url(vendor):
    vendor.make().generate_realtime("2 + 2?")
    request = vendor.server.requests[-1]
    assert "test-key" not in request.path + str(request.query)
    assert any("test-key" in value for value in request.headers.values())


def test_the_finish_reason_is_kept_in_the_vendors_words(vendor):
    from servers.anthropic import message
    from servers.gemini import content
    from servers.openai import completion

    provider = vendor.make()
    if vendor.name == "openai":
        vendor.server.completion = completion("4", finish_reason="length")
    elif vendor.name == "anthropic":
        vendor.server.message = message("4", stop_reason="max_tokens")
    else:
        vendor.server.content = content("4", finish_reason="MAX_TOKENS")
    result = provider.generate_realtime("2 + 2?")
    assert (
        result["vendor_finish_reason"]
        == {"openai": "length", "anthropic": "max_tokens", "gemini": "MAX_TOKENS"}[vendor.name]
    )
    assert "refusal" not in result


def test_a_refusal_is_said_as_such_and_billed(vendor):
    from servers.anthropic import message
    from servers.gemini import content
    from servers.openai import completion

    if vendor.name == "openai":
        vendor.server.completion = completion(None, refusal="I can't help with that.")
    elif vendor.name == "anthropic":
        details = {"type": "refusal", "category": "cyber", "explanation": "No malware."}
        vendor.server.message = message(stop_reason="refusal", stop_details=details)
    else:
        vendor.server.content = content(finish_reason="SAFETY")
    result = vendor.make().generate_realtime("harm")
    assert (
        result["refusal"]
        == {"openai": "I can't help with that.", "anthropic": "cyber: No malware.", "gemini": "SAFETY"}[vendor.name]
    )
    assert result["content"] == ""
    assert result["cost"] > 0


def test_a_blocked_prompt_has_no_candidates_and_is_said_as_such(gemini):
    gemini.server.content = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 100, "totalTokenCount": 100},
    }
    result = gemini.make().generate_realtime("harm")
    assert result["refusal"] == "the prompt was blocked: PROHIBITED_CONTENT"
    assert (result["finish_reason"], result["vendor_finish_reason"]) == ("refusal", "PROHIBITED_CONTENT")
    assert result["input_tokens"] == 100


def test_a_model_of_the_responses_surface_is_called_there(openai):
    from servers.openai import response

    openai.server.response = response("4", "2")
    result = openai.make(model="gpt-5.5-pro", max_tokens=64).generate_realtime("2 + 2?", SCHEMA)
    body = openai.server.asked("/v1/responses")[0].json
    assert body["max_output_tokens"] == 64
    assert body["text"]["format"]["name"] == "Sum_of_two"
    assert result["content"] == "42"
    assert str(openai.make(model="gpt-5.5-pro").cost_of(result)) == "0.0552"


def test_an_incomplete_response_says_why_and_a_refused_one_that_it_is(openai):
    from servers.openai import response

    provider = openai.make(surface="responses")
    openai.server.response = response("4", status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    assert provider.generate_realtime("2 + 2?")["vendor_finish_reason"] == "max_output_tokens"
    refused = response()
    refused["output"][1]["content"] = [{"type": "refusal", "refusal": "No."}]
    openai.server.response = refused
    assert provider.generate_realtime("harm")["refusal"] == "No."


def test_a_failed_response_is_an_error_with_its_message_and_worth_a_retry_if_it_passes(openai):
    from servers.openai import response

    from providers import ProviderError

    whole = response(status="failed", error={"code": "server_error", "message": "The model broke."})
    for usage, retryable in ((None, True), (whole["usage"], False)):  # one that states usage was billed
        openai.server.response = {**whole, "usage": usage}
        with pytest.raises(ProviderError, match="The model broke") as failed:
            openai.make(surface="responses", transport_retry={"max_attempts": 1}).generate_realtime("2 + 2?")
        assert (failed.value.code, failed.value.retryable, failed.value.ambiguous) == ("server_error", retryable, True)


def test_the_tier_that_was_really_served_sets_the_price(openai):
    from servers.openai import completion

    provider = openai.make()
    for tier, mode, cost in (("flex", "flex", "0.00069"), ("priority", "priority", "0.00276")):
        openai.server.completion = {**completion(), "service_tier": tier}
        result = provider.generate_realtime("2 + 2?")
        assert (result["mode"], str(provider.cost_of(result))) == (mode, cost)


def test_a_tier_without_a_price_has_no_cost_rather_than_anothers(openai):
    from servers.openai import completion

    openai.server.completion = {**completion(), "service_tier": "ultrafast"}
    result = openai.make().generate_realtime("2 + 2?")
    assert result["cost"] is None
    assert "ultrafast" in result["cost_unknown"]


def test_the_tier_of_gemini_may_stand_in_a_header_only(gemini):
    from servers.base import Reply
    from servers.gemini import content

    gemini.server.fail(Reply(content("4"), headers={"x-gemini-service-tier": "flex"}))
    assert gemini.make().generate_realtime("2 + 2?")["mode"] == "flex"


def test_a_large_answer_may_be_asked_for_without_streaming(anthropic):
    anthropic.make(max_tokens=64_000).generate_realtime("2 + 2?")
    assert anthropic.server.requests[-1].json["max_tokens"] == 64_000


def test_gemini_api_key_is_hidden_while_the_client_is_made_and_there_again_after(gemini, monkeypatch, caplog):
    monkeypatch.setenv("GEMINI_API_KEY", "other-key")
    gemini.make().generate_realtime("2 + 2?")
    assert os.environ["GEMINI_API_KEY"] == "other-key"
    assert "Both GOOGLE_API_KEY and GEMINI_API_KEY are set" not in caplog.text
    assert gemini.server.requests[-1].headers["x-goog-api-key"] == "test-key"


FUNCTION = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
ASKED_TO_CALL = {
    "openai": ("completion", lambda: openai_wire.completion(None, finish_reason="tool_calls", tool_calls=[FUNCTION])),
    "responses": ("response", lambda: {**openai_wire.response(), "output": [ITEM]}),
    "anthropic": ("message", lambda: {**anthropic_wire.message(stop_reason="tool_use"), "content": [BLOCK]}),
    "gemini": (
        "content",
        lambda: gemini_wire.content(candidates=[{"finishReason": "STOP", "content": {"parts": [PART]}}]),
    ),
}
ITEM = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add", "arguments": '{"a": 2}'}
BLOCK = {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 2}}
PART = {"functionCall": {"id": "call_1", "name": "add", "args": {"a": 2}}}


@pytest.mark.parametrize("name", ["openai", "responses", "anthropic", "gemini"])
def test_an_answer_that_only_asks_for_a_call_keeps_what_it_asks(request, name):
    vendor = request.getfixturevalue("openai" if name == "responses" else name)
    field, answer = ASKED_TO_CALL[name]
    setattr(vendor.server, field, answer())
    result = vendor.make(**({"surface": name} if name == "responses" else {})).generate_realtime("2 + 2?")
    assert result["tool_calls"] == [{"id": "call_1", "name": "add", "arguments": {"a": 2}}]
    assert (result["content"], result["finish_reason"]) == ("", "tool")
