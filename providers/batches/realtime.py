"""Many realtime calls at once, with the promises of a run of batches: resumable, ordered, priced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from ..errors import ProviderError
from ..retry import RetryPolicy
from .beginning import check_model, check_shape, shape_of
from .collection import judged, row_result, write_results
from .errors import BatchError, BatchInputError, BatchTooExpensiveError
from .journal import Journal
from .pace import Pace
from .plan import Planner, name_of, ranges_of
from .realtime_state import (
    RealtimeState,
    is_untouched,
    journal_of,
    load_realtime,
    results_of_realtime,
    save_realtime,
)
from .requests import KeptRequests, Request, fingerprint, keep
from .run import amount
from .soundness import check_requests
from .spending import Spending
from .state import RunFiles, locked
from .submission import is_for_good
from .values import BatchProgress, BatchResults, BatchSettings, Progress, RowResult

_LONGEST_PAUSE = 60.0  # seconds between two tries of a row, but where the server asks for more, or answers nobody
_LOOK = 0.25  # seconds between two looks at whether somebody ends the run
_NO_ROOM = frozenset({429, 503, 529})  # of these the vendor is the reason, whatever the row


def run_realtime(  # noqa: PLR0913 - each a promise of its own
    provider: LLMProvider,
    requests: Iterable[Any] | None,
    state_file: Path | str,
    *,
    concurrency: int = 8,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    max_cost: Decimal | float | None = None,
    progress: Progress | None = None,
    settings: BatchSettings | None = None,
) -> BatchResults:
    """The results of all requests, in their order, each with what it cost, by realtime calls: `concurrency` at a time, and
    no faster than the two limits (tokens are estimated: a third of the bytes, and the longest answer).

    Requests, results, `max_cost`, errors and the state file are those of `run_batch`. Killed at any instant, the same call
    goes on: a row whose answer is kept is never asked again. One that was being answered is, as is one whose answer got
    lost on the way, as no vendor keeps answers for us: it may have been billed before, and its result says how often
    (`maybe_paid`).

    A vendor that answers nobody, or has no room, is waited for, for `settings.patience` seconds since its last answer: then
    the error of its last failure is raised, and what was not answered waits for the next call. A row fails by a passing
    failure only where others were answered meanwhile. With a patience of 0 it fails after `settings.attempts` tries.
    """
    files = RunFiles(Path(state_file))
    allowed = None if max_cost is None else amount(max_cost)
    settings = settings or BatchSettings()
    pace = Pace(requests_per_minute, tokens_per_minute)
    if not isinstance(concurrency, int) or concurrency < 1:
        raise ValueError(f"concurrency is {concurrency!r}: it is a whole number from 1 up")
    with locked(files):
        state = load_realtime(files.state)
        files.cancelled.unlink(missing_ok=True)
        if state is None or (requests is not None and is_untouched(state, files)):
            if requests is None:
                raise BatchError(f"{files.state}: there is no run to take up")
            state = _begun(provider, requests, files, allowed, settings)
        else:
            _check_it_is_ours(provider, requests, files, state)
            allowed = allowed if allowed is not None or state.max_cost is None else Decimal(state.max_cost)
        if state.finished:
            return results_of_realtime(state, files)
        return _Run(provider, files, state, allowed, settings, pace, progress or (lambda _: None)).to_the_end(
            concurrency
        )


class _Run:
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
        self.journal = Journal(journal_of(files), state.rows)
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.failed: BaseException | None = None
        self.note: str | None = None
        self.passing: ProviderError | None = None  # the last failure that may pass
        self.answered = self.failures = self.unpriced = 0
        results = self.journal.results()
        touched = ranges_of(row for row in range(state.rows) if self.journal.has(row) or self.journal.unanswered(row))
        for row, request in self.requests.read(touched):
            result = next(results) if self.journal.has(row) else None
            self.spending.recall(request, result, self.journal.unanswered(row))
            if result is not None:
                self._count(result)
        self.todo = iter([row for row in range(state.rows) if not self.journal.has(row)])

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
            self.stop.set()  # what was asked is paid: its answers are waited for and kept
            for thread in threads:
                thread.join(self.settings.settle)
            raise
        finally:
            with self.lock:  # a call that is on its way even now finds it closed, and stays asked without a result
                self.journal.close()
        if self.failed is not None:
            raise self.failed
        write_results(self.journal.results(), self.files.results)
        save_realtime(self.files, replace(self.state, finished=True))
        for path in (self.journal.path, self.files.requests):
            path.unlink(missing_ok=True)
        self._tell("done")
        return results_of_realtime(replace(self.state, finished=True), self.files)

    def _work(self) -> None:
        """Asks one row after the other, until none is left or something ends the run."""
        try:
            while not self.stop.is_set() and not self._end_if_cancelled():
                with self.lock:
                    row = next(self.todo, None)
                    if row is None:
                        return
                    ((_, request),) = self.requests.read(((row, row + 1),))
                result = self._result(row, request)
                if result is not None:
                    with self.lock:
                        self.journal.answered(row, result)
                        self._count(result)
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

    def _result(self, row: int, request: Request) -> RowResult | None:
        """What became of a row; None where the run ends before that is known: it is asked again when the run goes on."""
        options, longer = dict(request.options), self.settings.longer_max_tokens
        cost: Decimal | None = Decimal(0)  # of the tries that were answered, and cut off; None where one is not known
        tries, told = _Tries(self.settings, self.pace), 0
        cut_off: RowResult | None = None  # a try that was paid: whatever becomes of a longer one, it is kept
        while True:
            try:
                given = self._ask(row, request, options, tries)
            except (ProviderError, BatchTooExpensiveError) as error:
                if cut_off is None:
                    raise
                self._end(error)
                given = None
            if given is None:
                return cut_off
            if isinstance(given, ProviderError):
                lost = self.journal.unanswered(row) - told
                if cut_off is not None:
                    paid = {"maybe_paid": lost} if lost else {}
                    return replace(cut_off, attempts=tries.made, details={**cut_off.details, **paid})
                return _failed(request.unit_id, given, tries.made, None if lost else cost, lost)
            told += 1
            result = judged(given, request.schema, again=longer is not None)
            cost = None if cost is None or result.cost is None else result.cost + cost
            lost = self.journal.unanswered(row) - told + result.details.get("maybe_paid", 0)
            details = {**result.details, "maybe_paid": lost} if lost else result.details
            result = replace(result, cost=cost, details=details)
            again = longer is not None and longer > self._longest_answer(options)
            if not again or result.details.get("error_code") != "truncated" or tries.made >= self.settings.attempts:
                return result
            options["max_tokens"], cut_off = longer, result

    def _ask(
        self, row: int, request: Request, options: Mapping[str, Any], tries: _Tries
    ) -> RowResult | ProviderError | None:
        """What the vendor answers, tried for as long as its failures pass; the error that the row fails by; None where the
        run ends.
        """
        expected, tokens = self.spending.expected(request, 1 if options == request.options else 2)
        while True:
            ticket = self.pace.begin(tokens, self.stop.is_set)
            if ticket is None:
                return None
            with ticket:
                with self.lock:
                    if self.journal.is_closed:
                        return None
                    self.spending.begin(expected)
                    self.journal.asked(row)
                tries.made += 1
                call: Callable[..., Any] = self.provider.generate_once
                try:
                    given = call(request.prompt, request.schema, **options)
                except ProviderError as error:
                    with self.lock:
                        self.spending.end(expected, None if error.ambiguous else Decimal(0), request, options)
                        if not error.ambiguous:
                            self.journal.refused(row)
                        self.note = str(error) if error.retryable else self.note
                        self.passing = error if error.retryable else self.passing
                    if is_for_good(error):
                        raise
                    if not error.retryable:
                        self.pace.answered()
                        return error
                    pause = self.pace.failed(ticket, error, self._pause(tries.made), self.settings.poll_longest)
                    if tries.are_over(error):
                        return error
                else:
                    self.pace.answered()
                    answered = row_result(self.provider, request.unit_id, given, tries.made)
                    with self.lock:
                        self.spending.end(expected, answered.cost, request, options)
                        self.note = None
                    return answered
            self.stop.wait(pause)

    def _pause(self, made: int) -> float:
        """Seconds before the next try of a row, as `api.transport_retry` has them."""
        policy: RetryPolicy = getattr(self.provider, "retry", None) or RetryPolicy()
        return min(policy.initial_delay * policy.multiplier ** min(made - 1, 30), _LONGEST_PAUSE)

    def _longest_answer(self, options: Mapping[str, Any]) -> int:
        """The `max_tokens` of a row's call: its own, or those of the provider's settings; 0 where none are set."""
        api = getattr(self.provider, "config", {}).get("api") or {}
        return int(options.get("max_tokens") or api.get("max_tokens") or 0)

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
                retrying=0,
                batches=0,
                batches_ended=0,
                cost=known,
                cost_running=running,
                estimate=known + running,
                unpriced=self.unpriced,
                note=self.note,
            )
        )


class _Tries:
    """How often a row was tried, and whether its failures are the vendor's affair or its own."""

    def __init__(self, settings: BatchSettings, pace: Pace) -> None:
        self._settings, self._pace = settings, pace
        self._own = 0  # failures that may be the row's own
        self._answers: int | None = None  # that others had when it first failed
        self.made = 0

    def are_over(self, error: ProviderError) -> bool:
        """Whether the row fails by a passing `error`: it was tried as often as the settings say, while the vendor answered
        others. Where it answers nobody, or has no room, the row waits; raises `error` once patience has run out.
        """
        patience = self._settings.patience
        if self._answers is None:
            self._answers = self._pace.answers
        never_sent = error.status_code is None and not error.ambiguous
        self._own += not (never_sent or error.status_code in _NO_ROOM)
        if not patience:
            return self.made >= self._settings.attempts
        if self._own >= self._settings.attempts and self._pace.answers > self._answers:
            return True
        if self._pace.failing_for() > patience:
            raise error
        return False


