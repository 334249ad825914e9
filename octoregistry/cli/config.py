"""`octoregistry config`: each setting, and where it came from."""

from __future__ import annotations

from pathlib import Path

import click

from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.showing import cell, plain_table, print_json, show, visible
from octoregistry.settings import SettingsError, settings_told


@click.command(name="config")
@click.argument("prefix", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
def command(prefix: str, as_json: bool, settings: Path | None) -> None:
    """Print every setting whose name begins with PREFIX, its value, and whether it is built in or from a file.

    Settings stand in octoregistry.toml by the same names: `fetch.retries` is `retries` in the table `[fetch]`.
    """
    try:
        told = [one for one in settings_told(settings) if one.name.startswith(prefix)]
    except SettingsError as error:
        raise click.ClickException(visible(error)) from error
    if not told:
        raise click.UsageError(visible(f"no setting begins with {prefix!r}"))
    if as_json:
        print_json([{"name": one.name, "value": one.value, "origin": one.origin} for one in told])
        return
    table = plain_table("Settings", ("setting", "value", "from"))
    for one in told:
        table.add_row(*map(cell, (one.name, one.shown, one.origin)))
    show(table)
