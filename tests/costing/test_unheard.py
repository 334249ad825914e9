"""What a row says where its recipe does not look is told, and in no silence left out of its cost."""

import json
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from providers import parse_registry
from providers.interpretation import BELOW
from tests.costing.closed_rows import CALL, LANGFUSE, LITELLM, ONE, PLAIN, SPAN, gen_ai, reasons
from tests.costing.form_logs import REGISTRY, M, costs_either_way, costs_in_json
from tests.costing.test_repeats import codex

RATES = compile_rates(parse_registry(REGISTRY))


@pytest.fixture
def cost(tmp_path):
    """What rows cost, the same wherever they are read."""

    def of(*rows, **names):
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        return costs_either_way([path], RATES, (), How(names=names))

    return of


LONG = RATES.thresholds[0]


def test_failed_requests_of_a_batch_are_in_no_mean(cost):
    batch = {"object": "batch", "model": "road", "created_at": "2026-10-01"}
    batch |= {"usage": {"input_tokens": 3 * LONG, "output_tokens": 0, "total_tokens": 3 * LONG}}
    counts = {"total": 9, "completed": 2, "failed": 7}

    (row,) = cost({**batch, "request_counts": counts}).groups

    assert row["requests"] == 2


def test_what_is_taken_from_a_whole_that_is_nowhere_is_told_on_an_engine_too(tmp_path):
    row = {"start_time": "2026-10-01", "gen_ai.provider.name": "openai", "gen_ai.request.model": "road"}
    row |= {"gen_ai.usage.output_tokens": "100", "gen_ai.usage.cache_read.input_tokens": "400"}
    path = tmp_path / "log.csv"
    path.write_text("\n".join([",".join(row), ",".join(row.values())]))

    assert reasons(costs_in_json([row], RATES)) == reasons(costs_either_way([path], RATES)) == [BELOW]


@pytest.mark.parametrize("taken", ["tokens_of_before", "b"])
def test_what_a_map_takes_away_and_nothing_counts_is_told(cost, taken):
    costs = cost({**CALL, "prompt": 3 * M, taken: M}, {**CALL, "prompt": M, taken: 0}, input=f"prompt-{taken}")

    assert (costs.total, reasons(costs)) == (1, [f"a number that no recipe knows: {taken}"])


@pytest.mark.parametrize(("counted", "usd"), [("cached_input", "2.1"), ("contained", "2")])
def test_what_a_map_takes_away_and_counts_elsewhere_is_read(cost, counted, usd):
    costs = cost({**CALL, "prompt": 3 * M, "b": M}, input="prompt-b", **{counted: "b"})

    assert (costs.total, reasons(costs)) == (Decimal(usd), [])


SPAN_CALL = {**SPAN, "spanId": "1", **gen_ai(M)}
OPENINFERENCE = {**SPAN, "spanId": "1", "llm.provider": "openai", "llm.model_name": "road", "llm.token_count.prompt": M}
FLEX = {"service_tier": "flex"}
PORTKEY = {"created_at": "2026-10-01", "ai_org": "openai", "ai_model": "road", "req_units": M}
LLM = {"datetime_utc": "2026-10-01", "model": "road", "input_tokens": M}
HELICONE = {"request_created_at": "2026-10-01", "provider": "OPENAI", "model": "road", **ONE}


@pytest.mark.parametrize(
    "row",
    [
        {**LITELLM, "response": {**FLEX, "usage": ONE}},
        {**LITELLM, "response": json.dumps({**FLEX, "usage": ONE})},
        {**LITELLM, "service_tier": "auto", "response": FLEX},
        {**LITELLM, "proxy_server_request": json.dumps(FLEX)},
        {**LANGFUSE, "id": "1", "usageDetails": {"input": M}, "modelParameters": {"service_tier": "flex"}},
        {**OPENINFERENCE, "llm.invocation_parameters": json.dumps(FLEX)},
        {**PORTKEY, "response": FLEX},
        {**LLM, "response_json": json.dumps(FLEX)},
        {**LLM, "options_json": FLEX},
        {**HELICONE, "response_body": FLEX},
    ],
)
def test_a_tier_is_read_wherever_its_form_says_it(cost, row):
    costs = cost(row)

    assert (costs.total, reasons(costs)) == (Decimal("0.5"), [])


