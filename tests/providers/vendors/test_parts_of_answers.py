"""Parts of an answer are of known kinds: of another nobody knows what it says, or what it costs."""

from __future__ import annotations

import json

import pytest
from servers.anthropic import message
from servers.base import Reply
from servers.openai import response

from providers import ProviderError

STRANGE = {"type": "new_kind", "text": "four"}


def test_an_unknown_block_beside_a_text_leaves_the_text_and_no_cost(anthropic):
    whole = message("4")
    anthropic.server.fail(Reply({**whole, "content": [STRANGE, *whole["content"]]}))
    result = anthropic.make().generate_realtime("2 + 2?")
    assert (result["content"], result["cost"]) == ("4", None)
    assert "new_kind" in result["cost_unknown"]


def test_an_unknown_block_alone_is_no_empty_answer(anthropic):
    anthropic.server.fail(Reply({**message("4"), "content": [STRANGE]}))
    with pytest.raises(ProviderError, match="new_kind") as error:
        anthropic.make().generate_realtime("2 + 2?")
    assert (error.value.ambiguous, error.value.retryable) == (True, False)


def test_an_unknown_delta_is_no_empty_answer(anthropic):
    whole = message("")
    events = [
        {"type": "message_start", "message": {**whole, "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "text": "4"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 10}},
        {"type": "message_stop"},
    ]
    body = b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events)
    anthropic.server.fail(Reply(body, headers={"content-type": "text/event-stream"}))
    with pytest.raises(ProviderError, match="new_delta"):
        list(anthropic.make().stream_realtime("2 + 2?"))


def test_an_unknown_item_of_a_response_leaves_its_text_and_no_cost(openai):
    whole = response("4")
    openai.server.fail(Reply({**whole, "output": [{"type": "new_search_call"}, *whole["output"]]}))
    result = openai.make(surface="responses").generate_realtime("2 + 2?")
    assert (result["content"], result["cost"]) == ("4", None)
    assert "new_search_call" in result["cost_unknown"]


@pytest.mark.parametrize("part", [{"type": "new_text", "text": "four"}, {"type": "output_audio", "transcript": "four"}])
def test_an_unknown_part_of_a_message_is_no_empty_answer(openai, part):
    whole = response("4")
    whole["output"] = [{**item, "content": [part]} for item in whole["output"] if item["type"] == "message"]
    openai.server.fail(Reply(whole))
    with pytest.raises(ProviderError, match=part["type"]) as error:
        openai.make(surface="responses").generate_realtime("2 + 2?")
    assert error.value.ambiguous


def test_the_kinds_of_the_sdks_are_known():
    """But for those of which another model may be billed."""
    from typing import get_args, get_origin

    from anthropic.types.beta import BetaContentBlock, BetaRawContentBlockDelta
    from google.genai.types import Part
    from openai.types.responses import ResponseOutputItem

    from providers.anthropic_messages import _BLOCKS, _DELTAS
    from providers.gemini_content import _OF_PARTS
    from providers.openai_answers import _ITEMS

    def kinds(union):
        if hasattr(union, "model_fields"):
            return set(get_args(union.model_fields["type"].annotation))
        return {kind for part in get_args(union) for kind in kinds(part)} if get_origin(union) else set()

    assert kinds(BetaContentBlock) - _BLOCKS == {"fallback", "advisor_tool_result"}
    assert kinds(BetaRawContentBlockDelta) == _DELTAS
    assert kinds(ResponseOutputItem) <= _ITEMS
    assert set(Part.model_fields) <= _OF_PARTS
