"""An answer that comes piece by piece ends with the very result of a call: text, usage, cost, why it ended."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from providers import AuthenticationError, ProviderError, RateLimitError
from tests.waiting import LIMIT

PIECES = ("Two and two ", "is ", "4.")


def events(*given, named=False):
    """Server-sent events."""
    lines = (f"event: {event['type']}\n" if named else "" for event in given)
    text = "".join(f"{line}data: {json.dumps(event)}\n\n" for line, event in zip(lines, given, strict=True))
    return Reply(text.encode(), headers={"content-type": "text/event-stream"})


def openai_chat(end=True):
    whole = openai_wire.completion("")
    shared = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": whole["model"]}
    given = [
        {**shared, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in PIECES
    ]
    if end:
        given.append({**shared, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        given.append({**shared, "choices": [], "usage": whole["usage"], "service_tier": whole.get("service_tier")})
    return events(*given)


def openai_responses(end=True):
    delta = {
        "type": "response.output_text.delta",
        "item_id": "i",
        "output_index": 0,
        "content_index": 0,
        "logprobs": [],
    }
    given = [{**delta, "sequence_number": n, "delta": piece} for n, piece in enumerate(PIECES)]
    if end:
        given.append(
            {"type": "response.completed", "sequence_number": 9, "response": openai_wire.response("".join(PIECES))}
        )
    return events(*given, named=True)


def anthropic_messages(end=True):
    whole = anthropic_wire.message("")
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    given = [{"type": "message_start", "message": begun}]
    given.append({"type": "content_block_start", "index": 0, "content_block": thinking})
    given.append({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}})
    given += [
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": piece}} for piece in PIECES
    ]
    if end:
        usage = {"output_tokens": 200, "output_tokens_details": {"thinking_tokens": 150}}
        given.append(
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": usage}
        )
        given.append({"type": "message_stop"})
    return events(*given, named=True)


def gemini_content(end=True):
    thought = {"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}]}}]}
    given = [
        thought,
        *({"candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}}]} for piece in PIECES),
    ]
    if end:
        given.append(gemini_wire.content())
    return events(*given)


STREAMS = {"openai": openai_chat, "anthropic": anthropic_messages, "gemini": gemini_content}


def test_the_pieces_are_the_answer_and_the_result_is_that_of_a_call(vendor):
    whole = vendor.make().generate_realtime("2 + 2?")
    vendor.server.fail(STREAMS[vendor.name]())
    stream = vendor.make().stream_realtime("2 + 2?")
    with pytest.raises(ProviderError, match="has not ended"):
        _ = stream.result
    assert "".join(stream) == "Two and two is 4."
    same = {name: stream.result[name] for name in ("usage", "cost", "finish_reason", "mode", "output_tokens")}
    assert same == {name: whole[name] for name in same}
    assert stream.result["content"] == "Two and two is 4."
    assert stream.result["cost"] > 0


def test_the_responses_surface_streams_too(openai):
    whole = openai.make(surface="responses").generate_realtime("2 + 2?")
    openai.server.fail(openai_responses())
    stream = openai.make(surface="responses").stream_realtime("2 + 2?")
    assert list(stream) == list(PIECES)
    assert (stream.result["usage"], stream.result["cost"]) == (whole["usage"], whole["cost"])


def test_a_stream_that_breaks_off_is_an_error_and_no_short_answer(vendor):
    vendor.server.fail(STREAMS[vendor.name](end=False))
    with pytest.raises(ProviderError) as error:
        list(vendor.make().stream_realtime("2 + 2?"))
    assert (error.value.retryable, error.value.ambiguous) == (True, True)


def test_what_is_refused_before_the_first_piece_is_the_error_of_a_call(vendor, monkeypatch):
    provider = vendor.make(transport_retry={"max_attempts": 2})
    vendor.server.fail(Reply(vendor.unanswered(429), 429), Reply(vendor.unanswered(429), 429))
    with pytest.raises(RateLimitError):
        provider.stream_realtime("2 + 2?")
    assert len(vendor.server.requests) == 2
    vendor.server.fail(Reply(vendor.unanswered(503), 503), STREAMS[vendor.name]())
    assert "".join(provider.stream_realtime("2 + 2?")) == "Two and two is 4."
    vendor.server.fail(Reply(vendor.unanswered(401), 401))
    with pytest.raises(AuthenticationError):
        vendor.make().stream_realtime("2 + 2?")


def asks_for_a_call(vendor):
    """A stream whose answer only asks for a call, in pieces where the vendor gives it so."""
    if vendor.name == "gemini":
        part = {"functionCall": {"id": "call_1", "name": "add", "args": {"a": 2}}}
        return events({"candidates": [{"content": {"parts": [part]}}]}, gemini_wire.content())
    if vendor.name == "anthropic":
        whole, block = anthropic_wire.message(""), {"type": "tool_use", "id": "call_1", "name": "add", "input": {}}
        pieces = [{"type": "input_json_delta", "partial_json": text} for text in ('{"a"', ": 2}")]
        return events(
            {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": block},
            *({"type": "content_block_delta", "index": 0, "delta": piece} for piece in pieces),
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
            {"type": "message_stop"},
            named=True,
        )
    begun = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": ""}}
    pieces = [begun, *({"index": 0, "function": {"arguments": text}} for text in ('{"a"', ": 2}"))]
    shared = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [{"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": None} for piece in pieces]
    ended = {"index": 0, "delta": {}, "finish_reason": "tool_calls"}
    return events(*({**shared, "choices": [chunk]} for chunk in (*chunks, ended)))


def test_a_call_that_is_asked_for_in_pieces_is_put_together(vendor):
    vendor.server.fail(asks_for_a_call(vendor))
    stream = vendor.make().stream_realtime("2 + 2?")
    list(stream)
    assert stream.result["tool_calls"] == [{"id": "call_1", "name": "add", "arguments": {"a": 2}}]


def test_a_stream_that_is_closed_closes_its_connection(vendor):
    whole, left = STREAMS[vendor.name]().body, threading.Event()

    def slowly():
        try:
            yield whole[: whole.index(b"Two") + 200]
            while True:
                time.sleep(0.01)
                yield b": still there\n\n"
        finally:  # where the client has gone
            left.set()

    vendor.server.fail(Reply(slowly, headers={"content-type": "text/event-stream"}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert next(stream) == PIECES[0]
    stream.close()
    assert left.wait(LIMIT)
    assert list(stream) == []


OVERLOADED = {
    "openai": events({"error": {"message": "busy", "type": "server_error", "code": "server_is_overloaded"}}),
    "anthropic": events({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, named=True),
    "gemini": events({"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}}),
}


def test_what_fails_before_the_first_text_is_repeated_and_told(vendor):
    vendor.server.fail(OVERLOADED[vendor.name], STREAMS[vendor.name]())
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert stream.result["maybe_paid"] == 1


def test_a_line_that_is_no_event_is_an_error_of_ours(vendor):
    whole = STREAMS[vendor.name]().body
    broken = whole[: whole.rindex(b"data: ")] + b"data: {torn\n\n"
    vendor.server.fail(Reply(broken, headers={"content-type": "text/event-stream"}))
    stream = vendor.make().stream_realtime("2 + 2?")
    with pytest.raises(ProviderError) as error:
        list(stream)
    assert (error.value.retryable, error.value.ambiguous) == (True, True)
    assert list(stream) == []


def test_calls_that_are_awaited_run_side_by_side(vendor):
    provider = vendor.make()

    async def many():
        return await asyncio.gather(*(provider.agenerate_realtime(f"{n} + 2?") for n in range(8)))

    assert [result["content"] for result in asyncio.run(many())] == ["4"] * 8


def endless(vendor):
    """The vendor's stream, which is silent after its first piece until the test ends."""
    whole = STREAMS[vendor.name](end=False).body
    first = whole[: whole.index(b"Two and two ") + len(b"Two and two ")]
    start = whole[: whole.index(b"\n\n", len(first)) + 2]
    release = threading.Event()

    def body():
        yield start
        release.wait(LIMIT)

    vendor.server.fail(Reply(body, headers={"content-type": "text/event-stream"}))
    return release