@pytest.mark.parametrize("stated", [{"service_tier": "flex"}, {"thread_settings": {"service_tier": "flex"}}])
def test_the_tier_of_a_session_holds_for_the_calls_after_it(cost, stated):
    turn = {"type": "turn_context", "timestamp": "2026-10-01", "payload": {"model": "road"}}
    said = {"type": "event_msg", "timestamp": "2026-10-01", "payload": {"type": "thread_settings_applied", **stated}}

    assert cost(turn, said, codex(M, M, "01:00:00")).total == Decimal("0.5")


@pytest.mark.parametrize("path", ["extra.service_tier", "a.b.speed", "a.inference_geo"])
@pytest.mark.parametrize("row", [PLAIN, SPAN_CALL, LITELLM])
def test_a_word_that_no_recipe_reads_of_how_a_call_was_served_is_told(cost, row, path):
    costs = cost({**row, path: "fast"}, {**row, "spanId": "2", path: "standard" if "geo" not in path else "global"})

    assert (costs.total, reasons(costs)) == (
        1,
        [f"how or where a call was served, in a field that no recipe reads: {path}"],
    )


@pytest.mark.parametrize(
    "said", [{"content": {"speed": "fast"}}, {"a": {"speed": 1.5}}, {"a": {"service_tier": "null"}}]
)
def test_what_was_asked_or_answered_says_nothing_of_how(cost, said):
    assert cost({**PLAIN, **said}).total == 1


def test_a_table_of_an_engine_tells_of_such_a_word_too():
    costs = costs_in_json([{**PLAIN, "x.service_tier": "flex"}, {**PLAIN, "x.service_tier": " Default"}], RATES)

    assert (costs.total, len(costs.problems)) == (1, 1)


@pytest.mark.parametrize("host", ["https://api.openai.com/v1/", "https://api.openai.com", "api.openai.com", ""])
@pytest.mark.parametrize(
    ("row", "field"),
    [(LITELLM, "api_base"), (HELICONE, "target_url"), (SPAN_CALL, "url.full"), (OPENINFERENCE, "url.full")],
)
def test_a_call_to_the_vendors_own_host_has_the_vendors_price(cost, row, field, host):
    assert cost({**row, field: host}).total == 1


@pytest.mark.parametrize(
    "host", ["https://openrouter.ai/api/v1", "https://x.openai.azure.com", "https://api.openai.com.x"]
)
@pytest.mark.parametrize(
    ("row", "field"),
    [(LITELLM, "api_base"), (HELICONE, "target_url"), (SPAN_CALL, "url.full"), (OPENINFERENCE, "url.full")],
)
def test_a_call_to_another_host_has_no_price(cost, row, field, host):
    costs = cost({**row, field: host})

    assert (costs.total, reasons(costs)) == (0, [f"no known price in {urlsplit(host).hostname}"])


@pytest.mark.parametrize(
    ("row", "more", "usd"),
    [
        (SPAN_CALL, {"llm.token_count.prompt": M, "llm.token_count.prompt_details.cache_read": M}, "0.1"),
        (SPAN_CALL, {"ai.usage.promptTokens": M, "llm.token_count.total": M}, "1"),
        (
            OPENINFERENCE,
            {"ai.usage.inputTokens": M, "ai.usage.cachedInputTokens": M, "ai.model.provider": "openai"},
            "0.1",
        ),
    ],
)
def test_a_span_in_two_vocabularies_is_read_in_both(cost, row, more, usd):
    costs = cost({**row, "ai.model.id": "road", **more})

    assert (costs.total, reasons(costs)) == (Decimal(usd), [])


@pytest.mark.parametrize(
    ("row", "more"),
    [
        (SPAN_CALL, {"llm.token_count.prompt": 9}),
        (SPAN_CALL, {"ai.usage.promptTokens": 9}),
        (SPAN_CALL, {"llm.token_count.prompt_details.new": 9}),
        (OPENINFERENCE, {"gen_ai.usage.cache_read.input_tokens": 9}),
        (OPENINFERENCE, {"llm.usage.tokens": 9}),
    ],
)
def test_what_two_vocabularies_say_differently_or_alone_is_told(cost, row, more):
    costs = cost({**row, **more})

    assert (costs.total, len(costs.problems)) == (0, 1)
