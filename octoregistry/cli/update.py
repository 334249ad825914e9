"""`octoregistry update`: shows, writes or proposes what the vendors' pages change in the registry."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from octoregistry.cli import exit_status
from octoregistry.cli.error_messages import error_messages
from octoregistry.cli.llm_options import closing_messages, llm_options, reader_of
from octoregistry.cli.output import print_json, print_message, print_messages
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.styled_tables import cell
from octoregistry.cli.update_output import print_update, proposal_json, update_json
from octoregistry.cli.verbosity import show_tracebacks
from octoregistry.cli.writable_registry import end_undisturbed, writable_registry
from octoregistry.merging.lock import locked
from octoregistry.merging.own_registry import written_place
from octoregistry.merging.registry_file import text_of
from octoregistry.merging.store import replace_file
from octoregistry.planning.plan_json import as_values
from octoregistry.publishing import ProposalResult
from octoregistry.report import write_report
from octoregistry.service.propose_update import propose_update, proposing
from octoregistry.settings import Settings, check_written, command_settings
from octoregistry.updating.from_package import plan_from_package
from octoregistry.updating.keep_memory import keep_memory
from octoregistry.updating.memory import recalled
from octoregistry.updating.open_places import OpenPlace, new_places, open_places
from octoregistry.updating.update import Progress, Update, no_progress, plan_update
from octoregistry.updating.write_update import write_update
from providers import load_registry
from providers.files import bytes_of


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
@click.option(
    "--from-package",
    "from_package",
    is_flag=True,
    help="Bring what the packaged registry has newer, as if it were the vendors' page; no page is read.",
)
@click.option(
    "--vouched",
    is_flag=True,
    help="Plan models, too, that two other registries price alike and no page states; held, and written under `more`.",
)
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="MODEL[:MODE]|all",
    help="Apply these changes instead of holding them; may be given again.",
)
@click.option(
    "--plan-out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Store the plan as JSON, for `octoregistry apply FILE`.",
)
@click.option(
    "--pr",
    "as_pull_request",
    is_flag=True,
    help="Propose the changes as a pull request instead of writing the file; git fetches and pushes, also with --offline.",
)
@click.option(
    "--report",
    "reports",
    type=click.Path(file_okay=False, path_type=Path),
    is_flag=False,
    flag_value="reports",
    metavar="[DIR]",
    help="Write this run's report too, as `octoregistry report` does, into DIR or `reports`; also with --dry-run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan, the sources and the diff as JSON.")
@click.option(
    "--exit-code", is_flag=True, help="Exit with 4 if there are changes, with 5 if a page leaves something new open."
)
@click.option("--known", "list_known", is_flag=True, help="List all that the pages leave open, also what is not new.")
@settings_option
@click.option("--verbose", "-v", count=True, help="Print notes, problems and model lists, too; -vv: tracebacks.")
@llm_options
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    dry_run: bool,
    providers: tuple[str, ...],
    offline: bool,
    from_package: bool,
    vouched: bool,
    accepted: tuple[str, ...],
    plan_out: Path | None,
    as_pull_request: bool,
    reports: Path | None,
    as_json: bool,
    exit_code: bool,
    list_known: bool,
    settings: Path | None,
    verbose: int,
    llm: str,
    no_known: bool,
    registry: Path,
) -> None:
    """Update the registry from the vendors' pages.

    \b
    Exit status: 0 done, or no change; 1 error; 2 usage; 3 a provider could not be read, or its page of endings;
    5 changes are held for review, or a page leaves something new open (that only with --exit-code);
    4 there are changes (only with --exit-code).
    """
    _check_apart(dry_run=dry_run, as_pull_request=as_pull_request, from_package=from_package, vouched=vouched)
    show_tracebacks(verbose)
    outcomes: tuple[ProposalResult, ...] = ()
    with error_messages(registry), _progress(as_json) as progress:
        chosen = command_settings(settings)
        check_written(written_place(registry))  # a plan that is only shown, or stored, is written later
        if not dry_run and not as_pull_request:
            registry = writable_registry(registry)
        language = reader_of(llm, partial(load_registry, registry), chosen.reading, no_known=no_known, offline=offline)
        edges = {"offline": offline, "progress": progress, "language": language, "vouched": vouched}
        plan = _planner(registry, chosen, providers, accepted, None if from_package else edges)
        if dry_run:
            update = plan(text_of(bytes_of(registry), registry))
        elif as_pull_request:
            update, outcomes = _proposed(registry, chosen, plan)
        else:
            update = _written(registry, chosen, plan, accepted, progress, replans=from_package)
            end_undisturbed()
        if plan_out is not None:
            keep_plan(update, plan_out)
    places, before = _places_left_open(update, chosen, keep=not dry_run and not from_package)
    if as_json:
        proposals = [proposal_json(one) for one in outcomes]
        print_json({**update_json(update, registry.name, places, before), "pull_requests": proposals})
    else:
        print_update(update, registry.name, places, before, verbose=bool(verbose), lists_known=list_known)
        wrote = not dry_run and not as_pull_request and update.new_text != update.old_text
        print_messages(*([f"Wrote {registry}."] if wrote else []), *outcomes)
    print_messages(*closing_messages(language))
    if reports is not None:
        _report(update, reports, registry)
    new = bool(new_places(places, before))
    raise click.exceptions.Exit(exit_status.status(update, exit_code=exit_code, new_open=new))


def _check_apart(*, dry_run: bool, as_pull_request: bool, from_package: bool, vouched: bool) -> None:
    """Raise UsageError for options that do not go together."""
    if dry_run and as_pull_request:
        raise click.UsageError("give --dry-run or --pr, not both")
    if vouched and (from_package or as_pull_request):
        raise click.UsageError(f"give --vouched or {'--from-package' if from_package else '--pr'}, not both")


def _report(update: Update, folder: Path, registry: Path) -> None:
    """Write the report. Last of all, so that a folder that cannot be written hides nothing of what was done to the registry."""
    with error_messages(registry):
        print_message(f"Wrote the report {write_report(update, folder).html}.")


def _planner(
    registry: Path,
    settings: Settings,
    providers: Sequence[str],
    accepted: Sequence[str],
    edges: Mapping[str, Any] | None,
) -> Callable[[str], Update]:
    """What plans the update of a registry's text: from the vendors' pages, or without `edges` from the packaged registry."""
    if edges is None:
        return lambda text: plan_from_package(text, str(registry), settings, providers, accepted=accepted)
    return lambda text: plan_update(text, str(registry), settings, providers, accepted=accepted, **edges)


def _places_left_open(
    update: Update, settings: Settings, *, keep: bool
) -> tuple[tuple[OpenPlace, ...], Mapping[str, int] | None]:
    """What the pages leave open, and what they left open at the last update; with `keep` the next one knows the former, and
    on which days prices were last seen."""
    places, before = open_places(update), recalled(settings)
    if keep:
        try:
            keep_memory(settings, before, update, places)
        except OSError as error:
            print_message(f"what the pages leave open will be told again: {error}")
    return places, before.places


def _proposed(
    registry: Path, settings: Settings, plan: Callable[[str], Update]
) -> tuple[Update, tuple[ProposalResult, ...]]:
    """The update and what became of its proposals; the registry's file is left as it is."""
    with proposing(registry, settings.pull_request, os.environ) as target:
        proposed = propose_update(registry, target, plan, settings)
    return proposed.update, proposed.results


def _written(
    registry: Path,
    settings: Settings,
    plan: Callable[[str], Update],
    accepted: Sequence[str],
    progress: Progress,
    *,
    replans: bool,
) -> Update:
    """The update, planned and written to the registry's file under its lock; with `replans` there are no pages to hold
    against an edited text, and it is planned anew."""
    with locked(registry):
        update = plan(text_of(bytes_of(registry), registry))
        if update.new_text != update.old_text:
            progress(f"Writing {registry}")
        return write_update(update, registry, settings, accepted, plan if replans else None)


def keep_plan(update: Update, place: Path) -> None:
    """Write the plan of the update to `place`, as JSON that `octoregistry apply` takes."""
    values = as_values(update.plan, update.registry.text_sha256)
    replace_file(place, (json.dumps(values, indent=1) + "\n").encode())


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A spinner on a terminal, a line a step elsewhere, on standard error; nothing with `quiet`."""
    console = Console(stderr=True)
    if quiet:
        yield no_progress
    elif console.is_terminal:
        with console.status("Starting") as status:
            yield lambda step: status.update(cell(step))
    else:
        yield lambda step: print_message(f"{step} ...")
