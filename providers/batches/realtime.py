"""Many realtime calls at once, with the promises of a run of batches: resumable, ordered, priced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from ..dimensions import PricingError
from ..errors import ProviderError, RateLimitError
from .collection import judged, row_result, write_results
from .errors import BatchError, BatchInputError, BatchTooExpensiveError
from .journal import Journal
from .plan import Planner, name_of, tokens_of
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
from .state import RunFiles, locked
from .submission import is_for_good
from .values import BatchProgress, BatchResults, BatchSettings, Progress, RowResult

_LONGEST_PAUSE = 60.0  # seconds between two tries of a row, but where the server asks for more


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
    """
    files = RunFiles(Path(state_file))
    allowed = None if max_cost is None else amount(max_cost)
    settings = settings or BatchSettings()
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency!r}: it is a whole number from 1 up")
    with locked(files):
        state = load_realtime(files.state)
        if state is None or (requests is not None and is_untouched(state, files)):
            if requests is None:
                raise BatchError(f"{files.state}: there is no run to take up")
            state = _begun(provider, requests, files, allowed, settings)
        else:
            _check_it_is_ours(provider, requests, files, state)
            allowed = allowed if allowed is not None or state.max_cost is None else Decimal(state.max_cost)
        if state.finished:
            return results_of_realtime(state, files)
        pace = Pace(requests_per_minute, tokens_per_minute)
        return _Run(provider, files, state, allowed, settings, pace, progress or (lambda _: None)).to_the_end(
            concurrency
        )


