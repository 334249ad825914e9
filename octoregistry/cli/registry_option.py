"""Which registry a command works on: `--registry PATH`, OCTOREGISTRY_MODELS, ./models.yaml, the person's own in their data
folder, the packaged one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from providers.registry import VARIABLE, find_registry

if TYPE_CHECKING:  # pathlib takes as long to import as a registry to read, and `price` needs none of it
    from pathlib import Path

Command = TypeVar("Command", bound=Callable[..., Any])


def registry_name(given: str | os.PathLike[str] | None) -> str:
    """The file to work on: the one given, else OCTOREGISTRY_MODELS, else ./models.yaml, else what programs read."""
    chosen = os.fspath(given) if given else os.environ.get(VARIABLE)
    return chosen or ("models.yaml" if os.path.isfile("models.yaml") else find_registry())  # noqa: PTH113 - no pathlib


def registry_path(given: str | os.PathLike[str] | None) -> Path:
    """The same as a Path."""
    from pathlib import Path  # noqa: PLC0415 - see above

    return Path(registry_name(given))


def registry_option(command: Command) -> Command:
    """The command with `--registry PATH`, whose parameter `registry` is the Path of the file to work on."""
    return _option(registry_path)(command)


def registry_name_option(command: Command) -> Command:
    """The command with `--registry PATH`, whose parameter `registry` is the name of the file to work on."""
    return _option(registry_name)(command)


def _option(chosen: Callable[[str | None], object]) -> Callable[[Command], Command]:
    return click.option(
        "--registry",
        type=click.Path(dir_okay=False),
        callback=lambda _context, _parameter, given: chosen(given),
        metavar="PATH",
        help=f"The registry to work on.  [default: ${VARIABLE}, ./models.yaml, your own, the packaged one]",
    )
