"""A response that stands in several rows, files or spans is paid for once, and told where that cannot be known."""

import json
from decimal import Decimal

import pytest

from octoregistry.costing.patterns import usage_files
from octoregistry.costing.values import AGAIN, NO_CALL_HERE, PERHAPS_BATCH, PERHAPS_SUM
from tests.costing.closed_rows import (
    CHAT,
    CLAUDE,
    GEMINI,
    GEN_AI,
    LANGFUSE,
    LITELLM,
    MESSAGE,
    ONE,
    PLAIN,
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
    "row",
    [
        {**CHAT, "id": "chatcmpl-1", "usage": ONE},
        {**LITELLM, "request_id": "1"},
        {"id": "1", **LANGFUSE, "usageDetails": {"input": M}},
        {
            "custom_id": "1",
            "response": {"status_code": 200, "body": {**CHAT, "usage": {**ONE, "prompt_tokens": 2 * M}}},
        },
        {**SPAN, "spanId": "1", "attributes": gen_ai(M)},
    ],
)
def test_a_response_that_stands_twice_is_counted_once_and_told(cost, row):
    costs = cost(row, row)

    assert (costs.total, costs.rows, reasons(costs)) == (1, 2, [AGAIN])


RAW = {**CHAT, "id": "chatcmpl-1", "usage": ONE}
LINE = {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": RAW}}
BATCH = {"id": "batch_1", "object": "batch", "created_at": 1790812800, "model": "road", "usage": ONE}
BATCH |= {"request_counts": {"total": 1, "completed": 1, "failed": 0}}
SONG = {**MESSAGE, "id": "msg_1", "usage": {"input_tokens": M // 10, "output_tokens": 0, "service_tier": "standard"}}


@pytest.mark.parametrize(
    ("rows", "usd"),
    [
        (({**LITELLM, "request_id": "chatcmpl-1"}, RAW), "1"),
        (({**LITELLM, "request_id": "chatcmpl-1"}, {**RAW, "service_tier": "flex"}), "0.5"),
        ((LINE, RAW), "0.5"),
        (({"custom_id": "1", "result": {"type": "succeeded", "message": SONG}}, SONG), "0.15"),
        (({**CLAUDE, "message": SONG}, SONG), "0.3"),
    ],
    ids=["gateway and answer", "answer with a tier", "batch and answer", "batch of messages", "transcript and message"],
)
def test_a_response_that_stands_in_two_forms_is_counted_once_and_told(cost, rows, usd):
    """That counts most, of these the one that says how it was served, whichever comes first."""
    for order in (rows, rows[::-1]):
        costs = cost(*order)
        assert (costs.total, costs.rows, reasons(costs)) == (Decimal(usd), 2, [AGAIN])


def test_ids_of_peoples_own_making_are_of_one_form(cost):
    assert cost({**LITELLM, "request_id": "1"}, {**CHAT, "id": "1", "usage": ONE}).total == 2


@pytest.mark.parametrize("batch", [BATCH, {**LITELLM, "request_id": "x", "call_type": "aretrieve_batch"}])
def test_a_batch_beside_rows_of_output_files_is_told_as_perhaps_their_sum(cost, batch):
    for order in ((batch, LINE), (LINE, batch)):
        costs = cost(*order)
        assert (costs.total, reasons(costs)) == (Decimal("0.5"), [PERHAPS_BATCH])
    assert cost(batch, RAW).total == Decimal("1.5")


def test_of_the_growing_parts_of_a_stream_the_last_counts(cost):
    parts = [
        {**GEMINI, "responseId": "r", "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": n}}
        for n in (1, 5)
    ]

    costs = cost(*parts)

    assert (costs.rows, [row["output"] for row in costs.groups]) == (1, [5])


def test_a_line_of_a_response_that_lacks_the_request_is_the_same_response(cost):
    line = {**CLAUDE, "message": {**MESSAGE, "id": "m", "usage": {"input_tokens": M, "output_tokens": 5}}}

    costs = cost(line, {**line, "requestId": "r"})

    assert (costs.rows, reasons(costs)) == (1, [])


def test_one_file_under_two_names_counts_once(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(PLAIN))
    (tmp_path / "b.jsonl").symlink_to(file)

    assert len(usage_files([str(tmp_path), str(file), f"{tmp_path}/./a.jsonl"])) == 1


def test_a_parent_that_repeats_its_calls_counts_once_whatever_it_is_called(cost):
    parent = {**SPAN, "spanId": "p", "attributes": gen_ai(2 * M)}
    between = {**SPAN, "spanId": "b", "parentSpanId": "p", "name": "step"}
    calls = [{**SPAN, "spanId": n, "parentSpanId": "b", "attributes": gen_ai(M)} for n in "12"]

    costs = cost(parent, between, *calls)

    assert (costs.total, costs.rows, reasons(costs)) == (2, 2, [])


def test_a_parent_that_counts_something_else_than_its_calls_is_told(cost):
    parent = {**SPAN, "spanId": "p", "attributes": gen_ai(5 * M)}
    call = {**SPAN, "spanId": "c", "parentSpanId": "p", "attributes": gen_ai(M)}

    assert reasons(cost(parent, call)) == [PERHAPS_SUM]


@pytest.mark.parametrize("parent", ["p", None])
def test_an_agent_that_counts_more_than_its_calls_here_is_told(cost, parent):
    agent = {**SPAN, "spanId": "p", "attributes": gen_ai(5 * M, **{"gen_ai.operation.name": "invoke_agent"})}
    call = {**SPAN, "spanId": "c", "attributes": gen_ai(M, **{"gen_ai.operation.name": "chat"})}

    costs = cost(agent, call | ({"parentSpanId": parent} if parent else {}))

    assert (costs.total, reasons(costs)) == (1, [NO_CALL_HERE])


def test_nested_attributes_of_a_collector_are_read(cost):
    details = {"kvlistValue": {"values": [{"key": "cache_read_tokens", "value": {"intValue": str(M)}}]}}
    said = {key: {"stringValue": value} for key, value in GEN_AI.items()}
    said |= {"gen_ai.usage.input_tokens": {"intValue": str(M)}, "gen_ai.usage.details": details}
    span = {**SPAN, "spanId": "1", "attributes": [{"key": key, "value": value} for key, value in said.items()]}
    span["startTimeUnixNano"] = str(1790812800 * 10**9)

    assert cost({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).total == Decimal("0.1")


def codex(total, last, at):
    counts = {"total_token_usage": {"input_tokens": total}, "last_token_usage": {"input_tokens": last}}
    return {"timestamp": f"2026-10-01T{at}Z", "type": "event_msg", "payload": {"type": "token_count", "info": counts}}


CONTEXT = {"timestamp": "2026-10-01T00:00:00Z", "type": "turn_context", "payload": {"model": "road"}}


def test_a_running_total_that_moves_by_more_than_the_last_call_is_told(cost):
    costs = cost(CONTEXT, codex(M, M, "01:00:00"), codex(9 * M, M, "02:00:00"))

    (reason,) = reasons(costs)
    assert costs.total == 1
    assert reason.startswith("two counts of the same that differ: carried.moved.input_tokens")


def test_a_forked_session_that_copies_its_parents_events_counts_them_once(cost):
    first, second = codex(M, M, "01:00:00"), codex(3 * M, 2 * M, "02:00:00")

    def lines(*found):
        return "\n".join(map(json.dumps, (CONTEXT, *found)))

    assert cost(**{"a.jsonl": lines(first), "b.jsonl": lines(first, second)}).total == 3
