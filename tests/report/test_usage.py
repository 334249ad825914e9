"""The section "Your usage": what a log cost, otherwise would have cost, and which of its rows have no price."""

import builtins
import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from benchmarks.report import large_update, long, wide
from octoregistry.cli import cli
from octoregistry.costing import usage_costs
from octoregistry.report import page, report_of
from octoregistry.report.payload import as_json
from providers import parse_registry

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road:
        display_name: Road
        input_per_million: 1.0
        output_per_million: 5.0
        aliases: [road-1]
        rates:
          - {mode: standard, input: 2.0, output: 10.0, cached_input: 0.2, cache_write_5m: 2.5}
          - {mode: standard, above_input_tokens: 1000000, input: 4.0, output: 20.0, cached_input: 0.4}
          - {mode: batch, input: 1.0, output: 5.0, cached_input: 0.1}
      cart:
        display_name: Cart
        input_per_million: 1.5
        output_per_million: 4.5
        batch_support: false
        rates:
          - {mode: standard, input: 3.0, output: 9.0}
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""
CHEAPER = REGISTRY.replace(
    "          - {mode: batch, input: 1.0, output: 5.0, cached_input: 0.1}",
    "          - {mode: standard, from: 2026-09-01, input: 1.0, output: 10.0, cached_input: 0.1}\n"
    "          - {mode: batch, input: 1.0, output: 5.0, cached_input: 0.1}",
)
LOG = """\
day,provider,model,mode,input,output,cached_input,cache_write_5m
2026-08-01,acme,road,standard,100000,10000,500000,0
2026-08-01,acme,road-1,standard,0,0,0,100000
2026-08-02,acme,cart,standard,1000000,0,0,0
2026-08-02,acme,raod,standard,7,7,7,7
2026-08-03,acme,cart,batch,5,0,0,0
"""
TODAY = date(2026, 9, 8)


@pytest.fixture(scope="module")
def costs_of(tmp_path_factory):
    """The costs of a log's text by REGISTRY before and CHEAPER after an update, found once for all that ask for them."""

    @cache
    def made(text=LOG, before=REGISTRY, after=CHEAPER, name="log.csv"):
        log = tmp_path_factory.mktemp("usage") / name
        log.write_text(text)
        return usage_costs([str(log)], parse_registry(before), parse_registry(after), TODAY)

    return made


@pytest.fixture
def report_with(update_of, costs_of):
    """A report with the usage of a log."""
    return lambda text=LOG, **options: replace(
        report_of(update_of(REGISTRY, new_text=CHEAPER), "run"), usage=costs_of(text, **options)
    )


def test_usage_costs_what_its_own_days_say_by_model_and_by_day(costs_of):
    """Aliases under the model's own id; a day or a model without a price has no cost, and not 0."""
    usage = costs_of()
    assert usage.total.cost == Decimal("0.2") + Decimal("0.1") + Decimal("0.1") + Decimal("0.25") + 3
    assert [(one.model, one.figures.cost) for one in usage.models] == [
        ("cart", 3),
        ("road", Decimal("0.65")),
        ("raod", None),
    ]
    assert [(one.period, one.figures.cost, one.figures.unpriced) for one in usage.periods] == [
        ("2026-08-01", Decimal("0.65"), 0),
        ("2026-08-02", 3, 1),
        ("2026-08-03", None, 1),
    ]


@pytest.mark.parametrize(
    ("way", "cost", "kept"),
    [
        ("batch", "3.45", 2),  # road's first row: 0.1 + 0.05 + 0.05; its write and cart have no batch price
        ("uncached", "4.5", 0),  # 600,000 and 100,000 of input at 2.0
        ("cached", "3.47", 1),  # 600,000 read at 0.2; cart has no price of a read
        ("today", "3.5", 1),  # input at 1.0, reads at 0.1; the new rate has no price of a write
    ],
)
def test_the_other_ways_keep_what_has_no_price_there_as_it_was(costs_of, way, cost, kept):
    """Else a model that is not served in batches would look like a saving."""
    other = costs_of().total.otherwise[way]
    assert (other.cost, other.kept) == (Decimal(cost), kept)


def test_what_an_update_does_is_told_of_rows_that_have_both_prices(costs_of):
    """From now on, and on the days of the log, which a change from September on leaves as they are."""
    total = costs_of().total
    assert (total.from_now.before, total.from_now.after) == (Decimal("3.4"), Decimal("3.25"))
    assert (total.from_now.gained, total.from_now.lost) == (0, 1)  # the price of a write went away
    assert total.on_its_days.before == total.on_its_days.after == total.cost


