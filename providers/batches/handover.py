"""Handing the parts of a run to the vendor, each once: refusals, submits without an answer, parts that are given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ..answers import Failure
from ..base import BatchStatusInfo, LLMProvider
from ..errors import ProviderError
from . import submission
from .collection import collect
from .errors import BatchError
from .plan import Planner, new_mark
from .progress import progress_of
from .requests import KeptRequests
from .state import COLLECTED, DROPPED, OPEN, PLANNED, SUBMITTED, SUBMITTING, Part, RunFiles, RunState
from .values import BatchSettings, Progress

_LONGEST_REFUSAL = 600.0  # seconds between two tries of a batch that the vendor has no room for
_LONGEST_ASKED = 3600.0  # seconds that a server may ask us to wait before the next try; it is asked at least hourly


class Handover:
    """What becomes of the parts of a run until each is at the vendor. All that has to outlive it is in `state`, which is
    saved at every step.
    """

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
        self.taken_up = False  # whether an earlier process may have handed in what the state calls planned
        self.tagged: dict[str | None, str] | None = None  # the vendor's batches by their marks, once they were listed
        self.astray: dict[int, ProviderError] = {}  # parts whose batch the vendor neither tells of nor lists
        self.held: dict[int, tuple[ProviderError, int]] = {}  # parts that were refused, after how many batches
        self.note: str | None = None

    def _save(self, part: Part, *more: Part) -> Part:
        self.state = self.files.save(self.state.with_part(part, *more))
        return part

    def _tell(self, pause: float | None = None) -> None:
        self.progress(progress_of(self.state, self.seen, self.note, pause))

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
        if self._turned_up(part) or self._is_there_already(part):
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

    def _is_there_already(self, part: Part) -> bool:
        """Whether the vendor has a batch of the part's mark though the state, which was taken up, knows of none: whatever
        became of the state, the rows are not sent again.
        """
        if not (self.taken_up and self.provider.lists_batches and self.provider.tags_batches):
            return False
        if self.tagged is None:
            self.tagged = {info.get("tag"): info["batch_id"] for info in self.provider.list_batches()}
        found = self.tagged.get(part.mark)
        if found is not None:
            self._made(part, found)
        return found is not None

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
        elif all(other.number in {*self.held, *self.astray} for other in self.state.parts if other.status in OPEN):
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

    def _give_up(self, part: Part, why: Failure) -> None:
        """Ends a part that has no batch to collect. Rows that were sent before keep what was said of them then, unless
        they may have been answered since.
        """
        if part.attempt > 1 and not why.answered:
            self._save(replace(part, status=DROPPED, failed=part.size, error=str(why)))
            return
        got = collect(self.provider, part, self.requests, (), why, self.files)
        self._save(replace(part, status=COLLECTED, failed=part.size, unpriced=got.unpriced, error=str(why)))
