"""The jobs of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from octoregistry.errors import UnknownProviderError
from octoregistry.service.slots import ScheduleError, Slots
from octoregistry.settings import Settings


@dataclass(frozen=True, slots=True)
class UpdateJob:
    """Some providers, updated together at their slots."""

    name: str
    providers: tuple[str, ...]
    slots: Slots


def jobs_of(settings: Settings, known: Sequence[str]) -> tuple[UpdateJob, ...]:
    """The jobs, all the registry's providers (`known`) that have pages in those that name none. Raises ScheduleError."""
    jobs: list[UpdateJob] = []
    for name, wanted in settings.service.jobs.items():
        try:
            providers = settings.with_pages(known, wanted.providers)
        except UnknownProviderError as error:
            raise ScheduleError(f"service.jobs.{name}: {error}") from None
        slots = Slots(wanted)
        if wanted.each_provider:
            jobs += [UpdateJob(f"{name}-{provider}", (provider,), slots) for provider in providers]
        else:
            jobs.append(UpdateJob(name, providers, slots))
    if len({job.name for job in jobs}) < len(jobs):
        raise ScheduleError("service.jobs: two jobs of one name")
    return tuple(jobs)
