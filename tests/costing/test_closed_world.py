"""Nothing of a log is lost in silence: each row has a cost, repeats another, is known to count nothing, or is told."""

import gzip
import json
from decimal import Decimal

import pytest

from octoregistry.costing.reading import How
from octoregistry.costing.values import COSTS_ALONE, NO_CALL_HERE, NOT_COMPARED, UNFINISHED
from tests.costing.closed_rows import (
    CALL,
    CHAT,
    CLAUDE,
    GEMINI,
    GEN_AI,
    LANGFUSE,
    LITELLM,
    MESSAGE,
    ONE,
    PLAIN,
    REPORT,
    SPAN,
    cost_of_rows,
    gen_ai,
    reasons,
)
from tests.costing.form_logs import M


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**CALL, "usage": {"prompt": 500_000, "completion": 5}}, "day, provider, model, usage"),
        ({**CALL, "usage": {"input": 500_000}}, "day, provider, model, usage"),
        ({**CALL, "characters": 50_000}, "day, provider, model, characters"),
        ({**CHAT, "usage": [{"prompt_tokens": 5, "completion_tokens": 1}]}, "object, created, model, usage"),
        ({"items": [PLAIN]}, "items"),
        ({"type": "chat", "session_id": "s", "model": "road", "prompts": 5}, "type, session_id, model, prompts"),
    ],
)
def test_a_row_that_no_recipe_reads_is_told_with_its_fields(cost, row, said):
    costs = cost(PLAIN, row)

    assert (costs.total, costs.rows) == (1, 2)
    assert [reason.split("; perhaps")[0] for reason in reasons(costs)] == [f"a row of no known form: {said}"]


def test_a_table_of_columns_that_nobody_knows_is_told_row_by_row(cost):
    costs = cost(**{"a.jsonl": json.dumps(PLAIN), "b.csv": "date,vendor,engine,in,out\n2026-10-01,openai,road,9,5\n"})

    assert costs.total == 1
    assert reasons(costs) == ["a row of no known form: date, vendor, engine, in, out"]


def test_what_a_transcript_or_a_trace_has_besides_calls_is_known_to_count_nothing(cost):
    said = {"type": "user", "uuid": "u", "sessionId": "s", "toolUseResult": {"usage": {"input_tokens": 9}}}
    step = {**SPAN, "spanId": "9", "name": "GET", "attributes": {"http.status": 200}}
    event = {"id": "e", **SPAN, "type": "EVENT"}

    assert reasons(cost(PLAIN, said, step, event)) == []


@pytest.mark.parametrize("said", [{"type": "chat", "session_id": "s"}, {"amount": "5", "currency": "USD"}])
def test_a_plain_row_stays_one_whatever_else_it_says(cost, said):
    assert cost(PLAIN, {**PLAIN, **said}).total == 2


def test_rows_of_a_cost_report_beside_a_log_are_told(cost):
    report = {"starting_at": "2026-10-01", "amount": "5", "currency": "USD"}

    assert reasons(cost(PLAIN, report)) == [COSTS_ALONE]


@pytest.mark.parametrize("kind", ["AGENT", "SPAN", "TOOL"])
def test_an_observation_whose_sums_no_generation_counts_is_told(cost, kind):
    agent = {"id": "1", **LANGFUSE, "type": kind, "traceId": "other", "usageDetails": {"input": M}}

    costs = cost({"id": "2", **LANGFUSE, "usageDetails": {"input": M}}, agent)

    assert (costs.total, reasons(costs)) == (1, [NO_CALL_HERE])


def test_an_observation_of_a_kind_that_nobody_knows_is_told(cost):
    (reason,) = reasons(cost(PLAIN, {"id": "1", **LANGFUSE, "type": "LLM", "usageDetails": {"input": M}}))

    assert reason == "an observation of a type that is not known"


@pytest.mark.parametrize(
    "usage",
    [
        "{'input': 1000000, 'output': 0}",
        json.dumps(json.dumps({"input": M})),
        [{"key": "input", "value": M}],
    ],
)
def test_usage_in_a_text_or_in_pairs_is_read(cost, usage):
    assert cost({"id": "1", **LANGFUSE, "usageDetails": usage}).total == 1


