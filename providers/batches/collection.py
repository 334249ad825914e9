"""The rows that batches gave back, in the order of the requests: a file for each part, and one for the whole run."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from ..answers import Failure, cost_or_reason, failed_row, is_unfinished, is_unstated, refused
from ..base import BatchResult, BatchStatus, BatchStatusInfo, LLMProvider
from ..fit import UnfitError, fitted
from .errors import BatchError
from .plan import mark_of, ranges_of, rows_of
from .requests import KeptRequests
from .soundness import counted
from .state import COLLECTED, OPEN, Part, Ranges, RunFiles, RunState, replacing
from .values import BatchResults, RowResult

_OWN = frozenset({"unit_id", "content", "error", "cost", "input_tokens", "output_tokens"})


@dataclass(frozen=True, slots=True)
class Collected:
    """What one batch came to."""

    seen: int  # rows that the vendor gave back, answered or not
    answered: int
    cost: Decimal
    unpriced: int
    again: Ranges  # rows that failed for a passing reason
    short: bool = False  # whether rows are missing that the vendor counts as answered, or may count so


def collect(
    provider: LLMProvider,
    part: Part,
    requests: KeptRequests,
    given: Iterable[BatchResult],
    missing: Failure,
    files: RunFiles,
    counts: Mapping[str, int] | None = None,
    *,
    longer: bool = False,
) -> Collected:
    """What the rows of `part` came to, once each has its line in the part's file, in the order of the requests.

    `given` comes in any order and need not hold all rows; the others failed as `missing` says. Only where each row
    stands is held in memory: the rows go through a temporary file. A row that is missing although `counts` may mean it
    among the answered ones is paid for: it fails for good, as sending it again would pay for it twice. Raises BatchError
    where the rows of another batch of ours were given: the state is not what it was.
    """
    path = files.collected(part)
    place = {row: index for index, row in enumerate(rows_of(part.rows))}
    starts, lengths = array("q", [-1]) * part.size, array("q", [0]) * part.size
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        try:
            seen, done, stray = _spool(provider, part, given, place, (starts, lengths), spool)
        except _OtherRowsError as error:
            told = f"batch {part.batch_id} holds the row {error}, which part {part.number} does not have"
            raise BatchError(f"{files.state}: {told}: put back the state that was there; nothing was sent") from None
        short = seen < part.size and (stray is not None or _may_be_paid(missing, counts, done))
        if stray is not None:
            # an answer that could not be read may be that of a missing row, and is paid: it is not asked for again
            missing = Failure(f"{missing.message}; {stray}", "unreadable_results", answered=True)
        elif short and missing.retryable:
            told = f"of {counts['completed']} answered rows" if counts and counts.get("completed") else "of the rows"
            lost = f"the results lack some {told}, so this one may have been paid: not sent again"
            missing = Failure(lost, "lost", answered=True)
        elif short:
            missing = replace(missing, answered=True)
        return replace(_in_order(part, requests, missing, (starts, lengths), spool, path, seen, longer), short=short)


def missing_of(info: BatchStatusInfo) -> Failure:
    """What it means for a row that an ended batch does not give it back. Gemini leaves out what it did not get to."""
    if info["status"] is BatchStatus.CANCELLED:
        return Failure("the batch was cancelled before this row was answered", "cancelled")
    expired = "expired" in (info.get("provider_status") or "").lower()
    why = info["error"] or "the batch ended without this row"
    passing = expired or info["status"] is BatchStatus.COMPLETED or bool(info.get("retryable"))
    if info["status"] is BatchStatus.FAILED:
        return Failure(why, "expired" if expired else "failed", passing)
    return Failure(why, "expired" if expired else "unanswered", passing)


def _may_be_paid(missing: Failure, counts: Mapping[str, int] | None, done: int) -> bool:
    """Whether a missing row may be one that the vendor answered: it counts more of them than the `done` given ones.

    Of rows that it does not count at all only its own word that a batch expired, or that it could not be run, says that
    they were not answered.
    """
    unsaid = missing.code == "unanswered"
    if not counts or not any(counts.values()):
        return unsaid or missing.code == "cancelled"
    completed = counts.get("completed", 0)
    uncounted = max(0, counts.get("total", 0) - completed - counts.get("failed", 0)) if unsaid else 0
    return completed + uncounted > done


class _OtherRowsError(Exception):
    """A row of ours, of another batch than the one that was asked for."""


def _spool(
    provider: LLMProvider,
    part: Part,
    given: Iterable[BatchResult],
    place: dict[int, int],
    index: tuple[array[int], array[int]],
    spool: IO[bytes],
) -> tuple[int, int, str | None]:
    """How many of the part's rows were given, how many of them answered, refusals too, and what was said of a row that
    is nobody's.
    """
    starts, lengths = index
    seen, stray, answered = 0, None, set[int]()
    for result in given:
        found = mark_of(result["unit_id"])
        at = place.get(found[1]) if found and found[0] == part.mark else None
        if at is None and found is not None:
            raise _OtherRowsError(result["unit_id"])
        if at is None:
            stray = result["error"] or f"a row {result['unit_id']!r} that is not of this batch"
            continue
        row = row_result(provider, result["unit_id"], result, part.attempt, part.batch_id)
        if starts[at] >= 0:
            spool.seek(starts[at])
            row = one_of(RowResult.of_json(spool.read(lengths[at])), row)
            spool.seek(0, os.SEEK_END)
        else:
            seen += 1
        line = row.as_json().encode()
        starts[at], lengths[at] = spool.tell(), len(line)
        spool.write(line)
        if result["error"] is None or "usage" in result:
            answered.add(at)
    return seen, len(answered), stray


def one_of(earlier: RowResult, later: RowResult) -> RowResult:
    """The result of a row that was given twice: the answer, or the first of two. All that was billed for it is in its cost, and
    another answer than this one is among its `other_answers`.
    """
    first, second = (later, earlier) if earlier.error is not None and later.error is None else (earlier, later)
    same = ("content", "error", "cost", "input_tokens", "output_tokens")
    if all(getattr(first, name) == getattr(second, name) for name in same):
        return first
    details = dict(first.details)
    if second.content is not None:
        details["other_answers"] = [*details.get("other_answers", ()), second.content]
    cost = None if first.cost is None or second.cost is None else first.cost + second.cost
    if cost is None:
        details.setdefault("cost_unknown", second.details.get("cost_unknown") or "the row was given twice")
    return replace(first, cost=cost, details=details)


def _in_order(
    part: Part,
    requests: KeptRequests,
    missing: Failure,
    index: tuple[array[int], array[int]],
    spool: IO[bytes],
    path: Path,
    seen: int,
    longer: bool,
) -> Collected:
    """The sums over the part's rows, once they stand in `path` in their order and under their own ids."""
    starts, lengths = index
    answered, unpriced, cost, again = 0, 0, Decimal(0), []
    with replacing(path) as file:
        for at, (row, request) in enumerate(requests.read(part.rows)):
            if starts[at] < 0:
                result = _unanswered(request.unit_id, part, missing)
            else:
                spool.seek(starts[at])
                given = RowResult.of_json(spool.read(lengths[at]))
                result = judged(replace(given, unit_id=request.unit_id), request.schema, again=longer)
            if result.error is None:
                answered += 1
            elif result.retryable:
                again.append(row)
            if result.cost is None:
                unpriced += 1
            else:
                cost += result.cost
            file.write(b"%d %s\n" % (row, result.as_json().encode()))
    return Collected(seen, answered, cost, unpriced, ranges_of(again))


