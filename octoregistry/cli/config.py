"""`octoregistry config`: each setting, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from octoregistry.cli.output import print_json, visible
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.errors import UnknownProviderError, UserFacingError
from octoregistry.settings import Setting, settings_with_origins, vendor_facts


@click.command(name="config")
@click.argument("prefix", required=False, default="")
@click.option("--vendor", metavar="NAME", help="Print the facts of one vendor: its own file, and yours over it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
def command(prefix: str, vendor: str | None, as_json: bool, settings: Path | None) -> None:
    """Print every setting whose name begins with PREFIX, its value, and whether it is built in or from a file.

    Settings stand in octoregistry.toml by the same names: `fetch.retries` is `retries` in the table `[fetch]`.
    """
    try:
        known = settings_with_origins(settings) if vendor is None else vendor_facts(vendor, settings)
    except UnknownProviderError as error:
        raise click.UsageError(visible(error)) from error
    except UserFacingError as error:
        raise click.ClickException(visible(error)) from error
    found = [one for one in known if one.name.startswith(prefix)]
    if not found:
        raise click.UsageError(visible(f"no setting begins with {prefix!r}"))
    _print(found, "Settings" if vendor is None else f"Facts of {vendor}", as_json)


def _print(found: Sequence[Setting], title: str, as_json: bool) -> None:
    if as_json:
        print_json([{"name": one.name, "value": one.value, "origin": one.origin} for one in found])
        return
    table = PlainTable(title, ("setting", "value", "from"), folds=("value", "from"))
    for one in found:
        table.add_row(one.name, one.shown, one.origin)
    print_table(table)
