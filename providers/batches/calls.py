"""One process's turn at a run of realtime calls: its threads, what they ask, and what becomes of each row."""

from __future__ import annotations

import contextlib
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
from .errors import BatchError, BatchTooExpensiveError
from .journal import Journal
from .pace import Pace
from .plan import Planner, ranges_of
from .realtime_state import RealtimeState, gone, journal_of, results_of_realtime, save_realtime
from .requests import BatchRequest, KeptRequests
from .spending import Spending
from .state import RunFiles
from .values import BatchProgress, BatchResults, BatchSettings, Progress, RowResult
from .verdicts import Verdicts

_LOOK = 0.25  # seconds between two looks at whether somebody ends the run


class Calls:
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
            self.journal = Journal(journal_of(files), state.rows)
        except FileNotFoundError:
            raise gone(files) from None
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.failed: BaseException | None = None
        self.note: str | None = None
        self.passing: ProviderError | None = None  # the last failure that may pass
        self.answered = self.failures = self.unpriced = 0
        # Rows that were refused, until it is known that it was they: not on disk, as the next run is to ask them again.
        self.refused: dict[int, RowResult] = {}
        results = self.journal.results()
        touched = ranges_of(row for row in range(state.rows) if self.journal.has(row) or self.journal.unanswered(row))
        for row, request in self.requests.read(touched):
            result = next(results) if self.journal.has(row) else None
            self.spending.recall(request, result, self.journal.unanswered(row))
            if result is not None:
                self._count(result)
        open_rows = [row for row in range(state.rows) if not self.journal.has(row)]
        self.rows = Attempts(sorted(open_rows, key=lambda row: self.journal.first_failed(row) >= 0))
        self.verdicts = Verdicts(provider, self.requests, self.journal, self.rows, pace, settings)

    def to_the_end(self, concurrency: int) -> BatchResults:
        threads: list[threading.Thread] = []
        try:
            for _ in range(min(concurrency, self.state.rows)):
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                threads.append(thread)
            for thread in threads:
                while thread.is_alive():
                    thread.join(_LOOK)
                    self._tell("running")
                    self._end_if_cancelled()
                    self._end_if_out_of_patience()
        except BaseException:
            self.stop.set()
            self._wait_for(threads)
            raise
        else:
            if self.failed is None:
                for row in list(self.refused):
                    self._keep(row, self.refused.pop(row))
        finally:
            with self.lock:
                for row, result in self.rows.cut_off():
                    self.journal.answered(row, result)
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
        """Waits for the calls that are on their way, and says so: what was asked is paid, and its answers are kept."""
        until = time.monotonic() + self.settings.settle
        if any(thread.is_alive() for thread in threads):
            self.note = (
                "ending: waiting for the calls on their way, whose answers are paid; Ctrl-C once more drops them"
            )
            with contextlib.suppress(Exception, KeyboardInterrupt):  # the caller's own: this goes on all the same
                self._tell("ending")
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        """Asks one row after the other, until none is left or something ends the run."""
        try:
            while not self._end_if_cancelled():
                attempt = self.rows.take(self.stop.is_set)
                if attempt is None:
                    return
                ((_, request),) = self.requests.read(((attempt.row, attempt.row + 1),))
                result = self._result(attempt, request)
                if result is not None:
                    with self.lock:
                        if self.verdicts.is_open(attempt.row):
                            self.refused[attempt.row] = result
                        else:
                            self._keep(attempt.row, result)
                    self.rows.end()
        except BaseException as error:  # noqa: BLE001 - of a thread: the caller's own raises it
            self._end(error)

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
        row, options, longer = attempt.row, dict(request.options), self.settings.longer_max_tokens
        while True:
            if attempt.cut_off is not None:
                options["max_tokens"] = longer
            try:
                given = self.verdicts.settled(attempt) or self._ask(attempt, request, options)
            except (ProviderError, BatchTooExpensiveError) as error:
                if attempt.cut_off is None:
                    raise
                self._end(error)
                given = None
            if given is None:
                return attempt.cut_off
            if isinstance(given, float):
                self.rows.put_back(attempt, given)
                return None
            if isinstance(given, ProviderError):
                lost = self.journal.unanswered(row) - attempt.told
                if attempt.cut_off is not None:
                    told = {**attempt.cut_off.details, **({"maybe_paid": lost} if lost else {})}
                    return replace(attempt.cut_off, attempts=attempt.made, details=told)
                return _failed(request.unit_id, given, attempt.made, None if lost else attempt.cost, lost)
            attempt.told += 1
            result = judged(given, request.schema, again=longer is not None)
            attempt.cost = None if attempt.cost is None or result.cost is None else result.cost + attempt.cost
            lost = self.journal.unanswered(row) - attempt.told + result.details.get("maybe_paid", 0)
            details = {**result.details, "maybe_paid": lost} if lost else result.details
            result = replace(result, cost=attempt.cost, details=details)
            again = longer is not None and longer > self._longest_answer(options)
            if not again or result.details.get("error_code") != "truncated" or attempt.made >= self.settings.attempts:
                return result
            attempt.cut_off = result

    def _ask(
        self, attempt: Attempt, request: BatchRequest, options: Mapping[str, Any]
    ) -> RowResult | ProviderError | float | None:
        """What the vendor answers; the error that the row fails by; the seconds after which it may be tried again; None
        where the run ends before it is asked.
        """
        expected, tokens = self.spending.expected(request, 1 if options == request.options else 2)
        ticket = self.pace.begin(tokens, self.stop.is_set)
        if ticket is None:
            return None
        with ticket:
            with self.lock:
                if self.journal.is_closed:
                    return None
                self.spending.begin(expected)
                self.journal.asked(attempt.row)
            attempt.made += 1
            call: Callable[..., Any] = self.provider.generate_once
            try:
                given = call(request.prompt, request.schema, **options)
            except ProviderError as error:
                with self.lock:
                    self.spending.end(expected, None if error.ambiguous else Decimal(0), request, options)
                    self.journal.failed(attempt.row, maybe_paid=error.ambiguous)
                    self.note = str(error) if error.retryable else self.note
                    self.passing = error if error.retryable else self.passing
                return self.verdicts.of(error, attempt, ticket)
            self.verdicts.answered(ticket)
            answered = row_result(self.provider, request.unit_id, given, attempt.made)
            with self.lock:
                self.spending.end(expected, answered.cost, request, options)
                self.spending.heard(answered)
                for row in [row for row in self.refused if not self.verdicts.is_open(row)]:
                    self._keep(row, self.refused.pop(row))
                self.note = self.note if self.pace.is_paused else None
            return answered

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


def _failed(unit_id: str, error: ProviderError, attempt: int, cost: Decimal | None, unanswered: int) -> RowResult:
    """The result of a row without an answer. Its `cost` is not known (None) where the vendor may have answered one of its
    tries all the same: `unanswered` of them."""
    details = {"error_code": error.code or str(error.status_code or "error"), "retryable": error.retryable}
    paid = {"maybe_paid": unanswered} if unanswered else {}
    return RowResult(unit_id, None, str(error), cost, 0, 0, attempt, None, {**details, **paid})