def row_result(
    provider: LLMProvider, unit_id: str, result: Mapping[str, Any], attempt: int, batch_id: str | None = None
) -> RowResult:
    """A provider's result, of a row or of a call, with its exact cost."""
    details: dict[str, Any] = {name: value for name, value in result.items() if name not in _OWN}
    cost: Decimal | None
    if "usage" in result:
        cost, why = cost_or_reason(lambda: provider.cost_of(result))
        if why is not None:
            details["cost_unknown"] = why
    else:
        cost = _decimal(result.get("cost"))
    content, error = result["content"], result.get("error")
    if error is None and (error := refused(result.get("refusal"), content)) is not None:  # of a call, where it is none
        content = None
        details |= {"error_code": result.get("vendor_finish_reason") or "refusal", "retryable": False}
    return RowResult(
        unit_id=unit_id,
        content=content,
        error=error,
        cost=cost,
        input_tokens=result["input_tokens"],
        output_tokens=result["output_tokens"],
        attempts=attempt,
        batch_id=batch_id,
        details=details,
    )


def judged(result: RowResult, schema: dict[str, Any] | None, *, again: bool) -> RowResult:
    """`result`, failed where its answer was cut off or refused in the midst, broke off, or does not fit its schema: what there
    is of it stays. A truncated one is worth another try with a larger max_tokens (`again`); no other is.
    """
    ending, word = result.details.get("finish_reason"), result.details.get("vendor_finish_reason")
    if result.error is not None or result.content is None:
        return result
    if ending == "length":
        return _failed(result, "truncated", "the answer was cut off at max_tokens", retryable=again)
    if ending == "refusal":
        return _failed(result, "refusal", str(result.details.get("refusal") or word))
    if is_unfinished(ending, word, result.content):
        return _failed(result, "unfinished", f"the answer ended with {word}")
    if schema is None and ending == "other" and is_unstated(word):  # with one, that it fits shows that it is whole
        return _failed(result, "unfinished", "nothing says that the answer came to its end")
    if schema is not None:
        try:
            fitted(result.content, schema)
        except UnfitError as error:
            return _failed(result, "invalid", str(error))
    return result


