"""`octoregistry cost`: what people see, what machines get, and what happens to rows that cannot be costed."""

import json
import subprocess
import sys
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from octoregistry.cli.cost import command as cost
from octoregistry.cli.cost import usd
from providers.interpretation import BELOW
from providers.registry import PACKAGED
from tests.cli.cost_logs import BAD, GOOD, REGISTRY


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("OCTOREGISTRY_MODELS", raising=False)
    (tmp_path / "models.yaml").write_text(REGISTRY)
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "bad.csv").write_text(BAD)


def run(*arguments):
    return CliRunner().invoke(cost, list(arguments))


def test_a_log_is_costed_by_the_prices_of_each_day_with_exit_0():
    result = run("good.csv", "--by", "day,model")

    assert result.exit_code == 0, result.output
    assert "2.000000" in result.output
    assert "5.000000 USD for 3 rows, read as plain" in result.output


def test_a_prompt_longer_than_its_prices_answer_for_is_told_with_their_size(tmp_path):
    bounded = "rates:\n          - {mode: standard, up_to_input_tokens: 272000, input: 2.0}"
    (tmp_path / "models.yaml").write_text(REGISTRY.replace("rates:\n          - {mode: standard, input: 2.0}", bounded))
    (tmp_path / "long.csv").write_text("day,provider,model,input\n2026-07-01,acme,cart,300000\n")

    result = run("long.csv")

    assert result.exit_code == 3
    told = "no known standard price for such a prompt on that day, but one for prompts up to 272,000 tokens"
    assert told in result.output


BETWEEN = """\
day,provider,model,mode,input,output
2026-05-20,acme,road,standard,1000000,0
2026-05-20,acme,road-1,standard,500000,100000
2026-05-20,acme,road,standard,0,100000
2026-06-01,acme,road,standard,1000000,0
"""


@pytest.mark.parametrize("engine", [False, True])
def test_between_two_prices_rows_cost_at_least_and_at_most_beside_the_total(tmp_path, engine):
    """What did not change is costed exactly; the rest is in no cost, and bounded in table, JSON and file alike."""
    changed = REGISTRY.replace("from: 2026-06-01,", "from: 2026-06-01, seen_before: 2026-05-01,")
    (tmp_path / "models.yaml").write_text(changed)
    (tmp_path / "log.csv").write_text(BETWEEN)
    asked = ["log.csv", "--by", "model"]
    if engine:
        ibis.connect("duckdb://logs.db").raw_sql("CREATE TABLE calls AS SELECT * FROM read_csv('log.csv')").close()
        asked = ["calls", "--engine", "duckdb://logs.db", "--by", "model"]

    result = run(*asked, "--out", "costs.csv")
    told = json.loads(run(*asked, "--json").output)

    assert result.exit_code == 3
    assert "2.000000 USD for 4 rows" in result.output
    assert "beside it, 2 rows cost at least 2.500000 and at most 4.000000 USD" in result.output
    assert (told["total"], told["unpriced"]) == ("2.000000000000", 2)
    assert told["uncertain"] == {"rows": 2, "least": "2.500000000000", "most": "4.000000000000"}
    assert told["groups"][0]["most"] == "4.000000000000"
    assert (tmp_path / "costs.csv").read_text().endswith(",2.000000000000,2,2,2.500000000000,4.000000000000\n")


def test_days_after_a_models_end_are_costed_and_told(tmp_path):
    ended = REGISTRY.replace("aliases: [road-1]", "aliases: [road-1]\n        retires_on: 2026-06-01")
    (tmp_path / "models.yaml").write_text(ended)

    result = run("good.csv")

    assert result.exit_code == 0
    assert "5.000000 USD for 3 rows" in result.output
    assert "rows of days after their model's end, costed at its last prices:\n  acme/road: 1 rows" in result.output
    assert json.loads(run("good.csv", "--json").output)["retired"][1] == {
        "provider": "acme",
        "model": "road-1",
        "rows": 1,
        "first_day": "2026-06-01",
        "last_day": "2026-06-01",
    }


