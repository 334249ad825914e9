"""What an answer names that bills beside usage, and all else that came of it, is in the result of its stream as in a call's."""

from __future__ import annotations

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from providers.recipe import recipes
from tests.providers.vendors.test_streams import events
from tests.providers.vendors.test_streams_of_other_forms import read

CALL = {"type": "function_call", "id": "f", "call_id": "c", "name": "add", "arguments": "{}", "status": "completed"}
HOLDERS = {"output": "openai", "content": "anthropic", "candidates": "gemini"}
MENTIONS = sorted(
    {
        (HOLDERS[holder], name, key)
        for recipe in recipes()
        if recipe.response
        for name, paths in recipe.mentions.items()
        for holder, _, key in (path.partition(".") for path in paths)
        if holder in HOLDERS and "." not in key
    }
)


def grounding(key):
    first, *others = key.split("_")
    return (
        {"groundingChunks": [{"maps": {"uri": "a"}}]}
        if key == "maps"
        else {first + "".join(map(str.title, others)): ["a"]}
    )


def of_anthropic(key):
    """The whole message that names it, and its stream."""
    block, whole = {"type": key, "tool_use_id": "t", "content": {}}, anthropic_wire.message("4")
    begun = {**whole, "content": [], "stop_reason": None}
    delta = {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "4"}}
    ended = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": whole["usage"]}
    stream = events(
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        delta,
        ended,
        {"type": "message_stop"},
        named=True,
    )
    return {**whole, "content": [block, *whole["content"]]}, stream


def of_gemini(key):
    """The whole answer, and its stream, which names it before its last chunk."""
    whole, last = gemini_wire.content("4"), gemini_wire.content("")
    whole["candidates"][0]["groundingMetadata"] = grounding(key)
    parts = {"role": "model", "parts": [{"text": "4"}]}
    first = {"candidates": [{"content": parts, "groundingMetadata": grounding(key)}]}
    between = {"candidates": [{"content": {"parts": []}, "groundingMetadata": {"searchEntryPoint": {}}}]}
    return whole, events(first, between, last)


def of_openai(key, output=None):
    """The whole response, and its stream, whose last event repeats nothing of it."""
    whole, item = openai_wire.response("4"), {"type": key, "id": "i", "status": "completed"}
    ended = {name: value for name, value in whole.items() if name != "output"}
    stream = events(
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "status": "in_progress"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 1, "item": CALL},
        {"type": "response.output_text.delta", "output_index": 2, "delta": "4"},
        {"type": "response.output_item.done", "output_index": 2, "item": whole["output"][-1]},
        {"type": "response.completed", "response": ended if output is None else {**ended, "output": output}},
    )
    return {**whole, "output": [item, CALL, *whole["output"]]}, stream


MADE = {"anthropic": of_anthropic, "gemini": of_gemini, "openai": of_openai}


@pytest.mark.parametrize(("name", "charge", "key"), MENTIONS)
def test_a_stream_that_names_what_is_billed_has_the_mode_of_the_plain_call(name, charge, key, request):
    vendor = request.getfixturevalue(name)
    api = {"surface": "responses"} if name == "openai" else {}
    whole, stream = MADE[name](key)
    vendor.server.fail(Reply(whole))
    plain = vendor.make(**api).generate_realtime("2 + 2?")
    text, result = read(vendor, stream, **api)
    assert charge in plain["mode"]
    assert (text, result["mode"], result["cost"]) == ("4", plain["mode"], plain["cost"])
    assert result.get("tool_calls") == plain.get("tool_calls")


def test_a_response_whose_last_event_has_an_empty_output_has_what_came_before_it(openai):
    _, stream = of_openai("web_search_call", output=[])
    text, result = read(openai, stream, surface="responses")
    assert (text, [call["id"] for call in result["tool_calls"]]) == ("4", ["c"])
    assert "web searches" in result["mode"]


def test_of_a_message_without_pieces_the_text_is_that_of_its_item(openai):
    whole = openai_wire.response("4")
    done = {"type": "response.output_item.done", "item": whole["output"][-1]}
    stream = events(done, {"type": "response.completed", "response": {**whole, "output": []}})
    assert read(openai, stream, surface="responses")[0] == "4"


def test_all_recipes_mentions_are_asked():
    assert {name for name, _, _ in MENTIONS} == set(MADE)
