"""Everything that a call may ask beside a prompt, in each vendor's own words, which the servers hold against the SDKs' types."""

from __future__ import annotations

import base64
import functools
import json

import pytest
from servers import gemini as gemini_wire
from servers.base import Reply

from providers import ProviderError, RequestError, run_realtime

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%%EOF\n"
TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "2 + 2?"},
    {"role": "assistant", "content": "4"},
]


def sent(vendor, **options):
    """The body that a call sends, and the same that a batch's row holds."""
    prompt = options.pop("prompt", "And 3 + 3?")
    provider = vendor.make(**options.pop("api", {}))
    provider.generate_realtime(prompt, **options)
    body = vendor.server.requests[-1].json
    row = provider.format_batch_request("a", prompt, **options)
    in_row = row.get("body") or row.get("params") or row["request"]
    if vendor.name == "gemini":
        gemini_wire.check_body(in_row)
    assert in_row.keys() == body.keys() - ({"generationConfig"} - in_row.keys())
    return body


def test_messages_and_a_system_prompt_go_where_each_vendor_has_them(vendor):
    body = sent(vendor, messages=TURNS, system="You are a clerk.")
    told = "You are a clerk.\n\nBe brief."
    if vendor.name == "gemini":
        assert [(turn["role"], turn["parts"][0]["text"]) for turn in body["contents"]] == [
            ("user", "2 + 2?"),
            ("model", "4"),
            ("user", "And 3 + 3?"),
        ]
        assert body["systemInstruction"]["parts"] == [{"text": told}]
        return
    turns = [("user", "2 + 2?"), ("assistant", "4"), ("user", "And 3 + 3?")]
    if vendor.name == "anthropic":
        assert body["system"] == told
    else:
        turns.insert(0, ("system", told))
    assert [(turn["role"], turn["content"]) for turn in body["messages"]] == turns


def test_messages_may_stand_in_place_of_a_prompt(vendor):
    body = sent(vendor, prompt=None, messages=[{"role": "user", "content": [{"type": "text", "text": "2 + 2?"}]}])
    assert "2 + 2?" in json.dumps(body)


@pytest.mark.parametrize("surface", ["chat", "responses"])
def test_both_surfaces_request_of_take_all_of_it(openai, tmp_path, surface):
    (tmp_path / "a.pdf").write_bytes(PDF)
    files = {"messages": TURNS, "system": "Be kind.", "images": [PNG], "files": [tmp_path / "a.pdf"]}
    body = sent(
        openai,
        api={"surface": surface},
        **files,
        temperature=0.5,
        reasoning="off",
        cache={"key": "k", "ttl": "30m"},
        max_tokens=9,
    )
    assert (body["temperature"], body["prompt_cache_key"], body["prompt_cache_options"]) == (0.5, "k", {"ttl": "30m"})
    if surface == "chat":
        assert (body["reasoning_effort"], body["max_completion_tokens"]) == ("none", 9)
        kinds = [part["type"] for part in body["messages"][-1]["content"]]
        assert kinds == ["image_url", "file", "text"]
    else:
        assert (body["reasoning"], body["max_output_tokens"]) == ({"effort": "none"}, 9)
        assert body["instructions"] == "Be kind.\n\nBe brief."
        assert [part["type"] for part in body["input"][-1]["content"]] == ["input_image", "input_file", "input_text"]


@pytest.mark.parametrize("given", ["path", "url", "bytes", "mapping"])
def test_an_image_may_be_a_path_an_address_or_bytes(vendor, tmp_path, given):
    (tmp_path / "dot.png").write_bytes(PNG)
    image = {
        "path": tmp_path / "dot.png",
        "url": "https://pictures.example/dot.png",
        "bytes": PNG,
        "mapping": {"data": base64.b64encode(PNG).decode(), "media_type": "image/png"},
    }[given]
    body = json.dumps(sent(vendor, images=[image]))
    assert ("https://pictures.example/dot.png" if given == "url" else base64.b64encode(PNG).decode()) in body


def test_an_address_of_an_image_need_not_say_of_what_kind(vendor):
    address = "https://pictures.example/7?size=2"
    if vendor.name == "gemini":  # which has to be told
        with pytest.raises(RequestError, match="media_type"):
            vendor.make().generate_realtime("hi", images=[address])
        assert address in json.dumps(sent(vendor, images=[{"url": address, "media_type": "image/png"}]))
    else:
        assert address in json.dumps(sent(vendor, images=[address]))


