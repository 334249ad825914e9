"""Which settings a command works with: `--settings FILE`, $OCTOREGISTRY_SETTINGS, ./octoregistry.toml, over the built-in ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_option(command: Command) -> Command:
    """The command with `--settings FILE`, whose parameter `settings` is the Path of the file, or None."""
    return click.option(
        "--settings",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read this octoregistry.toml.  [default: $OCTOREGISTRY_SETTINGS, then ./octoregistry.toml]",
    )(command)
