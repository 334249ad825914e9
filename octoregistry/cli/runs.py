"""`octoregistry runs`: the runs of the schedule and their outcomes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from octoregistry.cli.output import print_json, print_text
from octoregistry.cli.service_errors import extra, service_errors
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.settings import command_settings

with extra():
    from octoregistry.service.database import Database, database_url
    from octoregistry.service.log_copy import copy_log
    from octoregistry.service.runlog import Run, RunLog


@click.command(name="runs")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="How many.")
@click.option("--job", metavar="NAME", help="Runs of this job only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with each run's sources.")
@click.option(
    "--copy-from",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="First copy the SQLite run log FILE into the database that is set: the way from SQLite to PostgreSQL.",
)
@settings_option
def command(*, limit: int, job: str | None, as_json: bool, copy_from: Path | None, settings: Path | None) -> None:
    """Print the last runs of the schedule: slot, holder, end, changes, what is held, what was spent."""
    with service_errors():
        database = Database(database_url(command_settings(settings), os.environ))
        click.get_current_context().call_on_close(database.close)
        if copy_from is not None:
            copied = copy_log(database, copy_from)
            print_text(", ".join(f"{count} {name}" for name, count in copied.items()) + " copied")
            return
        found = RunLog(database).latest(limit, job)
    if as_json:
        print_json([run.values() for run in found])
        return
    if not found:
        print_text("No run yet.")
        return
    print_table(run_table(found))


def run_table(found: Sequence[Run]) -> PlainTable:
    """A row a run of the schedule."""
    columns = ("slot", "job", "end", "took", "changes", "held", "spent", "holder", "why")
    table = PlainTable(
        "Runs, times in UTC",
        columns,
        ("took", "changes", "held", "spent"),
        drops=("holder", "took", "spent"),
        folds=("end", "why"),
    )
    for run in found:
        took = f"{(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else ""
        end = (run.end or "running") + (f", attempt {run.attempt}" if run.attempt > 1 else "")
        slot, spent = f"{run.slot:%Y-%m-%d %H:%M:%S}", f"${run.spent:f}"
        row = (slot, run.job, end, took, run.changed, run.held, spent, run.holder, run.why)
        table.add_row(*row)
    return table
