"""PROVIDER/MODEL on the command line, a registry as commands read it, and a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from octoregistry.cli.output import visible
from providers import Registry, RegistryError, load_registry
from providers.dimensions import UnknownModelError
from providers.entries import Model

Command = TypeVar("Command", bound=Callable[..., Any])


def open_registry(path: Path) -> Registry:
    """The registry at `path`; ClickException with every fault where it is none."""
    try:
        return load_registry(path)
    except RegistryError as error:
        raise click.ClickException(visible(error)) from error


def find_model(registry: Registry, name: str) -> Model:
    """The model called PROVIDER/MODEL by id or alias, or MODEL where one provider alone has it; else UsageError."""
    provider, slash, model = name.partition("/")
    try:
        if slash:
            return registry.model(provider, model)
    except UnknownModelError as error:
        raise click.UsageError(visible(error)) from error
    found = registry.owners(name)
    if len(found) != 1:
        which = " or ".join(f"{owner}/{each}" for owner, each in found)
        raise click.UsageError(
            visible(f"{name}: {which}?" if found else f"no provider has {name!r}; see `octoregistry models`")
        )
    return registry.model(*found[0])


def assume_earliest_option(command: Command) -> Command:
    """The command with `--assume-earliest`, as the parameter `assume_earliest`."""
    words = "Before a model's first reading, take the prices of that reading."
    return click.option("--assume-earliest", is_flag=True, help=words)(command)


def day_option(flag: str, help_text: str) -> Callable[[Command], Command]:
    """The command with a day as the parameter called like `flag`: a date, or None."""
    return click.option(flag, type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", callback=_day, help=help_text)


def _day(_context: click.Context, _parameter: click.Parameter, given: datetime | None) -> date | None:
    return given.date() if given else None
