"""`--map OURS=THEIRS`: names for the columns of a usage log."""

from __future__ import annotations

from collections.abc import Mapping

import click

map_option = click.option(
    "--map",
    "names",
    multiple=True,
    metavar="OURS=THEIRS",
    callback=lambda _context, _option, given: _mapping(given),
    help="Read OURS from the column THEIRS, or take it for the text after `:`; may be given again.",
)


def _mapping(given: tuple[str, ...]) -> Mapping[str, str]:
    """Ours to theirs; raises UsageError for what is no pair."""
    found = {}
    for pair in given:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise click.UsageError(f"--map {pair}: write OURS=THEIRS")
        found[ours] = theirs
    return found
