"""`octoregistry apply PLAN`: writes a stored plan into the registry that it was made against."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import click

from octoregistry.cli.error_messages import error_messages
from octoregistry.cli.output import print_message, print_text, visible
from octoregistry.cli.plan_tables import plan_tables
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.styled_tables import print_styled
from octoregistry.cli.writable_registry import end_undisturbed, writable_registry
from octoregistry.merging.diff import diff
from octoregistry.merging.lock import locked
from octoregistry.planning.plan_json import fingerprint_of, from_values
from octoregistry.updating.apply_plan import StoredPlan, apply_plan
from providers.files import bytes_of

HELD = 5
_MOST_BYTES = 200_000_000  # ten thousand new models make 50 MB


@click.command(name="apply")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing.")
@registry_option
def command(plan: Path, dry_run: bool, registry: Path) -> None:
    """Write the changes to apply of a PLAN that `octoregistry update --plan-out PLAN` stored; held ones are left out.

    The registry must be byte for byte the one that the plan was made against.

    \b
    Exit status: 0 done, or no change; 1 error, nothing was written; 2 usage;
    5 changes of the plan are held for review.
    """
    stored = _read(plan)
    with error_messages(registry):
        registry = registry if dry_run else writable_registry(registry)
        with nullcontext() if dry_run else locked(registry):
            before, merged = apply_plan(stored, registry, dry_run=dry_run)
        if not dry_run:
            end_undisturbed()
    for table in plan_tables(merged.plan):
        print_styled(table)
    changed = diff(before, merged.text, registry.name)
    if changed:
        print_text(f"\n{changed}", newline=False, verbatim=True)
    else:
        print_text(f"No change: {registry.name} says what the plan says.")
    if changed and not dry_run:
        print_message(f"Wrote {registry}.")
    raise click.exceptions.Exit(HELD if merged.plan.held else 0)


def _read(file: Path) -> StoredPlan:
    """The plan of a file, which anybody may have written; ClickException where it is none."""
    try:
        values = json.loads(bytes_of(file, _MOST_BYTES))
        return StoredPlan(from_values(values), fingerprint_of(values))
    except OSError as error:
        raise click.ClickException(visible(f"{file}: {error.strerror or error}")) from error
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, no plan, or nested beyond reason
        raise click.ClickException(visible(f"{file}: {error}")) from error
