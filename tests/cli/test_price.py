"""`price` and `estimate` say what a price rests on, and where it ends."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from octoregistry.cli.estimate import command as estimate
from octoregistry.cli.history import command as history
from octoregistry.cli.models import command as models
from octoregistry.cli.price import command as price

REGISTRY = """\
schema_version: 2
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: sol
    models:
      sol: {display_name: Sol, input_per_million: 2.0, output_per_million: 10.0, retires_on: 2026-09-08,
        last_seen: {flex: 2026-08-21},
        rates: [{mode: standard, up_to_input_tokens: 272000, up_to_derived: true, input: 4.0, output: 20.0}]}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def said(command, folder, *arguments):
    """What the command prints of a file, on a day after the model retired."""
    file = folder / "models.yaml"
    file.write_text(REGISTRY)
    result = CliRunner().invoke(command, ["acme/sol", *arguments, "--at", "2026-09-10", "--registry", str(file)])
    return result.exit_code, result.output


def test_a_price_says_its_bound_and_that_the_model_is_retired(tmp_path):
    code, output = said(price, tmp_path)
    assert code == 0
    for words in (
        "up to 272,000 (derived)",
        "retired on 2026-09-08",
        "flex price was last seen on 2026-08-21",
        "chat (assumed)",
    ):
        assert words in output


def test_a_cost_after_retirement_is_told_as_such_and_known_still(tmp_path):
    code, output = said(estimate, tmp_path, "--input", "1000")
    assert (code, "note: retired on 2026-09-08" in output) == (0, True)


def test_a_prompt_above_the_bound_has_no_known_cost(tmp_path):
    code, output = said(estimate, tmp_path, "--input", "300000")
    assert (code, "no standard price above 272,000 tokens" in output) == (1, True)


def test_a_model_that_contradicts_itself_has_no_price_and_costs_the_others_nothing(tmp_path):
    file = tmp_path / "models.yaml"
    wrong = (
        "wrong: {display_name: W, input_per_million: 3.0, output_per_million: 10.0, rates: [{mode: batch, input: 2.0}]}"
    )
    file.write_text(REGISTRY.replace("      sol:", f"      {wrong}\n      sol:"))
    ask = CliRunner().invoke
    with pytest.warns(UserWarning, match="acme/wrong is not used"):
        listed = ask(models, ["--all", "--csv", "--registry", str(file)])
    asked = [ask(each, ["acme/wrong", "--registry", str(file)]) for each in (price, history)]
    assert (listed.exit_code, listed.output.count("acme,")) == (0, 2)
    assert [result.exit_code for result in asked] == [1, 1]
    assert all("acme/wrong has no price to rely on" in result.output for result in asked)


REPOINTED = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road-9
    models:
      road-8: {display_name: Road 8, input_per_million: 2.0, output_per_million: 10.0,
        former_aliases: {road-latest: 2026-09-01}, rates: [{mode: standard, input: 4.0, output: 20.0}]}
      road-9: {display_name: Road 9, input_per_million: 3.0, output_per_million: 15.0, aliases: [road-latest],
        rates: [{mode: standard, input: 6.0, output: 30.0}]}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


@pytest.mark.parametrize(("day", "model"), [("2026-08-31", "road-8: $4.00"), ("2026-09-01", "road-9: $6.00")])
def test_an_estimate_is_of_the_model_that_answered_to_the_name_on_the_day(tmp_path, day, model):
    file = tmp_path / "models.yaml"
    file.write_text(REPOINTED)
    asked = ["acme/road-latest", "--input", "1000000", "--at", day, "--registry", str(file)]
    output = CliRunner().invoke(estimate, asked).output
    assert (f"acme/{model.split(':')[0]}, 1 × standard on {day}:{model.split(':')[1]}") in output


def test_a_history_tells_whose_the_name_was_before(tmp_path):
    file = tmp_path / "models.yaml"
    file.write_text(REPOINTED)
    result = CliRunner().invoke(history, ["acme/road-latest", "--registry", str(file)])
    assert "until 2026-09-01 road-latest was acme/road-8" in result.output
    assert "road-8" not in CliRunner().invoke(history, ["acme/road-9", "--registry", str(file)]).output


def test_the_price_of_a_region_is_asked_for_by_its_name(tmp_path):
    """Of a region without a price none is printed, and the known ones are named."""
    file = tmp_path / "models.yaml"
    file.write_text(
        REGISTRY.replace("output: 20.0}", "output: 20.0}, {mode: standard, place: us, input: 5.5, output: 22.0}")
    )
    asked = ["acme/sol", "--registry", str(file)]
    plain, in_us, in_eu = (
        CliRunner().invoke(price, [*asked, *more]) for more in ([], ["--place", "US"], ["--place", "eu"])
    )
    assert "known in other places, by --place: us" in plain.output
    assert "5.5" not in plain.output
    assert "in us on" in in_us.output
    assert "5.5" in in_us.output
    assert in_eu.exit_code == 1
    assert "no known price in eu; known places: global, us" in in_eu.output


