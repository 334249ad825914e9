"""Files are read as they are found: late keys, torn lines, unlike schemas, empty ones; no row is lost in silence."""

import datetime
import gzip
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from octoregistry.costing.errors import CostingError
from octoregistry.costing.patterns import passed_over, usage_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from providers import parse_registry
from tests.costing.form_logs import costs_either_way

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road:
        display_name: Road
        input_per_million: 0.5
        output_per_million: 5.0
        rates: [{mode: standard, input: 1.0, output: 10.0, cached_input: 0.1}]
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""
M = 1_000_000
ROW = {"day": "2026-10-01", "provider": "acme", "model": "road", "input": M}
CSV = "day,provider,model,input\n2026-10-01,acme,road,1000000\n"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def cost(*patterns, by=()):
    """The costs of files, the same wherever they are read."""
    return costs_either_way(patterns, compile_rates(parse_registry(REGISTRY)), by)


def lines(path, *rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def test_tokens_that_only_a_late_line_of_json_names_are_on_the_bill(tmp_path):
    lines(tmp_path / "log.jsonl", *[ROW] * 1500, {**ROW, "cached_input": 10 * M})

    assert cost("log.jsonl").total == 1501 + 1


def test_a_key_deep_in_a_late_line_is_found_too(tmp_path):
    span = {"startTimeUnixNano": "1790812800000000000", "attributes": {"gen_ai.system": "acme"}}
    span["attributes"] |= {"gen_ai.request.model": "road", "gen_ai.usage.input_tokens": M}
    late = {**span, "attributes": {**span["attributes"], "gen_ai.usage.cache_read.input_tokens": M}}
    lines(tmp_path / "log.jsonl", *[{"http": 1}] * 1500, span, late)

    costs = cost("log.jsonl")

    assert costs.form == "OpenTelemetry gen_ai attributes"
    assert str(costs.total) == "1.100000000000"


def test_a_column_that_only_a_late_line_has_can_be_grouped_by(tmp_path):
    lines(tmp_path / "log.jsonl", *[ROW] * 1500, {**ROW, "team": "a"})

    groups = cost("log.jsonl", by=["team"]).table.to_pylist()

    assert {row["team"]: row["rows"] for row in groups} == {None: 1500, "a": 1}


def test_a_line_of_json_that_is_no_object_is_told_as_no_row(tmp_path):
    (tmp_path / "log.jsonl").write_text(f"{json.dumps(ROW)}\n[1, 2]\nnot json\n{json.dumps({**ROW, 'model': 'x'})}\n")

    costs = cost("log.jsonl")

    assert (costs.total, costs.rows, costs.unpriced) == (1, 2, 3)
    assert [(problem.reason, problem.rows, problem.place) for problem in costs.problems] == [
        ("unknown model", 1, "log.jsonl:4"),
        ("a line that is no row: no JSON object", 2, "log.jsonl:2"),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_a_file_without_a_byte_holds_no_row_and_stops_no_other(tmp_path, name):
    (tmp_path / name).touch()
    for suffix, text in {".csv": CSV, ".jsonl": json.dumps(ROW), ".json": json.dumps([ROW])}.items():
        (tmp_path / f"b{suffix}").write_text(text)

    assert cost(f"*{(tmp_path / name).suffix}").total == 1
    with pytest.raises(CostingError, match=f"no row in {name}"):
        cost(name)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "\n\n", "no row in a.jsonl"),
        ("a.json", "[]", "no row in a.json"),
        ("a.json", "3", "a.json: item 1 is no object"),
        ("a.json", "{}\n{}\n", "a.json: not JSON: .*call it .jsonl"),
        ("a.csv", CSV.replace("model,input", "input,input"), "a.csv: several columns are called input"),
    ],
)
def test_a_file_that_is_no_log_is_told_by_name(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)

    with pytest.raises(CostingError, match=said):
        cost(name)


def test_a_parquet_file_that_is_torn_in_its_data_costs_itself_too(tmp_path):
    """Its end tells of columns and rows; only reading it shows that they are none."""
    pq.write_table(pa.Table.from_pylist([{**ROW, "input": n} for n in range(800)]), "a.parquet")
    spoiled = bytearray((tmp_path / "a.parquet").read_bytes())
    end = len(spoiled) - 8 - int.from_bytes(spoiled[-8:-4], "little")
    spoiled[4:end] = bytes(byte ^ 90 for byte in spoiled[4:end])
    (tmp_path / "b.parquet").write_bytes(spoiled)

    costs = cost("*.parquet")

    assert costs.rows == 800
    assert [(one.rows, one.place) for one in costs.problems] == [(1, "b.parquet:1")]


@pytest.mark.parametrize(
    ("name", "spoiled"),
    [
        ("b.parquet", b"PAR1 and no end"),
        ("b.csv", b"\xff\xfed\x00a\x00y\x00"),
        ("b.csv", b'day,input\n"2026-10-01'),
        ("b.json", b'{"broken":'),
        ("b.json", b"[1, 2]"),
        ("b.jsonl.gz", b"no gzip"),
    ],
)
def test_a_broken_file_of_a_folder_costs_itself_and_not_the_others(tmp_path, name, spoiled):
    (tmp_path / "logs").mkdir()
    suffix = name.partition(".")[2]
    good = {
        "csv": CSV.encode(),
        "json": json.dumps([ROW]).encode(),
        "jsonl.gz": gzip.compress(json.dumps(ROW).encode()),
    }
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist([ROW]), "logs/a.parquet")
    else:
        (tmp_path / "logs" / f"a.{suffix}").write_bytes(good[suffix])
    (tmp_path / "logs" / name).write_bytes(spoiled)

    costs = cost("logs")

    assert costs.total == 1
    assert [(one.rows, one.place.partition(":")[0]) for one in costs.problems] == [(1, f"logs/{name}")]