def _failed(result: RowResult, code: str, why: str, *, retryable: bool = False) -> RowResult:
    details = {**result.details, "error_code": code, "retryable": retryable}
    return replace(result, error=f"{code}: {why}", details=details)


def _unanswered(unit_id: str, part: Part, missing: Failure) -> RowResult:
    """The result of a row that no batch gave back: it cost nothing, or where it may have been answered, nobody knows."""
    failed = failed_row(unit_id, missing)
    details = {name: value for name, value in failed.items() if name not in _OWN}
    cost = _decimal(failed["cost"])
    return RowResult(unit_id, None, failed["error"], cost, 0, 0, part.attempt, part.batch_id, details)


def _decimal(cost: float | None) -> Decimal | None:
    return None if cost is None else Decimal(str(cost))


def merged(state: RunState, files: RunFiles) -> Iterator[RowResult]:
    """The results of all rows that were collected and will not be sent again, in the order of the requests.

    Of a row that was sent several times the last attempt counts, with the cost of all. Parts of one attempt hold
    different rows, in order, so that there is one open file for each attempt, not for each part.
    """
    by_attempt: dict[int, list[Part]] = {}
    for part in state.parts:
        if part.status == COLLECTED:
            by_attempt.setdefault(part.attempt, []).append(part)
    streams = [
        _lines([files.collected(part) for part in sorted(parts, key=lambda part: part.rows[0])])
        for _, parts in sorted(by_attempt.items())
    ]
    together = heapq.merge(*streams, key=lambda numbered: numbered[0])  # stable: earlier attempts come first
    open_again = {row for part in state.parts if part.status in OPEN for row in rows_of(part.rows)}
    for row, attempts in itertools.groupby(together, key=lambda numbered: numbered[0]):
        if row in open_again:
            continue
        results = [RowResult.of_json(line) for _, line in attempts]
        costs = [result.cost for result in results]
        known = [cost for cost in costs if cost is not None]
        yield replace(results[-1], cost=sum(known, Decimal(0)) if len(known) == len(costs) else None)


def _lines(paths: Iterable[Path]) -> Iterator[tuple[int, bytes]]:
    """The lines of files, one after the other, with the row number that each begins with."""
    for path in paths:
        with path.open("rb") as lines:
            for line in lines:
                number, _, result = line.partition(b" ")
                yield int(number), result


def write_results(results: Iterable[RowResult], path: Path) -> str:
    """The SHA-256 of the file, once all results stand in `path`."""
    digest = hashlib.sha256()
    with replacing(path) as file:
        for result in results:
            line = result.as_json().encode() + b"\n"
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def results_of(state: RunState, files: RunFiles) -> BatchResults:
    """The results of a run that has finished."""
    answered, failed = counted(files.results, state.rows, state.results_sha256)
    cost = sum((part.cost for part in state.parts), Decimal(0))
    unpriced = sum(part.unpriced for part in state.parts)
    return BatchResults(files.results, state.rows, answered, failed, cost, unpriced, state.batch_ids)
