"""One process's turn at a run: its parts submitted, waited for and collected, until none is open any more."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ..answers import Failure
from ..base import BatchStatus, BatchStatusInfo
from ..errors import ProviderError
from . import submission
from .collection import collect, merged, missing_of, results_of, write_results
from .handover import Handover
from .plan import new_mark
from .state import COLLECTED, OPEN, PLANNED, SUBMITTED, SUBMITTING, Part
from .statuses import aged, spent_error
from .submission import Whereabouts
from .values import BatchResults

_FIRST_SEEN_AFTER = 300.0  # seconds in which a batch that was just made may be unknown to the server that is asked
_DOWNLOADS = 3  # of results that lack rows, at least, before those rows are given up
_CANCELLED = Failure("cancelled before it was submitted", "cancelled")


class Turn(Handover):
    """One process's turn at a run. All that has to outlive it is in `state`, which is saved at every step."""

    # -- the loop

    def to_the_end(self) -> BatchResults:
        """The results, when no part is open any more."""
        wait = self.settings.poll_initial
        while True:
            before = (self.state, {number: info.get("counts") for number, info in self.seen.items()})
            self.note = None
            for number in [part.number for part in self.state.parts if part.status in OPEN]:
                self._step(self.state.part(number))
            if not any(part.status in OPEN for part in self.state.parts):
                return self._finish()
            moved = before != (self.state, {number: info.get("counts") for number, info in self.seen.items()})
            if moved and any(self._may_submit(part) for part in self.state.parts):
                continue  # there is room for a part that was just planned, or planned before
            wait = self.settings.poll_initial if moved else min(wait * self.settings.poll_factor, self._longest())
            pause = wait * (1 - 0.25 * random.random())  # noqa: S311  # spreads runs that began together; guards nothing
            self._tell(pause)
            self.sleep(pause)

    def _longest(self) -> float:
        return max(self.settings.poll_longest, self.settings.poll_initial)

    def _step(self, part: Part) -> None:
        """Takes one part as far as it goes without waiting."""
        if part.status == PLANNED:
            if self.files.cancelled.exists():
                self._give_up(part, _CANCELLED)
            elif part.number in self.held:
                self._judge(part, *self.held[part.number])
            elif self._may_submit(part):
                self._guarded(part, self._submit)
        elif part.status == SUBMITTING:
            self._guarded(part, self._look_up)
        else:
            self._guarded(part, self._poll)

    def _guarded(self, part: Part, ask: Callable[[Part], None]) -> None:
        """Asks about a part, and bears errors that pass, for as long as patience lasts."""
        try:
            self._asked(part, ask)
        except ProviderError as error:
            if not _passes(error):
                raise
            since = self.failing.setdefault(part.number, self.clock())
            if self.clock() - since > self.settings.patience:
                raise
            self.note = str(error)
        else:
            self.failing.pop(part.number, None)

    def _asked(self, part: Part, ask: Callable[[Part], None]) -> None:
        """Asks about a part; where its vendor will not tell of its batch, that is looked for."""
        try:
            ask(part)
        except ProviderError as error:
            if _passes(error) or part.status != SUBMITTED or error.status_code is None or submission.is_for_good(error):
                raise
            self._bear_refusal(part, error)
        else:
            self.refused.pop(part.number, None)
            self.astray.pop(part.number, None)

    def _bear_refusal(self, part: Part, error: ProviderError) -> None:
        """Waits for a batch that its vendor will not tell of. It is paid, so it is given up where it is surely gone, or
        the run was cancelled; else the run ends with the error once none of its other batches is at the vendor.
        """
        since = self.refused.setdefault(part.number, self.clock())
        self.note = str(error)
        if self.clock() - since <= _FIRST_SEEN_AFTER:
            return
        found = submission.whereabouts(self.provider, str(part.batch_id), self.state.batch_ids, error)
        is_cancelled, is_over = self.files.cancelled.exists(), self.clock() - since > self.settings.patience
        if found is Whereabouts.LISTED or (found is Whereabouts.TOLD and not is_over):
            if is_over and not is_cancelled:
                raise error
            if not is_over:
                return
        elif found is Whereabouts.UNTOLD and not is_cancelled:
            self.astray[part.number] = submission.astray(error, str(part.batch_id))
            self._end_where_only_stuck_ones_are_left(self.astray[part.number])
            return
        self.seen.pop(part.number, None)
        self._give_up(part, Failure(f"the batch is gone: {error.vendor_message}", "gone", answered=True))

    def _end_where_only_stuck_ones_are_left(self, error: ProviderError) -> None:
        at_the_vendor = (part for part in self.state.parts if part.status in {SUBMITTING, SUBMITTED})
        if all(part.number in self.astray for part in at_the_vendor):
            raise error

    # -- from the vendor

    def _poll(self, part: Part) -> None:
        """Asks where a batch stands, and collects it when it has ended."""
        batch_id = str(part.batch_id)
        if part.number not in self.asked_to_stop and self.files.cancelled.exists():
            self._stop(batch_id)
            self.asked_to_stop.add(part.number)
        info = aged(self.provider.get_batch_status(batch_id), part, self.clock(), self.provider)
        self.seen[part.number] = info
        if info["status"] not in {BatchStatus.PENDING, BatchStatus.RUNNING}:
            self.ended.add(part.number)
            self._collect(part, info)

    def _stop(self, batch_id: str) -> None:
        """Has the vendor cancel a batch, if it will; one that has ended meanwhile is collected at the next look."""
        try:
            self.provider.cancel_batch(batch_id)
        except ProviderError as error:
            if error.retryable or submission.is_for_good(error):
                raise
            self.note = str(error)  # what became of it, its status tells

    def _collect(self, part: Part, info: BatchStatusInfo) -> None:
        """Keeps what the batch gave back, and plans what failed for a passing reason again."""
        missing = missing_of(info)
        given = self.provider.iter_batch_results(str(part.batch_id))
        path, counts = self.files.collected(part), info.get("counts")
        try:
            longer = self.settings.longer_max_tokens is not None
            got = collect(self.provider, part, self.requests, given, missing, self.files, counts, longer=longer)
        except ProviderError as error:
            if error.code != "not_ended" or info["status"] is not BatchStatus.FAILED:
                raise
            if not self._is_beyond_stopping(part):
                return
            missing = replace(missing, answered=True)
            got = collect(self.provider, part, self.requests, (), missing, self.files, counts)
        if got.short and not self._had_its_time(part):
            path.unlink()
            self.note = f"batch {part.batch_id} gave back fewer rows than it counts: asking again"
            return
        nothing_came = not got.seen and not got.short and info["status"] is BatchStatus.FAILED
        if nothing_came and (info.get("retryable") or info.get("spent")):
            path.unlink()
            self.seen.pop(part.number, None)
            if info.get("spent"):
                fresh = replace(part, mark=new_mark(), batch_id=None, submitted_at=None)
                self._refused(fresh, spent_error(info, self.provider))
            self._later(part, info["error"] or "the batch failed")
            return
        again = got.again if part.attempt < self.settings.attempts and not self.files.cancelled.exists() else ()
        more: tuple[Part, ...] = ()
        if again:
            more, _ = self.planner.parts(again, part.attempt + 1, self.state.next_number)
            if self._over_budget(part, got.cost, more):
                self.note, more = "rows that failed are not sent again: max_cost is reached", ()
        handed_on = sum(other.size for other in more)
        done = replace(
            part,
            status=COLLECTED,
            answered=got.answered,
            failed=part.size - got.answered - handed_on,
            cost=got.cost,
            unpriced=got.unpriced,
            error=info["error"],
        )
        self._save(done, *more)
        self.seen.pop(part.number, None)

    def _is_beyond_stopping(self, part: Part) -> bool:
        """Whether a batch past its life, which may go on and be billed, did not end although it was to be cancelled long
        ago: till then it may still give back what was answered.
        """
        since = self.overdue.get(part.number)
        if since is None:
            self.overdue[part.number] = self.clock()
            self._stop(str(part.batch_id))
            return False
        self.note = f"batch {part.batch_id} is past its time, and was to be cancelled"
        return self.clock() - since > self.settings.patience

    def _had_its_time(self, part: Part) -> bool:
        """Whether the vendor had as long as it may need, and some tries, to give back rows that its results lack now."""
        times = self.short.setdefault(part.number, [])
        times.append(self.clock())
        return len(times) >= _DOWNLOADS and times[-1] - times[0] >= self.settings.settle

    def _over_budget(self, part: Part, cost: Decimal, more: tuple[Part, ...]) -> bool:
        if self.allowed is None:
            return False
        others = sum((other.expected for other in self.state.parts if other.number != part.number), Decimal(0))
        return others + cost + sum((other.estimate for other in more), Decimal(0)) > self.allowed

    def _finish(self) -> BatchResults:
        """Writes the results of all rows, and takes away what only an unfinished run needs."""
        self._stop_late_ones()
        sha256 = write_results(merged(self.state, self.files), self.files.results)
        self.state = self.files.save(replace(self.state, finished=True, results_sha256=sha256))
        for path in (*map(self.files.collected, self.state.parts), self.files.requests):
            path.unlink(missing_ok=True)
        self._tell()
        return results_of(self.state, self.files)


def _passes(error: ProviderError) -> bool:
    """Whether the same question may be answered later."""
    return error.retryable or error.code == "not_ended"
