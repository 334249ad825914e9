"""The usage of every vendor's response, from its object, its JSON and the mapping, is the tokens that are billed."""

from __future__ import annotations

import json

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire

from providers import PricingError, Usage, usage_of


def test_the_sdks_object_its_json_and_the_mapping_say_the_same():
    chat = pytest.importorskip("openai.types.chat").ChatCompletion
    responses = pytest.importorskip("openai.types.responses").Response
    message = pytest.importorskip("anthropic.types").Message
    content = pytest.importorskip("google.genai.types").GenerateContentResponse
    for wire, kind in (
        (openai_wire.completion(), chat.construct),
        (openai_wire.response("4"), responses.construct),
        (anthropic_wire.message("4"), message.construct),
        (gemini_wire.content("4"), lambda **fields: content.model_validate(fields)),
    ):
        assert (
            usage_of(wire)
            == usage_of(json.dumps(wire))
            == usage_of(json.dumps(wire).encode())
            == usage_of(kind(**wire))
        )


def test_openai_input_includes_the_cached_and_the_written():
    usage = {
        "input_tokens": 1000,
        "input_tokens_details": {
            "cached_tokens": 400,
            "cache_write_tokens": 300,
            "cache_write_tokens_details": {"ttl_30m_tokens": 200, "ttl_12h_tokens": 100},
        },
        "output_tokens": 10,
    }
    served = usage_of({"object": "response", "usage": usage})
    assert served.tokens == Usage(input=300, cached_input=400, cache_write_5m=200, cache_write_1h=100, output=10)
    assert served.input_tokens == 1000


def test_openai_audio_and_images_are_counted_apart():
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "prompt_tokens_details": {"audio_tokens": 30, "image_tokens": 20},
        "completion_tokens_details": {"audio_tokens": 10},
    }
    tokens = usage_of({"usage": usage}).tokens
    assert tokens == Usage(input=50, input_audio=30, input_image=20, output=40, output_audio=10)
    assert sum(tokens.tokens().values()) == 150


def test_which_modality_was_cached_is_not_guessed():
    asked = {"audio_tokens": 30, "cached_tokens": 60}
    with pytest.raises(ValueError, match="which modality was cached is not said"):
        usage_of({"usage": {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": asked}})


@pytest.mark.parametrize(
    ("response", "name"),
    [
        ({"usage": {"prompt_tokens": 5, "completion_tokens": 1, "oracle_tokens": 9}}, "usage.oracle_tokens"),
        (
            {"type": "message", "usage": {"input_tokens": 5, "output_tokens": 1, "tool": {"units": 3}}},
            "usage.tool.units",
        ),
        ({"usageMetadata": {"promptTokenCount": 5, "dreamTokenCount": 2}}, "usage_metadata.dream_token_count"),
    ],
)
def test_a_number_that_no_recipe_knows_is_not_dropped(response, name):
    with pytest.raises(ValueError, match=name):
        usage_of(response)


def test_a_total_that_is_not_the_sum_of_its_parts_is_told_with_both_numbers():
    with pytest.raises(ValueError, match=r"usage\.total_tokens 9, parts 6"):
        usage_of({"usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 9}})


def test_reasoning_outside_of_completion_tokens_is_output_where_the_total_says_so():
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 4}}

    assert usage_of({"usage": {**usage, "total_tokens": 10}}).tokens == Usage(input=5, output=5)
    inside = {**usage, "completion_tokens": 4, "total_tokens": 9}
    assert usage_of({"usage": inside}).tokens == Usage(input=5, output=4)


def test_more_reasoning_than_output_is_no_usage_that_can_be_counted():
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 4}}

    with pytest.raises(ValueError, match="reasoning_tokens 4, output 1"):
        usage_of({"usage": {**usage, "total_tokens": 6}})


def test_a_batch_is_no_giant_prompt():
    tokens = {"input_tokens": 900_000, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 0}}
    counts = {"total": 300, "completed": 200, "failed": 100}
    served = usage_of({"object": "batch", "request_counts": counts, "usage": tokens})

    assert (served.mode, served.tokens.requests) == ("batch", 200)


def test_anthropic_input_leaves_out_what_the_cache_gave_and_took():
    served = usage_of(anthropic_wire.message("4"))
    assert served.tokens == Usage(input=600, cached_input=300, cache_write_5m=60, cache_write_1h=40, output=200)
    assert (served.input_tokens, served.reasoning_tokens) == (1000, 150)


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ({}, "standard"),
        ({"service_tier": "batch"}, "batch"),
        ({"speed": "fast"}, "priority"),
        ({"service_tier": "priority"}, "priority_tier"),
        ({"inference_geo": "us"}, "standard in US"),
        ({"inference_geo": "eu"}, "standard in EU"),
        ({"inference_geo": "global"}, "standard"),
        ({"inference_geo": "not_available", "speed": "standard", "service_tier": None}, "standard"),
        ({"speed": "ludicrous"}, "ludicrous"),
        ({"server_tool_use": {"web_search_requests": 2}}, "standard with 2 web searches"),
        ({"server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 3}}, "standard"),
    ],
)
def test_anthropic_says_how_it_was_served(said, mode):
    assert usage_of({"usage": {"input_tokens": 1, "output_tokens": 1, **said}}).mode == mode


