"""Exports of tools that flatten what they keep, and of logs that no recipe reads: read, or called what they are."""

import csv
import io
import json

import pandas as pd
import pytest

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
