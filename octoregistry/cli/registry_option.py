"""Which registry a command works on: `--registry PATH`, OCTOREGISTRY_MODELS, ./models.yaml, the person's own in their data
folder, the packaged one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from providers.registry import VARIABLE, find_registry

Command = TypeVar("Command", bound=Callable[..., Any])


def registry_path(given: Path | str | None) -> Path:
    """The file to work on: the one given, else OCTOREGISTRY_MODELS, else ./models.yaml, else what programs read."""
    chosen = given or os.environ.get(VARIABLE)
    here = Path("models.yaml")
    return Path(chosen) if chosen else here if here.is_file() else Path(find_registry())


def registry_option(command: Command) -> Command:
    """The command with `--registry PATH`, whose parameter `registry` is the Path of the file to work on."""
    return click.option(
        "--registry",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=lambda _context, _parameter, given: registry_path(given),
        metavar="PATH",
        help=f"The registry to work on.  [default: ${VARIABLE}, ./models.yaml, your own, the packaged one]",
    )(command)
