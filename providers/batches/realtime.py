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
from .attempts import Attempt, Attempts
from .beginning import check_model, check_shape, shape_of
from .collection import judged, row_result, write_results
from .errors import BatchError, BatchInputError, BatchTooExpensiveError
from .journal import Journal
from .pace import Pace, Ticket
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
_NO_ROOM = frozenset(
    {429, 503, 529}
)  # of these the vendor is the reason, but where it never has room for one row alone
_ROOM_RETURNS = 900.0  # seconds in which a limit by the minute has come round, and most outages are over
_FORBIDDEN = 403  # a key that may not do this, or a prompt that may not be answered: told apart by what others are told
_FORBIDDEN_ROWS = 10  # that many one after the other, and it is the key


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
    the error of its last failure is raised, and what was not answered waits for the next call. A row that failed goes behind
    all others, and fails for good after `settings.attempts` tries only where others were answered meanwhile, or where it
    alone is left. With a patience of 0 it fails after its tries, whatever the others do.
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
        self.rows = Attempts(row for row in range(state.rows) if not self.journal.has(row))
        self.forbidden = 0  # calls that were refused as forbidden since the last answer

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
            with self.lock:
                for row, result in self.rows.cut_off():
                    self.journal.answered(row, result)
                # a call that is on its way even now finds it closed, and stays asked without a result
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
            while not self._end_if_cancelled():
                attempt = self.rows.take(self.stop.is_set)
                if attempt is None:
                    return
                ((row, request),) = self.requests.read(((attempt.row, attempt.row + 1),))
                result = self._result(attempt, request)
                if result is not None:
                    with self.lock:
                        self.journal.answered(row, result)
                        self._count(result)
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

    def _result(self, attempt: Attempt, request: Request) -> RowResult | None:
        """What became of a row; None where that is not known yet: it waits for another try, or for the next run."""
        row, options, longer = attempt.row, dict(request.options), self.settings.longer_max_tokens
        while True:
            if attempt.cut_off is not None:
                options["max_tokens"] = longer
            try:
                given = self._ask(attempt, request, options)
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
        self, attempt: Attempt, request: Request, options: Mapping[str, Any]
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
                return self._after(error, attempt, ticket)
            self._answered()
            answered = row_result(self.provider, request.unit_id, given, attempt.made)
            with self.lock:
                self.spending.end(expected, answered.cost, request, options)
                self.note = None
            return answered

    def _answered(self) -> None:
        self.pace.answered()
        self.forbidden = 0

    def _after(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> ProviderError | float:
        """The error, where the row fails by it; or the seconds after which it is tried again. Raises what ends the run."""
        if error.status_code == _FORBIDDEN and is_for_good(error):
            if self.journal.answered_since(attempt.row) or self._is_last():
                return error
            self.forbidden += 1
            if self.forbidden < _FORBIDDEN_ROWS and self.rows.left > 1:
                return 0.0
        if is_for_good(error):
            raise error
        if not error.retryable:
            self._answered()
            return error
        pause = self.pace.failed(ticket, error, self._pause(attempt.made), self.settings.poll_longest)
        return error if self._is_over(attempt, error, ticket) else pause

    def _is_last(self) -> bool:
        """Whether all other rows have their result, and the vendor answered one of them."""
        return self.rows.left == 1 and self.journal.has_answers

    def _is_over(self, attempt: Attempt, error: ProviderError, ticket: Ticket) -> bool:
        """Whether a row fails by a passing `error`: it was tried as often as the settings say, and another one was answered
        since it first failed; or it alone is left, and its tries may all be paid. A vendor without room is its affair only
        where there was none for it alone and for long. Else it waits; raises `error` once patience has run out.
        """
        attempts, patience, failing = self.settings.attempts, self.settings.patience, self.pace.failing_for()
        never_sent, no_room = error.status_code is None and not error.ambiguous, error.status_code in _NO_ROOM
        attempt.own += not never_sent and (ticket.is_trial or not no_room)
        if not patience:
            return attempt.made >= attempts
        if attempt.own >= attempts:
            is_its_own = self.journal.answered_since(attempt.row) or self._is_last()
            if no_room:
                is_its_own = is_its_own and failing >= min(patience / 2, _ROOM_RETURNS)
            elif error.ambiguous:
                is_its_own = is_its_own or self.rows.left == 1
            if is_its_own:
                return True
        if failing > patience:
            raise error
        return False

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