def _failed(unit_id: str, error: ProviderError, attempt: int, cost: Decimal | None, unanswered: int) -> RowResult:
    """The result of a row without an answer. Its `cost` is not known (None) where the vendor may have answered one of its
    tries all the same: `unanswered` of them."""
    details = {"error_code": error.code or str(error.status_code or "error"), "retryable": error.retryable}
    paid = {"maybe_paid": unanswered} if unanswered else {}
    return RowResult(unit_id, None, str(error), cost, 0, 0, attempt, None, {**details, **paid})


def _begun(
    provider: LLMProvider, requests: Iterable[Any], files: RunFiles, allowed: Decimal | None, settings: BatchSettings
) -> RealtimeState:
    """The state of a new run, safely on disk, over requests that were checked and can be paid."""
    rows, digest = keep(requests, files.requests)
    try:
        _check_each(provider, KeptRequests(files.requests), allowed, settings)
    except BaseException:
        files.requests.unlink()
        raise
    journal_of(files).unlink(missing_ok=True)
    most = None if allowed is None else str(allowed)
    return save_realtime(
        files, RealtimeState(name_of(provider), provider.model, rows, digest, shape_of(provider), most)
    )


def _check_each(provider: LLMProvider, kept: KeptRequests, allowed: Decimal | None, settings: BatchSettings) -> None:
    """Raises for requests that cannot be sent, all at once, and for more than is allowed in sum."""
    planner, problems, total = Planner(provider, kept, settings), [], Decimal(0)
    spending = Spending(provider, planner, allowed)
    for row, request in kept.read(((0, len(kept)),)):
        try:
            planner.line(row, request)
        except (ValueError, TypeError) as error:
            problems.append(f"request {row + 1} ({request.unit_id!r}): {error}")
        total += spending.expected(request)[0]
    if problems:
        raise BatchInputError(problems)
    if allowed is not None and total > allowed:
        raise BatchTooExpensiveError(total, Decimal(0), allowed)


def _check_it_is_ours(
    provider: LLMProvider, requests: Iterable[Any] | None, files: RunFiles, state: RealtimeState
) -> None:
    check_model(provider, state, files.state)
    check_shape(provider, state.terms, files.state)
    if requests is not None and fingerprint(requests) != state.requests_sha256:
        raise BatchError(f"{files.state} is of a run over other requests: give another state file, or those requests")
    if not (files.results if state.finished else files.requests).exists():
        raise BatchError(f"{files.state}: what was kept beside it is gone, so the run cannot be taken up")
    if not state.finished:
        check_requests(state.requests_sha256, files.requests)
