"""What the documents show can be typed in as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import providers
from octoregistry.cli import cli

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    )
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_needs_no_name_that_it_does_not_bring(code: str) -> None:
    """Whoever copies it into a file of their own has all that it uses."""
    checker = (sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E9,F821,F401", "-")
    checked = subprocess.run(checker, input=code, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_costs_of_the_first_example_are_those_that_stand_beside_them() -> None:
    """To the last digit, by the registry that comes with the package."""
    shown = re.findall(r"^(haiku\.cost.*?)  # (Decimal\(.*?\))", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    haiku = providers.get_pricing("anthropic", "claude-haiku-4-5")
    assert len(shown) == 2
    for call, cost in shown:
        assert repr(eval(call, {"haiku": haiku})) == cost  # noqa: S307 - our own page


def test_the_first_screen_shows_what_the_demo_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letter for letter, but for the age of the pages."""
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (screen,) = re.findall(r"^```\n(Pages: .*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (demo,) = re.findall(
        r"octoregistry (update --dry-run --offline .*?) --report", (ROOT / "Makefile").read_text("utf-8")
    )
    command = demo.replace("examples/", f"{ROOT}/examples/").split()
    shown = re.sub(r"\(\d+ days old\)", "(n days old)", CliRunner().invoke(cli, command).stdout)
    pages, *lines = re.sub(r"\(\d+ days old\)", "(n days old)", screen).split("...\n")
    assert shown.startswith(pages.replace("\n", " ").strip() + "\n")
    assert all(part in shown for part in lines)


def test_the_index_leads_to_every_page() -> None:
    """A page that nobody finds is none."""
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"]({page.name})" not in index] == ["README.md"]


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")], ids=lambda page: page.name)
def test_every_link_within_the_project_leads_to_a_file(page: Path) -> None:
    """Pages, pictures and examples are where the text says."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_changelog_says_each_thing_once() -> None:
    """One section of a kind a release, and no line twice: a merge of two branches keeps the lines of both."""
    releases = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")
    for release in releases[1:]:
        lines = [line for line in release.splitlines() if line.strip()]
        assert [line for line in {*lines} if lines.count(line) > 1] == [], release.partition("\n")[0]
