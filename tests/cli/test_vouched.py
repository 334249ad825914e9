"""Commands show a price that other registries alone vouch for in a word of its own, and where it was asked for by name."""

import json

import pytest
from click.testing import CliRunner

from octoregistry.cli import cli
from octoregistry.cli.check import command as check
from octoregistry.cli.export import command as export
from octoregistry.cli.models import command as models
from octoregistry.cli.price import command as price

REGISTRY = """\
schema_version: 2
default_provider: acme
providers:
  acme:
    env_var: K
    models:
      trail-1: {display_name: Trail 1, input_per_million: 2.0, output_per_million: 10.0, batch_support: true}
more:
  acme:
    models:
      trail-2: {display_name: Trail 2, input_per_million: 0.5, output_per_million: 2.0, batch_support: false,
        rates: [{mode: standard, input: 1.0, output: 4.0, level: vouched, vouched_by: [one-list, two-list], seen_on: 2026-11-01}]}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


@pytest.fixture
def said(tmp_path):
    """What a command prints of the registry."""
    file = tmp_path / "models.yaml"
    file.write_text(REGISTRY)

    def run(command, *arguments):
        result = CliRunner().invoke(command, [*arguments, "--registry", str(file)])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_price_says_who_vouches(said):
    """In a word at the mode, in a note with the names and the day, and in --json."""
    output = said(price, "acme/trail-2")
    assert "standard (vouched)" in output
    assert "vouched by one-list, two-list on 2026-11-01: no vendor states it" in " ".join(output.split())
    (rate,) = json.loads(said(price, "trail-2", "--json"))["rates"]
    assert (rate["level"], rate["vouched_by"], rate["seen_on"]) == ("vouched", ["one-list", "two-list"], "2026-11-01")
    assert "vouched" not in said(price, "acme/trail-1")


def test_a_search_finds_it_and_a_plain_list_does_not(said):
    """Beside what the vendor states, marked."""
    found = json.loads(said(models, "--search", "trail", "--json"))
    assert [(row["model"], row["vouched_by"]) for row in found] == [
        ("trail-1", []),
        ("trail-2", ["one-list", "two-list"]),
    ]
    assert "vouched" in said(models, "--search", "trail")
    assert "trail-2" not in said(models)


def test_check_counts_it_apart_and_the_export_has_it(tmp_path, said):
    """`check` names its faults as those of any other model."""
    assert "1 models (acme 1), 0 rates, 1 under more, nothing wrong" in said(check)
    assert json.loads(said(export))["more"]["acme"]["models"]["trail-2"]["rates"][0]["level"] == "vouched"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(REGISTRY.replace(", two-list", ""))
    result = CliRunner().invoke(check, [str(wrong)])
    assert (result.exit_code, "more.acme.models.trail-2.rates[0].vouched_by" in result.output) == (1, True)


LOG = """\
day,provider,model,mode,input,output,team
2026-11-02,acme,trail-1,standard,1000000,0,a
2026-11-02,acme,trail-2,standard,1000000,1000000,a
2026-11-02,acme,TRAIL-2,standard,2000000,0,b
2026-11-02,host,road,standard,1000000,0,b
"""


def costed(folder, log, *arguments):
    """What `cost` says of a log, as text and as JSON, with its exit status."""
    registry = folder / "models.yaml"
    host = "  host: {models: {road: {display_name: R, input_per_million: 3.5, output_per_million: 4.0, batch_support: false}}}\n"
    registry.write_text(REGISTRY.replace("more:\n", f"more:\n{host}"))
    (folder / "log.csv").write_text(log)
    command = ["cost", str(folder / "log.csv"), "--registry", str(registry), *arguments]
    text, values = (CliRunner().invoke(cli, [*command, *form], env={"COLUMNS": "160"}) for form in ((), ("--json",)))
    return text.exit_code, text.stdout, json.loads(values.stdout)


@pytest.mark.parametrize("more_rows", [0, 12_000])
def test_vouched_costs_are_summed_apart_and_only_when_asked_for(tmp_path, more_rows):
    """Read in Python or by an engine; the other sum is the same to the digit, with and without them."""
    log = LOG + "2026-11-02,acme,trail-1,standard,0,0,a\n" * more_rows
    code, text, without = costed(tmp_path, log)
    assert (code, "vouch for" in text, "vouched" in without) == (3, False, False)
    assert sum(problem["rows"] for problem in without["problems"]) == 2
    code, text, asked = costed(tmp_path, log, "--vouched", "--by", "team")
    assert code == 0
    assert "beside it, 7.000000 USD for 2 rows by rates that other registries alone vouch for" in text
    assert (float(without["total"]), asked["total"]) == (11.0, without["total"])
    assert (asked["problems"], asked["vouched"]["rows"], float(asked["vouched"]["total"])) == ([], 2, 7.0)
    assert {row["team"]: float(row["cost"]) for row in asked["vouched"]["groups"]} == {"a": 5.0, "b": 2.0}


def test_what_vouched_rates_do_not_price_is_told(tmp_path):
    """With the reason of the model, not that it is unknown; of a mode that nobody vouches for nothing is said of the vendor."""
    log = LOG + "2026-11-02,acme,trail-2,batch,1,0,a\n2026-11-02,acme,trail-9,standard,1,0,a\n"
    code, text, asked = costed(tmp_path, log, "--vouched")
    assert code == 3
    assert {(one["model"], one["reason"]) for one in asked["problems"]} == {
        ("trail-9", "unknown model"),
        ("trail-2", "no known batch price; known modes: standard"),
    }
    assert "no vendor states them" in text
    nothing = costed(tmp_path, "day,provider,model,mode,input\n2026-11-02,acme,trail-1,standard,1\n", "--vouched")
    assert "no row has a price that other registries alone vouch for" in nothing[1]


def test_other_commands_say_that_a_price_is_vouched_for_alone(tmp_path):
    """They cost nothing by it, and name the command that shows it."""
    file = tmp_path / "models.yaml"
    file.write_text(REGISTRY)
    asked = ["estimate", "acme/trail-2", "--input", "1000", "--registry", str(file)]
    found = CliRunner().invoke(cli, asked)
    assert found.exit_code == 2
    assert "vouched by one-list, two-list only" in found.output