class Pace:
    """How fast calls may begin: each puts the next one off by its share of a minute."""

    def __init__(self, requests: float | None, tokens: float | None) -> None:
        self._requests, self._tokens = requests, tokens
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, tokens: int) -> float:
        """Seconds until a call of so many tokens may begin."""
        share = max(60 / self._requests if self._requests else 0.0, 60 * tokens / self._tokens if self._tokens else 0.0)
        with self._lock:
            now = time.monotonic()
            begin = max(self._next, now)
            self._next = begin + share
        return begin - now

    def pause(self, seconds: float) -> None:
        """Puts all further calls off: the vendor has no room for any."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


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
        self.provider, self.files, self.state, self.allowed = provider, files, state, allowed
        self.settings, self.pace, self.progress = settings, pace, progress
        self.requests = KeptRequests(files.requests)
        self.planner = Planner(provider, self.requests, settings)
        self.journal = Journal(journal_of(files), state.rows)
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.failed: BaseException | None = None
        self.spent = self.running = Decimal(0)
        self.answered = self.failures = self.unpriced = self.asking = 0
        for result in self.journal.results():
            self._count(result)
        self.todo = iter([(start, start + 1) for start in range(state.rows) if not self.journal.has(start)])

    def to_the_end(self, concurrency: int) -> BatchResults:
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(min(concurrency, self.state.rows))]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(1.0)
                    self._tell("running")
        except BaseException:
            self.stop.set()  # what was asked is paid: its answers are waited for and kept
            for thread in threads:
                thread.join(self.settings.settle)
            raise
        finally:
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
            while not self.stop.is_set():
                taken = self._next_row()
                if taken is None:
                    return
                row, request, expected, tokens = taken
                if not self.stop.wait(self.pace.wait(tokens)):
                    self._ask(row, request)
                with self.lock:
                    self.running -= expected
                    self.asking -= 1
        except BaseException as error:  # noqa: BLE001 - of a thread: the caller's own raises it
            with self.lock:
                self.failed = self.failed or error
            self.stop.set()

    def _next_row(self) -> tuple[int, Request, Decimal, int] | None:
        with self.lock:
            ranges = next(self.todo, None)
            if ranges is None:
                return None
            ((row, request),) = self.requests.read((ranges,))
            expected, tokens = _expected(self.provider, self.planner, request)
            if self.allowed is not None and self.spent + self.running + expected > self.allowed:
                raise BatchTooExpensiveError(expected, self.spent + self.running, self.allowed)
            self.running += expected
            self.asking += 1
            return row, request, expected, tokens

    def _ask(self, row: int, request: Request) -> None:
        with self.lock:
            self.journal.asked(row)
        try:
            result = self._result(request)
        except ProviderError:
            with self.lock:
                self.journal.refused(row)
            raise
        if lost := self.journal.lost(row):
            more = result.details.get("maybe_paid", 0)
            result = replace(result, details={**result.details, "maybe_paid": lost + more})
        with self.lock:
            self.journal.answered(row, result)
            self._count(result)

    def _result(self, request: Request) -> RowResult:
        """What became of a row, tried as often as the settings say while its failure is a passing one."""
        options, longer = dict(request.options), self.settings.longer_max_tokens
        cost: Decimal | None = Decimal(0)  # of the tries before; None where one is not known
        unanswered = 0
        for attempt in range(1, self.settings.attempts + 1):
            last = attempt == self.settings.attempts or self.stop.is_set()
            try:
                call: Callable[..., Any] = self.provider.generate_realtime
                given = call(request.prompt, request.schema, **options)
            except ProviderError as error:
                if is_for_good(error):
                    raise
                unanswered += error.ambiguous
                if error.retryable and self.stop.is_set():
                    raise  # the run ends: the row is asked again when it goes on
                if last or not error.retryable:
                    return _failed(request.unit_id, error, attempt, None if unanswered else cost, unanswered)
                pause = max(error.retry_after or 0.0, min(2.0 ** (attempt - 1), _LONGEST_PAUSE))
                if isinstance(error, RateLimitError):
                    self.pace.pause(pause)
                self.stop.wait(pause)
                continue
            answered = row_result(self.provider, request.unit_id, given, attempt)
            result = judged(answered, request.schema, again=longer is not None)
            if result.cost is not None:
                result = replace(result, cost=None if cost is None else result.cost + cost)
            if unanswered:
                more = result.details.get("maybe_paid", 0)
                result = replace(result, details={**result.details, "maybe_paid": unanswered + more})
            if not result.retryable or last or longer is None or longer <= self._longest_answer(options):
                return result
            cost, options["max_tokens"] = result.cost, longer
        raise AssertionError("the last attempt returns")

    def _longest_answer(self, options: Mapping[str, Any]) -> int:
        """The `max_tokens` of a row's call: its own, or those of the provider's settings; 0 where none are set."""
        api = getattr(self.provider, "config", {}).get("api") or {}
        return int(options.get("max_tokens") or api.get("max_tokens") or 0)

    def _count(self, result: RowResult) -> None:
        self.spent += result.cost or 0
        self.unpriced += result.cost is None
        self.answered += result.error is None
        self.failures += result.error is not None

    def _tell(self, step: str) -> None:
        done = self.answered + self.failures
        self.progress(
            BatchProgress(
                step=step,
                rows=self.state.rows,
                done=done,
                answered=self.answered,
                failed=self.failures,
                running=0,
                retrying=0,
                batches=0,
                batches_ended=0,
                cost=self.spent,
                cost_running=self.running,
                estimate=self.spent + self.running,
                unpriced=self.unpriced,
            )
        )


def _expected(provider: LLMProvider, planner: Planner, request: Request) -> tuple[Decimal, int]:
    """USD that a row may cost by a realtime call, and its tokens."""
    asked, answer = tokens_of(request), planner.answer_of(request, 1)
    try:
        cost = provider.cost_of({"usage": {"input": asked, "output": answer}, "mode": "standard"})
    except PricingError:
        cost = Decimal(str(provider.estimate_cost(asked, answer, False)))
    return cost, asked + answer


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
        files, RealtimeState(name_of(provider), provider.model, rows, digest, provider.max_tokens, most)
    )


def _check_each(provider: LLMProvider, kept: KeptRequests, allowed: Decimal | None, settings: BatchSettings) -> None:
    """Raises for requests that cannot be sent, all at once, and for more than is allowed in sum."""
    planner, problems, total = Planner(provider, kept, settings), [], Decimal(0)
    for row, request in kept.read(((0, len(kept)),)):
        try:
            planner.line(row, request)
        except (ValueError, TypeError) as error:
            problems.append(f"request {row + 1} ({request.unit_id!r}): {error}")
        total += _expected(provider, planner, request)[0]
    if problems:
        raise BatchInputError(problems)
    if allowed is not None and total > allowed:
        raise BatchTooExpensiveError(total, Decimal(0), allowed)


def _check_it_is_ours(
    provider: LLMProvider, requests: Iterable[Any] | None, files: RunFiles, state: RealtimeState
) -> None:
    asked = (name_of(provider), provider.model, provider.max_tokens)
    begun = (state.provider, state.model, state.max_tokens)
    if asked != begun and not state.finished:
        raise BatchError(
            f"{files.state} is of a run on {begun}, not {asked}: give that model and max_tokens, or another state file"
        )
    if requests is not None and fingerprint(requests) != state.requests_sha256:
        raise BatchError(f"{files.state} is of a run over other requests: give another state file, or those requests")
    if not (files.results if state.finished else files.requests).exists():
        raise BatchError(f"{files.state}: what was kept beside it is gone, so the run cannot be taken up")
    if not state.finished:
        check_requests(state.requests_sha256, files.requests)
