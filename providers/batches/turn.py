"""One process's turn at a run: its parts submitted, waited for and collected, until none is open any more."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ..answers import Failure
from ..base import BatchStatus, BatchStatusInfo, LLMProvider
from ..errors import ProviderError
from . import submission
from .collection import collect, merged, missing_of, results_of, write_results
from .errors import BatchError
from .plan import Planner, new_mark
from .progress import progress_of
from .requests import KeptRequests
from .state import COLLECTED, DROPPED, OPEN, PLANNED, SUBMITTED, SUBMITTING, Part, RunFiles, RunState
from .statuses import aged, spent_error
from .values import BatchResults, BatchSettings, Progress

_LONGEST_REFUSAL = 600.0  # seconds between two tries of a batch that the vendor has no room for
_FIRST_SEEN_AFTER = 300.0  # seconds in which a batch that was just made may be unknown to the server that is asked
_LONGEST_ASKED = 3600.0  # seconds that a server may ask us to wait before the next try; it is asked at least hourly
_DOWNLOADS = 3  # of results that lack rows, at least, before those rows are given up
_CANCELLED = Failure("cancelled before it was submitted", "cancelled")


class Turn:
    """One process's turn at a run. All that has to outlive it is in `state`, which is saved at every step."""

    def __init__(
        self,
        provider: LLMProvider,
        files: RunFiles,
        state: RunState,
        allowed: Decimal | None,
        progress: Progress,
        settings: BatchSettings,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.provider, self.files, self.state, self.allowed = provider, files, state, allowed
        self.progress, self.settings, self.clock, self.sleep = progress, settings, clock, sleep
        self.requests = KeptRequests(files.requests)
        self.planner = Planner(provider, self.requests, settings)
        api = (getattr(provider, "config", None) or {}).get("api") or {}
        self.max_inflight: int | None = settings.max_inflight or api.get("max_inflight_batches")
        self.seen: dict[int, BatchStatusInfo] = {}  # what the vendor last said of a part
        self.refused: dict[int, float] = {}  # since when the vendor refuses to tell of a part's batch
        self.ended: set[int] = set()  # parts whose batch was seen to have ended
        self.short: dict[int, list[float]] = {}  # when a part's results lacked rows that its vendor counts
        self.overdue: dict[int, float] = {}  # when a part's batch was past its life, and cancelled
        self.failing: dict[int, float] = {}  # since when asking about a part has failed
        self.marks: dict[str, str] = {}  # of batches that have ended, by their id
        self.asked_to_stop: set[int] = set()
        self.held: dict[int, tuple[ProviderError, int]] = {}  # parts that were refused, after how many batches
        self.note: str | None = None

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
            ask(part)
        except ProviderError as error:
            if not error.retryable and error.code != "not_ended":
                self._bear_refusal(part, error)
                return
            since = self.failing.setdefault(part.number, self.clock())
            if self.clock() - since > self.settings.patience:
                raise
            self.note = str(error)
        else:
            self.failing.pop(part.number, None)
            self.refused.pop(part.number, None)

    def _bear_refusal(self, part: Part, error: ProviderError) -> None:
        """Gives up a batch that its vendor will not tell of, once that cannot be for its being new; others go on."""
        if part.status != SUBMITTED or error.status_code is None or submission.is_for_good(error):
            raise error
        if self.clock() - self.refused.setdefault(part.number, self.clock()) > _FIRST_SEEN_AFTER:
            submission.check_access(self.provider, error)
            self.seen.pop(part.number, None)
            self._give_up(part, Failure(f"the batch is gone: {error.vendor_message}", "gone", answered=True))
        else:
            self.note = str(error)

    def _save(self, part: Part, *more: Part) -> Part:
        self.state = self.files.save(self.state.with_part(part, *more))
        return part

    def _tell(self, pause: float | None = None) -> None:
        self.progress(progress_of(self.state, self.seen, self.note, pause))

    # -- to the vendor

    def _may_submit(self, part: Part) -> bool:
        if part.status != PLANNED or part.number in self.held or part.not_before > self.clock():
            return False
        if self.files.cancelled.exists():
            return False
        return self.max_inflight is None or self._inflight() < self.max_inflight

    def _inflight(self) -> int:
        return sum(part.status in {SUBMITTING, SUBMITTED} for part in self.state.parts)

    def _submit(self, part: Part) -> None:
        """Hands one part to the vendor. That it is being asked is on disk before it is asked."""
        if self._turned_up(part):
            return
        self._tell()
        path = self.files.upload(part)
        self.planner.write(part, path)
        file_id: str | None = None
        try:
            file_id = self.provider.upload_batch_file(path)
            part = self._save(replace(part, status=SUBMITTING, asked_at=self.clock(), error=None))
            batch_id = submission.create(self.provider, file_id, part.mark)
        except ProviderError as error:
            if error.ambiguous and part.status == SUBMITTING:
                self.note = str(error)
                self._save(replace(part, unanswered_at=self.clock()))
            else:
                self._discard(file_id)
                self._refused(part, error)
            return
        finally:
            path.unlink(missing_ok=True)
        self._made(part, batch_id)

    def _discard(self, file_id: str | None) -> None:
        """Deletes the rows that were uploaded for a batch that was not made: the next try uploads them under new ids."""
        if file_id is None:
            return
        try:
            self.provider.discard_file(file_id)
        except ProviderError as error:  # the vendor deletes it some day itself
            self.note = str(error)

    def _turned_up(self, part: Part) -> bool:
        """Whether the batch of an earlier submit is there after all, or may be: then the rows are not sent again."""
        for mark, asked_at in part.lost:
            earlier = replace(part, mark=mark, asked_at=asked_at)
            found = submission.look_up(self.provider, earlier, self.state.batch_ids, self.marks)
            if isinstance(found, submission.Made):
                self._made(earlier, found.batch_id)
                return True
            if isinstance(found, submission.MaybeMade):
                self._save(replace(earlier, status=SUBMITTING, unanswered_at=self.clock()))
                return True
        return False

    def _stop_late_ones(self) -> None:
        """Cancels batches that the vendor made after the rows of theirs had been sent again."""
        for part in self.state.parts:
            for mark, asked_at in part.lost:
                earlier = replace(part, mark=mark, asked_at=asked_at)
                try:
                    found = submission.look_up(self.provider, earlier, self.state.batch_ids, self.marks)
                    if isinstance(found, submission.Made):
                        self.provider.cancel_batch(found.batch_id)
                        self.note = f"batch {found.batch_id} was made late, for rows that were sent again: cancelled"
                        ids = (*self.state.batch_ids, found.batch_id)
                        self.state = self.files.save(replace(self.state, batch_ids=ids))
                        self._tell()
                except ProviderError as error:  # the results are there: a look that fails must not hold them back
                    self.note = str(error)

    def _made(self, part: Part, batch_id: str) -> None:
        self._save(replace(part, status=SUBMITTED, batch_id=batch_id, submitted_at=self.clock(), error=None))

    def _refused(self, part: Part, error: ProviderError) -> None:
        """The vendor surely made no batch: later, never, or not with this account."""
        if submission.is_for_good(error):
            self._save(replace(part, status=PLANNED, error=str(error), asked_at=None))
            raise error
        if error.retryable or error.ambiguous:  # an upload without an answer makes no batch
            self._later(part, str(error), error.retry_after)
        else:
            self.held[part.number] = error, len(self.state.batch_ids)
            self._save(replace(part, status=PLANNED, mark=new_mark(), asked_at=None, error=str(error)))

    def _judge(self, part: Part, error: ProviderError, batches: int) -> None:
        """Gives up a part that the vendor refused, once it took another one since. Where it takes none, it is what all have in
        common (the model, a setting, the account): that ends the run once nothing else is open, and no row is lost.
        """
        if len(self.state.batch_ids) > batches:
            del self.held[part.number]
            self._give_up(part, Failure(error.vendor_message or str(error), error.code or "refused"))
        elif all(other.number in self.held for other in self.state.parts if other.status in OPEN):
            raise error

    def _later(self, part: Part, why: str, wait: float | None = None) -> None:
        """Plans the part again, under a new mark. Patience runs out only while none of ours is at the vendor: what is
        there will make room.
        """
        self.note = why
        others = any(
            other.status in {SUBMITTING, SUBMITTED} and other.number != part.number for other in self.state.parts
        )
        now = self.clock()
        since = None if others else part.refused_since or now
        if since is not None and now - since > self.settings.patience:
            self._give_up(part, Failure(why, "refused", retryable=True))
            return
        pause = min(self.settings.poll_initial * 2 ** min(part.refusals, 30), _LONGEST_REFUSAL)
        asked = min(wait or 0.0, _LONGEST_ASKED)
        self._save(
            replace(
                part,
                status=PLANNED,
                mark=new_mark(),
                batch_id=None,
                asked_at=None,
                unanswered_at=None,
                submitted_at=None,
                refusals=part.refusals + 1,
                refused_since=since,
                not_before=now + max(pause, asked),
                error=why,
            )
        )

    def _look_up(self, part: Part) -> None:
        """Finds the batch of a submit without an answer, or finds that there is none, when the vendor had its time."""
        if not self.provider.lists_batches:
            raise BatchError(
                f"batch {part.number} may have been submitted, and the provider cannot list its batches: look for rows"
                f" whose ids hold {part.mark} before you delete {self.files.state}"
            )
        found = submission.look_up(self.provider, part, self.state.batch_ids, self.marks)
        if part.unanswered_at is None:  # killed while it asked: the vendor's time begins with this look
            part = self._save(replace(part, unanswered_at=self.clock()))
        waited = self.clock() - (part.unanswered_at or 0.0)
        if isinstance(found, submission.Made):
            self._made(part, found.batch_id)
        elif isinstance(found, submission.MaybeMade):
            self.note = f"one of {', '.join(found.batch_ids)} may be ours: it shows when it has ended"
            if waited > 2 * self.settings.patience:
                raise BatchError(
                    f"cannot tell whether one of {', '.join(found.batch_ids)} holds the rows of batch {part.number},"
                    f" whose ids hold {part.mark}: it is not submitted again"
                )
        elif waited >= self.settings.settle:
            lost = tuple(dict.fromkeys((*part.lost, (part.mark, part.asked_at or 0.0))))
            fresh = replace(part, status=PLANNED, mark=new_mark(), asked_at=None, unanswered_at=None, lost=lost)
            self._save(fresh)
        else:
            self.note = f"batch {part.number} was submitted without an answer: looking for it"

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
        path = self.files.collected(part)
        try:
            longer = self.settings.longer_max_tokens is not None
            got = collect(self.provider, part, self.requests, given, missing, path, info.get("counts"), longer=longer)
        except ProviderError as error:
            if error.code != "not_ended" or info["status"] is not BatchStatus.FAILED:
                raise
            if not self._is_beyond_stopping(part):
                return
            missing = replace(missing, answered=True)
            got = collect(self.provider, part, self.requests, (), missing, path, info.get("counts"))
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

    def _give_up(self, part: Part, why: Failure) -> None:
        """Ends a part that has no batch to collect. Rows that were sent before keep what was said of them then, unless
        they may have been answered since.
        """
        if part.attempt > 1 and not why.answered:
            self._save(replace(part, status=DROPPED, failed=part.size, error=str(why)))
            return
        got = collect(self.provider, part, self.requests, (), why, self.files.collected(part))
        self._save(replace(part, status=COLLECTED, failed=part.size, unpriced=got.unpriced, error=str(why)))

    def _finish(self) -> BatchResults:
        """Writes the results of all rows, and takes away what only an unfinished run needs."""
        self._stop_late_ones()
        sha256 = write_results(merged(self.state, self.files), self.files.results)
        self.state = self.files.save(replace(self.state, finished=True, results_sha256=sha256))
        for path in (*map(self.files.collected, self.state.parts), self.files.requests):
            path.unlink(missing_ok=True)
        self._tell()
        return results_of(self.state, self.files)
