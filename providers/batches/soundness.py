"""What is wrong with the state of a run, or with what is kept beside it: found before anything is sent."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import operator
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from .errors import BatchError
from .requests import KeptRequests, as_given
from .state import (
    COLLECTED,
    DROPPED,
    OPEN,
    PLANNED,
    SEAL,
    SUBMITTED,
    SUBMITTING,
    VERSION,
    Part,
    RunFiles,
    RunState,
    seal_of,
)

_MARK = re.compile(r"[0-9a-f]{16}")
_BATCH_ID = re.compile(r"(?:[a-z]+/)?[A-Za-z0-9_][\w.:-]{0,199}", re.ASCII)  # `batches/abc`, `msgbatch_01`
_STATUSES = OPEN | {COLLECTED, DROPPED}
_COUNTS = ("number", "attempt", "refusals", "answered", "failed", "unpriced")
_TIMES = ("asked_at", "unanswered_at", "submitted_at", "refused_since")
_NO_STATE = "put back what was there, or give another state file; nothing was sent"


def no_state(path: Path, why: str) -> BatchError:
    """The error for a file that is no state of a run."""
    return BatchError(f"{path}: this is no state of a batch run: {why}: {_NO_STATE}")


def load(path: Path) -> RunState | None:
    """The state that a file keeps, or None where there is none yet. Raises BatchError that names the file where it is not
    whole, or says what no run can have come to.
    """
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        stated = json.loads(written.decode("utf-8"))
        if stated.get("kind") is not None:
            raise BatchError(
                f"{path}: this is a run of realtime calls: take it up with run_realtime, or give another file"
            )
        version = stated["version"]
        if version != VERSION:
            raise BatchError(f"{path}: written by another version of this program ({version})")
        seal = stated.pop(SEAL, None)
        if seal is not None and seal != seal_of(stated):
            raise no_state(path, "it was changed after it was written")
        parts = tuple(_part(fields) for fields in stated.pop("parts"))
        ids = tuple(stated.pop("batch_ids"))
        return check_state(RunState(parts=parts, batch_ids=ids, seal=seal, **stated), path)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise no_state(path, f"{type(error).__name__}: {error}"[:200]) from None


def _part(stated: Mapping[str, Any]) -> Part:
    known = {spec.name for spec in dataclasses.fields(Part)}
    values = {name: value for name, value in stated.items() if name in known}
    values["rows"] = tuple((operator.index(start), operator.index(stop)) for start, stop in stated["rows"])
    values["lost"] = tuple((str(mark), float(at)) for mark, at in stated.get("lost", ()))
    values["estimate"], values["cost"] = Decimal(stated["estimate"]), Decimal(stated["cost"])
    return Part(**values)


def check_state(state: RunState, path: Path) -> RunState:
    """`state`, if it can have been written by a run. Raises BatchError that names the file and what is wrong in it."""
    wrong = next(_wrong_with(state), None)
    if wrong is not None:
        raise no_state(path, wrong)
    return state


def _wrong_with(state: RunState) -> Iterator[str]:
    texts = ("provider", "model", "requests_sha256")
    yield from (f"{name} is no text" for name in texts if not isinstance(getattr(state, name), str))
    if not _is_count(state.rows):
        yield "rows is no number of rows"
        return
    if state.results_sha256 is not None and not isinstance(state.results_sha256, str):
        yield "results_sha256 is no text"
    if not isinstance(state.finished, bool) or not isinstance(state.terms, Mapping | None):
        yield "finished or terms is of another kind"
    else:
        yield from _wrong_terms(state.terms or {})
    if not all(map(_is_batch_id, state.batch_ids)) or len(set(state.batch_ids)) != len(state.batch_ids):
        yield "batch_ids are no ids of batches, each once"
        return
    for part in state.parts:
        yield from (f"part {part.number}: {wrong}" for wrong in _wrong_with_part(part, state.rows))
    numbers = [part.number for part in state.parts]
    if len(set(numbers)) != len(numbers):
        yield "two parts have one number"
    yield from _wrong_names(state)
    yield from _wrong_coverage(state)
    if state.finished and any(part.status in OPEN for part in state.parts):
        yield "it is finished, and parts of it are not"


def _wrong_terms(terms: Mapping[str, Any]) -> Iterator[str]:
    for name in ("max_tokens", "attempts", "rows", "output_tokens"):
        if (value := terms.get(name)) is not None and not (_is_count(value) and value):
            yield f"terms: {name} is {value!r:.40}: it is a whole number from 1 up"
    if (allowed := terms.get("max_cost")) is not None and not (isinstance(allowed, str) and _is_amount(allowed)):
        yield f"terms: max_cost is {allowed!r:.40}: it is an amount of USD, as text"


def _is_amount(text: str) -> bool:
    amount = Decimal(text)  # its ArithmeticError is told of as any other
    return amount.is_finite() and amount >= 0


def _wrong_with_part(part: Part, rows: int) -> Iterator[str]:
    for name in _COUNTS:
        if not _is_count(getattr(part, name)):
            yield f"{name} is no number from 0 up"
            return
    for name in (*_TIMES, "not_before"):
        moment = getattr(part, name)
        if not (moment is None or (_is_number(moment) and math.isfinite(moment))):
            yield f"{name} is no time"
    if not (part.estimate.is_finite() and part.estimate >= 0 and part.cost.is_finite() and part.cost >= 0):
        yield "estimate or cost is no amount"
    if part.status not in _STATUSES:
        yield f"the status {part.status!r} is none of {', '.join(sorted(_STATUSES))}"
    marks = [part.mark, *(mark for mark, _ in part.lost)]
    if not all(isinstance(mark, str) and _MARK.fullmatch(mark) for mark in marks):
        yield f"{part.mark!r} is no mark"
    if not all(math.isfinite(at) for _, at in part.lost):
        yield "lost holds no time"
    if part.status == SUBMITTED and part.batch_id is None:
        yield "batch_id: it was submitted, and names no batch"
    if part.batch_id is not None and not _is_batch_id(part.batch_id):
        yield f"batch_id: {str(part.batch_id)[:40]!r} is no id of a batch"
    if part.batch_id is not None and part.status in {PLANNED, SUBMITTING}:
        yield f"batch_id: it is {part.status}, and {str(part.batch_id)[:40]} was made for it: its rows would be sent twice"
    if part.attempt < 1 or (part.attempt == 1 and part.status == DROPPED):
        yield "an attempt that there cannot be"
    stops = [0, *(stop for _, stop in part.rows)]
    if (
        not part.rows
        or stops[-1] > rows
        or any(not before <= a < b for before, (a, b) in zip(stops, part.rows, strict=False))
    ):
        yield f"its rows are none of 0 to {rows}, in order"


def _wrong_names(state: RunState) -> Iterator[str]:
    """Batches and marks that two parts have, and batches that are none of the run's."""
    owners: dict[str, int] = {}
    for part in state.parts:
        named = {part.mark: "mark", **{mark: "lost" for mark, _ in part.lost}}
        if part.batch_id is not None:
            named[part.batch_id] = "batch_id"
            if part.batch_id not in state.batch_ids:
                yield f"part {part.number}: batch_id: {part.batch_id} is not among batch_ids"
        for name, key in named.items():
            if (owner := owners.setdefault(name, part.number)) != part.number:
                yield f"part {part.number}: {key}: {name} is that of part {owner}, too"
    if len({batch_id.rpartition("/")[0] for batch_id in state.batch_ids}) > 1:
        yield "batch_ids are not all of one vendor"


