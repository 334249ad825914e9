"""`price` and `estimate` say what a price rests on, and where it ends."""

from click.testing import CliRunner

from octoregistry.cli.estimate import command as estimate
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