def test_a_stream_ends_with_its_block(vendor):
    release = endless(vendor)
    with vendor.make().stream_realtime("2 + 2?") as stream:
        assert next(stream) == "Two and two "
    assert list(stream) == []
    release.set()


def test_a_stream_that_another_thread_closes_ends_at_once_for_the_one_that_waits(vendor):
    release = endless(vendor)
    stream = vendor.make(timeout_seconds=LIMIT).stream_realtime("2 + 2?")
    assert next(stream) == "Two and two "
    closing = threading.Timer(0.2, stream.close)
    closing.start()
    begun = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - begun < LIMIT / 2
    closing.join()
    with pytest.raises(ProviderError, match="has not ended"):
        _ = stream.result
    release.set()


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_server_that_answers_in_one_is_asked_once(name, request):
    vendor = request.getfixturevalue(name)
    vendor.server.fail(Reply(vendor.server.completion if name == "openai" else vendor.server.message))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert list(stream) == ["4"]
    assert stream.result["content"] == "4"
    assert stream.result["cost"] == vendor.make().generate_realtime("2 + 2?")["cost"]
    assert len(vendor.server.requests) == 2


def test_a_stream_of_gemini_that_comes_in_one_is_read_and_what_is_no_answer_is_an_error(gemini):
    """A gateway that streams nothing: one JSON body."""
    gemini.server.fail(Reply(gemini_wire.content("4.")))
    stream = gemini.make().stream_realtime("2 + 2?")
    assert list(stream) == ["4."]
    assert stream.result["cost"] > 0
    for body in (b"{}", b"", b"[]", b"no JSON"):
        gemini.server.fail(Reply(body, 200, {"content-type": "application/json"}))
        with pytest.raises(ProviderError):
            list(gemini.make(transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))


