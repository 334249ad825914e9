"""`octoregistry update`: what the vendors' pages change in the registry, shown as a table and as a diff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from octoregistry.cli import exits
from octoregistry.cli.held import held_texts
from octoregistry.cli.llm_options import calls_json, calls_line, llm_options, reader_of, told_once
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.tables import plan_tables
from octoregistry.planning.kept import as_values
from octoregistry.publishing.merge import diff
from octoregistry.settings import SettingsError, load_settings
from octoregistry.sources import Failed
from octoregistry.sources.registries import Statements
from octoregistry.update import Progress, ProviderRun, Update, plan_update, silent
from providers import RegistryError, parse_registry


@click.command(name="update")
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing but the cache.")
@click.option(
    "--provider",
    "-p",
    "providers",
    multiple=True,
    help="Update this provider only; may be given again.  [default: all]",
)
@click.option(
    "--offline",
    is_flag=True,
    help="Ask nothing of the network: the cache serves, else the pages that come with the package.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan, the sources and the diff as JSON.")
@click.option("--exit-code", is_flag=True, help="Leave with 4 where there are changes.")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Read this octoregistry.toml.  [default: ./octoregistry.toml where there is one]",
)
@click.option("--verbose", "-v", is_flag=True, help="Tell every page, note and unread table too.")
@llm_options
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    dry_run: bool,
    providers: tuple[str, ...],
    offline: bool,
    as_json: bool,
    exit_code: bool,
    settings: Path | None,
    verbose: bool,
    llm: str,
    second_reading: bool,
    no_known: bool,
    registry: Path,
) -> None:
    """Bring the registry up to what the vendors' pages state.

    \b
    Exit status: 0 done, or no change; 1 error; 2 usage; 3 a provider could not be read;
    5 changes are held for review; 4 there are changes (only with --exit-code).
    """
    if not dry_run:
        raise click.UsageError("give --dry-run")
    try:
        text = registry.read_bytes().decode("utf-8")
        language = reader_of(
            llm,
            lambda: parse_registry(text, str(registry)),
            second_reading=second_reading,
            no_known=no_known,
            offline=offline,
        )
        with _progress(as_json) as progress:
            update = plan_update(
                text,
                str(registry),
                load_settings(settings),
                providers,
                offline=offline,
                progress=progress,
                language=language,
            )
    except OSError as error:
        raise click.ClickException(f"{registry}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{registry}: not UTF-8 at byte {error.start}") from error
    except (RegistryError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    except KeyError as error:
        raise click.UsageError(f"no provider {error} in {registry} and the settings") from error
    if as_json:
        click.echo(json.dumps(update_json(update, registry.name), ensure_ascii=False, indent=1))
    else:
        _print(update, registry.name, verbose=verbose)
    if why := told_once(language):
        click.echo(why, err=True)
    raise click.exceptions.Exit(exits.status(update, exit_code=exit_code))


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A spinner on a terminal, a line a step elsewhere, on standard error; nothing with `quiet`."""
    console = Console(stderr=True)
    if quiet:
        yield silent
    elif console.is_terminal:
        with console.status("Starting") as status:
            yield status.update
    else:
        yield lambda step: click.echo(f"{step} ...", err=True)


def update_json(update: Update, name: str) -> dict[str, Any]:
    """`update` as plain values: sources, the plan in the form that `apply` takes, notes, and the diff."""
    return {
        "at": update.at.isoformat(timespec="seconds"),
        "llm": calls_json(update.calls),
        "sources": [_source_json(run) for run in update.runs],
        "witnesses": [_witness_json(name, heard) for name, heard in update.witnesses.items()],
        "plan": as_values(update.plan, update.registry.text_sha256),
        "diff": diff(update.old_text, update.new_text, name),
    }


def _source_json(run: ProviderRun) -> dict[str, Any]:
    page = run.page
    shown: dict[str, Any] = {"provider": run.provider, "page": page.url}
    if isinstance(page, Failed):
        return {**shown, "failed": page.reason}
    return {
        **shown,
        "from": page.from_cache,
        "fetched_at": page.fetched_at.isoformat(timespec="seconds"),
        "sha256": page.sha256,
        "prices": sum(len(rate.prices) for rate in run.rates.rates) if run.rates else 0,
        "problems": [str(problem) for problem in run.rates.problems] if run.rates else [],
    }


def _witness_json(name: str, heard: Statements | Failed) -> dict[str, Any]:
    shown: dict[str, Any] = {"witness": name, "page": heard.url}
    if isinstance(heard, Failed):
        return {**shown, "failed": heard.reason}
    return {**shown, "as_of": heard.as_of.isoformat(), "prices": len(heard.vouched)}


def _print(update: Update, name: str, *, verbose: bool) -> None:
    click.echo("Pages: " + "; ".join(_served(run, update) for run in update.runs))
    for run in update.unread:
        click.echo(f"{run.provider} could not be read: {run.page}", err=True)
    if update.witnesses:
        click.echo(f"Witnesses: {_heard(update)}")
    console = Console()
    for table in (*plan_tables(update.plan), *held_texts(update.plan)):
        console.print(table)
    for provider, summary in update.plan.summary().items():
        click.echo(f"{provider}: {summary}")
    if update.calls:
        click.echo(calls_line(update.calls))
    changed = diff(update.old_text, update.new_text, name)
    if changed:
        click.echo("\n" + changed, nl=False)
    elif len(update.unread) < len(update.runs):
        read = "the pages that could be read" if update.unread else "the pages"
        click.echo(f"No change: {name} says what {read} say.")
    if verbose:
        for witness, heard in update.witnesses.items():
            if isinstance(heard, Failed):
                click.echo(f"{witness} not heard: {heard}")
        for note in update.plan.notes:
            click.echo(f"note: {note}")
        for run in update.runs:
            for problem in run.rates.problems if run.rates else ():
                click.echo(f"not read: {problem}")
            click.echo(f"model list of {run.provider}: {_listed(run)}")


def _served(run: ProviderRun, update: Update) -> str:
    page = run.page
    if isinstance(page, Failed) or run.rates is None:
        return f"{run.provider} unread"
    days = page.age(update.at).days
    age = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} old"
    source = {"network": "fetched", "cache": "from the cache", "bundled": "bundled with the package"}[page.from_cache]
    prices = sum(len(rate.prices) for rate in run.rates.rates)
    return f"{run.provider} {source}, {page.fetched_at.date()} ({age}), {prices} prices"


def _heard(update: Update) -> str:
    """Which other registries were heard, and of which day each speaks."""
    told = [f"{name} of {one.as_of}" for name, one in update.witnesses.items() if isinstance(one, Statements)]
    unheard = len(update.witnesses) - len(told)
    return "; ".join([*told, *([f"{unheard} not heard"] if unheard else [])])


def _listed(run: ProviderRun) -> str:
    models = getattr(run.listed, "models", None)
    return f"{len(models)} models" if models is not None else str(run.listed)
