"""A program's own frames give the answer that files give."""

import datetime
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


def one(day):
    """Usage of a day a row."""
    return {"day": day, "provider": ["acme"] * len(day), "model": ["road"] * len(day), "input": [1_000_000] * len(day)}


LATE = datetime.datetime(2026, 10, 1, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-4)))


@pytest.mark.parametrize(
    "usage",
    [
        pandas.DataFrame(one(pandas.Series([LATE]).astype("datetime64[ns, America/New_York]"))),
        polars.DataFrame(one([LATE])).with_columns(polars.col("day").cast(polars.Datetime("ns", "America/New_York"))),
        pa.table(one(pa.array([LATE], pa.timestamp("ns", "America/New_York")))),
        pa.table(one(pa.array([LATE.timestamp()]))),
        pa.table(one(pa.array([Decimal(int(LATE.timestamp()))]))),
        pandas.DataFrame(one(pandas.period_range("2026-10-02", periods=1, freq="D"))),
        polars.LazyFrame(one(["2026-10-02"])),
        pa.table(one(["2026-10-02"])).to_reader(),
    ],
    ids=["pandas ns", "polars ns", "Arrow ns", "unix as floats", "unix as decimals", "periods", "lazy", "reader"],
)
def test_a_day_is_one_of_utc_whatever_type_it_comes_in(usage):
    costs = octoregistry.cost_frame(usage, ["day"], registry=parse_registry(REGISTRY))

    days = costs.frame["day"].to_pylist() if isinstance(costs.frame, pa.Table) else list(costs.frame["day"])
    assert [str(day)[:10] for day in days] == ["2026-10-02"]
    assert (costs.total, costs.problems) == (2, ())


def test_times_with_a_zone_and_without_one_in_a_pandas_column_are_told_apart():
    frame = pandas.DataFrame(one(pandas.Series([LATE, LATE.replace(tzinfo=None)], dtype=object)))

    costs = octoregistry.cost_frame(frame, registry=parse_registry(REGISTRY))

    assert costs.total == 2
    assert [problem.reason.partition(":")[0] for problem in costs.problems] == [
        "a time without a zone among times with one"
    ]


@pytest.mark.parametrize("usage", [3, pandas.DataFrame([["2026-10-01", 1, 2]], columns=["day", "input", "input"])])
def test_what_is_no_frame_or_has_columns_of_one_name_is_refused(usage):
    with pytest.raises(CostingError, match=r"cannot be read as Arrow|several columns are called input"):
        octoregistry.cost_frame(usage, registry=parse_registry(REGISTRY))


def test_a_number_too_long_for_any_column_is_the_fault_of_its_row():
    costs = octoregistry.cost_frame(
        pandas.DataFrame({**USAGE, "input": [1_000_000, 2**70, 5]}), registry=parse_registry(REGISTRY)
    )

    assert (costs.total, costs.unpriced) == (2, 2)


def test_costs_are_decimals_in_every_kind_of_frame():
    given = [pa.table(USAGE), polars.DataFrame(USAGE), pandas.DataFrame(USAGE)]

    arrow, polar, panda = (octoregistry.cost_frame(usage, registry=parse_registry(REGISTRY)).frame for usage in given)

    assert arrow.schema.field("cost").type == pa.decimal128(38, 12)
    assert polar.schema["cost"] == polars.Decimal(38, 12)
    assert [panda[name].dtype for name in ("cost", "input", "requests", "rows")] == [object] * 3 + ["int64"]


def test_a_frame_without_tokens_is_refused():
    with pytest.raises(CostingError, match="no known form: there are day"):
        octoregistry.cost_frame(pa.table({"day": ["2026-10-01"]}))


def test_an_empty_frame_costs_nothing():
    costs = octoregistry.cost_frame(pa.table({name: pa.array([], pa.string()) for name in USAGE}))

    assert (costs.total, costs.rows, costs.problems) == (0, 0, ())
