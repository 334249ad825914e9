"""Known exports are read by their columns, and no token is paid for twice."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from octoregistry.costing.errors import CostingError
from octoregistry.costing.frames import cost_frame
from octoregistry.costing.values import Derived
from providers import parse_registry, recipe
from providers.dimensions import DIMENSIONS
from providers.interpretation import BELOW
from providers.recipe import recipes
from tests.costing.form_logs import REGISTRY, M, costs_in


@pytest.fixture
def cost_of(tmp_path):
    return costs_in(tmp_path)


def test_openai_counts_cached_tokens_among_the_input(cost_of):
    row = {"start_time": 1790812800, "model": "road-2026-01-01", "batch": False, "service_tier": "default"}
    tokens = {"input_tokens": 3 * M, "input_cached_tokens": 2 * M, "output_tokens": M, "num_model_requests": 9}

    costs = cost_of({**row, **tokens})

    assert costs.form == "OpenAI usage export (without modalities)"
    assert costs.total == Decimal("1.0") + 2 * Decimal("0.1") + 10
    assert costs.table.to_pylist()[0]["model"] == "road"


def test_openai_with_modalities_counts_each_apart(cost_of):
    tokens = {
        "input_tokens": 7 * M,
        "input_text_tokens": M,
        "input_cached_text_tokens": M,
        "input_cached_image_tokens": M,
        "input_cached_audio_tokens": M,
        "input_audio_tokens": M,
        "input_image_tokens": M,
        "input_cache_write_tokens": M,
        "output_tokens": 3 * M,
        "output_text_tokens": M,
        "output_audio_tokens": M,
        "output_image_tokens": M,
        "input_cached_tokens": 3 * M,
        "num_model_requests": 1,
    }

    costs = cost_of({"start_time": 1790812800, "model": "tune", **tokens})

    assert costs.form == "OpenAI usage export"
    assert costs.total == Decimal("1.0") + 2 * Decimal("0.1") + Decimal("3.2") + 32 + 5 + Decimal("1.25") + 10 + 64 + 40


@pytest.mark.parametrize(
    ("said", "usd"),
    [({"batch": True}, "5.5"), ({"batch": False, "service_tier": "flex"}, "5.5"), ({"service_tier": "default"}, "11")],
)
def test_openai_says_the_mode_in_two_columns(cost_of, said, usd):
    tokens = {"input_tokens": M, "input_cached_tokens": 0, "output_tokens": M, "num_model_requests": 1}

    assert cost_of({"start_time": 1790812800, "model": "road", **said, **tokens}).total == Decimal(usd)


def test_openai_pages_of_the_api_are_rows_in_buckets(cost_of):
    result = {"model": "road", "input_tokens": M, "input_cached_tokens": 0, "output_tokens": 0, "num_model_requests": 5}
    page = {
        "object": "page",
        "data": [{"start_time": 1790812800, "results": [result, {**result, "project_id": "p"}]}, {"results": []}],
    }

    assert cost_of(page, suffix=".json").total == 2


def test_anthropic_counts_them_beside_it(cost_of):
    row = {
        "usage_date_utc": "2026-10-01",
        "model_version": "song",
        "usage_type": "standard",
        "context_window": "≤ 200k",
    }
    tokens = {
        "usage_input_tokens_no_cache": M,
        "usage_input_tokens_cache_read": M,
        "usage_input_tokens_cache_write_5m": M,
        "usage_input_tokens_cache_write_1h": M,
        "usage_output_tokens": M,
    }

    costs = cost_of({**row, **tokens})

    assert costs.form == "Anthropic usage export"
    assert costs.total == Decimal("3.0") + Decimal("0.3") + Decimal("3.75") + 6 + 15


def test_anthropic_says_the_size_of_prompts_by_the_context_window(cost_of):
    row = {"starting_at": "2026-10-01T00:00:00Z", "model": "song", "service_tier": "standard"}
    tokens = {"uncached_input_tokens": M, "cache_read_input_tokens": 0, "output_tokens": 0}
    written = {"cache_creation": {"ephemeral_5m_input_tokens": M, "ephemeral_1h_input_tokens": 0}}

    assert cost_of({**row, **tokens, "context_window": "0-200k"}).total == 3
    assert cost_of({**row, **tokens, "context_window": "200k-1M"}).total == 6
    assert cost_of({**row, **tokens, **written, "context_window": "0-200k"}).total == Decimal("6.75")


def test_a_total_that_says_neither_requests_nor_sizes_has_no_price_where_it_would_matter(cost_of):
    row = {"starting_at": "2026-10-01T00:00:00Z", "model": "song", "output_tokens": 0, "cache_read_input_tokens": 0}

    small = cost_of({**row, "uncached_input_tokens": 200_000})
    large = cost_of({**row, "uncached_input_tokens": 200_001})
    in_batch = cost_of({**row, "uncached_input_tokens": 200_000, "service_tier": "batch"})

    assert small.total == Decimal("0.6")
    assert [problem.reason for problem in large.problems] == [
        "prompt size unknown: a total without the number of its requests"
    ]
    assert in_batch.total == Decimal("0.3")


def test_a_log_may_state_the_size_of_its_prompts_itself(cost_of):
    row = {"day": "2026-10-01", "provider": "anthropic", "model": "song", "input": M}

    costs = cost_of({**row, "prompt_size": 200_000}, {**row, "prompt_size": "large"}, {**row, "requests": 5})

    assert costs.total == 3 + 3
    assert [problem.reason for problem in costs.problems] == ["tokens that are no whole number"]


def test_opentelemetry_counts_cached_tokens_and_audio_among_the_input(cost_of):
    span = {
        "startTimeUnixNano": "1790812800000000000",
        "attributes": {
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "road-latest",
            "gen_ai.response.model": "voice",
            "gen_ai.usage.input_tokens": 10 * M,
            "gen_ai.usage.cache_read.input_tokens": 3 * M,
            "gen_ai.usage.cache_creation.input_tokens": M,
            "gen_ai.usage.audio.input_tokens": 4 * M,
            "gen_ai.usage.audio.cache_read.input_tokens": M,
            "gen_ai.usage.output_tokens": 2 * M,
            "gen_ai.usage.audio.output_tokens": M,
            "openai.response.service_tier": "default",
        },
    }

    costs = cost_of(span, by=())

    row = costs.table.to_pylist()[0]
    counted = {"input": 3, "cached_input": 2, "cache_write_5m": 1, "input_audio": 3, "cached_input_audio": 1}
    assert {name: row[name] for name in counted} == {name: count * M for name, count in counted.items()}
    assert (row["output"], row["output_audio"]) == (M, M)
    assert costs.problems == ()


def test_fields_of_structs_are_columns_of_their_own():
    span = {"start_time": "2026-10-01", "resource": {"team": "a"}}
    span["attributes"] = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "road"}
    span["attributes"] |= {"gen_ai.usage.input_tokens": 3 * M, "gen_ai.usage.cache_read.input_tokens": M}

    costs = cost_frame(pa.Table.from_pylist([span]), ["resource.team"], registry=parse_registry(REGISTRY))

    assert costs.frame.to_pylist()[0]["resource.team"] == "a"
    assert costs.total == Decimal("2.1")


def test_langfuses_older_usage_is_read_where_its_unit_is_tokens(cost_of):
    usage = {
        "input": M,
        "output": M,
        "total": 2 * M,
        "unit": "TOKENS",
        "inputCost": 1.0,
        "outputCost": 10.0,
        "totalCost": 11.0,
    }
    call = {"id": "1", "traceId": "t", "type": "GENERATION", "startTime": "2026-10-01T10:00:00Z", "model": "road"}
    costs = cost_of({**call, "usage": usage}, {**call, "id": "2", "usage": {**usage, "unit": "CHARACTERS"}})

    assert costs.total == Decimal(11)
    assert sum(problem.rows for problem in costs.problems) == 1


def test_images_at_the_price_of_text_are_in_the_sum_and_said_to_be_derived(cost_of):
    row = {"day": "2026-10-01", "provider": "openai", "model": "path", "input": M, "output": 0}
    costs = cost_of(row, {**row, "input_image": 500_000}, {**row, "model": "road", "input_image": M})

    assert costs.total == Decimal("2") + Decimal("3") + Decimal("6")
    assert costs.derived == Derived(1, Decimal("1"))


def test_more_cached_than_there_was_is_told_not_paid_back(cost_of):
    tokens = {"input_tokens": 1, "input_cached_tokens": 2, "output_tokens": 0, "num_model_requests": 1}

    costs = cost_of({"start_time": 1790812800, "model": "road", **tokens})

    assert [problem.reason for problem in costs.problems] == [BELOW]


def test_every_file_of_recipes_is_read():
    """A new one that nobody names would be left out without a word."""
    there = {path.stem for path in Path(recipe.__file__).with_name("recipes").glob("*.toml")}
    assert there == {*recipe.FILES, "words"}


def test_every_recipe_counts_our_dimensions_and_no_field_twice():
    for one in recipes():
        assert set(one.counts) <= set(DIMENSIONS), one.key
        assert one.name, one.key


def test_names_that_are_given_go_before_those_of_the_form():
    row = pa.Table.from_pylist([{"when": "2026-10-01", "provider": "openai", "prompt_tokens": 3 * M, "cached": M}])
    names = {"day": "when", "model": ":road", "input": "prompt_tokens-cached", "cached_input": "cached"}

    costs = cost_frame(row, registry=parse_registry(REGISTRY), names=names)

    assert (costs.total, costs.problems) == (Decimal("2.1"), ())


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"inptu": "a"}, "inptu is no name of ours"),
        ({"input": "b"}, "no column b.*there are a"),
        ({}, "no known form: there are a"),
    ],
)
def test_names_that_cannot_be_are_refused(names, said):
    with pytest.raises(CostingError, match=said):
        cost_frame(pa.table({"a": [1]}), registry=parse_registry(REGISTRY), names=names)


def test_a_number_that_no_recipe_knows_makes_the_row_unpriced_with_its_name(cost_of):
    row = {"day": "2026-10-01", "provider": "openai", "model": "road", "input": M}

    costs = cost_of(row, {**row, "thinking_tokens": 5}, {**row, "thinking_tokens": 0, "request_id": 7})

    assert costs.total == 2
    assert [problem.reason for problem in costs.problems] == ["a number that no recipe knows: thinking_tokens"]


def test_a_response_that_states_what_a_gateway_charged_is_not_costed_at_the_vendors_prices(cost_of):
    answer = {"object": "chat.completion", "created": 1790812800, "provider": "OpenAI", "model": "openai/road"}
    answer["usage"] = {"prompt_tokens": M, "completion_tokens": 0, "total_tokens": M}
    paid = {**answer, "usage": {**answer["usage"], "cost": 0.9, "cost_details": {"upstream_inference_cost": None}}}

    assert cost_of(answer).total == 1
    costs = cost_of(paid)
    assert [str(one) for one in costs.problems] == ["openrouter/openai/road: unknown provider"]


def test_a_key_that_comes_after_the_first_thousand_lines_is_not_passed_over(cost_of):
    row = {"day": "2026-10-01", "provider": "openai", "model": "road", "input": 1}

    costs = cost_of(*[row] * 1100, {**row, "dreamTokens": 5}, {**row, "output": M})

    assert costs.total == Decimal("0.001101") + 10
    assert [problem.reason for problem in costs.problems] == ["a number that no recipe knows: dream_tokens"]
