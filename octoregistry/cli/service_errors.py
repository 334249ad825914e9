"""Errors of the service as one line and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from octoregistry.cli.output import visible
from octoregistry.errors import UserFacingError
from providers import RegistryError

NEEDED = "this needs the extra `service`: pip install 'octoregistry[service]'"


@contextmanager
def extra() -> Iterator[None]:
    """Turns an import that fails for want of the extra into a message that names it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("octoregistry", "providers"):
            raise
        raise click.ClickException(f"{NEEDED} ({error.name} is missing)") from None


@contextmanager
def service_errors() -> Iterator[None]:
    """Turns what settings, schedule, registry, database and disk can say into one line and exit status 1."""
    with extra():
        from octoregistry.service.database import DatabaseError  # noqa: PLC0415 - there only with the extra
        from octoregistry.service.slots import ScheduleError  # noqa: PLC0415
    try:
        yield
    except OSError as error:
        raise click.ClickException(visible(f"{error.filename or ''}: {error.strerror or error}")) from error
    except (UserFacingError, RegistryError, DatabaseError, ScheduleError) as error:
        raise click.ClickException(visible(error)) from error
