"""Answers of servers that speak OpenAI's protocol: the call, its stream and cost_of say one cost, or none."""

from __future__ import annotations

from contextlib import closing

import pytest
from servers.openai import completion

from providers import PricingError, get_provider
from tests.providers.vendors.test_streams import events

MODELS = """
  {name}:
    env_var: {variable}
    sdk: openai
    default_model: m-1
    realtime_multiplier: 2.0
    models:
      m-1: {{display_name: M, input_per_million: 0.5, output_per_million: 1.0, batch_support: false,
             rates: [{{mode: standard, input: 1.0, output: 2.0, cached_input: 0.1}}]}}"""
BASE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
PLAIN, CACHED = 0.00012, 0.000084  # 100 in, 10 out; of the 100 a part of 40 cached


def streamed(answer):
    """The same answer in events: its text, what else its message says, its end with all the rest."""
    (choice,) = answer["choices"]
    text, more = choice["message"]["content"], {**choice["message"]}
    del more["content"]
    event = {"id": answer["id"], "object": "chat.completion.chunk", "created": answer["created"], "model": "m-1"}
    told = {name: value for name, value in answer.items() if name not in {*event, "choices"}}
    ending = {name: value for name, value in choice.items() if name != "message"}
    return events(
        {**event, "choices": [{"index": 0, "delta": {"content": text[:2]}}]},
        {**event, "choices": [{"index": 0, "delta": {"content": text[2:], **more}}]},
        {**event, "choices": [{**ending, "delta": {}}], **told},
    )


@pytest.fixture
def costs(openai, monkeypatch, tmp_path):
    """What a call to a vendor costs, and what cost_of makes of its answer; None where it is not known."""
    registry = tmp_path / "models.yaml"
    names = {name: f"{name.upper()}_API_KEY" for name in ("xai", "moonshot", "deepseek", "groq")}
    entries = "".join(MODELS.format(name=name, variable=variable) for name, variable in names.items())
    registry.write_text(
        f"default_provider: xai\nproviders:{entries}\n"
        "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}\n"
    )
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(registry))
    for variable in names.values():
        monkeypatch.setenv(variable, "test-key")

    def asked(name, usage, **more):
        answer = {**completion("4"), "model": "m-1", "usage": usage, **more}
        del answer["service_tier"]
        openai.server.completion = answer
        api = {"provider": name, "model": "m-1", "base_url": f"{openai.server.url}/v1", "timeout_seconds": 5}
        with closing(get_provider({"api": api})) as provider:
            result = provider.generate_realtime("2 + 2?")
            assert result["content"] == answer["choices"][0]["message"]["content"]
            openai.server.fail(streamed(answer))
            stream = provider.stream_realtime("2 + 2?")
            assert "".join(stream) == result["content"]
            assert stream.result["cost"] == result["cost"]
            try:
                of_answer = float(provider.cost_of(answer))
            except PricingError:
                of_answer = None
        assert (result["cost"] is None) == ("cost_unknown" in result)
        return result["cost"], of_answer

    return asked


XAI = {
    **BASE,
    "num_sources_used": 0,
    "cost_in_usd_ticks": 1_200_000,
    "prompt_tokens_details": {"text_tokens": 100, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0},
}


@pytest.mark.parametrize(
    ("vendor", "usage", "cost"),
    [
        ("xai", XAI, PLAIN),
        ("xai", {**XAI, "num_server_side_tools_used": 0, "server_side_tool_usage_details": {"mcp_calls": 0}}, PLAIN),
        ("xai", {**XAI, "num_server_side_tools_used": 2, "server_side_tool_usage_details": {"mcp_calls": 2}}, None),
        ("xai", {**XAI, "server_side_tool_usage_details": {"web_search_calls": 2}}, None),
        ("xai", {**XAI, "num_sources_used": 3}, None),
        ("xai", {**XAI, "context_details": {"input_tokens": 100, "output_tokens": 10}}, PLAIN),
        ("moonshot", {**BASE, "cached_tokens": 40}, CACHED),
        ("moonshot", {**BASE, "cached_tokens": 40, "prompt_tokens_details": {"cached_tokens": 40}}, CACHED),
        ("moonshot", {**BASE, "cached_tokens": 40, "prompt_tokens_details": {"cached_tokens": 20}}, None),
        ("moonshot", {**BASE, "cached_tokens": 140}, None),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 40, "prompt_cache_miss_tokens": 60}, CACHED),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 100}, PLAIN),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 40, "prompt_tokens_details": {"cached_tokens": 40}}, CACHED),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 0, "prompt_tokens_details": {"cached_tokens": 40}}, CACHED),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 90, "prompt_cache_miss_tokens": 60}, None),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": 40.5}, None),
        ("deepseek", {**BASE, "prompt_cache_hit_tokens": -40}, None),
        ("deepseek", {**BASE, "num_cached_tokens": 40}, None),
    ],
)
def test_a_call_and_cost_of_say_one_cost_of_a_vendors_own_counts(costs, vendor, usage, cost):
    assert costs(vendor, usage) == (pytest.approx(cost) if cost else None, pytest.approx(cost) if cost else None)


@pytest.mark.parametrize(
    "more",
    [
        {"server_side_tool_usage": {"SERVER_SIDE_TOOL_WEB_SEARCH": 2}},
        {"message": {"annotations": [{"type": "url_citation", "url_citation": {"url": "https://example.com"}}]}},
        {"message": {"executed_tools": [{"type": "search", "index": 0}]}},
    ],
)
def test_what_the_answer_names_that_bills_by_the_call_makes_its_cost_unknown(costs, more):
    message = {"role": "assistant", "content": "4", **more.pop("message", {})}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    assert costs("xai", BASE, choices=choices, **more) == (None, None)


def test_empty_lists_of_them_say_nothing(costs):
    message = {"role": "assistant", "content": '"annotations": [{"type', "annotations": [], "executed_tools": []}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    assert costs("xai", BASE, choices=choices, server_side_tool_usage={}) == (pytest.approx(PLAIN),) * 2


@pytest.mark.parametrize(
    ("vendor", "at_choice", "beside", "cost"),
    [
        ("moonshot", {"usage": {**BASE, "cached_tokens": 40}}, {}, CACHED),
        ("groq", {}, {"x_groq": {"id": "req_1", "usage": {**BASE, "queue_time": 0.1, "total_time": 0.2}}}, PLAIN),
        ("groq", {}, {"x_groq": {"id": "req_1"}}, None),
        ("deepseek", {"usage": BASE}, {}, None),
    ],
)
def test_usage_is_read_where_the_vendor_states_it(costs, vendor, at_choice, beside, cost):
    choices = [{"index": 0, "finish_reason": "stop", "message": {"content": "four"}, **at_choice}]
    known = pytest.approx(cost) if cost else None
    assert costs(vendor, None, choices=choices, **beside) == (known, known)
