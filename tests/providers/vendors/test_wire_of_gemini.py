"""Gemini's answers are read from the wire: what the SDK does not know of them, it drops."""

from __future__ import annotations

import json

import pytest
from servers.base import Reply
from servers.gemini import content

from providers.errors import ProviderError

CHAT = "2 + 2?"
KINDS = ["call", "stream"]


def answered(gemini, kind, *answers, headers=()):
    """The result of a call, or of a stream, that is answered so."""
    for answer in answers:
        body = json.dumps(answer).encode()
        kinds = {"call": ("application/json", body), "stream": ("text/event-stream", b"data: " + body + b"\n\n")}
        of, sent = kinds[kind]
        gemini.server.fail(Reply(sent, headers={"content-type": of, **dict(headers)}))
    if kind == "call":
        return gemini.make().generate_realtime(CHAT)
    stream = gemini.make().stream_realtime(CHAT)
    assert list(stream) is not None
    return stream.result


def with_usage(answer=None, **more):
    """An answer with more in its usage."""
    whole = answer or content("4")
    return {**whole, "usageMetadata": {**whole["usageMetadata"], **more}}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tier", ["flex", "priority", "FLEX"])
@pytest.mark.parametrize("where", ["usage", "answer", "headers"])
def test_the_tier_is_heard_wherever_it_stands(gemini, kind, tier, where):
    plain = content("4")
    answer = {"usage": with_usage(serviceTier=tier), "answer": {**plain, "serviceTier": tier}, "headers": plain}[where]
    headers = {"x-gemini-service-tier": tier} if where == "headers" else {}

    assert answered(gemini, kind, answer, headers=headers)["mode"] == tier.lower()


@pytest.mark.parametrize("kind", KINDS)
def test_two_tiers_of_one_answer_have_no_price(gemini, kind):
    """The body says one, the headers another: nobody knows which is billed."""
    answer = {**content("4"), "serviceTier": "flex"}
    result = answered(gemini, kind, answer, headers={"x-gemini-service-tier": "priority"})
    assert result["cost"] is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "more", [{"searchTokenCount": 7}, {"newTokensDetails": [{"modality": "TEXT", "tokenCount": 3}]}]
)
def test_a_count_that_nobody_knows_makes_the_cost_unknown(gemini, kind, more):
    result = answered(gemini, kind, with_usage(**more))
    assert (result["content"], result["finish_reason"]) == ("4", "stop")
    assert result["cost"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_tier_of_the_usage_and_another_of_the_headers_have_no_price(gemini, kind):
    result = answered(gemini, kind, with_usage(serviceTier="flex"), headers={"x-gemini-service-tier": "standard"})
    assert result["cost"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_of_an_unknown_kind_is_no_empty_answer(gemini, kind):
    """It was billed, and its text may stand in what we cannot read."""
    strange = content("4")
    strange["candidates"][0]["content"]["parts"] = [{"newPart": {"text": "four"}}]
    with pytest.raises(ProviderError, match="newPart"):
        answered(gemini, kind, strange)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("more", "known"), [({"newPart": {"a": 1}}, False), ({"newPart": {}}, True), ({"new": None}, True)]
)
def test_a_part_of_an_unknown_kind_beside_a_text_leaves_the_text(gemini, kind, more, known):
    """And no cost, unless nothing stands in it."""
    strange = content("4")
    strange["candidates"][0]["content"]["parts"].append(more)
    result = answered(gemini, kind, strange)
    assert (result["content"], result["cost"] is not None) == ("4", known)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_sdk_cannot_take_of_an_answer_is_paid_and_read_once(gemini, kind):
    odd = content("4")
    odd["modelVersion"] = None
    odd["candidates"][0]["content"]["parts"].append({"functionCall": {"name": "add", "args": '{"a": 2}'}})
    result = answered(gemini, kind, odd)
    assert (result["content"], result["tool_calls"][0]["arguments"]) == ("4", {"a": 2})
    assert len(gemini.server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_would_be_continued_is_one_call_that_was_cut_off(gemini, kind):
    """The SDK would make further calls by itself, of other tiers and models, and nobody would know what was paid."""
    begun = with_usage(content("4 and ", finish_reason="CONTINUATION"))
    begun["candidates"][0]["continuationToken"] = "dG9rZW4="
    once = answered(gemini, kind, content("4"))["cost"]

    result = answered(gemini, kind, begun)

    assert (result["content"], result["finish_reason"], result["cost"]) == ("4 and ", "length", once)
    assert len(gemini.server.requests) == 2


def test_a_client_that_is_used_by_itself_is_heard_by_no_call(gemini):
    provider = gemini.make()
    assert provider.client.models.generate_content(model="gemini-9", contents="hi").text == "4"
    assert provider.generate_realtime("hi")["content"] == "4"
