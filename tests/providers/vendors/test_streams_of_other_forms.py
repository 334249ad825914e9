"""What streams in a form that is not the usual one is read as the plain call reads it, or is an error: never an empty answer,
and never a value's spelling in Python.
"""

from __future__ import annotations

import json

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from providers import ProviderError
from tests.providers.vendors.test_streams import events

CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.4-mini"}
WHOLE = {"openai": openai_wire.completion, "anthropic": anthropic_wire.message, "gemini": gemini_wire.content}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


def chunks(*choices):
    """A stream of a chat completion, by its choices."""
    usage = openai_wire.completion("")["usage"]
    return events(
        *({**CHUNK, "choices": [{"index": 0, **choice}]} for choice in choices),
        {**CHUNK, "choices": [], "usage": usage},
    )


def read(vendor, reply, **api):
    """The pieces of a stream and its result, asked for once."""
    before = len(vendor.server.requests)
    vendor.server.fail(reply)
    stream = vendor.make(**api).stream_realtime("2 + 2?")
    pieces = "".join(stream)
    assert len(vendor.server.requests) == before + 1
    assert stream.result["content"] == pieces
    return pieces, stream.result


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "Hi"}],
        [THOUGHT, {"type": "text", "text": "H"}, {"type": "reference", "reference_ids": [1]}, "i"],
        [{"text": "Hi"}],
    ],
)
def test_content_in_parts_is_the_text_of_those_that_answer_as_in_the_plain_call(openai, content):
    openai.server.completion = openai_wire.completion(content)
    assert openai.make().generate_realtime("2 + 2?")["content"] == "Hi"
    thought, said = {"delta": {"content": [THOUGHT]}}, {"delta": {"content": content}, "finish_reason": "stop"}
    assert read(openai, chunks(thought, said))[0] == "Hi"


@pytest.mark.parametrize("content", [{"text": "Hi"}, 4, [4], [{"type": "box", "text": "Hi"}], [{"text": ["Hi"]}]])
def test_content_that_is_neither_text_nor_known_parts_is_an_error_and_paid_once(openai, content):
    openai.server.completion = openai_wire.completion(content)
    with pytest.raises(ProviderError, match="cannot be read") as plain:
        openai.make().generate_realtime("2 + 2?")
    openai.server.fail(chunks({"delta": {"content": content}, "finish_reason": "stop"}))
    with pytest.raises(ProviderError, match="cannot be read") as streamed:
        list(openai.make().stream_realtime("2 + 2?"))
    assert plain.value.ambiguous
    assert streamed.value.ambiguous
    assert len(openai.server.requests) == 2


def test_a_text_that_is_none_is_an_error_at_every_vendor(vendor):
    whole = WHOLE[vendor.name]("4")
    if vendor.name == "openai":
        reply = chunks({"delta": {"content": {"text": "4"}}, "finish_reason": "stop"})
    elif vendor.name == "anthropic":
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ["4"]}}
        reply = events({"type": "message_start", "message": whole}, delta, {"type": "message_stop"}, named=True)
    else:
        reply = events({"candidates": [{"content": {"parts": [{"text": ["4"]}]}, "finishReason": "STOP"}]})
    vendor.server.fail(reply)
    with pytest.raises(ProviderError) as raised:
        list(vendor.make(transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))
    assert raised.value.ambiguous


@pytest.mark.parametrize("form", ["event", "array"])
def test_a_whole_answer_in_one_event_is_the_answer(vendor, form):
    whole = WHOLE[vendor.name]("4")
    cost = vendor.make().generate_realtime("2 + 2?")["cost"]
    reply = events(whole) if form == "event" else Reply(json.dumps([whole]).encode())
    text, result = read(vendor, reply)
    assert (text, result["cost"], result["finish_reason"]) == ("4", cost, "stop")


def test_a_whole_response_in_one_event_is_the_answer(openai):
    plain = openai.make(surface="responses").generate_realtime("2 + 2?")
    text, result = read(openai, events(openai_wire.response("4")), surface="responses")
    assert (text, result["finish_reason"], result["usage"]) == ("4", "stop", plain["usage"])


def test_a_response_whose_last_event_repeats_no_text_has_that_of_its_pieces(openai):
    whole = openai_wire.response("4")
    ended = {"type": "response.completed", "response": {name: whole[name] for name in whole if name != "output"}}
    reply = events({"type": "response.output_text.delta", "delta": "4"}, ended)
    assert read(openai, reply, surface="responses")[0] == "4"
    openai.server.fail(events(ended))
    with pytest.raises(ProviderError):
        list(openai.make(surface="responses", transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))


