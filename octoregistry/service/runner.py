"""One run from its claim to its end in the log: a process of its own, watched while it works."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection

from octoregistry.publishing.secret_mask import SecretMask
from octoregistry.service.child import ChildRequest
from octoregistry.service.claims import Claim, Claims
from octoregistry.service.database import DatabaseError, DatabaseUnavailableError
from octoregistry.service.decisions import Decisions
from octoregistry.service.jobs import UpdateJob
from octoregistry.service.run_outcome import HeldModel, RunOutcome

_GRACE = 10.0  # seconds that a process gets to undo what is half done
_LETTERS = 2000
log = logging.getLogger("octoregistry.service")

RunListener = Callable[[Connection, Claim, RunOutcome, tuple[HeldModel, ...]], None]


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What is the same for every run: the registry, the settings, the longest duration, the secrets to mask."""

    registry: Path
    settings: Path | None
    offline: bool
    proposes: bool
    deadline: timedelta
    secrets: SecretMask


class ServiceStopped(Exception):  # noqa: N818 - not an error: somebody has asked for it
    """The service ends; the run was ended with it."""


class Runner:
    """Runs claims one after another, each to its end. `stop` ends the one that runs."""

    def __init__(self, config: RunConfig, claims: Claims, decisions: Decisions, listener: RunListener) -> None:
        self.config, self.claims, self.decisions, self._listener = config, claims, decisions, listener
        self._beat = min(claims.lease.total_seconds() / 4, 15.0)
        self._stopping = threading.Event()
        self._working = threading.Lock()

    def run(self, claim: Claim, job: UpdateJob) -> RunOutcome | None:
        """What the run came to, as it stands in the log; None where another holder has taken it over meanwhile.

        Raises Stopped when the service ends, and DatabaseError: then, and with whatever else ends us, the slot is given
        back, for another or for our next start.
        """
        with self._working:
            log.info("run %s: started, attempt %d", claim.id, claim.attempt)
            try:
                accepted = tuple(sorted(self.decisions.accepted())) if self.config.proposes else ()
                outcome = self._watched(self._request(job.providers, accepted), lambda: self._alive(claim))
                logged = outcome is not None and self._logged(claim, outcome)
            except BaseException:  # SIGTERM and Ctrl-C, too, where nobody but this run is there to end
                with contextlib.suppress(DatabaseError):  # then the lease runs out, and the slot is free all the same
                    self.claims.give_back(claim)
                raise
            finally:
                self.claims.forget(claim)
        if outcome is None or not logged:
            log.warning("run %s: another holder has taken it over", claim.id)
            return None
        held = sum(len(one.changes) for one in outcome.held)
        log.info("run %s: %s, %s, %d held%s", claim.id, outcome.end, outcome.counts, held,
                 f": {outcome.why}" if outcome.why else "")  # fmt: skip
        return outcome

    def _logged(self, claim: Claim, outcome: RunOutcome) -> bool:
        """True where the run, what it holds and what is to be told of it are in the log, all at once.

        A database that is away is waited for: the registry is written, and nobody else knows what came of it.
        """

        def also(connection: Connection) -> None:
            new = self.decisions.keep(connection, outcome, proposes=self.config.proposes)
            self._listener(connection, claim, outcome, new)

        while True:
            try:
                return self.claims.finish(claim, outcome, also)
            except DatabaseUnavailableError as error:
                log.warning("run %s has ended, and waits for its log: %s", claim.id, error)
                if self._stopping.wait(self._beat):
                    raise ServiceStopped from None

    def accept(self, provider: str, model: str, chosen: str) -> RunOutcome:
        """What came of writing held changes, in a process of its own. Raises Stopped."""
        request = self._request((provider,), (chosen,), what="accept", model=model)
        outcome = self._watched(request, lambda: True)
        return outcome or _failed("the service ends")

    def stop(self) -> None:
        """End what runs, and begin nothing new."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """True once `stop` was called."""
        return self._stopping.is_set()

    def _request(self, providers: Sequence[str], accepted: Sequence[str], **more: str) -> ChildRequest:
        config = self.config
        return ChildRequest.model_validate(
            {
                "registry": config.registry.absolute(),
                "settings": config.settings.absolute() if config.settings else None,
                "providers": providers,
                "offline": config.offline,
                "accepted": accepted,
                "proposes": config.proposes,
                **more,
            }
        )

    def _alive(self, claim: Claim) -> bool:
        """False once somebody else has the claim. A database that is away is not a claim that is lost."""
        try:
            return self.claims.renew(claim)
        except DatabaseError as error:
            log.warning("run %s: %s", claim.id, error)
            return True

    def _watched(self, request: ChildRequest, alive: Callable[[], bool]) -> RunOutcome | None:
        """What the process said; None where it was ended because `alive` was not. Raises Stopped."""
        if self.stopping:
            raise ServiceStopped
        ours, theirs = os.pipe()  # its input ends with us, however we end
        # -P: a module of the working folder would be run in place of one of ours
        command = [sys.executable, "-P", "-m", "octoregistry.service.child", request.model_dump_json()]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module, and a list, no shell
            command, stdin=ours, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            os.close(ours)
            try:
                return self._wait(process, alive)
            finally:
                _end(process)
                os.close(theirs)

    def _wait(self, process: subprocess.Popen[str], alive: Callable[[], bool]) -> RunOutcome | None:
        until = time.monotonic() + self.config.deadline.total_seconds()
        due = time.monotonic() + self._beat
        while True:
            try:
                said, complained = process.communicate(timeout=0.1)
            except subprocess.TimeoutExpired:
                if self.stopping:
                    raise ServiceStopped from None
                if time.monotonic() > until:
                    return _failed(f"took longer than {self.config.deadline}")
                if time.monotonic() >= due:
                    if not alive():
                        return None
                    due = time.monotonic() + self._beat
                continue
            return self._outcome(process.returncode, said, complained)

    def _outcome(self, status: int, said: str, complained: str) -> RunOutcome:
        try:
            return RunOutcome.model_validate_json(said)
        except ValidationError:
            how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"left with {status}"
            tail = self.config.secrets.masked(complained.strip())[-_LETTERS:]
            return _failed(f"the update was {how}: {tail}")


def _end(process: subprocess.Popen[str]) -> None:
    """End the process, which is asked first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with all that it has started: git, and what git has started
        process.wait()


def _failed(why: str) -> RunOutcome:
    return RunOutcome(end="failed", at=datetime.now(UTC), why=why)
