"""The schedule at work: each job at its slots, what others left undone, and what is to be told meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from octoregistry.service.claims import Claims
from octoregistry.service.database import DatabaseError
from octoregistry.service.jobs import Job
from octoregistry.service.outcome import Outcome
from octoregistry.service.running import Runner, Stopped
from octoregistry.service.slots import SlotTrigger

log = logging.getLogger("octoregistry.service")


class Schedule:
    """Runs the jobs in this process until `stop`. Jobs come from the settings at every start, from nowhere else."""

    def __init__(
        self, jobs: Sequence[Job], claims: Claims, runner: Runner, *, jitter: timedelta, watch: Callable[[], None]
    ) -> None:
        self.jobs, self.claims, self.runner = {job.name: job for job in jobs}, claims, runner
        self._watch = watch
        # One run at a time: two would only wait for each other at the registry's lock.
        executors = {"runs": ThreadPoolExecutor(1), "watch": ThreadPoolExecutor(1)}
        # No grace time: however late the start is, it comes once.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, executors=executors, job_defaults=defaults)
        now = datetime.now(UTC)
        for job in jobs:
            # At once for the slot that passed while nobody was there; where it was run, its claim says so.
            self._add(self.run_slot, SlotTrigger(job.slots, jitter), job.name, "runs", now, job)
        often = max(0.5, min(claims.lease.total_seconds() / 3, 15.0))
        soon = now + timedelta(seconds=often)
        self._add(self.take_over, IntervalTrigger(seconds=often, timezone=UTC), "take over", "runs", soon)
        self._add(self._watched, IntervalTrigger(seconds=often, timezone=UTC), "watch", "watch", soon)

    def _add(
        self, work: Callable[..., None], trigger: object, name: str, executor: str, first: datetime, *arguments: object
    ) -> None:
        self._scheduler.add_job(work, trigger, args=arguments, id=name, executor=executor, next_run_time=first)

    def start(self) -> None:
        """None; the jobs run, in threads of this process."""
        # "maximum number of running instances reached" is what is meant, for as long as a run takes
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()

    def stop(self) -> None:
        """None; the running update has been ended cleanly, and nothing runs any more."""
        self.runner.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def run_slot(self, job: Job) -> None:
        """None; the slot that is due has been run, by us or by another."""
        for slot in job.slots.latest(datetime.now(UTC)):
            try:
                self.run_once(job, slot)
            except Stopped:
                return
            except DatabaseError as error:
                log.error("%s: %s", job.name, error)  # noqa: TRY400 - the next slot comes; a traceback says no more

    def run_once(self, job: Job, slot: datetime) -> Outcome | None:
        """What the slot came to; None where somebody else has it. Raises DatabaseError, Stopped."""
        claim = self.claims.claim(job.name, slot)
        return None if claim is None else self.runner.run(claim, job)

    def take_over(self) -> None:
        """None; slots that their holders left unfinished have been finished."""
        try:
            while not self.runner.stopping and (claim := self.claims.take_over(self.jobs.values())):
                self.runner.run(claim, self.jobs[claim.job])
        except Stopped:
            return
        except DatabaseError as error:
            log.error("taking over: %s", error)  # noqa: TRY400 - as above

    def _watched(self) -> None:
        try:
            self._watch()
        except DatabaseError as error:
            log.error("notices: %s", error)  # noqa: TRY400 - as above


def upcoming(jobs: Sequence[Job], now: datetime, count: int = 10) -> list[tuple[datetime, Job]]:
    """The next `count` slots of all jobs."""
    times: list[tuple[datetime, Job]] = []
    for job in jobs:
        times += [(slot, job) for slot, _ in zip(job.slots.from_on(now), range(count), strict=False)]
    return sorted(times, key=lambda one: (one[0], one[1].name))[:count]
