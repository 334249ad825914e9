"""A failure beside which usage is counted is billed: it is not asked for again, and its cost is in the sum."""

from __future__ import annotations

import json

import pytest
from servers.base import Reply

from providers import ProviderError
from providers.anthropic_messages import read_row as anthropic_row
from providers.gemini_content import read_row as gemini_row
from providers.openai_answers import read_row as openai_row

WORDS = {
    "openai": {"error": {"message": "The server is busy", "code": "server_error"}, "model": "gpt-5.4-mini"},
    "anthropic": {"type": "error", "error": {"type": "overloaded_error", "message": "The server is busy"}},
    "gemini": {"error": {"code": 503, "message": "The server is busy"}},
}
COUNTED = {
    "openai": {"usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}},
    "anthropic": {"usage": {"input_tokens": 100, "output_tokens": 10}},
    "gemini": {"usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110}},
}
NOTHING = {
    "openai": {"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}},
    "anthropic": {"usage": {"input_tokens": 0, "output_tokens": 0}},
    "gemini": {"usageMetadata": {"promptTokenCount": 0, "totalTokenCount": 0}},
}


def asked(vendor, *replies):
    """(the result of one call by `generate_once`, how often was asked by `generate_realtime`)."""
    vendor.server.fail(*replies, path=vendor.realtime_path)
    once = vendor.make().generate_once("hi")
    before = len(vendor.server.asked(vendor.realtime_path))
    vendor.server.fail(*replies, path=vendor.realtime_path)
    with pytest.raises(ProviderError, match="The server is busy") as error:
        vendor.make(transport_retry={"max_attempts": 2, "initial_delay_seconds": 0.01}).generate_realtime("hi")
    assert error.value.ambiguous
    assert not error.value.retryable
    return once, len(vendor.server.asked(vendor.realtime_path)) - before


def test_a_failure_that_counts_tokens_is_paid_once(vendor):
    once, times = asked(vendor, Reply({**WORDS[vendor.name], **COUNTED[vendor.name]}))
    assert times == 1
    assert (once["input_tokens"], once["retryable"]) == (100, False)
    assert once["cost"] > 0


def test_a_failure_whose_counts_nobody_knows_is_paid_too(vendor):
    """At what price is not known, and the result says why."""
    key, counts = next(iter(COUNTED[vendor.name].items()))
    odd = {**WORDS[vendor.name], key: {**counts, "newTokens": 7}}
    vendor.server.fail(Reply(odd), path=vendor.realtime_path)
    with pytest.raises(ProviderError) as error:
        vendor.make(transport_retry={"max_attempts": 2, "initial_delay_seconds": 0.01}).generate_realtime("hi")
    assert (error.value.ambiguous, error.value.retryable) == (True, False)
    assert len(vendor.server.asked(vendor.realtime_path)) == 1


def test_a_failure_that_counts_nothing_is_asked_for_again(vendor):
    vendor.server.fail(Reply({**WORDS[vendor.name], **NOTHING[vendor.name]}), path=vendor.realtime_path)
    quick = {"max_attempts": 2, "initial_delay_seconds": 0.01}
    assert vendor.make(transport_retry=quick).generate_realtime("hi")["content"] == "4"


def test_a_single_call_whose_failure_counts_nothing_is_asked_for_again_by_a_run(vendor, tmp_path):
    from providers import run_realtime

    vendor.server.fail(Reply({**WORDS[vendor.name], **NOTHING[vendor.name]}), path=vendor.realtime_path)
    results = run_realtime(vendor.make(), [("a", "hi")], tmp_path / "run.json")
    assert (results.answered, results.unpriced) == (1, 0)


def test_a_failed_row_that_counts_tokens_is_paid_and_not_sent_again():
    answers = [
        openai_row(
            {"custom_id": "a", "response": {"status_code": 500, "body": {**WORDS["openai"], **COUNTED["openai"]}}}
        ),
        anthropic_row(
            {"custom_id": "a", "result": {**WORDS["anthropic"], "type": "errored", "message": COUNTED["anthropic"]}}
        ),
        gemini_row({"key": "a", **WORDS["gemini"], "response": COUNTED["gemini"]}),
    ]
    for answer in answers:
        assert answer.failure is not None
        assert (answer.failure.retryable, answer.failure.answered) == (False, True)
        assert answer.served is not None
        assert (answer.served.input_tokens, answer.served.mode) == (100, "batch")


@pytest.mark.parametrize("kind", ["call", "stream"])
def test_a_result_says_what_is_wrong_with_its_usage(gemini, kind):
    """Not that the answer states none: it does."""
    from servers.gemini import content

    whole = content("4")
    whole["usageMetadata"]["newTokenCount"] = 7
    body = json.dumps(whole).encode()
    of, sent = {"call": ("application/json", body), "stream": ("text/event-stream", b"data: " + body + b"\n\n")}[kind]
    gemini.server.fail(Reply(sent, headers={"content-type": of}))
    if kind == "call":
        result = gemini.make().generate_realtime("hi")
    else:
        stream = gemini.make().stream_realtime("hi")
        assert "".join(stream) == "4"
        result = stream.result
    assert result["cost"] is None
    assert "new_token_count" in result["cost_unknown"].lower()


def test_an_answer_of_which_no_output_is_counted_has_no_cost(vendor):
    """It was counted by nobody: 0 would be a price."""
    whole = {
        "openai": {
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}]
        },
        "anthropic": {"content": [{"type": "text", "text": "4"}], "stop_reason": "end_turn"},
        "gemini": {"candidates": [{"content": {"parts": [{"text": "4"}]}, "finishReason": "STOP"}]},
    }[vendor.name]
    vendor.server.fail(Reply({**whole, **NOTHING[vendor.name]}), path=vendor.realtime_path)
    result = vendor.make().generate_realtime("hi")
    assert (result["content"], result["cost"]) == ("4", None)
    assert "no output" in result["cost_unknown"]
