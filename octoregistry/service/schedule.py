"""The schedule: runs each job at its slots, takes over unfinished runs, and sends notices."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from octoregistry.service.claims import Claims
from octoregistry.service.database import DatabaseError
from octoregistry.service.jobs import UpdateJob
from octoregistry.service.run_outcome import RunOutcome
from octoregistry.service.runner import Runner, ServiceStopped
from octoregistry.service.slots import SlotTrigger

_LAST_WORD = 2.0  # seconds that a notice on its way gets at the end; cut off, it is told again later
log = logging.getLogger("octoregistry.service")


class Schedule:
    """Runs the jobs in this process until `stop`. Jobs come from the settings at every start, from nowhere else."""

    def __init__(
        self, jobs: Sequence[UpdateJob], claims: Claims, runner: Runner, *, jitter: timedelta, watch: Callable[[], None]
    ) -> None:
        self.jobs, self.claims, self.runner = {job.name: job for job in jobs}, claims, runner
        self._watch, self._ended = watch, threading.Event()
        # One run at a time: two would only wait for each other at the registry's lock.
        executors = {"default": ThreadPoolExecutor(1)}
        # No grace time: however late the start is, it comes once.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, executors=executors, job_defaults=defaults)
        now = datetime.now(UTC)
        for job in jobs:
            # At once for the slot that passed while nobody was there; where it was run, its claim says so.
            trigger = SlotTrigger(job.slots, jitter)
            self._scheduler.add_job(self.run_slot, trigger, args=(job,), id=job.name, next_run_time=now)
        self._often = max(0.5, min(claims.lease.total_seconds() / 3, 15.0))
        self._scheduler.add_job(
            self._take_over,
            IntervalTrigger(seconds=self._often, timezone=UTC),
            id="take over",
            next_run_time=now + timedelta(seconds=self._often),
        )
        # No job of the scheduler's: it sees when its clock is set back, and no slow receiver holds up the end.
        self._watching = threading.Thread(target=self._keep_watch, daemon=True)

    def start(self) -> None:
        """Run the jobs, in threads of this process."""
        # "maximum number of running instances reached" is what is meant, for as long as a run takes
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        self._watching.start()

    def stop(self) -> None:
        """End the running update cleanly; nothing runs any more."""
        self._ended.set()
        self.runner.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._watching.is_alive():
            self._watching.join(_LAST_WORD)

    def run_slot(self, job: UpdateJob) -> None:
        """Run the slot that is due, unless another does."""
        for slot in job.slots.latest(datetime.now(UTC)):
            try:
                self.run_once(job, slot)
            except ServiceStopped:
                return
            except DatabaseError as error:
                log.error("%s: %s", job.name, error)  # noqa: TRY400 - the next slot comes; a traceback says no more

    def run_once(self, job: UpdateJob, slot: datetime) -> RunOutcome | None:
        """What the slot came to; None where somebody else has it. Raises DatabaseError, Stopped."""
        claim = self.claims.claim(job.name, slot)
        return None if claim is None else self.runner.run(claim, job)

    def take_over(self) -> Iterator[RunOutcome]:
        """Finishes runs whose process died, and yields each outcome as it ends. Raises DatabaseError, Stopped."""
        while not self.runner.stopping and (claim := self.claims.take_over(self.jobs.values())):
            outcome = self.runner.run(claim, self.jobs[claim.job])
            if outcome is not None:
                yield outcome

    def watch(self) -> None:
        """Send the notices that are due. A database that is away is logged: the next time comes."""
        try:
            self._watch()
        except DatabaseError as error:
            log.error("notices: %s", error)  # noqa: TRY400 - as above

    def _take_over(self) -> None:
        try:
            for _ in self.take_over():
                pass
        except ServiceStopped:
            return
        except DatabaseError as error:
            log.error("taking over: %s", error)  # noqa: TRY400 - as above

    def _keep_watch(self) -> None:
        ahead = _ahead()
        while not self._ended.wait(self._often):
            before, ahead = ahead, _ahead()
            if before - ahead > 1:
                log.warning("the clock was set back by %.0f s: all that is due by it is looked at now", before - ahead)
                self._look_now()
            try:
                self.watch()
            except Exception as error:  # noqa: BLE001 - one notice that cannot be made must not silence all later ones
                log.error("notices: %s: %s", type(error).__name__, error)  # noqa: TRY400 - as above

    def _look_now(self) -> None:
        """Look at every job now: the time of its next look was one of the old clock."""
        for name in (*self.jobs, "take over"):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))


def _ahead() -> float:
    """Seconds by which the clock is ahead of one that nobody sets."""
    return time.time() - time.monotonic()


def upcoming(jobs: Sequence[UpdateJob], now: datetime, count: int = 10) -> list[tuple[datetime, UpdateJob]]:
    """The next `count` slots of all jobs."""
    times: list[tuple[datetime, UpdateJob]] = []
    for job in jobs:
        times += [(slot, job) for slot, _ in zip(job.slots.from_on(now), range(count), strict=False)]
    return sorted(times, key=lambda one: (one[0], one[1].name))[:count]