def test_a_prompt_keeps_its_size_whatever_is_cached(costs_of):
    """1.2 million tokens are a long prompt with a cache and without; thresholds of either registry count."""
    head = "day,provider,model,input,cached_input\n"
    usage = costs_of(head + "2026-08-01,acme,road,200000,1000000\n", after=REGISTRY)
    assert usage.total.cost == Decimal("1.2")
    assert usage.total.otherwise["uncached"].cost == Decimal("4.8")
    assert usage.total.otherwise["cached"].cost == Decimal("0.48")
    dropped = "\n".join(line for line in REGISTRY.splitlines() if "above_input_tokens" not in line) + "\n"
    effect = costs_of(head + "2026-08-01,acme,road,200000,1000000\n", after=dropped).total.from_now
    assert (effect.before, effect.after) == (Decimal("1.2"), Decimal("0.6"))


def test_rows_without_a_price_are_counted_with_reason_and_place(costs_of):
    """Lines that are no row too; the file without its folder, and nothing else of the row: a report travels."""
    usage = costs_of(LOG + "2026-08-04,acme\n")
    assert (usage.total.rows, usage.total.unpriced) == (6, 3)
    assert {(one.reason, one.rows, one.place) for one in usage.problems} == {
        ("unknown model", 1, "log.csv:5"),
        ("no batch price: the vendor does not serve it in batches", 1, "log.csv:6"),
        ("a line that is no row: Expected Number of Columns: 8 Found: 2", 1, "log.csv:7"),
    }


def test_the_total_is_that_of_octoregistry_cost(costs_of, tmp_path):
    """The same log, the same registry, the same digits."""
    total = costs_of(after=REGISTRY).total
    (tmp_path / "models.yaml").write_text(REGISTRY)
    (tmp_path / "log.csv").write_text(LOG)
    arguments = ["cost", str(tmp_path / "log.csv"), "--registry", str(tmp_path / "models.yaml"), "--json"]
    told = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert Decimal(told["total"]) == total.cost
    assert told["unpriced"] == total.unpriced


def test_the_section_says_all_of_it(report_with):
    """The sums, the assumptions, the picture with its table, and the reasons."""
    section = BeautifulSoup(page(report_with()), "lxml").select_one("#usage")
    rows = section.select(".compared tbody tr")
    compared = {row.strong.text: [cell.text.strip() for cell in row.select("td")] for row in rows}
    assert compared["In batches"] == [
        "$3.65", "$3.45", "▼ −$0.2000 (−5.5%)", "2 rows have no such price and count as paid",
    ]  # fmt: skip
    assert compared["The same usage from now on"][:3] == ["$3.40", "$3.25", "▼ −$0.1500 (−4.4%)"]
    assert compared["What was paid"][2] == "no difference"
    assert "An upper bound of what a cache could save" in section.text
    assert "2 rows have no price" in section.select_one(".warning").text
    models = [
        [cell.text.strip() for cell in row.select("th, td")] for row in section.select(".used")[0].select("tbody tr")
    ]
    assert models[2] == ["raod", "acme", "no price", *"–––––", "28", "1", "1"]
    assert len(section.select("#usage-bars .bar")) == 2
    assert "?" in section.select_one("#usage-bars").text
    assert [row.th.text for row in section.select(".used")[1].select("tbody tr")] == [
        "2026-08-01", "2026-08-02", "2026-08-03",
    ]  # fmt: skip
    assert "unknown model" in section.select_one("#unpriced").text


def test_without_usage_there_is_no_section(update_of):
    """Nor a word of it in the data."""
    report = report_of(update_of(REGISTRY))
    assert 'id="usage"' not in page(report)
    assert "usage" not in json.loads(as_json(report))


def test_the_json_has_the_figures_as_text(report_with):
    """Which no reader makes a binary float of; what has no price is null."""
    report = report_with()
    usage = json.loads(as_json(report))["usage"]
    assert usage["total"]["cost"] == "3.65"
    assert usage["total"]["tokens"]["input"] == "1100012"
    assert usage["models"][2]["cost"] is None


def test_hostile_names_in_a_log_are_text(report_with):
    """In tables, the picture and the script element."""
    name = "</script><script>alert(1)</script>\u202e<img src=x onerror=alert(2)>"
    line = {"day": "2026-08-01", "provider": "<b>acme", "model": name, "mode": "<i>", "input": 10**17}
    report = report_with("\n".join([json.dumps(line)] * 20), name="<img src=x>.jsonl")
    soup = BeautifulSoup(page(report), "html.parser")
    assert len(soup.select("script")) == 3
    assert not soup.select("#usage img, #usage b, #usage i")
    assert "⟨U+202E⟩" in soup.select_one("#unpriced").text
    assert "\u202e" not in soup.select_one("#usage").text


