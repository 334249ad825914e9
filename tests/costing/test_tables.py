"""A table of an engine says of a row what Python says of it, or why it does not."""

import ibis
import pyarrow as pa
import pytest

from octoregistry.costing.costs import costs_of
from octoregistry.costing.errors import CostingError
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.sql import connect
from providers import parse_registry
from tests.costing.form_logs import REGISTRY, costs_in_json

RATES = compile_rates(parse_registry(REGISTRY))
WHOSE = {"day": "2026-10-01", "provider": "openai", "model": "road"}
COUNTED = {"input_tokens": 1_000_000, "output_tokens": 0}


def cost(table):
    engine = connect()
    try:
        return costs_of(engine, ibis.memtable(table), RATES, ["model"])
    finally:
        engine.disconnect()


def reasons(costs):
    return [(one.reason.partition(";")[0], one.rows) for one in costs.problems]


def test_json_in_a_column_is_of_the_form_that_its_own_fields_say():
    """A column is there for every row; what stands within it is not."""
    answer = {
        "object": "response",
        "created_at": 1790812800,
        "model": "road",
        "usage": {**COUNTED, "total_tokens": 1_000_000},
    }
    song = {
        "type": "message",
        "created_at": "2026-10-01",
        "model": "song",
        "usage": {**COUNTED, "input_tokens": 100_000, "cache_read_input_tokens": 100_000},
    }
    rows = [{**answer, "created_at": "1790812800", "service_tier": "flex"}, song]

    costs = costs_in_json(rows, RATES, ["model"])

    assert {row["model"]: str(row["cost"]) for row in costs.groups} == {
        "road": "0.500000000000",
        "song": "0.330000000000",
    }


def test_rows_of_no_form_are_told():
    rows = [
        {"created_at": "2026-10-01", "model": "road", "usage": COUNTED},
        {"model": "road", "tokens_in": "500"},
        {"model": "x"},
    ]

    costs = costs_in_json(rows, RATES)

    assert (costs.total, costs.rows) == (1, 3)
    assert reasons(costs) == [("a row of no known form: created_at, model, usage, tokens_in", 2)]


def test_numbers_in_a_map_are_counted_or_told():
    kind = pa.map_(pa.string(), pa.int64())
    held = [[("input", 1_000_000)], [("input", 1_000_000), ("nobody_knows", 5)], None]
    langfuse = pa.table(
        {
            "id": ["1", "2", "3"],
            "start_time": ["2026-10-01"] * 3,
            "model": ["road"] * 3,
            "usage_details": pa.array(held, kind),
        }
    )
    flat = pa.table({name: [text] * 2 for name, text in WHOSE.items()} | {"input": [1_000_000] * 2})
    more = pa.array([[("audio_tokens", 5)], [("team", 5)]], kind)

    assert str(cost(langfuse).total) == "1.000000000000"
    assert reasons(cost(langfuse)) == [("a number that no recipe knows: within usage_details", 1)]
    assert str(cost(flat.append_column("more", more)).total) == "1.000000000000"
    assert reasons(cost(flat.append_column("more", more))) == [("a number that no recipe knows: within more", 1)]


def test_two_columns_of_one_name_to_us_are_refused():
    with pytest.raises(CostingError, match=r"several columns are called input \(input, Input\)"):
        cost(pa.table({**{name: [text] for name, text in WHOSE.items()}, "input": [1], "Input": [10]}))
