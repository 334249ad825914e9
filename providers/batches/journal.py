"""What became of the rows of a run of realtime calls: a line when a row is asked or fails, a line with its result. Appended as it
happens, so that a kill at any instant loses at most the answer that was just coming.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path

from .errors import BatchError
from .requests import KeptRequests
from .soundness import result_in
from .state import REQUESTS, replacing
from .values import RowResult

_LONGEST = 12  # digits of a row's number
_AGAIN = b"again\n"  # a row is without its result again: nothing writes that since 0.2
_STEPS = {b"asked\n": 1, b"refused\n": -1, b"failed\n": 0, _AGAIN: 0}


class Journal:
    """The journal of `rows` rows in a file, which `begin` made. A last line that was not written to its end counts as not
    written. Raises FileNotFoundError where it is gone: what was asked, and paid, nobody knows then.

    Who only looks leaves the file as it is: another process may be writing it.
    """

    def __init__(self, path: Path, rows: int, *, only_looks: bool = False) -> None:
        self.path = path
        self._starts = array("q", [-1]) * rows  # where a row's result begins, and how long it is
        self._lengths = array("q", [0]) * rows
        self._open = array("q", [0]) * rows  # how often a row was asked without a result
        self._failed = array("q", [-1]) * rows  # where the file says that it failed first
        self.last_answer = -1  # where the last result begins that the vendor answered with
        end = self._read(rows)
        self._file = -1  # below 0 where nothing can be written, as it is only looked at, or closed
        if only_looks:
            return
        self._file = os.open(path, os.O_WRONLY)
        os.ftruncate(self._file, end)
        self._end = os.lseek(self._file, 0, os.SEEK_END)

    @staticmethod
    def begin(path: Path) -> None:
        """Makes an empty journal, safely on disk."""
        with replacing(path):
            pass

    def _read(self, rows: int) -> int:
        at, ids = 0, array("q", [0]) * rows
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                number, _, text = line.partition(b" ")
                row = int(number) if number.isdigit() and len(number) < _LONGEST else rows
                step, result = _STEPS.get(text), None
                if row >= rows or (step is None and (result := result_in(text)) is None):
                    raise BatchError(f"{self.path}: this is not what was written: {line[:40]!r}; nothing was sent")
                if step is not None:
                    self._open[row] += step
                    if text == _AGAIN:
                        self._starts[row] = -1
                    elif step < 1:
                        self._note_failure(row, at)
                elif result is not None:
                    if result["content"] is not None or result["error"] is None:
                        self.last_answer = at
                    self._starts[row], self._lengths[row] = at + len(number) + 1, len(text)
                    ids[row] = hash(result["id"])
                at += len(line)
        self._check_ids(ids)
        return at

    def _check_ids(self, ids: array[int]) -> None:
        """Raises BatchError for a result under another id than that of its row's request, where the requests are kept."""
        kept = self.path.with_name(REQUESTS)
        if not kept.exists():
            return
        for row, request in KeptRequests(kept).read(((0, len(ids)),)):
            if self._starts[row] >= 0 and ids[row] != hash(request.unit_id):
                raise BatchError(f"{self.path}: the result of row {row} is not of its request; nothing was sent")

    def has(self, row: int) -> bool:
        """Whether a row has its result."""
        return self._starts[row] >= 0

    def unanswered(self, row: int) -> int:
        """How often a row was asked, by whatever process, with no answer kept and none ruled out: it may be billed."""
        return self._open[row]

    def asked(self, row: int) -> None:
        """Keeps that a row is being asked."""
        self._append(b"%d asked\n" % row)
        self._open[row] += 1

    def failed(self, row: int, *, maybe_paid: bool) -> None:
        """Keeps that a row that was asked got no answer, and whether the vendor may have given one all the same."""
        start = self._append(b"%d failed\n" % row if maybe_paid else b"%d refused\n" % row)
        if start is not None:
            self._open[row] -= not maybe_paid
            self._note_failure(row, start)

    def _note_failure(self, row: int, start: int) -> None:
        if self._failed[row] < 0:
            self._failed[row] = start

    @property
    def size(self) -> int:
        """The bytes that are written."""
        return self._end

    @property
    def has_answers(self) -> bool:
        """Whether the vendor answered any row."""
        return self.last_answer >= 0

    def first_failed(self, row: int) -> int:
        """Where the file says that a row first failed, whatever process asked it; below 0 where it says nothing."""
        return self._failed[row]

    @property
    def untouched(self) -> bool:
        """Whether no row was answered, or may have been."""
        return not any(self._open) and all(start < 0 for start in self._starts)

    def answered(self, row: int, result: RowResult) -> None:
        """Keeps a row's result."""
        number, text = b"%d " % row, result.as_json().encode() + b"\n"
        if (start := self._append(number + text)) is not None:
            self._starts[row], self._lengths[row] = start + len(number), len(text)
            if result.content is not None or result.error is None:
                self.last_answer = start

    def results(self) -> Iterator[RowResult]:
        """The results that there are, in the order of the rows."""
        with self.path.open("rb") as file:
            for start, length in zip(self._starts, self._lengths, strict=True):
                if start >= 0:
                    file.seek(start)
                    yield RowResult.of_json(file.read(length))

    def _append(self, line: bytes) -> int | None:
        """Where the line stands in the file; None where it was closed. A line that cannot be written to its end is taken
        away again, so that others can follow; where not even that works, nothing is written any more.
        """
        if self.is_closed:
            return None
        view, start = memoryview(line), self._end
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except BaseException:
            self._cut_back()
            raise
        self._end += len(line)
        return start

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._file, self._end)
            os.lseek(self._file, self._end, os.SEEK_SET)
        except OSError:
            self.close()

    @property
    def is_closed(self) -> bool:
        """Whether nothing is written any more."""
        return self._file < 0

    def close(self) -> None:
        """Closes the file, with all of it on disk. What comes later is dropped: a row that was asked stays one that may be
        billed, and the number of the file is soon another's.
        """
        file, self._file = self._file, -1
        if file >= 0:
            try:
                os.fsync(file)
            finally:
                os.close(file)