def test_a_log_of_no_rows_and_one_without_days_are_told(report_with):
    """Nothing is drawn of nothing."""
    empty = BeautifulSoup(page(report_with(LOG.splitlines()[0] + "\n")), "lxml").select_one("#usage")
    assert "0 rows" in empty.text
    assert not empty.select("svg")
    dayless = report_with("provider,model,input\nacme,road,1\n")
    assert [one.reason for one in dayless.usage.problems] == ["no day is stated"]
    assert dayless.usage.periods == ()
    assert "no price" in page(dayless)


def test_a_long_log_of_many_models_stays_small(costs_of):
    """By month, the dearest sixty models, and the rest counted: it adds less than 80 KB to any page, whatever the log."""
    rows = [
        {
            "day": f"{2024 + month // 12}-{month % 12 + 1:02}-{day:02}",
            "provider": "acme",
            "model": "road",
            "input": 10**6,
        }
        for month in range(30)
        for day in range(1, 29)
    ]
    rows += [{"day": "2026-01-01", "provider": "acme", "model": f"none-{number}", "input": 1} for number in range(300)]
    usage = costs_of("\n".join(map(json.dumps, rows)), name="log.jsonl")
    assert len(usage.periods) == 30
    assert (len(usage.models), usage.more_models) == (60, 241)
    assert (len(usage.problems), usage.more_problems) == (30, 270)
    assert usage.total.unpriced == 300
    assert sum(one.figures.rows for one in usage.periods) == len(rows)
    days = [f"2026-{5 + day // 31:02}-{day % 31 + 1:02}" for day in range(92) if (day // 31, day % 31) != (1, 30)]
    rows = [
        {"day": day, "provider": "acme", "model": "road", "input": 987654321, "output": 123456789} for day in days
    ] + rows[-60:]
    usage = replace(usage, periods=costs_of("\n".join(map(json.dumps, rows)), name="log.jsonl").periods)
    for text in (wide(), long()):
        report = report_of(large_update(text), "run")
        with_usage = len(page(replace(report, usage=usage)).encode())
        assert with_usage - len(page(report).encode()) < 80_000
        assert with_usage < 600_000


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a registry and a log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    example = Path(__file__).parents[2] / "examples" / "models-2026-08-21.yaml"
    (tmp_path / "models.yaml").write_text(example.read_text())
    with (tmp_path / "log.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("day", "provider", "deployment", "input"), ("2026-08-21", "openai", "gpt-5.6-sol", 10**6)]
        )
    (tmp_path / "octoregistry.toml").write_text('[costing.columns]\nmodel = "deployment"\n')
    return tmp_path


def test_the_command_reads_a_pattern_by_the_settings_columns(folder):
    """And says what the last change does: this model became a fifth cheaper."""
    ran = CliRunner().invoke(cli, ["report", "--day", "2026-11-30", "--name", "run", "--usage", "l*.csv"])
    assert ran.exit_code == 0, ran.output
    total = json.loads((folder / "reports" / "run.json").read_text())["usage"]["total"]
    assert total["unpriced_rows"] == 0
    assert Decimal(total["update"]["from_now"]["after"]) < Decimal(total["update"]["from_now"]["before"])
    assert str(folder) not in (folder / "reports" / "run.html").read_text()


def test_the_command_reads_columns_as_map_says(folder):
    """As `octoregistry cost` does, and over what the settings say."""
    (folder / "log.csv").write_text("when,who,tokens\n2026-08-21,gpt-5.6-sol,200000\n")
    asked = ["report", "--name", "run", "--usage", "log.csv", "--map", "day=when", "--map", "provider=:openai"]
    ran = CliRunner().invoke(cli, [*asked, "--map", "model=who", "--map", "input=tokens"])
    assert ran.exit_code == 0, ran.output
    total = json.loads((folder / "reports" / "run.json").read_text())["usage"]["total"]
    assert (total["cost"], total["unpriced_rows"]) == ("1.0", 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--map", "day=when"], "goes with --usage"), (["--usage", "log.csv", "--map", "day"], "write OURS=THEIRS")],
)
def test_a_map_that_says_nothing_is_refused(folder, arguments, said):
    """Before anything is read."""
    ran = CliRunner().invoke(cli, ["report", *arguments])
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_a_log_that_is_not_there_is_said(folder):
    """In one line, and nothing is written."""
    ran = CliRunner().invoke(cli, ["report", "--usage", "none.csv"])
    assert (ran.exit_code, ran.stderr.strip()) == (1, "Error: none.csv: no such file")
    assert not (folder / "reports").exists()


def test_without_the_extra_the_command_names_it(folder, monkeypatch):
    """Before anything else is done, as wrong usage."""
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("octoregistry.costing"):
            raise ModuleNotFoundError("No module named 'ibis'")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    ran = CliRunner().invoke(cli, ["report", "--usage", "log.csv"])
    assert ran.exit_code == 2
    assert "pip install 'octoregistry[scale]'" in ran.stderr
    assert not (folder / "reports").exists()


def test_lines_that_end_differently_are_rows_all_the_same(costs_of):
    """An engine takes such a file for none."""
    usage = costs_of(LOG.replace("\n", "\r\n", 3) + "x\n" * 30)

    assert usage.total.cost == costs_of().total.cost
    assert (usage.problems[-1].rows, usage.problems[-1].reason.partition(":")[0]) == (30, "a line that is no row")


def test_rows_that_only_lack_a_charge_are_in_the_sum_and_told_apart(costs_of, report_with):
    """Their tokens have a price; what else was paid for has none."""
    row = {"created": 1788134400, "model": "road", "usage": {"input_tokens": 100_000, "output_tokens": 0}}
    row["usage"]["server_tool_use"] = {"web_search_requests": 3}
    row["type"] = "message"
    registry = REGISTRY.replace("acme", "anthropic")
    log = {"text": json.dumps(row), "before": registry, "after": registry, "name": "log.jsonl"}

    usage = costs_of(**log)

    assert (usage.total.cost, usage.total.unpriced) == (Decimal("0.2"), 0)
    assert [(one.rows, one.in_sum) for one in usage.problems] == [(1, True)]
    shown = BeautifulSoup(page(report_with(**log)), "lxml").get_text(" ")
    assert "1 row lacks a charge that is not for tokens" in shown
    assert "no price" not in shown.split("Your usage")[1].split("1 row lacks")[0]


def test_the_month_is_told_with_its_forecast_beside_the_budget(report_with):
    html = BeautifulSoup(page(replace(report_with(), budget=Decimal(10))), "html.parser")

    month = " ".join(html.select_one(".month.over").get_text(" ", strip=True).split())
    # 0.4 + 0.25 + 3.0 USD in three days of August; a row of an unknown model and a batch without a price are in no sum
    assert month.startswith("2026-08, to 2026-08-03: at least $3.65.")
    assert "At least $37.72 by the month’s end" in month
    assert "Over the budget: 377% of the budget of $10.00 a month" in month
    assert json.loads(as_json(replace(report_with(), budget=Decimal(10))))["usage"]["month"]["forecast"] == "37.72"


def test_savings_are_ranked_in_money_with_what_they_assume(report_with):
    table = BeautifulSoup(page(report_with()), "html.parser").select_one(".saved")

    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th strong, td")] for row in table.select("tbody tr")
    ]
    assert [row[0] for row in rows] == ["Send the calls of road in batches", "Cache the input of road"]
    assert rows[0][1].startswith("−$")
    assert "All of it sent in batches" in table.get_text()


def test_a_request_is_told_its_cost_only_where_all_of_them_have_a_price(report_with):
    """Requests without a price would make the mean too small."""
    head = "day,provider,model,input,requests\n"
    soup = BeautifulSoup(page(report_with(head + "2026-08-01,acme,cart,2000000,4\n")), "lxml")
    assert "It cost $6.00, $1.50 a request in the mean." in soup.select_one("#usage").text
    text = head + "2026-08-01,acme,cart,2000000,4\n2026-08-01,acme,nobody,5,1\n"
    soup = BeautifulSoup(page(report_with(text)), "lxml")
    assert "in the mean" not in soup.select_one("#usage").text
    assert [cell.text for cell in soup.select("#usage .used td small")][:1] == ["$1.50 a request"]


def test_what_the_tokens_are_is_a_stacked_bar_a_model(report_with):
    """Input, reads, writes and output; the picture says in words what it shows."""
    soup = BeautifulSoup(page(report_with()), "lxml")
    picture = soup.select_one("#token-shares")
    described = soup.find(id=picture["aria-describedby"]).text
    assert "cart: input 100%" in described
    assert "road: input 14%, read from the cache 70%, written to the cache 14%, output 1%" in described
    widths = [float(bar["width"]) for bar in picture.select("rect.bar")]
    assert widths
    assert all(width > 0 for width in widths)
