"""`octoregistry add-vendor NAME PAGE`: a vendor of one's own, and the first plan of its models."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from octoregistry.cli.error_messages import error_messages
from octoregistry.cli.output import print_message
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.update_output import print_update
from octoregistry.merging.store import replace_file
from octoregistry.publishing.vendor_table import NewVendor, vendor_table
from octoregistry.settings import command_settings
from octoregistry.updating.open_places import open_places
from octoregistry.updating.update import plan_update
from providers.files import bytes_of
from providers.vendors import FILE_NAME, VARIABLE

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")


@click.command(name="add-vendor")
@click.argument("name")
@click.argument("pages", metavar="PAGE...", nargs=-1, required=True)
@click.option("--display-name", help="The name that people know.  [default: NAME]")
@click.option("--base-url", metavar="URL", help="The API's address, where it takes chat completions.")
@click.option("--key-env", metavar="VARIABLE", help="The variable that holds its key.")
@click.option("--model-list", metavar="PATH", help="Where it lists its models, below the API's address: /models.")
@click.option("--offline", is_flag=True, help="Ask nothing of the network: plan from the cache.")
@settings_option
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    name: str,
    pages: tuple[str, ...],
    display_name: str | None,
    base_url: str | None,
    key_env: str | None,
    model_list: str | None,
    offline: bool,
    settings: Path | None,
    registry: Path,
) -> None:
    """Add a vendor NAME, whose prices stand on PAGE, to your settings, and print what an update would begin it with.

    The table [providers.NAME] is added at the end of octoregistry.toml (--settings, $OCTOREGISTRY_SETTINGS), with the facts
    that you must fill in as comments. Nothing is written into models.yaml: `octoregistry update -p NAME` does that.
    """
    named = os.environ.get(VARIABLE)
    file = settings or Path(named or FILE_NAME)
    with error_messages(registry):
        chosen = command_settings(settings)
        if not _NAME.fullmatch(name) or name in chosen.providers:
            known = "is known already: see `octoregistry config --vendor`" if name in chosen.providers else "is no name"
            raise click.UsageError(f"{name}: {known}; a new one is small letters, digits, hyphens and underscores")
        before = bytes_of(file).decode("utf-8-sig") if file.exists() else ""
        new = NewVendor(name, display_name or name, pages, base_url, key_env, model_list, chosen.witnesses)
        table = vendor_table(new, datetime.now(UTC).date())
        replace_file(file, f"{before.rstrip()}\n\n{table}".lstrip().encode())
        try:
            chosen = command_settings(settings)
        except Exception:  # what cannot be read would stop every command
            replace_file(file, before.encode())
            raise
        print_message(f"Added [providers.{name}] to {file}: {len(table.splitlines())} lines.")
        text = bytes_of(registry).decode("utf-8-sig")
        update = plan_update(text, str(registry), chosen, [name], offline=offline)
    print_update(update, registry.name, open_places(update), None, verbose=False)
    print_message(f"Next: fill in the comments, then octoregistry update --dry-run -p {name}")