def test_json_has_exact_costs_as_text_by_whatever_column():
    result = run("good.csv", "--by", "user", "--json")

    groups = json.loads(result.output)["groups"]
    assert [(row["user"], Decimal(row["cost"]), row["input"]) for row in groups] == [
        ("bob", Decimal(3), 2_000_000),
        ("ann", Decimal(2), 1_000_000),
    ]


def test_rows_without_a_price_are_counted_shown_with_their_line_and_in_no_cost_exit_3():
    result = run("bad.csv", "--by", "provider", "--json")

    told = json.loads(result.output)
    places = {problem["reason"]: (problem["rows"], problem.get("place")) for problem in told["problems"]}
    assert result.exit_code == 3
    assert places == {
        "unknown model": (1, "bad.csv:3"),
        "unknown provider": (1, "bad.csv:4"),
        "unknown mode: there are standard, batch, flex, priority": (1, "bad.csv:5"),
        "no known standard price for such a prompt on that day, but one from 2026-01-01 on; from 2026-06-01 on": (
            1,
            "bad.csv:6",
        ),
        "no batch price: the vendor does not serve it in batches": (1, "bad.csv:7"),
        "no known standard price of output": (1, "bad.csv:8"),
        BELOW: (1, "bad.csv:9"),
        "tokens that are no whole number": (1, "bad.csv:10"),
        "what should be a day is none: write 2026-09-04 or ISO 8601": (
            1,
            "bad.csv:11",
        ),  # the eleventh: ten have an example
        "a time without a zone among times with one: it may be another day": (1, "bad.csv:12"),
        "no model is stated": (1, "bad.csv:14"),
        "a line that is no row: Expected Number of Columns: 7 Found: 3": (1, "bad.csv:15"),
    }
    assert (told["total"], told["rows"], told["unpriced"]) == ("2.000000000000", 13, 12)
    assert all(problem["example"]["day"] for problem in told["problems"][:10])
    assert "many" not in result.output  # what is no number may be a prompt


def test_people_see_the_same_with_an_example():
    result = run("bad.csv")

    assert result.exit_code == 3
    assert "12 rows have no price and are in no cost:" in result.output
    assert '1 × acme/raod: unknown model (2026-07-01)\n      bad.csv:3: {"day": "2026-07-01"' in result.output


def test_a_group_without_any_price_costs_nothing_known_not_0():
    result = run("bad.csv", "--by", "model", "--json")

    costs = {row["model"]: row["cost"] for row in json.loads(result.output)["groups"]}
    assert costs == {"road": "2.000000000000", "raod": None, "cart": None, None: None}


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_machines_get_a_file_of_their_kind(tmp_path, suffix):
    out = tmp_path / f"costs{suffix}"

    assert run("good.csv", "--by", "month,model", "--out", str(out)).exit_code == 0
    if suffix == ".parquet":
        table = pq.read_table(out)
        assert table.schema.field("cost").type == pa.decimal128(38, 12)
        assert sum(table["cost"].to_pylist()) == 5
    elif suffix == ".csv":
        assert out.read_text().splitlines()[:2] == [
            "month,model,rows,requests,input,output,cost,unpriced,uncertain,least,most",
            "2026-01-01,road,1,1,1000000,0,2.000000000000,0,0,,",
        ]
    else:
        assert json.loads(out.read_text())["total"] == "5.000000000000"


def test_names_in_a_log_do_not_run_as_formulas_nor_steer_a_terminal(tmp_path):
    name = '=HYPERLINK("http://x")'
    rows = [{"day": "2026-07-01", "provider": "acme", "model": model, "input": 1} for model in (name, "\x1b[2Jred")]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))

    result = run("log.jsonl", "--by", "model", "--out", "costs.csv")

    assert "\x1b[2J" not in result.output
    assert "\"'=HYPERLINK" in (tmp_path / "costs.csv").read_text()


