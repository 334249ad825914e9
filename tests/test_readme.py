"""docs/commands.md says of every command what its `--help` says (`python -m tests.test_readme` writes it anew), and the README is
short enough to be read."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from octoregistry.cli import COMMANDS, cli

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "commands.md"
_HELP = re.compile(
    r"(?m)^## `octoregistry (?P<name>[a-z-]+)`$(?P<prose>.*?)^```text help\n(?P<help>.*?)^```$", re.DOTALL
)


def help_of(name: str) -> str:
    """What `octoregistry NAME --help` prints, 100 columns wide."""
    # click keeps the help option that a command was first asked with, and other tests ask without our group around it
    importlib.reload(importlib.import_module(f"octoregistry.cli.{name.replace('-', '_')}"))
    shown = CliRunner().invoke(
        cli, [name, "--help"], prog_name="octoregistry", terminal_width=100, max_content_width=100
    )
    assert shown.exit_code == 0, shown.output
    return "\n".join(line.rstrip() for line in shown.output.splitlines()) + "\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_with_its_real_help(name: str) -> None:
    """Usage and options, to the letter."""
    sections = {found["name"]: found["help"] for found in _HELP.finditer(PAGE.read_text(encoding="utf-8"))}
    assert name in sections, f"docs/commands.md has no section on `octoregistry {name}`"
    assert sections[name] == help_of(name), "run `python -m tests.test_readme`"


def test_no_section_is_about_a_command_that_is_gone() -> None:
    """Nor twice about one."""
    named = [found["name"] for found in _HELP.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(COMMANDS)


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    """`octoregistry --help` loads no command, so its lines are kept apart from them: each says first what the command's
    own help says first, and fits an ordinary terminal."""
    shown = CliRunner().invoke(cli, ["--help"], prog_name="octoregistry", terminal_width=80).output
    for name, line in COMMANDS.items():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert line.split()[0] == (command.help or "").split()[0]
        assert f"  {name.ljust(max(map(len, COMMANDS)))}  {line}\n" in shown


def test_the_readme_is_read_in_a_few_minutes() -> None:
    """What is longer stands in docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def rewritten(text: str) -> str:
    """The page with the help of every command as it is now."""
    return _HELP.sub(
        lambda found: found[0].replace(f"```text help\n{found['help']}", f"```text help\n{help_of(found['name'])}"),
        text,
    )


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
