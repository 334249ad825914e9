"""A line of OpenAI's batch files is read whole, or is an error that names what cannot be sent."""

from __future__ import annotations

import json

import pytest

from octoregistry.cli.vendor_lines import request_of
from providers import get_provider

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
SHAPE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
FORM = {"name": "sum", "schema": SHAPE, "strict": True, "description": "A sum."}
USER = [{"role": "user", "content": "hi"}]
IMAGE = {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}}


def line(body, url=CHAT, **more):
    return {"custom_id": "a", "method": "POST", "url": url, "body": {"model": "gpt-5.4-mini", **body}, **more}


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (CHAT, {"messages": USER, "response_format": {"type": "json_schema", "json_schema": FORM}, "seed": 7}),
        (CHAT, {"messages": USER, "response_format": {"type": "json_object"}, "verbosity": "low"}),
        (CHAT, {"messages": USER, "tools": [{"type": "function", "function": {"name": "add"}}]}),
        (RESPONSES, {"input": "hi", "text": {"format": {"type": "json_schema", **FORM}, "verbosity": "low"}}),
        (RESPONSES, {"input": "hi", "max_output_tokens": 9, "temperature": 0.5, "instructions": "Be brief."}),
    ],
)
def test_what_a_line_asks_is_asked_for_word_for_word(monkeypatch, url, body):
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    surface = "chat" if url == CHAT else "responses"
    provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini", "surface": surface}})
    entry = request_of(line(body, url), "gpt-5.4-mini", url)
    row = provider.format_batch_request(entry.pop("id"), entry.pop("prompt", None), entry.pop("schema", None), **entry)
    assert row == line(body, url)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (line({"input": "hi"}, "/v1/embeddings"), "it asks for POST /v1/embeddings"),
        (line({"messages": [{**USER[0], "name": "Ann"}]}), "a message has name"),
        (line({"messages": [{"role": "user", "content": [IMAGE]}]}), "the detail 'low'"),
        (line({"messages": USER, "max_tokens": 5, "max_completion_tokens": 6}), "several limits"),
        (line({"input": "hi", "truncation": "auto"}, RESPONSES), "truncation: keys of /v1/responses"),
        (line({"input": [{"type": "function_call_output", "output": "4"}]}), "'function_call_output'"),
        (line({"messages": USER}, priority=1), "the line has priority"),
        ({"custom_id": "a", "body": 5}, "no body"),
    ],
)
def test_what_cannot_be_sent_is_named(given, told):
    with pytest.raises(ValueError, match=told):
        request_of(json.loads(json.dumps(given)), "gpt-5.4-mini", CHAT)


def test_another_vendors_run_takes_a_line_without_keys_of_openais_own():
    assert request_of(line({"messages": USER}), None, None)["messages"] == USER
    with pytest.raises(ValueError, match="seed: keys of"):
        request_of(line({"messages": USER, "seed": 7}), None, None)
