"""A program's own frames give the answer that files give."""

from decimal import Decimal

import ibis
import pandas
import polars
import pyarrow as pa
import pytest

import octoregistry
from octoregistry.costing import CostingError
from providers import load_registry, parse_registry
from providers.registry import PACKAGED

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road: {display_name: R, input_per_million: 1.0, output_per_million: 5.0, aliases: [road-1]}
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""
USAGE = {
    "day": ["2026-10-01", "2026-10-02", "2026-10-02"],
    "provider": ["acme"] * 3,
    "model": ["road", "road-1", "lane"],
    "input": [1_000_000, None, 5],
    "output": [0, 100_000, 5],
}


@pytest.mark.parametrize(
    "kind", [pandas.DataFrame, polars.DataFrame, pa.table, lambda rows: ibis.memtable(pa.table(rows))]
)
def test_every_kind_of_frame_costs_the_same_and_comes_back_as_its_kind(kind):
    given = kind(USAGE)

    costs = octoregistry.cost_frame(given, ["model"], registry=parse_registry(REGISTRY))

    assert isinstance(costs.frame, pa.Table if isinstance(given, ibis.Table) else type(given))
    dearest = costs.frame["cost"][0]
    assert (dearest.as_py() if isinstance(dearest, pa.Scalar) else dearest) == Decimal(3)
    assert (costs.total, costs.rows, costs.unpriced) == (Decimal(3), 3, 1)
    assert [(problem.reason, problem.example["model"]) for problem in costs.problems] == [("unknown model", "lane")]


def test_a_table_of_an_engine_is_costed_where_it_lies(engine):
    if engine.name == "pyspark":
        table = engine.create_view("frame_usage", ibis.memtable(pa.table(USAGE)), overwrite=True)
    else:
        table = engine.create_table("frame_usage", pa.table(USAGE), temp=True, overwrite=True)

    costs = octoregistry.cost_frame(table, ["day", "model"], registry=parse_registry(REGISTRY))

    assert costs.total == 3
    assert str(costs.problems[0]) == "acme/lane: unknown model"


def test_without_a_registry_the_one_in_force_counts(monkeypatch):
    monkeypatch.setenv("OCTOREGISTRY_MODELS", PACKAGED)
    row = {"day": "2026-10-01", "provider": "gemini", "model": "gemini-3.5-flash", "input": 10, "output": 10}
    expected = load_registry(PACKAGED).pricing("gemini", "gemini-3.5-flash").cost(at="2026-10-01", input=10, output=10)

    assert octoregistry.cost_frame(pa.Table.from_pylist([row])).total == expected


def test_a_word_among_the_numbers_of_a_pandas_column_is_the_fault_of_its_row():
    frame = pandas.DataFrame({**USAGE, "input": [1_000_000, "many", None]})

    costs = octoregistry.cost_frame(frame, registry=parse_registry(REGISTRY))

    assert costs.total == 2
    assert {problem.reason for problem in costs.problems} == {"tokens that are no whole number", "unknown model"}


def test_a_frame_without_tokens_is_refused():
    with pytest.raises(CostingError, match="no column counts tokens: there are day"):
        octoregistry.cost_frame(pa.table({"day": ["2026-10-01"]}))


def test_an_empty_frame_costs_nothing():
    costs = octoregistry.cost_frame(pa.table({name: pa.array([], pa.string()) for name in USAGE}))

    assert (costs.total, costs.rows, costs.problems) == (0, 0, ())
