"""`octoregistry status`: how old the page of each provider is, and whether that is too old."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from octoregistry.cli.output import print_json, print_text
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.service_errors import extra, service_errors
from octoregistry.cli.settings_option import settings_option
from octoregistry.settings import command_settings

with extra():
    from octoregistry.service.assembly import known_jobs
    from octoregistry.service.database import Database, database_url
    from octoregistry.service.freshness import freshness
    from octoregistry.service.runlog import RunLog


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
@registry_option
def command(*, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Print how old the page is that the schedule last read each provider's prices from.

    To read a copy again, from the cache or the package, makes it no younger.

    \b
    Exit status: 0 only while no provider's page is older than two intervals of its schedule; else 1.
    """
    with service_errors():
        chosen = command_settings(settings)
        jobs = known_jobs(chosen, registry)
        database = Database(database_url(chosen, os.environ))
        click.get_current_context().call_on_close(database.close)
        log = RunLog(database)
        now = datetime.now(UTC)
        found = freshness(jobs, log.pages_read(now), now)
    if as_json:
        print_json(
            [
                {
                    "provider": one.provider,
                    "fresh": one.fresh,
                    "page_at": one.page.at.isoformat() if one.page else None,
                    "served": one.page.served if one.page else None,
                    "age_seconds": one.age.total_seconds() if one.age is not None else None,
                    "allowed_seconds": one.allowed.total_seconds(),
                }
                for one in found
            ]
        )
    else:
        for one in found:
            print_text(one)
    raise click.exceptions.Exit(0 if all(one.fresh for one in found) else 1)
