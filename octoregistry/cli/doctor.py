"""`octoregistry doctor`: checks the installation and says what to do about each fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from octoregistry.cli.output import print_json, print_text
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.publishing.readiness import readiness
from octoregistry.queries.doctor import Finding, findings
from octoregistry.settings import SettingsFileError, built_in_settings, command_settings

_MARKS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
@registry_option
def command(offline: bool, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Check the registry, keys, pages, model lists, cache, lock, git, remote and token.

    A key is never printed, only whether it is set. Exit status: 0, or 1 if something is wrong.
    """
    found = []
    for one in _findings(registry, settings, offline=offline):
        found.append(one)
        if not as_json:
            print_text(f"{_MARKS[one.state]}  {one.about}: {one.text}")
    if as_json:
        print_json([{"about": one.about, "state": one.state, "text": one.text} for one in found])
    raise click.exceptions.Exit(int(any(one.state == "wrong" for one in found)))


def _findings(registry: Path, settings: Path | None, *, offline: bool) -> Iterator[Finding]:
    """Every finding; where the settings cannot be used, that, and the rest by the built-in ones."""
    try:
        chosen = command_settings(settings)
    except SettingsFileError as error:
        yield Finding("settings", "wrong", f"{error}: what follows is by the built-in ones")
        chosen = built_in_settings()
    yield from findings(registry, chosen, os.environ, offline=offline)
    yield from readiness(registry, chosen, os.environ)