def _wrong_coverage(state: RunState) -> Iterator[str]:
    """Whether the first attempts hold each row once, and later ones only rows that the attempt before had."""
    attempts: dict[int, list[tuple[int, int]]] = {}
    for part in state.parts:
        attempts.setdefault(part.attempt, []).extend(part.rows)
    for attempt, ranges in sorted(attempts.items()):
        ranges.sort()
        at = 0
        for start, stop in ranges:
            if start < at:
                yield f"row {start} is in two parts of attempt {attempt}"
                return
            if attempt == 1 and start > at:
                yield f"row {at} is in no part"
                return
            at = stop
        if attempt == 1 and at != state.rows:
            yield f"row {at} is in no part"
        if attempt > 1 and not _is_within(ranges, attempts.get(attempt - 1, [])):
            yield f"a row of attempt {attempt} had none before"
    if 1 not in attempts:
        yield "row 0 is in no part"


def _is_within(ranges: list[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    """Whether the rows of sorted ranges are among those of others."""
    joined: list[list[int]] = []
    for start, stop in sorted(others):
        if joined and joined[-1][1] >= start:
            joined[-1][1] = max(joined[-1][1], stop)
        else:
            joined.append([start, stop])
    return all(any(a <= start and stop <= b for a, b in joined) for start, stop in ranges)


def check_kept(state: RunState, files: RunFiles) -> None:
    """Raises BatchError where what is kept beside the state of a run on its way is not what it wrote: its requests, and the
    results of the parts that were collected.
    """
    check_requests(state.requests_sha256, files.requests)
    collected = [part for part in state.parts if part.status == COLLECTED]
    requests = KeptRequests(files.requests) if collected else None
    for part in collected:
        if requests is not None:
            check_collected(part, files.collected(part), requests)


def check_requests(sha256: str, path: Path) -> None:
    """Raises BatchError where the requests that are kept are not those of the run."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as lines:
            for line in lines:
                digest.update(as_given(line))
    except FileNotFoundError:
        raise BatchError(f"{path}: the requests of the run are gone: {_NO_STATE}") from None
    except (ValueError, TypeError, RecursionError):
        raise BatchError(f"{path}: this is not what was written: {_NO_STATE}") from None
    if digest.hexdigest() != sha256:
        raise BatchError(f"{path}: these are not the requests of the run: {_NO_STATE}")


def check_collected(part: Part, path: Path, requests: KeptRequests) -> None:
    """Raises BatchError where the results of a part are not, row for row and sum for sum, those of its requests."""
    cure = f"batch {part.batch_id} had its rows: put back what was there; nothing was sent"
    answered, unpriced, cost = 0, 0, Decimal(0)
    try:
        with path.open("rb") as lines:
            for row, request in requests.read(part.rows):
                line = lines.readline()
                if not line:
                    raise BatchError(f"{path}: row {row} is missing; {cure}")
                number, _, text = line.partition(b" ")
                result = result_in(text, request.unit_id)
                if number != b"%d" % row or result is None:
                    raise BatchError(f"{path}: this is not what was written of row {row}; {cure}")
                answered += result["error"] is None
                unpriced += result["cost"] is None
                cost += Decimal(result["cost"] or 0)
            if lines.read(1):
                raise BatchError(f"{path}: there are more rows than the part has; {cure}")
    except FileNotFoundError:
        raise BatchError(f"{path}: it is gone; {cure}") from None
    if (answered, unpriced, cost) != (part.answered, part.unpriced, part.cost):
        raise BatchError(f"{path}: its rows are not those that were counted; {cure}")


def counted(path: Path, rows: int, sha256: str | None = None) -> tuple[int, int]:
    """How many rows of a results file were answered, and how many failed. Raises BatchError where they are not all there, or
    not those that were written, whose SHA-256 is given (None: an older program has not kept it).
    """
    answered = failed = 0
    cure = "put back what was there; nothing was sent"
    digest = hashlib.sha256()
    with path.open("rb") as lines:
        for line in lines:
            digest.update(line)
            result = result_in(line)
            if result is None:
                raise BatchError(f"{path}:{answered + failed + 1}: this is not what was written; {cure}")
            answered, failed = (answered + 1, failed) if result["error"] is None else (answered, failed + 1)
    if answered + failed != rows:
        raise BatchError(f"{path}: {answered + failed} of {rows} rows are there; {cure}")
    if sha256 is not None and digest.hexdigest() != sha256:
        raise BatchError(f"{path}: these are not the results that were written; {cure}")
    return answered, failed


def came_to_nothing(path: Path, rows: int) -> bool:
    """Whether none of the rows of a results file was answered, and none cost anything: nobody loses anything by another run."""
    count = 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                count += 1
                one = result_in(line)
                if one is None or one["content"] is not None or not one["error"] or not _is_free(one["cost"]):
                    return False
    except FileNotFoundError:
        return False
    return count == rows


def _is_free(cost: str | None) -> bool:
    return cost is not None and not Decimal(cost)


_RESULT = frozenset({"id", "content", "error", "cost", "input_tokens", "output_tokens", "attempts", "batch_id"})
_COST = re.compile(r"[0-9]{1,30}(\.[0-9]{1,60})?")


def result_in(line: bytes, unit_id: str | None = None) -> dict[str, Any] | None:
    """The result that a line states: all that one has, each of its kind, and the row's id where it is given; None for any
    other line.
    """
    try:
        result = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(result, dict) or not result.keys() >= _RESULT:
        return None
    id_, cost = result["id"], result["cost"]
    texts = all(result[name] is None or isinstance(result[name], str) for name in ("content", "error", "batch_id"))
    counts = all(_is_count(result[name]) for name in ("input_tokens", "output_tokens", "attempts"))
    priced = cost is None or (isinstance(cost, str) and _COST.fullmatch(cost) is not None)
    named = isinstance(id_, str) and id_ != "" and unit_id in (None, id_)
    return result if texts and counts and priced and named else None


def never_submitted(state: RunState) -> bool:
    """Whether nothing of a run was ever handed to its vendor, so that nobody loses anything by another one. Of a state
    without its seal nobody knows.
    """
    untouched = (part.status == PLANNED and part.asked_at is None and not part.lost for part in state.parts)
    return state.seal is not None and not state.finished and not state.batch_ids and all(untouched)


def _is_batch_id(value: Any) -> bool:
    return isinstance(value, str) and _BATCH_ID.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
