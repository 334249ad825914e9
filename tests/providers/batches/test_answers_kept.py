"""What was answered was paid: a run keeps it as it came, with its cost, whatever stands in it."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from servers import openai as openai_wire
from servers.base import Reply

from providers import BatchSettings, ProviderError, run_realtime

ANSWERS = {"openai": "completion", "anthropic": "message", "gemini": "content"}


def answer(vendor, text, **more):
    """From now on the vendor answers this; the body, to be changed."""
    name = ANSWERS[vendor.name]
    setattr(vendor.server, name, getattr(sys.modules[f"servers.{vendor.name}"], name)(text, **more))
    return getattr(vendor.server, name)


def test_half_a_letter_in_an_answer_comes_back_as_it_was(vendor, tmp_path):
    answer(vendor, "so far \ud83d")
    for requests in ([("a", "Go on")], None):  # asked, and read again
        (row,) = run_realtime(vendor.make(), requests, tmp_path / "run.json")
        assert (row.content, row.error) == ("so far \ud83d", None)
    assert len(vendor.server.requests) == 1


def test_half_a_letter_in_a_row_of_a_batch_comes_back_as_it_was(openai, work, run):
    served, content = work(openai), openai.server.content

    def halved(request, file_id):
        reply = content(request, file_id=file_id)
        return Reply(reply.body.replace(b"re: prompt 1", b"re: \\ud83d"), headers=reply.headers)

    openai.server.content = halved
    assert [row.content for row in run(openai.make(), [("a", "prompt 0"), ("b", "prompt 1")])] == [
        "re: prompt 0",
        "re: \ud83d",
    ]
    assert set(served.handed_in.values()) == {1}


def test_arguments_of_a_call_that_are_nested_too_deep_to_be_written_stay_text(openai, tmp_path):
    deep = "[" * 950 + "]" * 950
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": deep}}
    answer(openai, None, finish_reason="tool_calls", tool_calls=[call])
    (row,) = run_realtime(openai.make(), [("a", "Go on")], tmp_path / "run.json")
    assert row.details["tool_calls"][0]["arguments"] == deep


# What each vendor says where it answered nothing, and bills it all the same.
NOTHING = {"openai": ("choices", []), "anthropic": ("content", None), "gemini": ("candidates", [])}


def test_a_failure_that_states_its_usage_costs_what_it_states(vendor, tmp_path):
    name, nothing = NOTHING[vendor.name]
    answer(vendor, "4")
    (whole,) = run_realtime(vendor.make(), [("a", "Go on")], tmp_path / "whole.json")
    answer(vendor, "4")[name] = nothing
    (row,) = run_realtime(vendor.make(), [("a", "Go on")], tmp_path / "run.json")
    assert (row.content, row.details["error_code"], row.cost) == (None, "no_answer", whole.cost)
    assert row.input_tokens == whole.input_tokens
    with pytest.raises(ProviderError) as failed:
        vendor.make().generate_realtime("Go on")
    assert failed.value.ambiguous


def test_a_failure_that_may_be_billed_and_states_no_usage_is_not_called_free(openai, tmp_path):
    openai.server.response = openai_wire.response(status="failed", error={"code": "bad", "message": "no"})
    del openai.server.response["usage"]
    (row,) = run_realtime(openai.make(surface="responses"), [("a", "Go on")], tmp_path / "run.json")
    assert (row.cost, row.details["maybe_paid"]) == (None, 1)


def test_an_answer_that_was_cut_off_is_kept_where_the_longer_try_fails(openai, tmp_path):
    def complete(request):
        if request.json["max_completion_tokens"] > 100:
            return Reply(openai.unanswered(400), status=400)
        return Reply(openai_wire.completion("so far", finish_reason="length"))

    openai.server.complete = complete
    settings = BatchSettings(longer_max_tokens=500)
    (row,) = run_realtime(openai.make(max_tokens=100), [("a", "Go on")], tmp_path / "run.json", settings=settings)
    assert (row.content, row.details["error_code"], row.attempts) == ("so far", "truncated", 2)
    assert row.cost == Decimal("0.00138")


BROKEN_OFF = {
    "openai": {"finish_reason": "error"},
    "anthropic": {"stop_reason": "pause_turn"},
    "gemini": {"finish_reason": "MALFORMED_FUNCTION_CALL"},
}


def test_an_answer_that_broke_off_is_no_answer_and_keeps_its_text_and_cost(vendor, tmp_path):
    answer(vendor, "half", **BROKEN_OFF[vendor.name])
    (row,) = run_realtime(vendor.make(), [("a", "Go on")], tmp_path / "run.json")
    assert (row.content, row.details["error_code"], row.details["finish_reason"]) == ("half", "unfinished", "other")
    assert row.cost > 0


@pytest.mark.parametrize("place", ["beside", "within"])
def test_a_gateways_error_in_the_midst_of_an_answer_is_one(openai, tmp_path, place):
    body = answer(openai, "half")
    (body if place == "beside" else body["choices"][0])["error"] = {"code": 502, "message": "Provider disconnected"}
    (row,) = run_realtime(openai.make(), [("a", "Go on")], tmp_path / "run.json")
    assert row.error == "502: Provider disconnected"
    assert row.cost > 0


def test_a_response_that_is_incomplete_for_another_reason_than_its_limit_is_no_answer(openai, tmp_path):
    openai.server.response = openai_wire.response("half", status="incomplete", incomplete_details={"reason": "steered"})
    (row,) = run_realtime(openai.make(surface="responses"), [("a", "Go on")], tmp_path / "run.json")
    assert (row.content, row.error) == ("half", "unfinished: the answer ended with incomplete: steered")


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
NO_ANSWERS = {
    "half of it, left out by the filter": ('{"a": ', {"finish_reason": "content_filter"}, SCHEMA, "refusal"),
    "half of it beside a refusal": ('{"a": ', {"refusal": "No."}, SCHEMA, "refusal"),
    "a call in its place": (None, {"finish_reason": "tool_calls", "tool_calls": [CALL]}, SCHEMA, "invalid"),
    "words beside a call": ("calling", {"finish_reason": "tool_calls", "tool_calls": [CALL]}, SCHEMA, "invalid"),
    "half of it, and no word of its end": ('{"a": ', {"finish_reason": None}, SCHEMA, "invalid"),
    "a text that the filter cut": ("half a sen", {"finish_reason": "content_filter"}, None, "refusal"),
    "a text without a word of its end": ("half a sen", {"finish_reason": None}, None, "unfinished"),
}


@pytest.mark.parametrize("no_answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize("kind", ["batch", "calls"])
def test_what_is_no_whole_answer_is_a_failed_row_with_its_content_and_cost(
    openai, work, run, tmp_path, kind, no_answer
):
    text, more, schema, code = no_answer
    body = openai_wire.completion(text, **more)
    openai.server.completion, working = body, work(openai)
    working._finish_openai = lambda batch_id, end, rows: openai.server.finish(
        batch_id, end, [openai_wire.answered(rows[0][0], body)]
    )
    rows = [("a", "Go on", schema)]
    results = run(openai.make(), rows) if kind == "batch" else run_realtime(openai.make(), rows, tmp_path / "r.json")
    (row,) = results
    assert (results.answered, row.content, row.details["error_code"]) == (0, text or "", code)
    assert row.cost > 0
    assert not row.retryable


def test_an_answer_without_a_word_of_its_end_that_fits_its_schema_is_whole(openai, tmp_path):
    openai.server.completion = openai_wire.completion('{"a": 1}', finish_reason=None)
    (row,) = run_realtime(openai.make(), [("a", "Go on", SCHEMA)], tmp_path / "run.json")
    assert (row.content, row.error) == ('{"a": 1}', None)


def given_twice(openai, work, first, second):
    """The row of a batch has two lines in its results."""
    working = work(openai)
    working._finish_openai = lambda batch_id, end, rows: openai.server.finish(
        batch_id, end, [first(rows[0][0]), second(rows[0][0])]
    )
    return working


def says(text):
    return lambda row: openai_wire.answered(row, openai_wire.completion(text))


def fails(row):
    return openai_wire.answered(row, {"error": {"message": "internal", "code": None}}, status=500)


@pytest.mark.parametrize(("first", "second"), [(fails, says("A")), (says("A"), fails), (says("A"), says("A"))])
def test_of_two_lines_of_a_row_the_answer_counts_and_it_is_not_asked_again(openai, work, run, first, second):
    given_twice(openai, work, first, second)
    (row,) = run(openai.make(), [("a", "Go on")])
    assert (row.content, row.error, row.attempts) == ("A", None, 1)
    assert row.cost == Decimal("0.00069")
    assert len(openai.server.batches) == 1


def test_two_answers_of_a_row_are_both_told_and_both_in_its_cost(openai, work, run):
    given_twice(openai, work, says("A"), says("B"))
    (row,) = run(openai.make(), [("a", "Go on")])
    assert (row.content, row.details["other_answers"]) == ("A", ["B"])
    assert row.cost == 2 * Decimal("0.00069")
