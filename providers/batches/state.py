"""The state of a run: a small file that says at every instant which rows were handed to the vendor, and under which
mark.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from .errors import BatchInUseError

VERSION = 1
REQUESTS = "requests.jsonl"
SEAL = "seal"

# The life of a part. SUBMITTING is written before the vendor is asked to make a batch, SUBMITTED once it named it: a
# run that finds SUBMITTING does not know, and looks.
PLANNED, SUBMITTING, SUBMITTED, COLLECTED, DROPPED = "planned", "submitting", "submitted", "collected", "dropped"
OPEN = frozenset({PLANNED, SUBMITTING, SUBMITTED})

Ranges = tuple[tuple[int, int], ...]  # row numbers from .. up to, not with, ..; in order


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that make one batch, and what became of it."""

    number: int
    rows: Ranges
    attempt: int  # 1 for all rows; above for those that failed for a passing reason
    mark: str  # what our batch is known by at the vendor: its tag, and a part of each row's id
    estimate: Decimal
    status: str = PLANNED
    asked_at: float | None = None  # Unix time
    unanswered_at: float | None = None  # when it was known that no answer came: what `settle` is counted from
    submitted_at: float | None = None
    batch_id: str | None = None
    lost: tuple[tuple[str, float], ...] = ()  # marks of submits that no list showed in time, and when they were asked
    not_before: float = 0.0
    refusals: int = 0
    refused_since: float | None = None
    error: str | None = None
    answered: int = 0
    failed: int = 0
    cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(stop - start for start, stop in self.rows)

    @property
    def expected(self) -> Decimal:
        """USD that it has cost, or may cost: of rows at an unknown price their share of the estimate."""
        if self.status in OPEN:
            return self.estimate
        return self.cost + self.estimate * self.unpriced / self.size


@dataclass(frozen=True, slots=True)
class RunState:
    """All that has to outlive a kill."""

    provider: str
    model: str
    rows: int
    requests_sha256: str
    parts: tuple[Part, ...]
    finished: bool = False
    batch_ids: tuple[str, ...] = ()  # all that were ever made
    terms: dict[str, Any] | None = None  # what shapes the requests and guards the run, for whoever takes it up
    results_sha256: str | None = None  # of the results' file, once the run has finished
    version: int = field(default=VERSION)
    seal: str | None = None  # the SHA-256 of all the rest, as it is on disk; None: an older program has kept none

    def part(self, number: int) -> Part:
        """The part of that number."""
        return next(part for part in self.parts if part.number == number)

    def with_part(self, changed: Part, *more: Part) -> RunState:
        """The state with one part changed and others added."""
        parts = tuple(changed if part.number == changed.number else part for part in self.parts)
        ids = self.batch_ids
        if changed.batch_id and changed.batch_id not in ids:
            ids = (*ids, changed.batch_id)
        return replace(self, parts=(*parts, *more), batch_ids=ids)

    @property
    def next_number(self) -> int:
        """The number of the next part, from 1."""
        return max((part.number for part in self.parts), default=0) + 1


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Where a run keeps what: the state, the results beside it, and a folder for all that goes when it has finished."""

    state: Path

    @property
    def folder(self) -> Path:
        """The folder of what goes when the run has finished."""
        return self.state.with_name(self.state.name + ".d")

    @property
    def results(self) -> Path:
        """The file of its results, one a line."""
        return self.state.with_name(self.state.name + ".results.jsonl")

    @property
    def requests(self) -> Path:
        """The file of its requests, one a line."""
        return self.folder / REQUESTS

    @property
    def cancelled(self) -> Path:
        """The mark of a run that was cancelled."""
        return self.folder / "cancelled"

    def upload(self, part: Part) -> Path:
        """The file that a part was handed in as."""
        return self.folder / f"batch-{part.mark}.jsonl"

    def collected(self, part: Part) -> Path:
        """The file of what was collected of a part."""
        return self.folder / f"part-{part.number}.jsonl"

    def save(self, state: RunState) -> RunState:
        """`state`, once it is safely on disk: a kill at any instant leaves the one before it or this one."""
        stated = json.loads(json.dumps(asdict(state), default=str))
        seal = seal_of({name: value for name, value in stated.items() if name != SEAL})
        with replacing(self.state) as file:
            file.write(json.dumps({**stated, SEAL: seal}, indent=1).encode())
        return replace(state, seal=seal)


def seal_of(stated: Mapping[str, Any]) -> str:
    """The SHA-256 of what a state says, however it is laid out: what was changed by hand does not bear it."""
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` when all of it is on disk, or never."""
    draft = path.with_name(path.name + ".tmp")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if sys.platform != "win32":  # where a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_DYING = 2.0  # seconds in which a process that was killed may still hold its lock


@contextmanager
def locked(files: RunFiles) -> Iterator[None]:
    """Holds the run for this process. The system lets go of the lock when the process ends, however it ends."""
    files.folder.mkdir(parents=True, exist_ok=True)
    with (files.folder / "lock").open("a+b") as file:
        until = time.monotonic() + _DYING
        while not _lock(file):
            if time.monotonic() > until:
                raise BatchInUseError(f"{files.state}: another process is running these batches")
            time.sleep(0.05)
        yield


def is_held(files: RunFiles) -> bool:
    """Whether a process is at the run."""
    if not files.folder.is_dir():
        return False
    with (files.folder / "lock").open("a+b") as file:
        return not _lock(file)


def _lock(file: IO[bytes]) -> bool:
    """Whether the lock is ours now."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - where it exists

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - where it exists

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
