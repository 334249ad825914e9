"""The service put together from its settings: database, log, claims, runner, notices and schedule."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from octoregistry.service.claims import Claim, Claims
from octoregistry.service.database import Database, database_url
from octoregistry.service.decisions import Decisions
from octoregistry.service.email import email
from octoregistry.service.freshness import Freshness, freshness
from octoregistry.service.jobs import UpdateJob, jobs_of
from octoregistry.service.notices import run_notices, staleness_notices
from octoregistry.service.outbox import Outbox, Sender
from octoregistry.service.run_outcome import HeldModel, RunOutcome
from octoregistry.service.runlog import RunLog
from octoregistry.service.runner import RunConfig, Runner
from octoregistry.service.schedule import Schedule
from octoregistry.service.secrets import all_secrets, secret
from octoregistry.service.webhook import webhook
from octoregistry.settings import Settings, SettingsFileError
from providers import load_registry


@dataclass(frozen=True, slots=True)
class Service:
    """All parts of one service, wired."""

    settings: Settings
    registry: Path
    database: Database
    jobs: tuple[UpdateJob, ...]
    log: RunLog
    decisions: Decisions
    runner: Runner
    outbox: Outbox
    schedule: Schedule

    def freshness(self) -> tuple[Freshness, ...]:
        """Each provider, fresh or not, just now. Raises DatabaseError."""
        now = datetime.now(UTC)
        return freshness(self.jobs, self.log.pages_read(now), now)


def known_jobs(settings: Settings, registry: Path) -> tuple[UpdateJob, ...]:
    """The jobs for a registry's providers. Raises ScheduleError, RegistryError."""
    return jobs_of(settings, tuple(load_registry(registry).providers))


def assemble(
    settings: Settings, settings_file: Path | None, registry: Path, environ: Mapping[str, str], *, offline: bool = False
) -> Service:
    """The service, not yet started. Raises SettingsFileError, ScheduleError, RegistryError, DatabaseError."""
    chosen = settings.service
    jobs = known_jobs(settings, registry)
    channels = _channels(settings, environ)
    database = Database(database_url(settings, environ))
    log, decisions, outbox = RunLog(database), Decisions(database), Outbox(database, channels)
    claims = Claims(database, f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}", chosen.lease)
    secrets = all_secrets(settings, environ)
    config = RunConfig(registry, settings_file, offline, chosen.pull_request, chosen.deadline, secrets)

    def notify(connection: Connection, claim: Claim, outcome: RunOutcome, new: Sequence[HeldModel]) -> None:
        outbox.put(connection, run_notices(claim, outcome, new, chosen.notices.about, chosen.address))

    runner = Runner(config, claims, decisions, notify)

    def watch() -> None:
        now = datetime.now(UTC)
        # a service that has just been set up has read nothing yet, and is no news until its first run has ended
        found = freshness(jobs, log.pages_read(now), now) if channels and log.ended_any() else ()
        with database.begin() as connection:
            outbox.put(connection, staleness_notices(found, chosen.notices.about))
        outbox.send_due(lambda: runner.stopping)

    schedule = Schedule(jobs, claims, runner, jitter=chosen.jitter, watch=watch)
    return Service(settings, registry, database, jobs, log, decisions, runner, outbox, schedule)


def _channels(settings: Settings, environ: Mapping[str, str]) -> dict[str, Sender]:
    """The ways by which notices go. Raises SettingsFileError where one has no secret."""
    channels: dict[str, Sender] = {}
    notices = settings.service.notices
    if notices.webhook:
        key = secret(notices.webhook.secret, environ)
        if not key:
            raise SettingsFileError(f"the webhook is signed with a secret: set {notices.webhook.secret.env}")
        channels["webhook"] = webhook(notices.webhook.url, key, notices.webhook.form)
    if notices.email:
        password = secret(notices.email.password, environ) if notices.email.user else None
        if notices.email.user and not password:
            raise SettingsFileError(f"the mail server asks for a password: set {notices.email.password.env}")
        channels["email"] = email(notices.email, password)
    return channels