def sse(*events):
    return b"".join(b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events)


def halves(text):
    """An answer of Gemini in two events."""
    first, last = gemini_wire.content(text[:3]), gemini_wire.content(text[3:])
    del first["candidates"][0]["finishReason"]
    return first, last


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "Application/JSON", "text/plain"])
@pytest.mark.parametrize("form", ["array", "array of one", "stream"])
def test_events_that_a_gateway_sends_in_one_are_the_answer_and_paid_once(gemini, form, kind):
    """A proxy that drops `?alt=sse`: a JSON array; or calls the stream something else."""
    made = halves("Four.")
    array = json.dumps(made if form == "array" else [gemini_wire.content("Four.")]).encode()
    gemini.server.fail(Reply(sse(*made) if form == "stream" else array, headers={"content-type": kind}))
    stream = gemini.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "Four."
    assert stream.result["cost"] > 0
    assert len(gemini.server.requests) == 1


def test_a_stream_under_another_name_is_read_at_openai_too(openai):
    chunk = {"object": "chat.completion.chunk", "model": "gpt-5.4-mini"}
    pieces = [{"index": 0, "delta": {"content": "4"}}, {"index": 0, "delta": {}, "finish_reason": "stop"}]
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    events = [{**chunk, "choices": [piece]} for piece in pieces]
    body = sse(*events, {**chunk, "choices": [], "usage": usage}) + b"data: [DONE]\n\n"
    openai.server.fail(Reply(body, headers={"content-type": "application/json"}))
    stream = openai.make().stream_realtime("2 + 2?")
    assert list(stream) == ["4"]
    assert (stream.result["input_tokens"], len(openai.server.requests)) == (10, 1)


def test_an_error_under_the_status_of_an_answer_keeps_its_words_and_says_that_nothing_was_answered(vendor):
    told = {"openai": {"message": "over capacity", "code": "server_error"}}.get(
        vendor.name, {"message": "over capacity", "type": "overloaded_error", "code": 503, "status": "UNAVAILABLE"}
    )
    vendor.server.fail(Reply({"error": told}))
    with pytest.raises(ProviderError, match="over capacity") as raised:
        list(vendor.make(transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))
    assert (raised.value.ambiguous, raised.value.retryable) == (False, True)


def test_an_error_in_the_midst_of_events_that_come_in_one_keeps_its_words(gemini):
    first, _ = halves("Four.")
    error = {"error": {"code": 503, "message": "over capacity", "status": "UNAVAILABLE"}}
    gemini.server.fail(Reply(json.dumps([first, error]).encode()))
    with pytest.raises(ProviderError, match="over capacity") as raised:
        list(gemini.make().stream_realtime("2 + 2?"))
    assert raised.value.ambiguous
    assert len(gemini.server.requests) == 1


def test_of_several_choices_the_stream_has_the_one_of_the_plain_call(openai):
    chunk = {"object": "chat.completion.chunk", "model": "gpt-5.4-mini"}
    pieces = [(0, "4", None), (1, "four", None), (0, "!", "stop"), (1, "", "length")]
    events = [
        {**chunk, "choices": [{"index": index, "delta": {"content": text}, "finish_reason": reason}]}
        for index, text, reason in pieces
    ]
    openai.server.fail(Reply(sse(*events), headers={"content-type": "text/event-stream"}))
    stream = openai.make().stream_realtime("2 + 2?")
    assert list(stream) == ["4", "!"]
    assert (stream.result["content"], stream.result["finish_reason"]) == ("4!", "stop")


def test_an_error_that_is_a_text_alone_keeps_its_words(vendor):
    provider = vendor.make(transport_retry={"max_attempts": 1})
    for ask in (provider.generate_realtime, lambda prompt: list(provider.stream_realtime(prompt))):
        vendor.server.fail(Reply({"error": "over capacity"}))
        with pytest.raises(ProviderError, match="over capacity") as raised:
            ask("2 + 2?")
        assert not raised.value.ambiguous


def test_an_event_that_is_an_error_in_a_text_keeps_its_words(openai):
    openai.server.fail(Reply(sse({"error": "over capacity"}), headers={"content-type": "text/event-stream"}))
    with pytest.raises(ProviderError, match="over capacity"):
        list(openai.make(transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))
