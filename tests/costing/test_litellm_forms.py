"""LiteLLM's spend logs, and attributes of spans in maps, structs and JSON."""

import csv
import json
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from octoregistry.costing.frames import cost_frame
from octoregistry.costing.rates import compile_rates
from providers import parse_registry
from tests.costing.form_logs import REGISTRY, M, costs_either_way, costs_in


@pytest.fixture
def cost_of(tmp_path):
    return costs_in(tmp_path)


def test_litellm_counts_every_vendor_as_openai_does_and_its_own_cache_costs_nothing(cost_of):
    usage = {"cache_read_input_tokens": 2 * M, "cache_creation_input_tokens": M}
    row = {"startTime": "2026-10-01T10:00:00+00:00", "custom_llm_provider": "anthropic", "model": "anthropic/song"}
    row |= {"prompt_tokens": 4 * M, "completion_tokens": M, "cache_hit": "False", "metadata": {"usage_object": usage}}

    costs = cost_of(row, {**row, "cache_hit": "True"}, by=())

    counted = costs.table.to_pylist()[0]
    assert [counted[name] for name in ("input", "cached_input", "cache_write_5m", "output")] == [M, 2 * M, M, M]
    assert costs.rows == 2


LITELLM = {
    "startTime": "2026-10-01T10:00:00+00:00",
    "custom_llm_provider": "anthropic",
    "model": "anthropic/song",
    "prompt_tokens": 40_000,
    "completion_tokens": 10_000,
}
CACHED = {"cache_read_input_tokens": 20_000, "cache_creation_input_tokens": 10_000}
LITELLM_USD = (Decimal("3") + 2 * Decimal("0.3") + Decimal("3.75") + 15) / 100


@pytest.mark.parametrize("place", ["usage_object", "additional_usage_values"])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet of texts", "parquet of structs"])
def test_litellm_says_what_was_cached_in_metadata_whatever_the_export(tmp_path, kind, place):
    row = {**LITELLM, "metadata": {place: CACHED, "status": "success"}}
    path = tmp_path / f"log.{kind.partition(' ')[0]}"
    texts = {**row, "metadata": json.dumps(row["metadata"])}
    if kind == "jsonl":
        path.write_text(json.dumps(row))
    elif kind == "csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([list(texts), list(texts.values())])
    else:
        pq.write_table(pa.Table.from_pylist([texts if kind == "parquet of texts" else row]), path)

    costs = costs_either_way([path], compile_rates(parse_registry(REGISTRY)))

    assert costs.form == "LiteLLM spend logs"
    assert (costs.total, costs.problems) == (LITELLM_USD, ())


@pytest.mark.parametrize("first", [0, "0", None])
def test_litellm_may_leave_one_of_two_counts_of_the_same_at_0(cost_of, first):
    """Of OpenAI's models LiteLLM may write `cache_read_input_tokens: 0` beside the tokens that were cached."""
    usage = {"cache_read_input_tokens": first, "prompt_tokens_details": {"cached_tokens": 2 * M}}
    row = {**LITELLM, "prompt_tokens": 3 * M, "completion_tokens": 0, "metadata": {"usage_object": usage}}

    counted = cost_of(row, by=()).table.to_pylist()[0]

    assert (counted["input"], counted["cached_input"]) == (M, 2 * M)


SPAN = {
    "gen_ai.system": "openai",
    "gen_ai.request.model": "road",
    "gen_ai.usage.input_tokens": str(M),
    "user.id": "ann",
}
_MAP = pa.map_(pa.string(), pa.string())


@pytest.mark.parametrize(
    "held",
    [
        {"attributes": pa.array([list(SPAN.items())], _MAP)},
        {"SpanAttributes": pa.array([list(SPAN.items())], _MAP), "SpanName": ["chat road"]},
        {"attributes": [json.dumps({**SPAN, "gen_ai.usage.input_tokens": M})]},
    ],
)
def test_attributes_of_spans_may_stand_in_a_map_or_in_json(held):
    table = pa.table({"Timestamp": ["2026-10-01T10:00:00Z"], **held})

    costs = cost_frame(table, by=["user.id", "model"], registry=parse_registry(REGISTRY))

    assert (costs.total, costs.problems) == (Decimal(1), ())
    assert [(row["user.id"], row["model"]) for row in costs.frame.to_pylist()] == [("ann", "road")]


def test_a_plain_log_may_have_attributes_of_its_own():
    row = {"day": "2026-10-01", "provider": "openai", "model": "road", "input": M, "attributes": json.dumps(SPAN)}

    assert cost_frame(pa.Table.from_pylist([row, row]), registry=parse_registry(REGISTRY)).total == 2


def test_metadata_without_usage_stops_nothing_and_one_that_breaks_off_is_told():
    rows = pa.Table.from_pylist([{**LITELLM, "metadata": text} for text in ("{", "", None, "[]", "{}")])

    costs = cost_frame(rows, registry=parse_registry(REGISTRY))

    assert costs.total == 4 * Decimal(4 * 3 + 15) / 100
    assert [problem.reason for problem in costs.problems] == ["usage that cannot be read: metadata"]


def test_litellm_in_postgres_keeps_metadata_as_json(postgres_url):
    connection = ibis.connect(postgres_url)
    row = {**LITELLM, "metadata": json.dumps({"additional_usage_values": CACHED, "usage_object": None})}
    connection.create_table("spend_texts", pa.Table.from_pylist([row]), overwrite=True)
    connection.raw_sql(
        'CREATE TABLE "SpendLogs" AS SELECT "startTime", custom_llm_provider, model, prompt_tokens, completion_tokens, '
        "metadata::jsonb AS metadata FROM spend_texts"
    ).close()

    costs = cost_frame(connection.table("SpendLogs"), registry=parse_registry(REGISTRY))

    assert (costs.total, costs.problems) == (LITELLM_USD, ())
    connection.disconnect()
