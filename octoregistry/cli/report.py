"""`octoregistry report`: an update run as a page that a person opens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from octoregistry.cli.registry_option import registry_option
from octoregistry.publishing.report import NAMES, is_name, write_report
from octoregistry.settings import SettingsError, load_settings
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.update import plan_update
from providers import RegistryError


@click.command(name="report")
@registry_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="The folder to write into.",
)
@click.option(
    "--offline/--online",
    default=True,
    help="Compare with the pages in the cache, else those that come with the package; or ask the vendors anew.  "
    "[default: --offline]",
)
@click.option(
    "--provider",
    "-p",
    "providers",
    multiple=True,
    help="Compare this provider only; may be given again.  [default: all]",
)
@click.option("--name", metavar="NAME", help="What the files are called.  [default: the time of the run]")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Tell prices and ages as of this day; not with --online.  [default: today]",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Read this octoregistry.toml.  [default: ./octoregistry.toml where there is one]",
)
def command(
    registry: Path,
    out: Path,
    offline: bool,
    providers: tuple[str, ...],
    name: str | None,
    day: datetime | None,
    settings: Path | None,
) -> None:
    """Write a report of what an update would change, of all prices, and of what a workload costs with each model.

    The registry stays as it is. The report is one HTML file that opens from disk, its data as JSON, and an index of all
    reports in the folder.
    """
    if day is not None and not offline:
        raise click.UsageError("--day goes with --offline: what is fetched now is of today")
    if name is not None and not is_name(name):
        raise click.UsageError(f"--name {name!r}: {NAMES}")
    clock = utc_now if day is None else lambda: day.replace(tzinfo=UTC)
    try:
        text = registry.read_bytes().decode("utf-8")
        update = plan_update(text, str(registry), load_settings(settings), providers, offline=offline, clock=clock)
        written = write_report(update, out, name)
    except OSError as error:
        raise click.ClickException(f"{error.filename or registry}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{registry}: not UTF-8 at byte {error.start}") from error
    except (RegistryError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    except KeyError as error:
        raise click.UsageError(f"no provider {error} in {registry} and the settings") from error
    for run in update.unread:
        click.echo(f"{run.provider} could not be read: {run.page}", err=True)
    click.echo(f"{written.html}\n{written.json}\n{written.index}")