@pytest.mark.parametrize("usage", ["{'input': 10", "1000000", ["a", "b"]])
def test_usage_that_cannot_be_read_is_told(cost, usage):
    (reason,) = reasons(cost(PLAIN, {"id": "1", **LANGFUSE, "usageDetails": usage}))

    assert reason == "usage that cannot be read: usage_details"


def test_a_count_in_the_older_usage_alone_is_told(cost):
    cells = "1,GENERATION,2026-10-01,road,,t"

    costs = cost(
        **{
            "a.csv": f'id,type,startTime,model,usageDetails,traceId,usage\n{cells},"{{""input"":1000,""unit"":""TOKENS""}}"\n'
        }
    )

    assert reasons(costs) == ["a part that is more than its whole: usage.input"]
    assert costs.problems[0].example["why"] == "usage.input 1000, :input 0"


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ({**REPORT, "start_time": 1790812800, "input_tokens": 5000, "input_text_tokens": 0}, "input_tokens"),
        ({**REPORT, "start_time": 1790812800, "input_tokens": 5000, "input_text_tokens": 1000}, "input_tokens"),
        (
            {**LITELLM, "metadata": {"usage_object": {"prompt_tokens": 9 * M}}},
            "metadata.usage_object.prompt_tokens",
        ),
        (
            {
                **GEMINI,
                "usageMetadata": {
                    "promptTokenCount": 5,
                    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
                },
            },
            "usage_metadata.prompt_tokens_details.text.token_count",
        ),
        (
            {
                **GEMINI,
                "usageMetadata": {
                    "candidatesTokenCount": 5,
                    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}],
                },
            },
            "usage_metadata.prompt_tokens_details.text.token_count",
        ),
        (
            {**MESSAGE, "usage": {"input_tokens": 9, "iterations": [{"type": "message", "input_tokens": 91_000}]}},
            "usage.iterations.message.input_tokens",
        ),
        (
            {**MESSAGE, "usage": {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 50}}},
            "usage.output_tokens_details.thinking_tokens",
        ),
        (
            {
                **CHAT,
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 1,
                    "completion_tokens_details": {"reasoning_tokens": 50},
                },
            },
            "usage.completion_tokens_details.reasoning_tokens",
        ),
        (
            {**SPAN, "attributes": {**GEN_AI, "gen_ai.usage.output_tokens": 1, "gen_ai.usage.details.input_tokens": 9}},
            "gen_ai.usage.details.input_tokens",
        ),
    ],
)
def test_a_part_above_its_whole_is_told_with_both_numbers(cost, row, part):
    costs = cost(PLAIN, row)

    assert (costs.total, reasons(costs)) == (1, [f"a part that is more than its whole: {part}"])
    assert part in costs.problems[0].example["why"]


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({**PLAIN, "Input": 5}),
        json.dumps(PLAIN).replace('"input"', '"input": 5, "input"'),
        json.dumps({**CHAT, "usage": {"prompt_tokens": 5, "promptTokens": 9, "completion_tokens": 1}}),
    ],
)
def test_two_fields_of_one_name_that_differ_are_told(cost, line):
    costs = cost(PLAIN, line)

    assert costs.total == 1
    assert reasons(costs)[0].startswith("two fields of one name that differ: ")


def test_two_fields_of_one_name_that_agree_are_one(cost):
    assert cost({**PLAIN, "Input": M}).total == 1


def test_usage_too_deep_to_be_read_is_told(cost):
    deep = 5
    for _ in range(12):
        deep = {"a": deep}

    (reason,) = reasons(cost(PLAIN, {**CHAT, "usage": {"prompt_tokens": 9, "completion_tokens": 1, "deep": deep}}))

    assert reason.startswith("a number that no recipe knows: usage.deep.a")


@pytest.mark.parametrize("text", ["1 234", "1'234", "500 tokens", "5k", "1_000", ["500"], "5 %"])
def test_a_number_with_something_about_it_is_told_in_a_field_of_usage(cost, text):
    assert reasons(cost(PLAIN, {**PLAIN, "audio_tokens": text})) == ["a number that no recipe knows: audio_tokens"]