def test_a_file_goes_to_every_vendor(vendor, tmp_path):
    (tmp_path / "a.pdf").write_bytes(PDF)
    assert base64.b64encode(PDF).decode() in json.dumps(sent(vendor, files=[str(tmp_path / "a.pdf")]))


@pytest.mark.parametrize("effort", ["off", "low", "medium", "high"])
def test_reasoning_turns_each_vendors_own_dial(vendor, effort):
    body = sent(vendor, reasoning=effort)
    if vendor.name == "openai":
        assert body["reasoning_effort"] == {"off": "none"}.get(effort, effort)
    elif vendor.name == "gemini":
        dial = {"thinkingBudget": 0} if effort == "off" else {"thinkingLevel": effort.upper()}
        row = vendor.make().format_batch_request("a", "hi", reasoning=effort)["request"]
        assert row["generationConfig"]["thinkingConfig"] == dial
        sent_too = body["generationConfig"][
            "thinkingConfig"
        ]  # the SDK leaves these keys in snake_case; the API reads both
        assert list(sent_too.values()) == list(dial.values())
    elif effort == "off":
        assert body["thinking"] == {"type": "disabled"}
    else:
        assert (body["thinking"], body["output_config"]) == ({"type": "adaptive"}, {"effort": effort})


def test_what_api_states_holds_for_each_call_until_the_call_says_otherwise(vendor):
    body = sent(
        vendor, api={"system": "Be brief.", "reasoning": "low", "max_tokens": 100}, reasoning="high", max_tokens=7
    )
    told = json.dumps(body)
    assert "Be brief." in told
    assert "high" in told.lower()
    assert "low" not in [word.strip('"') for word in told.lower().split()]
    limit = {"openai": "max_completion_tokens", "anthropic": "max_tokens"}.get(vendor.name)
    assert (body[limit] if limit else body["generationConfig"]["maxOutputTokens"]) == 7