def test_files_of_one_kind_by_pattern_may_differ_in_columns(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.csv").write_text("day,provider,model,input\n2026-07-01,acme,road,1000000\n")
    (tmp_path / "logs" / "b.csv").write_text("output,model,provider,day,mode\n100000,road,acme,2026-07-01,batch\n")
    (tmp_path / "logs" / "c.csv").write_text("day,provider,input\n2026-07-01,acme,1\n")

    result = run("logs/*.csv", "--json")

    told = json.loads(result.output)
    assert (told["total"], result.exit_code) == ("1.500000000000", 3)
    assert [(problem["reason"], problem["place"]) for problem in told["problems"]] == [
        ("no model is stated", "logs/c.csv:2")
    ]


def test_parquet_and_json_lines_are_read_too_each_row_with_its_place(tmp_path):
    rows = [
        {"day": "2026-07-01", "provider": "acme", "model": "road", "input": 1_000_000},
        {"day": "2026-07-01", "provider": "acme", "model": "none", "input": 1},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log.parquet")
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))

    for file in ("log.parquet", "log.jsonl"):
        told = json.loads(run(file, "--json").output)
        assert told["total"] == "1.000000000000"
        assert told["problems"][0]["place"] == f"{file}:2"


def test_other_names_are_mapped_by_option_and_by_setting(tmp_path):
    (tmp_path / "other.csv").write_text("when,deployment,tokens_in\n2026-07-01,road,1000000\n")
    (tmp_path / "octoregistry.toml").write_text('[costing.columns]\nday = "when"\nmodel = "deployment"\n')

    result = run("other.csv", "--map", "input=tokens_in", "--map", "provider=:acme", "--json")

    assert json.loads(result.output)["total"] == "1.000000000000", result.output


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["none.csv"], 1, "none.csv: no such file"),
        (["good.txt"], 1, "not a kind of log"),
        (["good.csv", "--by", "team"], 1, "nothing to group by: team is none of day, provider, model, mode, month"),
        (["good.csv", "--map", "input"], 2, "write OURS=THEIRS"),
        (["good.csv", "--map", "input=tokens"], 1, "no column tokens"),
        (["good.csv", "--out", "costs.xls"], 1, "write to one of .parquet, .csv, .json"),
        (["good.csv", "--out", "nowhere/costs.csv"], 1, "nowhere is no folder that can be written to"),
        (["log-with-cost.csv", "--by", "cost"], 1, "nothing to group by cost with"),
        (["usage", "--engine", "nonsense://x"], 1, "nonsense://x"),
        (["usage", "--engine", "nonsense"], 1, "an engine is given by its URL"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, arguments, status, said):
    (tmp_path / "good.txt").touch()
    (tmp_path / "log-with-cost.csv").write_text("input,cost\n1,1\n")

    result = run(*arguments)

    assert result.exit_code == status
    assert said in result.output


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    out = tmp_path / "costs.parquet"
    out.write_text("last month's")

    def torn(_table, place):
        place.write_text("half")
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr(pq, "write_table", torn)
    result = run("good.csv", "--out", str(out))

    assert result.exit_code == 1
    assert "No space left" in result.output
    assert out.read_text() == "last month's"
    assert [path.name for path in tmp_path.iterdir() if "costs" in path.name] == ["costs.parquet"]


def test_a_place_that_cannot_be_written_is_told_before_the_costing(monkeypatch):
    monkeypatch.setattr("octoregistry.cli.cost._costs", lambda *_: pytest.fail("costed first"))

    assert run("good.csv", "--out", "nowhere/costs.csv").exit_code == 1


def test_a_mode_may_be_written_in_capitals_and_a_key_twice(tmp_path):
    (tmp_path / "log.csv").write_text(GOOD.replace(",batch,", ", Batch ,"))

    told = json.loads(run("log.csv", "--by", "mode,mode", "--json").output)

    assert {row["mode"]: row["cost"] for row in told["groups"]} == {
        "standard": "4.000000000000",
        "batch": "1.000000000000",
    }


