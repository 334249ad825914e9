"""`octoregistry init [PATH]`: a registry of one's own in a repository."""

from __future__ import annotations

from pathlib import Path

import click

from octoregistry.cli.error_messages import error_messages
from octoregistry.cli.output import print_message
from octoregistry.publishing.first_files import write_first_files


@click.command(name="init")
@click.argument("path", required=False, default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--github", is_flag=True, help="Write the workflow that opens pull requests on GitHub, too.")
def command(path: Path, github: bool) -> None:
    """Start a registry in the repository at PATH, here without one: models.yaml as it was packaged, and octoregistry.toml.

    What is there already is left as it is. Commit the files; then `octoregistry update` brings models.yaml up to the
    vendors' pages, and `octoregistry update --pr` proposes what they change as a pull request.
    """
    with error_messages(path):
        done = write_first_files(path, github=github)
    for file, written in done:
        print_message(f"{'Wrote' if written else 'Left as it is:'} {file}{'.' if written else ''}")
    names = " ".join(str(file.relative_to(path)) for file, _ in done)
    place = "" if path == Path() else f"cd {path} && "
    print_message(f"Next: {place}git add {names} && git commit -m 'LLM prices' && octoregistry update --dry-run")
