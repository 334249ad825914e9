"""The registry that a command writes: never the packaged one, and the person is told where their own is."""

from __future__ import annotations

from pathlib import Path

from octoregistry.cli.output import print_message
from octoregistry.merging.own_registry import own_registry


def writable_registry(registry: Path) -> Path:
    """The file to write for `registry`, see `own_registry`; a copy that was made for it is told on standard error."""
    own = own_registry(registry)
    if own != registry:
        print_message(f"{own} is your registry from now on, a copy of the packaged one: commands and programs read it.")
    return own