def test_an_engine_that_cannot_be_reached_is_told_without_its_password():
    pytest.importorskip("psycopg", reason="needs psycopg")

    result = run("usage", "--engine", "postgres://me:hunter2@127.0.0.1:1/db")

    assert result.exit_code == 1
    assert "hunter2" not in result.output


def test_an_engine_costs_its_own_table(tmp_path):
    import duckdb

    with duckdb.connect(str(tmp_path / "logs.duckdb")) as database:
        database.execute("CREATE TABLE calls AS SELECT * FROM read_csv('good.csv', all_varchar = true)")

    result = run("calls", "--engine", "duckdb://logs.duckdb", "--by", "user", "--json")

    assert json.loads(result.output)["total"] == "5.000000000000", result.output


def test_an_engine_keeps_one_row_of_each_response_and_compares_no_stated_costs(tmp_path):
    day = "day,provider,model,input,id,spend\n2026-07-01,acme,road,1000000,a,1\n2026-07-01,acme,road,1000000,a,1\n"
    (tmp_path / "calls.csv").write_text(day)
    connection = ibis.duckdb.connect(tmp_path / "logs.db")
    connection.create_table("calls", connection.read_csv(str(tmp_path / "calls.csv")))
    connection.disconnect()
    engine = ["calls", "--engine", f"duckdb://{tmp_path / 'logs.db'}"]

    assert "2.000000 USD for 2 rows" in run(*engine).output
    assert "1.000000 USD for 1 rows" in run(*engine, "--once-by", "id").output
    refused = run(*engine, "--stated-cost", "spend")
    assert (refused.exit_code, "without --engine" in refused.output) == (1, True)


@pytest.mark.parametrize("option", ["--once-by", "--stated-cost"])
def test_a_column_that_is_nowhere_is_an_error(tmp_path, option):
    refused = run("good.csv", option, "spent")

    assert refused.exit_code == 1
    assert f"no column spent, which {option} should be read from" in refused.output


def test_before_the_first_reading_the_earliest_price_may_be_assumed(tmp_path):
    seen = REGISTRY.replace("aliases: [road-1]", "first_seen: 2026-01-01")
    (tmp_path / "models.yaml").write_text(seen)
    (tmp_path / "early.csv").write_text("day,provider,model,input\n2025-12-01,acme,road,1000000\n")

    assert run("early.csv").exit_code == 3
    assert "2.000000 USD for 1 rows" in run("early.csv", "--assume-earliest").output


def test_unknown_names_are_told_with_the_line_that_would_make_them_known(tmp_path):
    rows = ["day,provider,model,input", "2026-07-01,acme,us.road-v1:0,1", "2026-07-01,bedrock,road,1"]
    (tmp_path / "names.csv").write_text("\n".join(rows))

    told = run("names.csv").output

    assert 'that model\'s entry may say aliases: ["us.road-v1:0"]' in told
    assert 'octoregistry.toml may say [costing.hosts] "bedrock" = VENDOR' in told


def test_a_cost_for_people_is_never_0_unless_it_is():
    assert usd(Decimal("0.0000001")) == "< 0.000001"
    assert usd(Decimal("0E-12")) == "0.000000"
    assert usd(Decimal("1234.5")) == "1,234.500000"


def test_the_whole_program_exits_with_3_too(tmp_path):
    program = "from octoregistry.cli import main; main()"
    run = [sys.executable, "-c", program, "cost", "bad.csv", "--registry", PACKAGED]

    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ended.returncode == 3, ended.stderr
    assert ended.stderr == ""


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_who_leaves_changes_no_exit_status(tmp_path, form):
    """`octoregistry cost … | head -1` ends without a complaint, and with 3 where some rows have no price."""
    (tmp_path / "log.csv").write_text(BAD)
    (tmp_path / "models.yaml").write_text(REGISTRY)
    run = [sys.executable, "-m", "octoregistry", "cost", "log.csv", "--registry", "models.yaml", *form]
    with subprocess.Popen(run, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 3
