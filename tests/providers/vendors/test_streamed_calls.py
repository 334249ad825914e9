"""Calls that a streamed answer asks for are those of the plain call, in whatever form their pieces come."""

from __future__ import annotations

import pytest
from servers import openai as openai_wire
from servers.base import Reply

from providers import ProviderError
from tests.providers.vendors.test_streams import events
from tests.providers.vendors.test_streams_of_other_forms import CHUNK, chunks, read

ENDED = {"delta": {}, "finish_reason": "tool_calls"}


def call(name, **more):
    return {"id": name, "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}, **more}


def asked(*names):
    return [{"id": name, "name": "add", "arguments": {"a": 2}} for name in names]


def saying(*pieces):
    return {"delta": {"tool_calls": list(pieces)}}


@pytest.mark.parametrize(
    "choices",
    [
        [saying(call("c1"), call("c2"))],
        [saying(call("c1")), saying(call("c2"))],
        [saying(call("c1", index=0)), saying(call("c2", index=0))],
        [saying(call("c1", index=0)), saying(call("c2", index=1))],
    ],
)
def test_a_piece_with_an_id_of_its_own_is_another_call(openai, choices):
    assert read(openai, chunks(*choices, ENDED))[1]["tool_calls"] == asked("c1", "c2")


@pytest.mark.parametrize("more", [{"id": "c1", "index": 0}, {"id": "new", "index": 0}, {"index": 0}, {}])
def test_a_piece_without_a_name_goes_on_with_its_call(openai, more):
    begun = {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a"'}}
    rest = {**more, "function": {"arguments": ": 2}"}}
    assert read(openai, chunks(saying(begun), saying(rest), ENDED))[1]["tool_calls"] == asked("c1")


CUSTOM = {"id": "c", "type": "custom", "custom": {"name": "x", "input": "hey"}}
FORMS = [{"tool_calls": [CUSTOM]}, {"function_call": {"name": "add", "arguments": '{"a": 2}'}}]


@pytest.mark.parametrize("form", FORMS)
def test_calls_of_each_form_are_those_of_the_plain_call(openai, form):
    openai.server.fail(Reply(openai_wire.completion(None, finish_reason="tool_calls", **form)))
    plain = openai.make().generate_realtime("2 + 2?")["tool_calls"]
    assert plain[0]["name"]
    assert read(openai, chunks({"delta": form}, ENDED))[1]["tool_calls"] == plain


def test_of_a_whole_message_behind_its_pieces_there_is_what_they_lack(openai):
    piece = {**CHUNK, "choices": [{"index": 0, "delta": {"content": "4"}}]}
    text, result = read(openai, events(piece, openai_wire.completion("4", tool_calls=[call("c1")])))
    assert (text, result["tool_calls"]) == ("4", asked("c1"))
    piece = {**CHUNK, "choices": [{"index": 0, **saying(call("c1"))}]}
    text, result = read(openai, events(piece, openai_wire.completion("4", tool_calls=[call("c1")])))
    assert (text, result["tool_calls"]) == ("4", asked("c1"))


def test_a_call_of_an_unknown_form_is_an_error_in_calls_and_streams(openai):
    odd = {"id": "c", "type": "box", "box": {"name": "x"}}
    openai.server.fail(Reply(openai_wire.completion(None, tool_calls=[odd])), chunks(saying(odd), ENDED))
    with pytest.raises(ProviderError, match="unknown type") as plain:
        openai.make().generate_realtime("2 + 2?")
    with pytest.raises(ProviderError, match="unknown type") as streamed:
        list(openai.make().stream_realtime("2 + 2?"))
    assert plain.value.ambiguous
    assert streamed.value.ambiguous


def test_a_name_that_each_piece_repeats_is_said_once(openai):
    """Some servers repeat it under the same id."""
    pieces = [
        {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": text}}
        for text in ('{"a"', ": 2}")
    ]
    assert read(openai, chunks(*map(saying, pieces), ENDED))[1]["tool_calls"] == asked("c1")


def test_a_piece_with_an_id_and_no_place_belongs_to_the_call_of_that_id(openai):
    begun = [{"id": one, "type": "function", "function": {"name": "add", "arguments": '{"a"'}} for one in ("c1", "c2")]
    rest = [{"id": one, "function": {"arguments": ": 2}"}} for one in ("c1", "c2")]
    assert read(openai, chunks(*map(saying, [*begun, *rest]), ENDED))[1]["tool_calls"] == asked("c1", "c2")


def test_arguments_that_grow_with_each_piece_are_no_call(openai):
    """Joined they are no JSON: whoever acts by them would act by nonsense."""
    pieces = [
        {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": text}}
        for text in ('{"a"', '{"a": 2}')
    ]
    openai.server.fail(chunks(*map(saying, pieces), ENDED))
    with pytest.raises(ProviderError, match="once more") as error:
        list(openai.make().stream_realtime("2 + 2?"))
    assert error.value.ambiguous


@pytest.mark.parametrize("delta", [{"text": "4"}, {"audio": {"transcript": "4"}}])
def test_a_text_in_an_unknown_place_is_no_empty_answer(openai, delta):
    ended = {"delta": {}, "finish_reason": "stop"}
    openai.server.fail(chunks({"delta": {"role": "assistant"}}, {"delta": delta}, ended))
    with pytest.raises(ProviderError, match="says nothing but in") as streamed:
        list(openai.make().stream_realtime("2 + 2?"))
    whole = openai_wire.completion(None)
    whole["choices"][0]["message"] |= delta
    openai.server.fail(Reply(whole))
    with pytest.raises(ProviderError, match="says nothing but in") as plain:
        openai.make().generate_realtime("2 + 2?")
    assert streamed.value.ambiguous
    assert plain.value.ambiguous


def test_a_thought_alone_is_an_answer_without_text(openai):
    openai.server.fail(Reply(openai_wire.completion(None, finish_reason="length", reasoning_content="Hm.")))
    result = openai.make().generate_realtime("2 + 2?")
    assert (result["content"], result["finish_reason"]) == ("", "length")


def test_arguments_may_hold_what_they_begin_with(openai):
    pieces = [
        {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a":'}},
        {"index": 0, "function": {"arguments": '{"a":2}'}},
        {"index": 0, "function": {"arguments": "}"}},
    ]
    calls = read(openai, chunks(*map(saying, pieces), ENDED))[1]["tool_calls"]
    assert calls == [{"id": "c1", "name": "add", "arguments": {"a": {"a": 2}}}]


def test_another_name_behind_whole_arguments_is_another_call(openai):
    """Some servers give every call the same place, and no id."""
    pieces = [
        {"index": 0, "id": "", "type": "function", "function": {"name": name, "arguments": '{"a": 2}'}}
        for name in ("add", "take")
    ]
    calls = read(openai, chunks(*map(saying, pieces), ENDED))[1]["tool_calls"]
    assert [(call["name"], call["arguments"]) for call in calls] == [("add", {"a": 2}), ("take", {"a": 2})]
