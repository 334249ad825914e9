"""The usage by what a person asks for: teams, tags, modes, whatever column a log has."""

import json
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from octoregistry.cli import cli

LOG = """\
day,provider,model,mode,input,output,Team
2026-08-21,openai,gpt-5.6-sol,standard,200000,0,<search>
2026-08-21,openai,gpt-5.6-sol,batch,200000,0,ads
2026-08-21,openai,gpt-5.6-sol,standard,100000,0,ads
2026-08-21,openai,nobodys-model,standard,7,0,
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own with a log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def report(*more):
    return CliRunner().invoke(cli, ["report", "--day", "2026-11-30", "--name", "run", "--usage", "log.csv", *more])


def test_each_column_is_a_table_the_dearest_first(folder):
    """With all figures of the other tables; the values add up to the total."""
    ran = report("--by", "team, mode,month")
    assert ran.exit_code == 0, ran.output
    usage = json.loads((folder / "reports" / "run.json").read_text())["usage"]
    teams, modes, months = usage["by"]
    costs = {one["name"]: one["cost"] and Decimal(one["cost"]) for one in teams["groups"]}
    assert costs == {"<search>": 1, "ads": 1, None: None}
    assert [one["name"] for one in modes["groups"]] == ["standard", "batch"]
    assert [(one["name"], one["rows"]) for one in months["groups"]] == [("2026-08", 4)]
    assert all(
        sum(Decimal(one["cost"] or 0) for one in by["groups"]) == Decimal(usage["total"]["cost"]) for by in usage["by"]
    )
    page = BeautifulSoup((folder / "reports" / "run.html").read_text(), "html.parser")
    table = page.find("caption", string="What the usage cost by team, the dearest first").parent
    assert [row.bdi.text for row in table.tbody.find_all("tr")] == ["<search>", "ads", "(none stated)"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["report", "--by", "team"], 2, "--by goes with --usage"),
        (["report", "--usage", "log.csv", "--by", "squad"], 1, "squad is none of"),
        (
            ["report", "--usage", "log.csv", "--by", "Team", "--day", "2025-01-01"],
            2,
            "--day 2025-01-01 is before a page",
        ),
    ],
)
def test_what_cannot_be_grouped_by_is_said(folder, arguments, status, said):
    """In one line, and nothing is written."""
    ran = CliRunner().invoke(cli, arguments)
    assert (ran.exit_code, said in ran.stderr) == (status, True), ran.output
    assert not (folder / "reports").exists()
