"""`octoregistry report`: an update as an HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from octoregistry.cli.map_option import map_option
from octoregistry.cli.output import print_message, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.errors import UnknownProviderError, UserFacingError
from octoregistry.report import NAMES, Report, is_name, report_of, write
from octoregistry.settings import command_settings
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.updating.clock import ClockError
from octoregistry.updating.update import plan_update
from providers import RegistryError
from providers.files import bytes_of


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
@click.option(
    "--usage",
    "usage",
    multiple=True,
    metavar="FILE",
    help="Add what the calls in these logs cost, as `octoregistry cost` reads them: CSV, JSON lines or Parquet, a name or "
    "a pattern; may be given again.",
)
@map_option
@click.option(
    "--by",
    default="",
    metavar="COLUMNS",
    help="Group the usage by these as well: mode, or columns of the log such as team,tag.",
)
@click.option("--name", metavar="NAME", help="What the files are called.  [default: the time of the run]")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Show prices and ages of this day; not with --online.  [default: today]",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Read this octoregistry.toml.  [default: $OCTOREGISTRY_SETTINGS, then ./octoregistry.toml]",
)
def command(  # noqa: PLR0913 - an option a parameter
    *,
    registry: Path,
    out: Path,
    offline: bool,
    providers: tuple[str, ...],
    usage: tuple[str, ...],
    names: Mapping[str, str],
    by: str,
    name: str | None,
    day: datetime | None,
    settings: Path | None,
) -> None:
    """Write a report of what an update would change, of all prices, and of what a workload costs with each model.

    The registry stays as it is. The report is one HTML file that opens from disk, its data as JSON, and an index of all
    reports in the folder. With --usage it also says what your own calls cost, by model, by day and by what --by names, and
    would have cost in batches, without a cache, with all input cached, at today's prices, and before this update; what the
    month will cost beside `[budget] monthly`, and which habits save most. A log with other columns than `octoregistry cost`
    knows is read by --map, or by [costing.columns] of octoregistry.toml.
    """
    if day is not None and not offline:
        raise click.UsageError("--day goes with --offline: what is fetched now is of today")
    if name is not None and not is_name(name):
        raise click.UsageError(f"--name {name!r}: {NAMES}")
    _check_usage(usage, names, by)
    clock = utc_now if day is None else lambda: day.replace(tzinfo=UTC)
    try:
        text = bytes_of(registry).decode("utf-8")
        chosen = command_settings(settings)
        update = plan_update(text, str(registry), chosen, providers, offline=offline, clock=clock)
        report = report_of(update, name)
        if usage:
            keys = tuple(dict.fromkeys(key.strip() for key in by.split(",") if key.strip()))
            report = replace(
                _with_usage(report, usage, {**chosen.costing.columns, **names}, keys), budget=chosen.budget.monthly
            )
        written = write(report, out)
    except OSError as error:
        raise click.ClickException(f"{error.filename or registry}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{registry}: not UTF-8 at byte {error.start}") from error
    except UnknownProviderError as error:
        raise click.UsageError(visible(error)) from error
    except ClockError as error:
        if day is not None:
            raise click.UsageError(f"--day {day.date()} is before a page that the report reads: {error}") from error
        raise click.ClickException(str(error)) from error
    except (RegistryError, UserFacingError) as error:
        raise click.ClickException(str(error)) from error
    for run in update.unread:
        click.echo(f"{run.provider} could not be read: {run.page}", err=True)
    if report.usage is not None and report.usage.total.unpriced:
        left = report.usage.total.unpriced
        print_message(
            f"{left:,} row{'s' * (left > 1)} of the usage {'have' if left > 1 else 'has'} no price; the report says why"
        )
    click.echo(f"{written.html}\n{written.json}\n{written.index}")


def _check_usage(usage: Sequence[str], names: Mapping[str, str], by: str) -> None:
    """Raise UsageError for options that go with --usage alone, and where what reads logs is not installed."""
    if names and not usage:
        raise click.UsageError("--map goes with --usage: it says which columns of a log mean what")
    if by and not usage:
        raise click.UsageError("--by goes with --usage: it says what to group a log by")
    if usage:
        _need_scale()


def _need_scale() -> None:
    """Raise UsageError where what reads logs is not installed, before anything else is done."""
    try:
        import octoregistry.costing  # noqa: F401, PLC0415 - the extra may not be there
    except ModuleNotFoundError as error:
        raise click.UsageError(f"--usage needs the extra: pip install 'octoregistry[scale]' ({error})") from error


def _with_usage(report: Report, files: Sequence[str], columns: Mapping[str, str], by: tuple[str, ...]) -> Report:
    """The report with what the usage in the files cost."""
    from octoregistry.costing import CostingError, usage_costs  # noqa: PLC0415 - half a second that others need not pay

    try:
        return replace(report, usage=usage_costs(files, report.before, report.after, report.day, columns, by=by))
    except CostingError as error:
        raise click.ClickException(str(error)) from error
