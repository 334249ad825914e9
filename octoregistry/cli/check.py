"""`octoregistry check [FILE]...`: every fault of a registry."""

from __future__ import annotations

from pathlib import Path

import click

from providers.files import bytes_of
from providers.registry import Registry, RegistryError, parse_registry

from .registry_option import registry_option


@click.command(name="check")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@registry_option
def command(files: tuple[Path, ...], registry: Path) -> None:
    """Print all that is wrong with registries, a line each, and exit with 1; or their counts, and exit with 0."""
    right = [_is_right(path) for path in files or (registry,)]
    if not all(right):
        raise SystemExit(1)


def _is_right(path: Path) -> bool:
    """Whether nothing is wrong with a file, after its counts or its faults are printed."""
    try:
        found = parse_registry(bytes_of(path), str(path))
    except OSError as error:
        click.echo(f"{path}: {error.strerror or error}: give another file")
        return False
    except RegistryError as error:
        click.echo(str(error))
        return False
    click.echo(f"{path}: {counts(found)}")
    if lacks := lacking(found):
        click.echo(f"{path}: {lacks}")
    return True


def counts(registry: Registry) -> str:
    """How much a registry holds, in one line."""
    models = list(registry)
    per_provider = ", ".join(f"{name} {len(provider.models)}" for name, provider in registry.providers.items())
    rates = sum(len(model.rates) for model in models)
    aside = sum(len(provider["models"]) for provider in registry.values.get("more", {}).values())
    more = f", {aside} under more" if aside else ""
    return f"{len(models)} models ({per_provider}), {rates} rates{more}, nothing wrong"


def lacking(registry: Registry) -> str | None:
    """What a file of an older version lacks, in one line; None for one of today's."""
    if "schema_version" in registry.values:
        return None
    return (
        "no schema_version, so of version 1: it lacks the day of each first reading (its first prices hold back for ever), "
        "the prompts that prices answer for, what models are for and when they end"
    )