def test_a_message_in_the_last_chunk_is_the_answer_where_no_piece_was(openai):
    message = {"role": "assistant", "content": "4"}
    last = {"message": message, "finish_reason": "stop"}
    assert read(openai, chunks({"delta": {"role": "assistant", "content": ""}}, last))[0] == "4"
    assert read(openai, chunks({"delta": {"content": "4"}}, last))[0] == "4"
    openai.server.fail(chunks({"message": message}, {"message": message}, last))
    with pytest.raises(ProviderError, match="several messages"):
        list(openai.make().stream_realtime("2 + 2?"))


@pytest.mark.parametrize("choice", [{"message": None}, {"text": "4"}, {}, {"delta": None}])
def test_a_choice_without_piece_or_message_is_an_error_and_no_empty_answer(openai, choice):
    ended = {"finish_reason": "stop", "index": 0, **choice}
    whole = openai_wire.completion("")
    openai.server.completion = {**whole, "choices": [ended]}
    asking = openai.make(transport_retry={"max_attempts": 1})
    with pytest.raises(ProviderError, match="no message"):
        asking.generate_realtime("2 + 2?")
    openai.server.fail(chunks(ended))
    with pytest.raises(ProviderError, match="no message"):
        list(asking.stream_realtime("2 + 2?"))
    openai.server.fail(chunks({"text": "4"}, {"delta": {}, "finish_reason": "stop"}))
    with pytest.raises(ProviderError, match="no message"):
        list(asking.stream_realtime("2 + 2?"))


def test_an_answer_that_says_nothing_is_still_one(vendor):
    if vendor.name == "openai":
        reply = chunks({"delta": {"role": "assistant", "content": ""}}, {"delta": {}, "finish_reason": "stop"})
    elif vendor.name == "anthropic":
        begun = {**anthropic_wire.message(""), "content": [], "stop_reason": None}
        ended = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
        reply = events({"type": "message_start", "message": begun}, ended, {"type": "message_stop"}, named=True)
    else:
        reply = events({**gemini_wire.content(""), "candidates": [{"finishReason": "STOP"}]})
    assert read(vendor, reply)[1]["finish_reason"] == "stop"


def test_what_a_block_of_a_message_begins_with_is_part_of_it(anthropic):
    """Gateways give a text, or what a call is made with, at once."""
    begun = {**anthropic_wire.message(""), "content": [], "stop_reason": None}
    call = {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 2}}
    reply = events(
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "4"}},
        {"type": "content_block_start", "index": 1, "content_block": call},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
        named=True,
    )
    text, result = read(anthropic, reply)
    assert text == "4"
    assert result["tool_calls"] == [{"id": "call_1", "name": "add", "arguments": {"a": 2}}]


def test_a_call_whose_arguments_come_as_an_object_keeps_them(openai):
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": {"a": 2}}}
    _, result = read(openai, chunks({"delta": {"tool_calls": [call]}}, {"delta": {}, "finish_reason": "tool_calls"}))
    assert result["tool_calls"] == [{"id": "call_1", "name": "add", "arguments": {"a": 2}}]


@pytest.mark.parametrize(("halves", "text"), [(("a\ud83d", "\ude00b"), "a\U0001f600b"), (("a\ud83d", "b"), "a\ud83db")])
def test_a_sign_that_comes_in_two_halves_is_one(openai, anthropic, gemini, halves, text):
    choices = [{"delta": {"content": half}} for half in halves]
    assert read(openai, chunks(*choices, {"delta": {}, "finish_reason": "stop"}))[0] == text
    begun = {**anthropic_wire.message(""), "content": [], "stop_reason": None}
    pieces = ({"type": "text_delta", "text": half} for half in halves)
    reply = events(
        {"type": "message_start", "message": begun},
        *({"type": "content_block_delta", "index": 0, "delta": piece} for piece in pieces),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": begun["usage"]},
        {"type": "message_stop"},
        named=True,
    )
    assert read(anthropic, reply)[0] == text
    contents = ({"candidates": [{"content": {"parts": [{"text": half}]}}]} for half in halves)
    assert read(gemini, events(*contents, gemini_wire.content("")))[0] == text
