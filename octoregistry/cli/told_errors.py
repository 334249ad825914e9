"""What can go wrong with settings, registry, lock, disk and git, as one line and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from octoregistry.cli.showing import visible
from octoregistry.publishing.lock import LockedError
from octoregistry.publishing.pull_request import ForgeError, GitError
from octoregistry.publishing.registry_file import NotCarriedOutError
from octoregistry.settings import SettingsError
from providers import RegistryError


@contextmanager
def told_errors(registry: Path) -> Iterator[None]:
    """Turns what can go wrong with settings, registry, lock and disk into one line and exit status 1."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(visible(f"{error.filename or registry}: {error.strerror or error}")) from error
    except (RegistryError, SettingsError, LockedError, NotCarriedOutError, GitError, ForgeError) as error:
        raise click.ClickException(visible(error)) from error
    except KeyError as error:
        raise click.UsageError(visible(f"no provider {error} in {registry} and the settings")) from error