@pytest.mark.parametrize(
    "said",
    [
        {"cache_creation_input_tokens": 100, "cache_creation": {"ephemeral_1h_input_tokens": 40}},
        {"cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40}},
    ],
)
def test_anthropic_cache_writes_count_whichever_way_they_are_told(said):
    served = usage_of({"usage": {"input_tokens": 1, "output_tokens": 1, **said}})
    assert served.tokens == Usage(input=1, cache_write_5m=60, cache_write_1h=40, output=1)
    assert served.input_tokens == 101


def test_a_way_of_serving_without_a_price_has_no_cost(anthropic):
    usage = {"input_tokens": 1, "output_tokens": 1}
    for said in ({"speed": "ludicrous"}, {"inference_geo": "eu"}, {"server_tool_use": {"web_search_requests": 1}}):
        anthropic.server.message = anthropic_wire.message("4", usage={**usage, **said})
        result = anthropic.make().generate_realtime("2 + 2?")
        assert result["cost"] is None
        assert result["cost_unknown"]


@pytest.mark.parametrize("count", [-1, 1.5, True, "many", float("nan"), [5]])
def test_tokens_that_cannot_be_counted_are_an_error_and_not_0(count):
    for usage in (
        {"usage": {"prompt_tokens": 5, "completion_tokens": count}},
        {"usage": {"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": count}},
        {"usageMetadata": {"promptTokenCount": count}},
    ):
        with pytest.raises(ValueError, match=r"tokens (that are no whole number|below 0)"):
            usage_of(usage)


def test_whole_numbers_count_however_they_are_written():
    assert usage_of({"usage": {"prompt_tokens": 5.0, "completion_tokens": "7"}}).tokens == Usage(input=5, output=7)


def test_gemini_thoughts_are_output_and_modalities_are_counted_apart():
    usage = {
        "promptTokenCount": 100,
        "toolUsePromptTokenCount": 10,
        "cachedContentTokenCount": 40,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 30,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 50}, {"modality": "AUDIO", "tokenCount": 50}],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 25}, {"modality": "TEXT", "tokenCount": 15}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 5}],
    }
    served = usage_of({"usageMetadata": usage})
    assert served.tokens == Usage(
        input=45, input_audio=25, cached_input=15, cached_input_audio=25, output=45, output_image=5
    )
    assert (served.input_tokens, served.output_tokens, served.reasoning_tokens) == (110, 50, 30)


@pytest.mark.parametrize(
    ("traffic", "mode"),
    [
        ("ON_DEMAND", "standard"),
        ("ON_DEMAND_FLEX", "flex"),
        ("ON_DEMAND_PRIORITY", "priority"),
        ("PROVISIONED_THROUGHPUT", "provisioned_throughput"),
    ],
)
def test_gemini_says_how_it_was_served(traffic, mode):
    assert usage_of({"usageMetadata": {"promptTokenCount": 1, "trafficType": traffic}}).mode == mode


@pytest.mark.parametrize("response", [{}, {"usage": {}}, "{}", {"usage": None}, "[]", "<html>"])
def test_a_response_without_usage_is_an_error(response):
    with pytest.raises(ValueError):  # noqa: PT011 - of json, or of ours
        usage_of(response)
    with pytest.raises(TypeError):
        usage_of(17)


def test_cost_of_takes_a_vendors_response_as_well_as_a_result(vendor):
    provider = vendor.make()
    wire = {
        "openai": openai_wire.completion(),
        "anthropic": anthropic_wire.message("4"),
        "gemini": gemini_wire.content("4"),
    }[vendor.name]
    assert provider.cost_of(wire) == provider.cost_of(provider.generate_realtime("2 + 2?"))


def test_what_states_no_usage_has_no_cost_and_says_so_as_every_unknown_cost_does(openai):
    openai.server.completion = {"choices": [{"message": {"content": "4"}, "finish_reason": "stop"}]}
    provider = openai.make()
    result = provider.generate_realtime("2 + 2?")
    assert (result["content"], result["cost"]) == ("4", None)
    with pytest.raises(PricingError, match="no usage"):
        provider.cost_of(result)


def test_openai_cache_writes_cost_as_input_where_no_price_is_stated_for_them(openai):
    provider = openai.make()
    usage = {
        "prompt_tokens": 1_000_000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cache_write_tokens": 1_000_000},
    }
    assert str(provider.cost_of({"usage": usage})) == "0.75"
