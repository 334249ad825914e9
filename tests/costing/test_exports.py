"""Exports of tools that flatten what they keep, and of logs that no recipe reads: read, or called what they are."""

import csv
import io
import json

import pandas as pd
import pytest

from octoregistry.costing.errors import CostingError
from tests.costing.closed_rows import RATES, cost_of_rows, reasons
from tests.costing.form_logs import M, costs_in_json

OF_SPAN = {"context.trace_id": "t", "context.span_id": "s", "start_time": "2026-10-01T10:00:00Z"}
GEN_AI = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "road", "gen_ai.usage.input_tokens": M}
OPENINFERENCE = {"llm.provider": "openai", "llm.model_name": "road", "llm.token_count.prompt": M}


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


def as_csv(row):
    text = io.StringIO()
    csv.writer(text).writerows([list(row), list(row.values())])
    return text.getvalue()


def as_parquet(row):
    held = io.BytesIO()
    pd.DataFrame([row]).to_parquet(held)
    return held.getvalue()


@pytest.mark.parametrize(("suffix", "write"), [("csv", as_csv), ("parquet", as_parquet), ("jsonl", json.dumps)])
@pytest.mark.parametrize("holder", ["attributes", "span_attributes", "SpanAttributes"])
@pytest.mark.parametrize("said", [GEN_AI, OPENINFERENCE], ids=["gen_ai", "openinference"])
def test_spans_whose_attributes_are_columns_are_read(cost, said, holder, suffix, write):
    row = {**OF_SPAN, **{f"{holder}.{name}": value for name, value in said.items()}}

    costs = cost(**{f"spans.{suffix}": write(row)})

    assert (costs.total, reasons(costs)) == (1, [])
    assert costs_in_json([{name: str(value) for name, value in row.items()}], RATES).total == 1


def test_a_number_among_such_columns_that_no_recipe_knows_is_told(cost):
    row = {**OF_SPAN, **{f"attributes.{name}": value for name, value in GEN_AI.items()}}

    assert reasons(cost({**row, "attributes.gen_ai.usage.new_tokens": 5})) == [
        "a number that no recipe knows: gen_ai.usage.new_tokens"
    ]


OF_A_TOOL = {"run_type": "llm", "start_time": "2026-10-01", "prompt_tokens": 5, "completion_tokens": 1}
COSTS = {
    "OpenAI cost report": {
        "start_time": 1790812800,
        "amount_value": 1.5,
        "amount_currency": "usd",
        "line_item": "road",
    },
    "Anthropic cost report": {"usage_date_utc": "2026-10-01", "token_type": "input_no_cache", "cost_usd": 1.5},
    "cost report": {"date": "2026-10-01", "model": "road", "amount": 1.5, "currency": "USD"},
}


def test_a_log_of_no_known_form_is_called_that(cost):
    """Its columns count tokens, and the flags that would read them are named."""
    with pytest.raises(CostingError, match=r"^no known form: .* perhaps --map input=prompt_tokens --map output="):
        cost(**{"log.csv": as_csv(OF_A_TOOL)})


@pytest.mark.parametrize(("name", "row"), COSTS.items(), ids=COSTS)
@pytest.mark.parametrize(("suffix", "write"), [("csv", as_csv), ("jsonl", json.dumps)])
def test_an_export_of_costs_is_called_that(cost, name, row, suffix, write):
    with pytest.raises(CostingError, match=f"^{name}: it states costs and counts no tokens"):
        cost(**{f"costs.{suffix}": write(row)})


def test_amounts_beside_a_count_are_no_cost_report(cost):
    with pytest.raises(CostingError, match=r"^no known form: .*--map input=prompt_tokens"):
        cost({**COSTS["cost report"], **OF_A_TOOL})


def test_openrouters_sums_of_days_are_those_of_a_reseller(cost):
    day = {"date": "2026-10-01", "model": "openai/road", "model_permaslug": "openai/road-2026", "usage": 0.008}
    day |= {"requests": 3, "prompt_tokens": 1000, "completion_tokens": 100, "reasoning_tokens": 20}
    (problem,) = cost(**{"activity.json": json.dumps({"data": [day]})}).problems

    assert (problem.provider, problem.model, problem.reason) == ("openrouter", "openai/road-2026", "unknown provider")
