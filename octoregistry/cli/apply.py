"""`octoregistry apply PLAN`: just what a kept plan says, into just the registry that it was made against."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import click

from octoregistry.cli.error_messages import told_errors
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.showing import say, show, tell, visible
from octoregistry.cli.tables import plan_tables
from octoregistry.merging.lock import locked
from octoregistry.merging.merge import diff
from octoregistry.planning.plan_json import PlanError, fingerprint_of, from_values
from octoregistry.updating.apply_plan import KeptPlan, carry_out_plan

HELD = 5
_MOST_BYTES = 200_000_000  # ten thousand new models make 50 MB


@click.command(name="apply")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing.")
@registry_option
def command(plan: Path, dry_run: bool, registry: Path) -> None:
    """Carry out the PLAN that `octoregistry update --plan-out PLAN` kept: its changes to apply, not those held.

    The registry must be, to the byte, the one that the plan was made against.

    \b
    Exit status: 0 done, or no change; 1 error, nothing was written; 2 usage;
    5 changes of the plan are held for review.
    """
    kept = _read(plan)
    with told_errors(registry), nullcontext() if dry_run else locked(registry):
        before, merged = carry_out_plan(kept, registry, dry_run=dry_run)
    for table in plan_tables(merged.plan):
        show(table)
    changed = diff(before, merged.text, registry.name)
    say(f"\n{changed}" if changed else f"No change: {registry.name} says what the plan says.", newline=not changed)
    if changed and not dry_run:
        tell(f"Wrote {registry}.")
    raise click.exceptions.Exit(HELD if merged.plan.held else 0)


def _read(file: Path) -> KeptPlan:
    """The plan of a file, which anybody may have written; ClickException where it is none."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise PlanError(f"larger than {_MOST_BYTES:,} bytes")
        values = json.loads(content)
        return KeptPlan(from_values(values), fingerprint_of(values))
    except OSError as error:
        raise click.ClickException(visible(f"{file}: {error.strerror or error}")) from error
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, no plan, or nested beyond reason
        raise click.ClickException(visible(f"{file}: {error}")) from error
