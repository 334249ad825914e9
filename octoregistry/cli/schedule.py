"""`octoregistry schedule`: updates at their times, until it is stopped; or just the one that is due."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from octoregistry.cli import exit_status
from octoregistry.cli.output import print_json, print_message, print_text
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.service_errors import extra, service_errors
from octoregistry.cli.service_log import log_to_stderr
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.writable_registry import writable_registry
from octoregistry.settings import Settings, command_settings

with extra():
    from octoregistry.service.assembly import Service, assemble, known_jobs
    from octoregistry.service.run_outcome import RunOutcome
    from octoregistry.service.schedule import upcoming


@click.command(name="schedule")
@click.option("--show", "only_show", is_flag=True, help="Print the next ten times and leave.")
@click.option(
    "--once", is_flag=True, help="Run what is due now and has not been run, and leave: for cron and the like."
)
@click.option("--json", "as_json", is_flag=True, help="With --show: print JSON.")
@click.option("--offline", is_flag=True, help="Ask nothing of the network, as `octoregistry update --offline`.")
@settings_option
@registry_option
def command(
    *, only_show: bool, once: bool, as_json: bool, offline: bool, settings: Path | None, registry: Path
) -> None:
    """Update the registry at the times that octoregistry.toml gives, every six hours without it, until stopped.

    Each time is run once, however many machines share the run log's database. One that passed while nothing ran is run at
    the start. Ctrl-C and SIGTERM end the running update cleanly.

    \b
    Exit status: 143 after SIGTERM, 130 after Ctrl-C, 1 error, 2 usage;
    with --once that of `octoregistry update`: 0, 1, 3 or 5.
    """
    if only_show and once:
        raise click.UsageError("give --show or --once, not both")
    with service_errors():
        chosen = command_settings(settings)
        if only_show:
            print_table(upcoming_values(chosen, registry), as_json=as_json)
            return
        log_to_stderr()
        service = assemble(chosen, settings, writable_registry(registry), os.environ, offline=offline)
        click.get_current_context().call_on_close(service.database.close)
        if once:
            raise click.exceptions.Exit(run_due(service))
        service.schedule.start()
        print_message(f"{len(service.jobs)} jobs, run log {service.database.shown}")
        try:
            threading.Event().wait()
        finally:
            service.schedule.stop()


def upcoming_values(chosen: Settings, registry: Path) -> list[dict[str, Any]]:
    """The next ten slots as plain values."""
    found = upcoming(known_jobs(chosen, registry), datetime.now(UTC))
    return [
        {"at": f"{slot:%Y-%m-%dT%H:%M:%SZ}", "job": job.name, "providers": list(job.providers)} for slot, job in found
    ]


def print_table(values: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print the slots on standard output."""
    if as_json:
        print_json(values)
        return
    for one in values:
        print_text(f"{one['at']}  {one['job']}  {', '.join(one['providers'])}")


def run_due(service: Service) -> int:
    """The exit status after running each job's last slot, where nobody has it yet, and what others left unfinished."""
    outcomes: list[RunOutcome] = []
    now = datetime.now(UTC)
    try:
        for job in service.jobs:
            for slot in job.slots.latest(now):
                outcome = service.schedule.run_once(job, slot)
                if outcome is None:
                    print_text(f"{job.name} {slot:%Y-%m-%dT%H:%M:%SZ}: somebody has it, or has had it")
                else:
                    print_text(f"{job.name} {slot:%Y-%m-%dT%H:%M:%SZ}: {outcome.end}, {outcome.counts}")
                    outcomes.append(outcome)
        outcomes += service.schedule.take_over()
        service.schedule.watch()
    finally:
        service.schedule.stop()
        sys.stdout.flush()
    if any(outcome.end == "failed" for outcome in outcomes):
        return exit_status.ERROR
    if any(outcome.end == "partly" for outcome in outcomes):
        return exit_status.UNREAD
    return exit_status.HELD if any(outcome.held for outcome in outcomes) else exit_status.DONE
