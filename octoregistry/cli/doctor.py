"""`octoregistry doctor`: what works here, and what to do about the rest."""

from __future__ import annotations

import os
from pathlib import Path

import click

from octoregistry.checkup import checkup
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.showing import print_json, say, visible
from octoregistry.settings import SettingsError, load_settings

_MARKS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
@registry_option
def command(offline: bool, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Say what works here: the registry, keys, pages, model lists, cache, lock, git, remote and token.

    Of a key it is said whether it is set, never what it is. Exit status: 0, or 1 where something is wrong.
    """
    try:
        findings = checkup(registry, load_settings(settings), os.environ, offline=offline)
        found = []
        for one in findings:
            found.append(one)
            if not as_json:
                say(f"{_MARKS[one.state]}  {one.about}: {one.text}")
    except SettingsError as error:
        raise click.ClickException(visible(error)) from error
    if as_json:
        print_json([{"about": one.about, "state": one.state, "text": one.text} for one in found])
    raise click.exceptions.Exit(int(any(one.state == "wrong" for one in found)))