def test_own_prices_are_used_where_they_are_asked_for_and_marked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By `price`, `models` and `estimate`; without the flag the vendor's stand."""
    own_file = tmp_path / "own.toml"
    own_file.write_text('[prices."openai/gpt-5.4"]\nstandard = { input = 1.75, output = 9 }\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(own_file))
    run = CliRunner().invoke
    own = run(price, ["gpt-5.4", "--own-prices", "--json"])
    assert json.loads(own.stdout)["yours"] == ["standard"]
    assert json.loads(own.stdout)["rates"][0]["prices"] == {"input": "1.75", "output": "9"}
    assert "prices of yours: openai/gpt-5.4 (standard)" in own.stderr
    assert "charges besides tokens (searches, images) stay the vendor's: openai" in own.stderr
    own_file.write_text("[prices.openai]\ndiscount = 0.1\n[prices.OpenAI]\ndiscount = 0.2\n")
    assert "prices.OpenAI: openai has a table already" in run(price, ["gpt-5.4", "--own-prices"]).stderr
    own_file.write_text('[prices."anthropic/claude-opus-4-8"]\nstandard = { input = 1.75, output = 9 }\n')
    there = json.loads(run(price, ["claude-opus-4-8", "--own-prices", "--json", "--place", "us"]).stdout)
    assert there["yours"] == []
    assert "standard" not in {rate["mode"] for rate in there["rates"] if rate["prices"]}
    own_file.write_text('[prices."openai/gpt-5.4"]\nstandard = { input = 1.75, output = 9 }\n')
    listed = json.loads(run(models, ["--search", "gpt-5.4", "--own-prices", "--json"]).stdout)
    assert [one["model"] for one in listed if one["yours"]] == ["gpt-5.4"]
    cost = run(estimate, ["openai/gpt-5.4", "--input", "1000000", "--own-prices", "--json"]).stdout
    assert next((one["usd"], one["yours"]) for one in json.loads(cost)["estimates"]) == ("1.75", ["standard"])
    plain = json.loads(run(price, ["gpt-5.4", "--json"]).stdout)
    assert (plain["yours"], plain["rates"][0]["prices"]["input"]) == ([], "2.5")
    own_file.write_text("")
    assert "your settings have no [prices]" in run(price, ["gpt-5.4", "--own-prices"]).stderr


CHARGED = """\
default_provider: acme
providers:
  acme:
    charges:
      - {model: voice, unit: character, per: 1000000, usd: 15.0}
      - {model: voice, unit: character, per: 1000000, usd: 20.0, from: 2026-12-01}
      - {unit: web_search, per: 1000, usd: 10.0, when: {version: preview}}
    models:
      sol: {display_name: Sol, input_per_million: 2.0, output_per_million: 10.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def charged(folder, *arguments):
    """What `price` says of a registry with charges, on a day in November 2026."""
    file = folder / "models.yaml"
    file.write_text(CHARGED)
    return CliRunner().invoke(price, [*arguments, "--at", "2026-11-10", "--registry", str(file)])


@pytest.mark.parametrize("name", ["acme/voice", "Voice"])
def test_a_model_that_only_charges_are_known_of_has_a_price(tmp_path, name):
    """By its provider and by its name alone, with those of later days; what nobody knows is as unknown as before."""
    found = charged(tmp_path, name)
    assert found.exit_code == 0, found.output
    assert "acme/voice on 2026-11-10: no price of tokens is known" in found.output
    assert "15.00 per 1,000,000 characters" in found.output
    assert "20.00 per 1,000,000 characters, from 2026-12-01" in found.output
    assert charged(tmp_path, "acme/noise").exit_code == 2


def test_programs_get_charges_and_those_of_later_days(tmp_path):
    """In --json and --csv, apart from the prices of tokens."""
    values = json.loads(charged(tmp_path, "acme/voice", "--json").output)
    assert (values["rates"], values["charges"][0]["usd"]) == ([], "15.0")
    assert [(one["usd"], one["since"]) for one in values["charges_announced"]] == [("20.0", "2026-12-01")]
    rows = list(csv.DictReader(charged(tmp_path, "acme/sol", "--csv").output.splitlines()))
    assert [(row["dimension"], row["unit"]) for row in rows] == [
        *[(name, "") for _ in ("standard", "batch") for name in ("input", "output")],
        ("", "web_search"),
    ]
    assert (rows[-1]["per"], rows[-1]["usd"], rows[-1]["when"]) == ("1000", "10.0", "version preview")