def test_the_vendors_own_keys_are_passed_as_they_are(vendor):
    extra = {
        "openai": {"seed": 7},
        "anthropic": {"metadata": {"user_id": "u"}},
        "gemini": {"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]},
    }[vendor.name]
    assert sent(vendor, extra=extra).items() >= extra.items()


NESTED = {
    "openai": ({"response_format": {"json_schema": {"description": "d"}}}, ("response_format", "json_schema")),
    "anthropic": ({"output_config": {"effort": "low"}}, ("output_config",)),
    "gemini": ({"generationConfig": {"topK": 3}}, ("generationConfig",)),
}
CONTRADICTIONS = {
    "openai": {"response_format": {"type": "text"}},
    "anthropic": {"output_config": {"format": {"type": "text"}}},
    "gemini": {"generation_config": {"response_mime_type": "text/plain"}},
}
SUM = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"], "additionalProperties": False}


def test_the_vendors_own_keys_stand_beside_ours_in_calls_and_rows_alike(vendor):
    extra, path = NESTED[vendor.name]
    provider = vendor.make()
    provider.generate_realtime("hi", SUM, extra=extra)
    row = provider.format_batch_request("a", "hi", SUM, extra=extra)
    for body in (vendor.server.requests[-1].json, row.get("body") or row.get("params") or row["request"]):
        assert "sum" in json.dumps(body)
        here, theirs = functools.reduce(lambda pair, key: (pair[0][key], pair[1][key]), path, (body, extra))
        assert here.items() > theirs.items()


@pytest.mark.parametrize("what", ["contradiction", "model", "stream"])
def test_the_vendors_own_keys_neither_contradict_the_call_nor_name_another_model(vendor, what):
    extra = {"contradiction": CONTRADICTIONS[vendor.name], "model": {"model": "dear"}, "stream": {"stream": True}}[what]
    for call in (
        vendor.make().generate_realtime,
        lambda *given, **more: vendor.make().format_batch_request("a", *given, **more),
    ):
        with pytest.raises(RequestError, match=r"extra\."):
            call("hi", SUM, extra=extra)
    assert not vendor.server.requests


def test_none_takes_a_default_away_but_no_limit(vendor):
    api = {"system": "Be brief.", "reasoning": "low", "max_tokens": 7}
    body = sent(vendor, api=api, system=None, reasoning=None, max_tokens=None)
    assert "Be brief." not in json.dumps(body)
    assert "low" not in json.dumps(body).lower()
    assert "7" in json.dumps(body)


def test_a_row_may_take_a_default_away_too(openai, tmp_path):
    row = {"id": "a", "prompt": "hi", "system": None, "max_tokens": None}
    run_realtime(openai.make(system="Be brief.", max_tokens=7), [row], tmp_path / "run.json")
    body = openai.server.requests[-1].json
    assert ([turn["role"] for turn in body["messages"]], body["max_completion_tokens"]) == (["user"], 7)


def test_what_a_vendor_cannot_do_is_an_error_that_says_so(openai, anthropic, gemini):
    with pytest.raises(RequestError, match="no temperature any more"):
        anthropic.make().generate_realtime("hi", temperature=0)
    with pytest.raises(RequestError, match="5m or 1h"):
        anthropic.make().generate_realtime("hi", cache={"ttl": "24h"})
    with pytest.raises(RequestError, match="30m or 24h"):
        openai.make().generate_realtime("hi", cache={"ttl": "5m"})
    with pytest.raises(RequestError, match="caches by itself"):
        gemini.make().generate_realtime("hi", cache={"ttl": "5m"})
    with pytest.raises(RequestError, match="no file by its address"):
        openai.make().generate_realtime("hi", files=["https://files.example/a.pdf"])
    assert sent(anthropic, cache={"ttl": "1h"})["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert not openai.server.requests


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_token": 5}, "max_token: unknown; did you mean max_tokens"),
        ({"tools": [{"name": "add"}]}, "tools: calls of functions are not built"),
        ({"temperature": "hot"}, "temperature is 'hot'"),
        ({"temperature": 3}, "temperature is 3"),
        ({"reasoning": "some"}, "off, low, medium, high"),
        ({"images": "a.png"}, "images is no list"),
        ({"images": ["/nowhere/a.png"]}, "cannot read /nowhere/a.png"),
        ({"images": [PDF]}, "application/pdf: an image is asked for"),
        ({"images": [b"odd"]}, "nothing tells what file is"),
        ({"files": [7]}, "neither a path, an address nor bytes"),
        ({"messages": [{"role": "robot", "content": "hi"}]}, "a message has a role"),
        ({"messages": [{"role": "user", "content": []}]}, "holds nothing"),
        ({"system": "a\ud800"}, "system holds half of a letter"),
        ({"cache": {"time": 5}}, "cache has ttl and key"),
        ({"cache": {"key": "a\ud800"}}, "cache holds half of a letter"),
        ({"extra": [1]}, "it is a mapping"),
    ],
)
def test_a_callers_mistake_is_named_and_is_never_the_vendors(vendor, options, told):
    with pytest.raises(RequestError, match=told) as error:
        vendor.make().generate_realtime("hi", **options)
    assert not error.value.retryable
    assert not any(word in str(error.value) for word in ("unavailable", "timeout"))
    assert not vendor.server.requests


@pytest.mark.parametrize("prompt", ["", None, 7, b"hi", "a\ud800b"])
def test_what_is_no_prompt_is_refused_before_anything_is_sent(vendor, prompt):
    for call in (vendor.make().generate_realtime, lambda p: vendor.make().format_batch_request("a", p)):
        with pytest.raises(RequestError) as error:
            call(prompt)
        assert not error.value.retryable
    assert not vendor.server.requests


@pytest.mark.parametrize("batch_id", ["", None, 7, "a\nb"])
def test_what_is_no_batchs_id_is_refused_before_anything_is_sent(vendor, batch_id):
    provider = vendor.make()
    for call in (
        provider.get_batch_status,
        provider.cancel_batch,
        provider.download_batch_results,
        provider.create_batch,
    ):
        with pytest.raises(RequestError, match="is no"):
            call(batch_id)
    assert not vendor.server.requests


def test_an_empty_object_means_the_same_from_every_vendor(vendor):
    vendor.server.fail(*[Reply({})] * 2)
    with pytest.raises(ProviderError) as error:
        vendor.make(transport_retry={"max_attempts": 2}).generate_realtime("hi")
    assert (error.value.code, error.value.retryable, len(vendor.server.requests)) == ("no_answer", True, 2)
