"""One process's turn at a run of realtime calls: its threads, what they ask, and what becomes of each row."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..base import LLMProvider
from ..errors import ProviderError
from .attempts import Attempt, Attempts
from .collection import judged, row_result, write_results
from .errors import BatchError
from .kept_files import check_files, with_bytes
from .pace import Pace
from .plan import Planner, ranges_of
from .realtime_state import RealtimeState, gone, journal_in, results_of_realtime, save_realtime
from .requests import BatchRequest, KeptRequests
from .spending import Spending
from .state import RunFiles
from .values import BatchProgress, BatchResults, BatchSettings, Progress, RowResult
from .verdicts import Verdicts

_BRIEFLY = 0.02  # seconds between two looks at whether another call may be paid
_LOOK = 0.25  # seconds between two looks at whether somebody ends the run


class RealtimeTurn:
    """One process's turn at a run of realtime calls."""

    def __init__(
        self,
        provider: LLMProvider,
        files: RunFiles,
        state: RealtimeState,
        allowed: Decimal | None,
        settings: BatchSettings,
        pace: Pace,
        progress: Progress,
    ) -> None:
        self.provider, self.files, self.state = provider, files, state
        self.settings, self.pace, self.progress = settings, pace, progress
        self.requests = KeptRequests(files.requests)
        self.spending = Spending(provider, Planner(provider, self.requests, settings), allowed)
        try:
            self.journal = journal_in(files, state)
        except FileNotFoundError:
            raise gone(files) from None
        self.lock, self.stop = threading.Lock(), threading.Event()
        # What the caller's own thread waits for: a word of each thread that ends. A signal may interrupt it at any instant, and
        # leaves no lock taken there, as a condition would, nor a thread that is at work looking as if it had ended (a join).
        self.ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.on_their_way: set[int] = set()  # rows that were asked, and of which it is not kept yet what became of them
        self.failed: BaseException | None = None
        self.note: str | None = None
        self.passing: ProviderError | None = None  # the last failure that may pass
        self.answered = self.failures = self.unpriced = 0
        # Rows that were refused, until it is known that it was they: not on disk, as the next run is to ask them again.
        self.refused: dict[int, tuple[RowResult, ProviderError]] = {}
        self._recall()
        open_rows = [row for row in range(state.rows) if not self.journal.has(row)]
        self.rows = Attempts(sorted(open_rows, key=lambda row: self.journal.first_failed(row) >= 0))
        self.verdicts = Verdicts(provider, self.requests, self.journal, self.rows, pace, settings, self.stop.is_set)

    def _recall(self) -> None:
        """Counts what rows cost before this process took the run up."""
        results = self.journal.results()
        touched = ranges_of(row for row in range(self.state.rows) if self.journal.may_have_cost(row))
        for row, request in self.requests.read(touched):
            if self.journal.has(row):
                result = next(results)
                self.spending.recall(request, result, 0)
                self._count(result)
                continue
            if (cut := self.journal.cut_off(row)) is not None:
                self.spending.recall(request, cut, 0)
            self.spending.recall(request, None, self.journal.unanswered(row))

    def to_the_end(self, concurrency: int, *, begun_before: bool = False) -> BatchResults:
        """The results of all rows. Raises BatchError, before anything is asked, for a file of a run that was `begun_before`
        which is another one now.
        """
        threads: list[threading.Thread] = []
        try:
            if begun_before:
                open_rows = ranges_of(row for row in range(self.state.rows) if not self.journal.has(row))
                check_files(request.files for _, request in self.requests.read(open_rows))
            for _ in range(min(concurrency, self.state.rows)):
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                threads.append(thread)
            left = len(threads)
            while left:
                left -= self._has_ended(_LOOK)
                self._tell("running")
                self._end_if_cancelled()
                self._end_if_out_of_patience()
        except BaseException:
            self.stop.set()
            self._wait_for(threads)
            raise
        else:
            if self.failed is None:
                self.verdicts.confirm((error for _, error in self.refused.values()), self._end_if_cancelled)
            if self.failed is None:
                for row in list(self.refused):
                    self._keep(row, self.refused.pop(row)[0])
        finally:
            with self.lock:
                # a call that is on its way even now finds it closed, and stays asked without a result
                self.journal.close()
        if self.failed is not None:
            raise self.failed
        sha256 = write_results(self.journal.results(), self.files.results)
        finished = save_realtime(self.files, replace(self.state, finished=True, results_sha256=sha256))
        for path in (self.journal.path, self.files.requests):
            path.unlink(missing_ok=True)
        self._tell("done")
        return results_of_realtime(finished, self.files)

    def _wait_for(self, threads: list[threading.Thread]) -> None:
        """Waits for the calls that are on their way, and says so: what was asked is paid, and its answers are kept. What costs
        nothing is not waited for.
        """
        until = time.monotonic() + self.settings.settle
        if self._are_on_their_way():
            self.note = (
                "ending: waiting for the calls on their way, whose answers are paid; Ctrl-C once more drops them"
            )
            with contextlib.suppress(Exception, KeyboardInterrupt):  # the caller's own: this goes on all the same
                self._tell("ending")
        while self._are_on_their_way() and (left := until - time.monotonic()) > 0:
            self._has_ended(min(_LOOK, left))
        if not self._are_on_their_way():
            for thread in threads:  # they notice within a moment that the run ends
                thread.join(_LOOK)

    def _are_on_their_way(self) -> bool:
        with self.lock:
            return bool(self.on_their_way)

    def _has_ended(self, seconds: float) -> bool:
        """Whether a thread ended within so many seconds."""
        try:
            self.ended.get(timeout=seconds)
        except queue.Empty:
            return False
        return True

    def _work(self) -> None:
        """Asks one row after the other, until none is left or something ends the run."""
        try:
            while not self._end_if_cancelled():
                attempt = self.rows.take(self.stop.is_set)
                if attempt is None:
                    return
                try:
                    self._settle(attempt)
                finally:
                    with self.lock:
                        self.on_their_way.discard(attempt.row)
        except BaseException as error:  # noqa: BLE001 - of a thread: the caller's own raises it
            self._end(error)
        finally:
            self.ended.put(None)

    def _settle(self, attempt: Attempt) -> None:
        """Asks a row, and keeps what became of it, where that is known."""
        ((_, request),) = self.requests.read(((attempt.row, attempt.row + 1),))
        result = self._result(attempt, request)
        if result is None:
            return
        with self.lock:
            if attempt.error is not None and self.verdicts.is_open(attempt.row):
                self.refused[attempt.row] = result, attempt.error
            else:
                self._keep(attempt.row, result)
        self.rows.end()

    def _end_if_cancelled(self) -> bool:
        if not self.files.cancelled.exists():
            return False
        self._end(BatchError(f"{self.files.state}: cancelled; the same call goes on with what is left"))
        return True

    def _end_if_out_of_patience(self) -> None:
        """Ends a run whose threads all wait, however long the vendor asked for, once patience is over."""
        if 0 < self.settings.patience < self.pace.failing_for() and self.pace.is_waiting() and self.passing:
            self._end(self.passing)

    def _end(self, error: BaseException) -> None:
        with self.lock:
            self.failed = self.failed or error
        self.stop.set()

    def _result(self, attempt: Attempt, request: BatchRequest) -> RowResult | None:
        """What became of a row; None where that is not known yet: it waits for another try, or for the next run."""
        row = attempt.row
        if not attempt.made and (kept := self.journal.cut_off(row)) is not None:
            attempt.made, attempt.cut_off = kept.attempts, kept
        while True:
            options = dict(request.options)
            if attempt.cut_off is not None:
                if not self._may_be_longer(attempt, options):
                    return self._told(attempt, attempt.cut_off, self.journal.unanswered(row))
                options["max_tokens"] = self.settings.longer_max_tokens
            given = self.verdicts.settled(attempt) or self._ask(attempt, request, options)
            if given is None:
                return None
            if isinstance(given, float):
                self.rows.put_back(attempt, given)
                return None
            lost = self.journal.unanswered(row)
            if isinstance(given, ProviderError):
                attempt.error = given
                return self._told(attempt, attempt.cut_off or _failed(request.unit_id, given, lost), lost)
            result = judged(given, request.schema, again=self.settings.longer_max_tokens is not None)
            if attempt.cut_off is not None or result.details.get("error_code") != "truncated":
                return self._told(attempt, _with_cost_of(result, attempt.cut_off), lost - 1)
            if not self._may_be_longer(attempt, options):
                return self._told(attempt, result, lost - 1)
            with self.lock:  # it is paid, and the longer one may never come
                self.journal.cut(row, result)
            attempt.cut_off = result

    def _may_be_longer(self, attempt: Attempt, options: Mapping[str, Any]) -> bool:
        """Whether a row whose answer was cut off is to be asked for a longer one."""
        longer = self.settings.longer_max_tokens
        return longer is not None and longer > self._longest_answer(options) and attempt.made < self.settings.attempts

    def _told(self, attempt: Attempt, result: RowResult, lost: int) -> RowResult:
        """A row's result, with its tries, and how many of them may have been paid without an answer: `lost` ones, and those
        that its provider tells of.
        """
        lost += result.details.get("maybe_paid", 0)
        details = {**result.details, "maybe_paid": lost} if lost else result.details
        return replace(result, attempts=attempt.made, details=details)

    def _ask(
        self, attempt: Attempt, request: BatchRequest, options: Mapping[str, Any]
    ) -> RowResult | ProviderError | float | None:
        """What the vendor answers; the error that the row fails by; the seconds after which it may be tried again; None
        where the run ends before it is asked.
        """
        expected, tokens = self.spending.expected(request, 1 if options == request.options else 2)
        most = self.spending.most(request, options)
        ticket = self.pace.begin(tokens, self.stop.is_set)
        if ticket is None:
            return None
        with ticket:
            sent = with_bytes(options, request.files)
            if not self._has_begun(attempt, expected, most):
                return None
            attempt.made += 1
            call: Callable[..., Any] = self.provider.generate_once
            try:
                given = call(request.prompt, request.schema, **sent)
            except ProviderError as error:
                with self.lock:
                    self.spending.end(expected, most, None if error.ambiguous else Decimal(0))
                    self.journal.failed(attempt.row, maybe_paid=error.ambiguous, passes=error.retryable)
                    self.note = str(error) if error.retryable else self.note
                    self.passing = error if error.retryable else self.passing
                return self.verdicts.of(error, attempt, ticket)
            self.verdicts.answered(ticket)
            answered = row_result(self.provider, request.unit_id, given, attempt.made)
            with self.lock:
                self.spending.end(expected, most, answered.cost)
                self.spending.heard(answered)
                self.spending.check(answered)
                for row in [row for row in self.refused if not self.verdicts.is_open(row)]:
                    self._keep(row, self.refused.pop(row)[0])
                self.note = self.note if self.pace.is_paused else None
            return answered

    def _has_begun(self, attempt: Attempt, expected: Decimal, most: Decimal) -> bool:
        """Whether a row is being asked now, and it is kept that it is; False where the run ends before."""
        while True:
            with self.lock:
                if self.stop.is_set():  # whoever waits for the calls on their way has not counted this one
                    return False
                if self.spending.has_room(most):
                    self.spending.begin(expected, most)
                    self.journal.asked(attempt.row)
                    self.on_their_way.add(attempt.row)
                    return True
            time.sleep(_BRIEFLY)

    def _longest_answer(self, options: Mapping[str, Any]) -> int:
        """The `max_tokens` of a row's call: its own, or those of the provider's settings; 0 where none are set."""
        api = getattr(self.provider, "config", {}).get("api") or {}
        return int(options.get("max_tokens") or api.get("max_tokens") or 0)

    def _keep(self, row: int, result: RowResult) -> None:
        self.journal.answered(row, result)
        self._count(result)

    def _count(self, result: RowResult) -> None:
        self.unpriced += result.cost is None
        self.answered += result.error is None
        self.failures += result.error is not None

    def _tell(self, step: str) -> None:
        known, running = self.spending.known, self.spending.running
        self.progress(
            BatchProgress(
                step=step,
                rows=self.state.rows,
                done=self.answered + self.failures,
                answered=self.answered,
                failed=self.failures,
                running=0,
                retrying=self.rows.waiting,
                batches=0,
                batches_ended=0,
                cost=known,
                cost_running=running,
                estimate=known + running,
                unpriced=self.unpriced,
                note=self.note,
            )
        )


def _failed(unit_id: str, error: ProviderError, lost: int) -> RowResult:
    """The result of a row without an answer. Its `cost` is not known (None) where the vendor may have answered one of its
    tries all the same: `lost` of them."""
    details = {"error_code": error.code or str(error.status_code or "error"), "retryable": error.retryable}
    return RowResult(unit_id, None, str(error), None if lost else Decimal(0), 0, 0, 0, None, details)


def _with_cost_of(result: RowResult, cut_off: RowResult | None) -> RowResult:
    """The result of a row that was cut off before, which was paid as well."""
    if cut_off is None:
        return result
    lost = result.details.get("maybe_paid", 0) + cut_off.details.get("maybe_paid", 0)
    cost = None if result.cost is None or cut_off.cost is None else result.cost + cut_off.cost
    return replace(result, cost=cost, details={**result.details, **({"maybe_paid": lost} if lost else {})})
