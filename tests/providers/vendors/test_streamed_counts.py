"""What a stream counts in several events is the count of its end, or none: never a part of it."""

from __future__ import annotations

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire

from tests.providers.vendors.test_streams import events
from tests.providers.vendors.test_streams_of_other_forms import read

KEYS = {
    "openai": ("prompt_tokens", "completion_tokens", "total_tokens"),
    "anthropic": ("input_tokens", "output_tokens", None),
    "gemini": ("promptTokenCount", "candidatesTokenCount", "totalTokenCount"),
}


def counts(name, prompt=None, answer=None):
    """Usage in the vendor's words; what is None is not said."""
    both = (prompt, answer, None if None in (prompt, answer) else prompt + answer)
    return {key: value for key, value in zip(KEYS[name], both, strict=True) if key and value is not None}


def openai_stream(*usages):
    whole = openai_wire.completion("")
    shared = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": whole["model"]}
    choice = {"index": 0, "delta": {"content": "4"}, "finish_reason": "stop"}
    return events({**shared, "choices": [choice]}, *({**shared, "choices": [], "usage": usage} for usage in usages))


def anthropic_stream(first, *usages, begun_again=False):
    begun = {**anthropic_wire.message(""), "content": [], "stop_reason": None, "usage": first}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "4"}}
    ended = [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage} for usage in usages]
    start = [{"type": "message_start", "message": begun}]
    return events(*start, delta, *(start if begun_again else []), *ended, {"type": "message_stop"}, named=True)


def gemini_stream(*usages):
    first, last = gemini_wire.content("4"), gemini_wire.content("")
    *before, end = usages
    return events(*({**first, "usageMetadata": usage} for usage in before[:1]), *(
        {"usageMetadata": usage} for usage in before[1:]
    ), {**last, "usageMetadata": end})  # fmt: skip


STREAMS = {"openai": openai_stream, "anthropic": anthropic_stream, "gemini": gemini_stream}


def of(vendor, *usages, **more):
    return read(vendor, STREAMS[vendor.name](*usages, **more))[1]


def test_counts_that_grow_are_those_of_the_end(vendor):
    say = counts
    grown = of(vendor, say(vendor.name, 100, 1), say(vendor.name, 100, 5), say(vendor.name, 100, 10))
    assert (grown["usage"]["input"], grown["usage"]["output"]) == (100, 10)
    assert grown["cost"] is not None


@pytest.mark.parametrize("last", [(0, 0), (0, 10), (100, 3)])
def test_counts_that_fall_are_none(vendor, last):
    """A gateway sends 0 for what it does not count again, or the parts of a sum: which of them nobody can tell."""
    stream = STREAMS[vendor.name](counts(vendor.name, 100, 10), counts(vendor.name, *last))
    text, result = read(vendor, stream)
    assert (text, result["cost"]) == ("4", None)


def test_what_the_last_event_does_not_say_stays(vendor):
    result = of(vendor, counts(vendor.name, 100, 1), counts(vendor.name, None, 10) | {"extra": None})
    if vendor.name == "anthropic":
        assert (result["usage"]["input"], result["usage"]["output"]) == (100, 10)
    else:
        assert result["cost"] is None  # their totals contradict it


def test_searches_of_the_first_event_stay_beside_others_of_the_last(anthropic):
    first = counts("anthropic", 100, 1) | {"server_tool_use": {"web_search_requests": 3}}
    result = of(anthropic, first, counts("anthropic", 100, 10) | {"server_tool_use": {"web_fetch_requests": 0}})
    assert result["mode"].endswith("with 3 web searches")


def test_an_answer_that_is_counted_at_its_beginning_alone_has_no_cost(anthropic):
    """That 1 token stands there before any is made."""
    assert of(anthropic, counts("anthropic", 100, 1))["cost"] is None
    assert of(anthropic, counts("anthropic", 100, 1), {})["cost"] is None


def test_two_messages_in_one_stream_are_no_answer(anthropic):
    with pytest.raises(Exception, match="several messages"):
        of(anthropic, counts("anthropic", 100, 1), counts("anthropic", 100, 10), begun_again=True)