def test_a_word_in_a_field_of_usage_is_none(cost):
    assert cost({**PLAIN, "audio_format": "mp3", "search_words": ["a b"], "request_of": "user-5-7"}).total == 1


def test_three_zeros_behind_a_point_may_be_a_thousand(cost):
    costs = cost(
        **{"a.csv": "day;provider;model;input\n2026-10-01;openai;road;1.000\n2026-10-01;openai;road;1000000.0\n"}
    )

    assert (costs.total, reasons(costs)) == (1, ["tokens that are no whole number"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**CHAT, "provider": "azure", "usage": ONE}, "unknown provider"),
        ({**CHAT, "id": "gen-1", "usage": ONE}, "unknown provider"),
        ({**MESSAGE, "id": "msg_bdrk_1", "usage": {"input_tokens": M}}, "unknown provider"),
        ({**CLAUDE, "message": {**MESSAGE, "id": "msg_bdrk_1", "usage": {"input_tokens": M}}}, "unknown provider"),
        ({**SPAN, "attributes": gen_ai(M, **{"server.address": "me.example"})}, "no known price in me.example"),
        ({**PLAIN, "region": "eu"}, "no known price in eu"),
        ({**PLAIN, "service_tier": "turbo"}, "unknown mode: there are standard, batch, flex, priority"),
    ],
)
def test_another_seller_region_or_unknown_tier_has_no_price(cost, row, reason):
    costs = cost(PLAIN, row)

    assert (costs.total, reasons(costs)) == (1, [reason])


@pytest.mark.parametrize(
    "row",
    [
        {**CHAT, "mode": "batch", "usage": ONE},
        {**PLAIN, "batch": True},
        {**PLAIN, "service_tier": "flex"},
        {**SPAN, "attributes": gen_ai(M, **{"gen_ai.request.service_tier": "flex"})},
    ],
)
def test_a_mode_that_any_row_states_is_read(cost, row):
    assert cost(row).total == Decimal("0.5")


def test_a_mode_that_is_a_way_of_asking_changes_no_price(cost):
    assert cost({**CHAT, "mode": "stream", "usage": ONE}, {**CHAT, "mode": "chat", "usage": ONE}).total == 2


def test_a_stated_cost_that_is_no_plain_number_is_told(cost):
    rows = [{**PLAIN, "cost": text} for text in ("0,01", "€5", "$1")]

    costs = cost(*rows, how=How(stated_cost="cost"))

    assert (costs.stated.rows, reasons(costs)) == (1, [NOT_COMPARED])


def test_a_list_whose_last_page_is_not_here_is_told(cost):
    result = {**REPORT, "input_tokens": M, "input_cached_tokens": 0}
    page = {"object": "page", "has_more": True, "data": [{"start_time": 1790812800, "results": [result]}]}

    assert reasons(cost(page)) == [UNFINISHED]
    last = {**page, "has_more": False, "data": [{"start_time": 1790899200, "results": [result]}]}
    assert reasons(cost(page, last)) == []


def test_an_example_shows_no_text_that_may_be_a_prompt(cost):
    costs = cost(PLAIN, {**PLAIN, "input": "my secret", "output": "5", "search_list": [["my secret", 5]]})

    assert costs.problems[0].example == {**CALL, "output": "5"}


@pytest.mark.parametrize("name", ["b.jsonl.gz", "b.json.gz", "b.json", "b.csv", "c.json"])
def test_a_file_that_cannot_be_read_costs_itself(cost, name):
    rows = json.dumps([PLAIN] * 500).encode()
    held = {"b.jsonl.gz": gzip.compress(json.dumps(PLAIN).encode() * 9)[:-9], "b.json.gz": gzip.compress(rows)[:-20]}
    held |= {"b.json": b"[1, 2]", "c.json": b'{"broken":', "b.csv": "day,input\n".encode("utf-16")}

    costs = cost(**{"a.jsonl": json.dumps(PLAIN), name: held[name]})

    assert costs.total >= 1
    assert name in costs.problems[0].place


def test_a_day_in_digits_of_another_script_is_none(cost):
    assert reasons(cost({**PLAIN, "day": "202６-10-01"})) == [
        "what should be a day is none: write 2026-09-04 or ISO 8601"
    ]
