"""What an update does to the workloads and logs that the settings name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.planning.plan import Plan
from octoregistry.publishing.money import BillLine, bill
from octoregistry.publishing.report_link import report_link
from octoregistry.settings import PullRequestSettings, Settings, SettingsFileError, WorkloadSettings, load_settings
from octoregistry.updating.update import Update
from providers import parse_registry

HEAD = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: sol
    models:
      sol: {display_name: Sol, input_per_million: PLAIN, output_per_million: 2.0, rates: [
        {mode: standard, input: PRICE, output: 4.0}, {mode: batch, input: PLAIN, output: 2.0}]}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def text(usd: int) -> str:
    return HEAD.replace("PLAIN", f"{usd / 2}").replace("PRICE", f"{usd}.0")


def lines(settings: Settings, **more: object) -> tuple[BillLine, ...]:
    made = Update(parse_registry(text(4)), text(4), text(3), Plan(), (), datetime(2026, 9, 9, tzinfo=UTC))
    return bill(made, settings.model_copy(update=more))


def test_a_workload_before_and_after(settings: Settings) -> None:
    load = WorkloadSettings(model="acme/sol", tokens={"input": 1_000_000}, requests=10, name="chat")
    strange = WorkloadSettings(model="acme/luna", tokens={"input": 1}, requests=1)
    known, unknown = lines(settings, workloads=(load, strange))
    assert known == BillLine("chat", "a month", Decimal(40), Decimal(30))
    assert known.moved == Decimal(-10)
    assert (unknown.name, unknown.moved, unknown.why) == ("acme/luna", None, "the model is not known")


@pytest.mark.parametrize(("days", "per"), [(30, "a month"), (12, "in 12 days")])
def test_a_log_of_calls_before_and_after(settings: Settings, tmp_path: Path, days: int, per: str) -> None:
    """By the prices of now; a log of a month is one, any other says how long it is, and rows without a price are told."""
    log = tmp_path / "calls.csv"
    rows = [f"2026-08-{day:02},acme,sol,100000" for day in range(1, days + 1)]
    log.write_text("\n".join(("day,provider,model,input", *rows, "2026-08-01,acme,luna,5")) + "\n")
    wanted = PullRequestSettings(usage=(str(log),))
    (line,) = lines(settings, pull_request=wanted)
    assert line.per == per
    assert (line.before, line.after) == (Decimal(days * 4) / 10, Decimal(days * 3) / 10)
    assert line.why == "1 rows have no price and are in neither"


def test_a_log_that_is_not_there_stops_no_proposal(settings: Settings) -> None:
    (line,) = lines(settings, pull_request=PullRequestSettings(usage=("none-of-these-*.csv",)))
    assert line.moved is None
    assert line.why


def test_settings_name_workloads(tmp_path: Path) -> None:
    """A dimension that there is not is a fault of the settings."""
    file = tmp_path / "octoregistry.toml"
    file.write_text('[[workloads]]\nmodel = "acme/sol"\nrequests = 5\ntokens = {input = 1, output = 2}\n')
    assert load_settings(file).workloads[0].tokens == {"input": 1, "output": 2}
    file.write_text('[[workloads]]\nmodel = "acme/sol"\nrequests = 5\ntokens = {inputs = 1}\n')
    with pytest.raises(SettingsFileError, match="inputs: there are input, output"):
        load_settings(file)


def test_the_report_is_linked_where_it_is_kept() -> None:
    github = {"GITHUB_SERVER_URL": "https://git.test", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    assert report_link(PullRequestSettings(), {}) is None
    assert report_link(PullRequestSettings(), github) == "https://git.test/a/b/actions/runs/7"
    assert (
        report_link(PullRequestSettings(), {"CI_JOB_URL": "https://lab.test/j/1"})
        == "https://lab.test/j/1/artifacts/browse"
    )
    assert report_link(PullRequestSettings(report_url="https://x.test/"), github) == "https://x.test/"
