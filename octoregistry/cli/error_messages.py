"""Errors as one line and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from octoregistry.cli.output import visible
from octoregistry.errors import UnknownProviderError, UserFacingError
from providers import RegistryError


@contextmanager
def error_messages(registry: Path) -> Iterator[None]:
    """Turns what can go wrong with settings, registry, lock, disk and git into one line and exit status 1, or 2 for a
    provider that was asked for and is not there."""
    try:
        yield
    except OSError as error:
        cure = ": name another with --registry" if error.filename == str(registry) and not registry.exists() else ""
        raise click.ClickException(visible(f"{error.filename or registry}: {error.strerror or error}{cure}")) from error
    except UnknownProviderError as error:
        raise click.UsageError(visible(error)) from error
    except (RegistryError, UserFacingError) as error:
        raise click.ClickException(visible(error)) from error
