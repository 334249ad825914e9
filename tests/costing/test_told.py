"""What cannot be read, or cannot be true, is told: texts that break off, parts above their whole, counts that differ."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from octoregistry.cli.cost import command
from octoregistry.costing.reading import How, proposal
from octoregistry.costing.values import AGAIN, LESS, SAME_SUM
from tests.costing.closed_rows import (
    CALL,
    CHAT,
    CLAUDE,
    GEMINI,
    GEN_AI,
    LANGFUSE,
    LITELLM,
    MESSAGE,
    PLAIN,
    RATES,
    REPORT,
    SPAN,
    cost_of_rows,
    gen_ai,
    reasons,
)
from tests.costing.form_logs import M, costs_in, costs_in_json
from tests.costing.test_repeats import CONTEXT, codex

CUT = '{"usage_object": {"cache_read_input_tokens": 90000, "x": "…'
WRITTEN = {"ephemeral_1h_input_tokens": 40, "ephemeral_5m_input_tokens": 20}


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


@pytest.fixture
def either_way(tmp_path):
    return costs_in(tmp_path)


@pytest.mark.parametrize(
    ("row", "of"),
    [
        ({**LITELLM, "metadata": CUT}, "metadata"),
        ({**LITELLM, "metadata": [{"usage_object": {"cache_read_input_tokens": 5}}]}, "metadata"),
        ({**PLAIN, "usage": '{"a":5'}, "usage"),
        ({**PLAIN, "tokens_x": "[5]"}, "tokens_x"),
        ({**PLAIN, "attributes": '{"gen_ai.usage.input_tokens":500,"x":'}, "attributes"),
        ({**SPAN, "span_id": "1", "name": "chat", "attributes": '{"gen_ai.usage.input_tokens":500,"x":'}, "attributes"),
    ],
)
def test_usage_deeper_down_in_a_text_that_cannot_be_read_is_told(either_way, row, of):
    costs = either_way(PLAIN, row, by=())

    assert (costs.total, reasons(costs)) == (1, [f"usage that cannot be read: {of}"])


def test_a_table_of_an_engine_tells_of_a_text_that_breaks_off():
    costs = costs_in_json([{**LITELLM, "metadata": CUT}], RATES)

    assert reasons(costs) == ["usage that cannot be read: metadata"]


@pytest.mark.parametrize("text", ["[Request interrupted]", "{}", "[]", '"words"'])
def test_words_and_empty_objects_are_no_usage_that_breaks_off(either_way, text):
    assert either_way({**LITELLM, "metadata": text}, by=()).total == 1


@pytest.mark.parametrize(
    "text", ["~500000", "5k tokens", "500,000 input tokens", "<5", "(5)", "$5", "≈500", "½", "n: 5"]
)
def test_a_number_among_words_in_a_column_of_usage_is_told(either_way, text):
    costs = either_way(PLAIN, {**PLAIN, "audio_tokens": text}, by=())

    assert (costs.total, reasons(costs)) == (1, ["a number that no recipe knows: audio_tokens"])


@pytest.mark.parametrize(
    "held",
    [
        {"token_kind": "gpt-4o"},
        {"request_text": "tell me 3 jokes"},
        {"cache_state": "req_4f0"},
        {"latency_seconds": "3.2"},
        {"duration_seconds": 3.2},
        {"elapsed_seconds": 1},
    ],
)
def test_names_texts_and_times_are_no_numbers_of_usage(either_way, held):
    assert either_way({**PLAIN, **held}, by=()).total == 1


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (
            {
                **MESSAGE,
                "id": "m",
                "usage": {"input_tokens": 9, "cache_creation_input_tokens": 50, "cache_creation": WRITTEN},
            },
            "usage.cache_creation.ephemeral_5m_input_tokens",
        ),
        (
            {
                **LANGFUSE,
                "id": "1",
                "usageDetails": {
                    "input": 9,
                    "cache_creation_input_tokens": 50,
                    "input_cache_creation_1h": 40,
                    "input_cache_creation_5m": 20,
                },
            },
            "usage_details.input_cache_creation_5m",
        ),
        (
            {
                **LITELLM,
                "metadata": {"usage_object": {"cache_creation_input_tokens": 50, "cache_creation": WRITTEN}},
            },
            "metadata.usage_object.prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens",
        ),
    ],
)
def test_written_parts_above_what_was_written_are_told(cost, row, part):
    assert reasons(cost(row)) == [f"a part that is more than its whole: {part}"]


def test_counts_that_differ_are_told_though_a_nought_stands_between_them(either_way):
    names = ("cache_read.input_tokens", "cache_read_input_tokens", "details.cache_read_tokens")
    counts = {f"gen_ai.usage.{name}": count for name, count in zip(names, (100, 0, 700), strict=True)}
    row = {**SPAN, "spanId": "1", **gen_ai(M), **counts}
    for costs in (either_way(row, by=()), costs_in_json([row], RATES)):
        assert [reason.partition(":")[0] for reason in reasons(costs)] == ["two counts of the same that differ"]


def part(when, output, **more):
    usage = {"input_tokens": M, "output_tokens": output, **more}
    return {**CLAUDE, "timestamp": when, "message": {"id": "m", "model": "song", "type": "message", "usage": usage}}


@pytest.mark.parametrize(
    ("first", "second"),
    [("10:00:00Z", "10:00:00.500Z"), ("10:00:00.5Z", "10:00:00.51Z"), ("12:00:00+02:00", "10:00:01Z")],
)
def test_of_a_growing_response_the_row_that_counts_most_counts(cost, first, second):
    costs = cost(part(f"2026-10-01T{first}", 1), part(f"2026-10-01T{second}", M))

    assert (costs.total, reasons(costs)) == (Decimal("28.5"), [])


@pytest.mark.parametrize("again", [part("2026-10-01T10:00:02Z", 0), part("2026-10-01T10:00:02Z", 5)])
def test_a_later_row_of_a_response_that_counts_less_is_told(cost, again):
    costs = cost(part("2026-10-01T10:00:01Z", M), again)

    assert (costs.total, reasons(costs)) == (Decimal("28.5"), [LESS])


def test_a_table_of_an_engine_keeps_the_row_that_counts_most_too(cost):
    rows = [part("2026-10-01T10:00:00.500Z", M), part("2026-10-01T10:00:00Z", 1), part("2026-10-01T10:00:02Z", 5)]

    costs, same = costs_in_json([{**row, "sessionId": "s"} for row in rows], RATES), cost(*rows)

    assert (costs.total, reasons(costs)) == (same.total, reasons(same)) == (Decimal("28.5"), [LESS])


def test_the_response_of_a_repeat_is_the_one_that_counts_more(cost):
    rows = [
        {**LITELLM, "request_id": "1", "prompt_tokens": count, "startTime": f"2026-10-0{day}"}
        for day, count in ((1, M), (2, 0))
    ]

    costs = cost(*rows)

    assert (costs.total, reasons(costs)) == (1, [AGAIN])


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 19, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 5, "image_tokens": 5}},
        {"prompt_tokens": 19, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 5, "audio_tokens": 5}},
    ],
)
def test_cached_beside_another_modality_is_told(cost, usage):
    assert reasons(cost({**CHAT, "usage": usage})) == ["which modality was cached is not said"]


def test_cached_images_of_gemini_are_told_unless_details_say_more(cost):
    usage = {
        "promptTokenCount": 9,
        "cachedContentTokenCount": 4,
        "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": 5}],
    }

    assert reasons(cost({**GEMINI, "usageMetadata": usage})) == ["which modality was cached is not said"]


def attribute(key, value):
    return {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": value}}


def otlp(*attributes, scopes="scopeSpans", **more):
    said = [attribute(*pair) for pair in GEN_AI.items()]
    span = {"traceId": "t", "spanId": "1", "name": "chat", "startTimeUnixNano": str(1790812800 * 10**9)}
    return {"resourceSpans": [{scopes: [{"spans": [{**span, "attributes": [*said, *attributes], **more}]}]}]}


TOKENS = attribute("gen_ai.usage.input_tokens", M)


def test_an_attribute_that_stands_twice_is_told_where_it_differs(cost):
    again = attribute("gen_ai.usage.input_tokens", 9)

    assert cost(otlp(TOKENS, TOKENS)).total == 1
    assert reasons(cost(otlp(TOKENS, again))) == ["two fields of one name that differ: gen_ai.usage.input_tokens"]


def test_pairs_with_a_key_twice_are_told_where_they_differ(cost):
    pairs = [{"key": "input", "value": M}, {"key": "input", "value": 9}]

    assert reasons(cost({"id": "1", **LANGFUSE, "usageDetails": pairs})) == [
        "two fields of one name that differ: usage_details.input"
    ]


def test_spans_in_the_older_list_are_read(cost):
    assert cost(otlp(TOKENS, scopes="instrumentationLibrarySpans")).total == 1


def test_usage_in_the_events_of_a_span_is_told(cost):
    event = {"name": "done", "attributes": [attribute("gen_ai.usage.output_tokens", 5)]}

    assert reasons(cost(otlp(TOKENS, events=[event]))) == [
        "a number that no recipe knows: events.gen_ai.usage.output_tokens"
    ]


@pytest.mark.parametrize(
    "resource",
    [
        "x",
        {"scopeSpans": ["x"]},
        {"scopeSpans": [{"spans": [None]}]},
        {"otherSpans": [{"spans": [{}]}]},
        {"scopeSpans": 5},
    ],
)
def test_what_is_no_span_among_spans_is_told_and_ends_no_run(cost, resource):
    costs = cost(PLAIN, {"resourceSpans": [resource]})

    assert (costs.total, reasons(costs)) == (1, ["a row of no known form: resource_spans"])


def test_a_running_total_that_moves_by_less_than_the_last_call_is_told(cost):
    costs = cost(CONTEXT, codex(M, M, "01:00:00"), codex(2 * M, 2 * M, "02:00:00"))

    assert [reason.partition(":")[0] for reason in reasons(costs)] == ["two counts of the same that differ"]


@pytest.mark.parametrize(
    ("row", "secret"),
    [
        (
            {
                "request_created_at": "2026-10-01",
                "provider": "OPENAI",
                "model": "none",
                "prompt_tokens": 10,
                "completion_tokens": 1,
                "request_body": "4111 1111 1111 1111",
                "response_body": "12 secrets",
            },
            "request_body",
        ),
        ({**LITELLM, "model": "none", "cache_key": "4111", "requester_ip_address": "10.1"}, "cache_key"),
        (
            {
                "schemaType": "ModelInvocationLog",
                "modelId": "x",
                "timestamp": "2026-10-01",
                "input": {"inputTokenCount": 5, "inputBodyJson": {"prompt": "4111111111111111"}},
            },
            "input.input_body_json.prompt",
        ),
    ],
)
def test_what_is_free_is_never_shown(either_way, row, secret):
    (problem,) = either_way(row, by=()).problems

    assert secret not in problem.example
    assert not {"4111 1111 1111 1111", "12 secrets", "10.1"} & {*map(str, problem.example.values())}


def test_half_a_character_in_a_name_ends_no_run(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"day":"2026-10-01","provider":"openai","model":"gpt\\ud800","input":1}\n')

    said = CliRunner().invoke(command, [str(log), "--json"])

    assert said.exit_code == 3
    assert json.loads(said.stdout)["unpriced"] == 1


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        (
            ["response.prompt_tokens", "response.completion_tokens"],
            "--map input=response.prompt_tokens --map output=response.completion_tokens",
        ),
        (["request.tokens_out"], ""),
    ],
)
def test_flags_are_proposed_by_the_last_part_of_a_path(fields, flags):
    assert proposal(fields) == flags


def test_flags_are_proposed_for_fields_that_hold_numbers_alone(cost):
    with pytest.raises(Exception, match=r"perhaps --map input=request_tokens$"):
        cost({"request_image": "a.png", "request_tokens": 5, "response_tokens": "x"})


@pytest.mark.parametrize("blank", ["\u00a0", "\x0b", "\t"])
def test_blanks_around_a_name_change_nothing_for_anybody(either_way, blank):
    assert either_way({**PLAIN, "model": f"road{blank}", "provider": f"{blank}openai"}, by=()).total == 1


@pytest.mark.parametrize("provider", ["OPENA\u0130", "\u212aopenai"])
def test_names_of_other_letters_are_the_same_to_everybody(either_way, provider):
    assert either_way({**PLAIN, "provider": provider}, by=("provider",)).unpriced == 1


def test_a_call_without_a_day_has_the_same_provider_however_many_rows_there_are(either_way):
    assert (
        either_way(
            {"datetime_utc": "some day", "model": "road", "input_tokens": 5, "output_tokens": 1}, by=("provider",)
        ).unpriced
        == 1
    )


def test_events_of_a_stream_of_responses_are_read(cost):
    usage = {"input_tokens": M, "output_tokens": 0, "input_tokens_details": {"cached_tokens": 0}}
    event = {
        "type": "response.completed",
        "response": {"id": "r", "object": "response", "created_at": 1790812800, "model": "road", "usage": usage},
    }

    assert cost(event).total == 1


@pytest.mark.parametrize("host", ["https://api.openai.com", "api.openai.com:443", "api.openai.com"])
def test_a_vendors_own_server_is_one_however_it_is_written(either_way, host):
    assert either_way({**SPAN, "spanId": "1", **gen_ai(M), "server.address": host}, by=()).total == 1


def test_observations_of_an_unknown_type_are_told_as_that(either_way):
    row = {"id": "1", **LANGFUSE, "type": "FOO", "usageDetails": {"input": M}}

    assert reasons(either_way(row, by=())) == ["an observation of a type that is not known"]


VERTEX = {"response": {**GEMINI, "usageMetadata": {"promptTokenCount": M}}, "processed_time": "2026-10-01T00:00:00Z"}


def test_a_batch_of_vertex_is_one_of_another_seller(cost):
    (problem,) = cost({"request": {"contents": []}, "status": "", **VERTEX}).problems

    assert (problem.provider, problem.mode) == ("vertex", "batch")
    assert cost(VERTEX, how=How(hosts={"vertex": "openai"})).total == Decimal("0.5")


def test_the_responses_within_a_batch_of_gemini_are_rows(cost):
    held = {"inlinedResponses": [{"response": VERTEX["response"]}, {"response": VERTEX["response"]}]}
    batch = {"name": "batches/1", "response": {"inlinedResponses": held}}

    costs = cost(**{"a.json": json.dumps(batch)})

    assert (costs.rows, costs.form) == (2, "Gemini batches of inlined responses")


@pytest.mark.parametrize(
    "row", [{**REPORT, "input_tokens": M, "input_cached_tokens": 0, "output_tokens": 0, "start_time": 1790812800}]
)
def test_a_sum_that_stands_twice_is_counted_once_and_told(cost, row):
    costs = cost({"data": [{"results": [row]}]}, {"data": [{"results": [row]}]})

    assert (costs.total, costs.rows, reasons(costs)) == (1, 2, [SAME_SUM])


def test_rows_of_plain_sums_may_be_alike(either_way):
    assert either_way({**CALL, "input": M, "requests": 2}, {**CALL, "input": M, "requests": 2}, by=()).total == 2