@pytest.mark.parametrize("name", ["b.csv.bz2", "b.csv.1", "b.jsonl.zip", "b.CSV.xz"])
def test_a_log_of_a_folder_that_is_packed_otherwise_or_put_aside_is_told(tmp_path, name):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.csv").write_text(CSV)
    (tmp_path / "logs" / name).write_text(CSV)
    (tmp_path / "logs" / "notes.txt").write_text("no log")

    costs = costs_of_files(usage_files(["logs"]), compile_rates(parse_registry(REGISTRY)), ())

    assert costs.total == 1
    assert [(one.rows, one.place.partition(":")[0]) for one in costs.problems] == [(1, f"logs/{name}")]
    assert name in costs.problems[0].reason
    assert passed_over(["logs"]) == {".txt": 1}


def test_what_is_no_file_is_told_wherever_it_is_named(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.csv").write_text(CSV)
    os.mkfifo(tmp_path / "logs" / "pipe.jsonl")
    (tmp_path / "logs" / "nothing.csv").symlink_to("gone.csv")
    (tmp_path / "logs" / "loop.csv").symlink_to("loop.csv")

    costs = costs_of_files(usage_files(["logs"]), compile_rates(parse_registry(REGISTRY)), ())

    assert costs.total == 1
    assert sorted(one.place.partition(":")[0] for one in costs.problems) == [
        "logs/loop.csv", "logs/nothing.csv", "logs/pipe.jsonl",
    ]  # fmt: skip
    with pytest.raises(CostingError, match="no file but a pipe"):
        usage_files(["logs/a.csv", "logs/pipe.jsonl"])


def test_bytes_of_another_alphabet_are_told_without_reaching_a_terminal(tmp_path):
    (tmp_path / "a.csv").write_bytes(CSV.encode("utf-16"))

    with pytest.raises(CostingError, match=r"a\.csv: no CSV that can be read") as raised:
        cost("a.csv")
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("s3://bucket/*.parquet", "not a file of this machine"),
        ("logs", "logs: a folder without a log"),
        ("*.txt", "no such file"),
    ],
)
def test_a_place_without_files_says_what_to_name(tmp_path, pattern, said):
    (tmp_path / "logs").mkdir()

    with pytest.raises(CostingError, match=said):
        usage_files([pattern])


def test_a_file_that_two_patterns_name_is_paid_for_once(tmp_path):
    (tmp_path / "a.csv").write_text(CSV)

    assert cost("a.csv", "*.csv").total == 1


@pytest.mark.parametrize(
    "written",
    [
        CSV.encode("utf-8-sig"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        CSV.replace("\n", "\r\n").encode(),
        CSV.rstrip().encode(),
    ],
)
def test_csv_of_any_dialect_is_read(tmp_path, written):
    (tmp_path / "a.csv").write_bytes(written)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(written))

    assert cost("a.csv").total == cost("b.csv.gz").total == 1


def test_folders_may_be_columns(tmp_path):
    for day in ("2026-10-01", "2026-10-02"):
        (tmp_path / f"day={day}").mkdir()
        pq.write_table(
            pa.Table.from_pylist([{**ROW, "day": None}]).drop(["day"]), tmp_path / f"day={day}" / "a.parquet"
        )

    groups = cost("**/*.parquet", by=["day"]).table.to_pylist()

    assert [str(row["day"]) for row in groups] == ["2026-10-01", "2026-10-02"]


def at(path, moment, kind):
    table = pa.Table.from_pylist([ROW]).drop(["day"])
    pq.write_table(table.append_column("day", pa.array([moment], kind)), path)


def test_times_without_a_zone_in_one_file_and_with_one_in_another_are_told(tmp_path):
    late = datetime.datetime(2026, 10, 1, 23, 30)  # noqa: DTZ001 - that is the point
    at(tmp_path / "a.parquet", late.replace(tzinfo=datetime.UTC), pa.timestamp("us", "UTC"))
    at(tmp_path / "b.parquet", late, pa.timestamp("us"))
    at(tmp_path / "c.parquet", late.date(), pa.date32())

    costs = cost("*.parquet")

    assert costs.total == 2
    assert [(problem.reason.partition(":")[0], problem.place) for problem in costs.problems] == [
        ("a time without a zone among times with one", "b.parquet:1")
    ]


def test_nanoseconds_with_a_zone_are_a_day_of_utc(tmp_path):
    late = datetime.datetime(2026, 10, 1, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-4)))
    at(tmp_path / "a.parquet", late, pa.timestamp("ns", "America/New_York"))

    assert [str(row["day"]) for row in cost("a.parquet", by=["day"]).table.to_pylist()] == ["2026-10-02"]
