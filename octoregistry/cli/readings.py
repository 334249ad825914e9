"""`octoregistry readings`: the kept answers of a language model, to review and to remove."""

from __future__ import annotations

import click

from octoregistry.cli.output import line
from octoregistry.reading.kept import Entry, Kept, readings_folder
from octoregistry.reading.meaning import Meaning, Refusal


@click.group(name="readings", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List and remove kept readings: what the parts of a page mean, in words and addresses, never a price.

    A reading is asked for once and kept in a file. Until a person has looked at it and set `reviewed = true` there,
    all that it says is held for review.
    """
    if context.invoked_subcommand is None:
        context.invoke(listed)


@command.command(name="list")
def listed() -> None:
    """Print every kept reading: its fingerprint, who said it, whether it is reviewed, and what it is about."""
    folder = readings_folder()
    entries = Kept(folder).entries()
    for entry in entries:
        click.echo(_line(entry))
    click.echo(f"{len(entries)} readings; new ones are kept in {folder}")


def _line(entry: Entry) -> str:
    kept = entry.kept
    if kept is None:
        return line(f"{entry.file}: {entry.fault}", 400)
    if isinstance(kept, Refusal):
        return f"{kept.fingerprint}  {kept.provider:9}  {kept.witness}, not understood on {kept.day}: {line(kept.reason, 200)}"
    state = "comes with the package" if entry.shipped else "reviewed" if kept.reviewed else "not reviewed"
    about = " | ".join(kept.header) if isinstance(kept, Meaning) else kept.begins
    shown = line(about, 70) or "no header"
    return f"{kept.fingerprint}  {kept.provider:9}  {kept.witness}, {state}: {shown}"


@command.command(name="remove")
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Remove the readings with these fingerprints or files, or `all`; the next update asks again."""
    gone = Kept(readings_folder()).remove(names)
    for file in gone:
        click.echo(f"removed {file}")
    if not gone:
        raise click.ClickException(f"no kept reading is called {', '.join(names)}; those of the package stay")
