"""What became of the rows of a run of realtime calls: a line when a row is asked or fails, a line with its result. Appended as it
happens, so that a kill at any instant loses at most the answer that was just coming.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import BatchError
from .requests import KeptRequests
from .soundness import result_in
from .state import REQUESTS, replacing
from .values import RowResult

_LONGEST = 12  # digits of a row's number
_AGAIN = b"again\n"  # a row is without its result again: nothing writes that since 0.2
_STEPS = {b"asked\n": 1, b"refused\n": -1, b"denied\n": -1, b"failed\n": 0, _AGAIN: 0}
_CUT = b"cut "  # before an answer that was cut off: its row is to be asked for a longer one
_HEAD = 21  # the first line: how many bytes were written, without those of the line that is just coming


class Journal:
    """The journal of `rows` rows in a file, which `begin` made. A last line that was not written to its end counts as not
    written. Raises FileNotFoundError where it is gone, BatchError where it is shorter than it was: what was asked, and paid,
    nobody knows then; so where it is empty, unless it `may_be_empty`.

    Who only looks leaves the file as it is: another process may be writing it.
    """

    def __init__(self, path: Path, rows: int, *, only_looks: bool = False, may_be_empty: bool = False) -> None:
        self.path = path
        self._may_be_empty = may_be_empty
        self._results = RowPlaces(rows)
        self._cuts = RowPlaces(rows)  # answers that were cut off, of rows without a result
        self._open = array("q", [0]) * rows  # how often a row was asked without a result
        self._failed = array("q", [-1]) * rows  # where the file says that it failed first
        self._denied = array("q", [-1]) * rows  # and where first for a reason that does not pass
        self.has_answers = False  # whether the vendor answered any row
        self.newest_answered = -1  # where the newest call was begun, of other processes, that was answered
        end = self._read(rows)
        self._file = self._head = -1  # below 0 where nothing can be written, as it is only looked at, or closed
        if only_looks:
            return
        self._file = os.open(path, os.O_WRONLY)
        os.ftruncate(self._file, end)
        self._end = os.lseek(self._file, 0, os.SEEK_END)
        self._head = os.open(path, os.O_WRONLY) if self._is_counted else -1

    @staticmethod
    def begin(path: Path) -> None:
        """Makes an empty journal, safely on disk."""
        with replacing(path) as file:
            file.write(_head(_HEAD))

    def _read(self, rows: int) -> int:
        ids, asked = array("q", [0]) * rows, array("q", [-1]) * rows
        with self.path.open("rb") as lines:
            first = lines.read(_HEAD)
            self._is_counted = first[:-1].isdigit() and first.endswith(b"\n") and len(first) == _HEAD
            at = lines.seek(_HEAD if self._is_counted else 0)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                number, _, text = line.partition(b" ")
                row = int(number) if number.isdigit() and len(number) < _LONGEST else rows
                if row >= rows or not self._note(row, text, at, len(number) + 1, ids, asked):
                    raise BatchError(f"{self.path}: this is not what was written: {line[:40]!r}; nothing was sent")
                at += len(line)
        # One of an older program tells no length.
        is_cut = int(first) > at if self._is_counted else not at and not (self._may_be_empty and not first)
        if is_cut:
            told = "it is cut, and what was asked and paid is gone with what is missing: put it back, or"
            some = "take its first line away to go on with what is there"
            cure = some if at > _HEAD * self._is_counted else "give another state file, which asks for all rows anew"
            raise BatchError(f"{self.path}: {told} {cure}")
        self._check_ids(ids)
        return at

    def _note(self, row: int, text: bytes, at: int, before: int, ids: array[int], asked: array[int]) -> bool:
        """Takes in what a line says of a row, whose `text` begins so many signs `before`; False for what no line says."""
        if (step := _STEPS.get(text)) is not None:
            self._open[row] += step
            if text == _AGAIN:
                self._results.forget(row)
            elif step == 1:
                asked[row] = at
            else:
                self._note_failure(row, at, denied=text == b"denied\n")
            return True
        is_cut = text.startswith(_CUT)
        skipped = len(_CUT) if is_cut else 0
        result = result_in(text[skipped:])
        if result is None:
            return False
        if result["content"] is not None or result["error"] is None:
            self.has_answers = True
            self.newest_answered = max(self.newest_answered, asked[row])
        self._open[row] -= is_cut
        places = self._cuts if is_cut else self._results
        places.note(row, at + before + skipped, len(text) - skipped)
        ids[row] = hash(result["id"])
        return True

    def _check_ids(self, ids: array[int]) -> None:
        """Raises BatchError for a result under another id than that of its row's request, where the requests are kept."""
        kept = self.path.with_name(REQUESTS)
        if not kept.exists():
            return
        for row, request in KeptRequests(kept).read(((0, len(ids)),)):
            if (row in self._results or row in self._cuts) and ids[row] != hash(request.unit_id):
                raise BatchError(f"{self.path}: the result of row {row} is not of its request; nothing was sent")

    def has(self, row: int) -> bool:
        """Whether a row has its result."""
        return row in self._results

    def unanswered(self, row: int) -> int:
        """How often a row was asked, by whatever process, with no answer kept and none ruled out: it may be billed."""
        return self._open[row]

    def may_have_cost(self, row: int) -> bool:
        """Whether a row was answered, or may have been."""
        return row in self._results or row in self._cuts or self._open[row] > 0

    def asked(self, row: int) -> None:
        """Keeps that a row is being asked."""
        self._append(b"%d asked\n" % row)
        self._open[row] += 1

    def failed(self, row: int, *, maybe_paid: bool, passes: bool) -> None:
        """Keeps that a row that was asked got no answer: whether the vendor may have given one all the same, and whether the
        reason is one that passes.
        """
        word = b"failed" if maybe_paid else b"refused" if passes else b"denied"
        start = self._append(b"%d %s\n" % (row, word))
        if start is not None:
            self._open[row] -= not maybe_paid
            self._note_failure(row, start, denied=not maybe_paid and not passes)

    def _note_failure(self, row: int, start: int, *, denied: bool) -> None:
        for places in (self._failed, self._denied) if denied else (self._failed,):
            if places[row] < 0:
                places[row] = start

    @property
    def size(self) -> int:
        """The bytes that are written."""
        return self._end

    def first_failed(self, row: int) -> int:
        """Where the file says that a row first failed, whatever process asked it; below 0 where it says nothing."""
        return self._failed[row]

    def first_denied(self, row: int) -> int:
        """Where it says that it first failed for a reason that does not pass."""
        return self._denied[row]

    @property
    def untouched(self) -> bool:
        """Whether no row was answered, or may have been."""
        return not any(map(self.may_have_cost, range(len(self._open))))

    def answered(self, row: int, result: RowResult) -> None:
        """Keeps a row's result."""
        self._keep(row, result, b"", self._results)

    def cut(self, row: int, result: RowResult) -> None:
        """Keeps an answer that was cut off: it was paid, and its row is to be asked for a longer one."""
        if self._keep(row, result, _CUT, self._cuts):
            self._open[row] -= 1

    def _keep(self, row: int, result: RowResult, mark: bytes, places: RowPlaces) -> bool:
        number, text = b"%d %s" % (row, mark), result.as_json().encode() + b"\n"
        start = self._append(number + text)
        if start is None:
            return False
        places.note(row, start + len(number), len(text))
        self.has_answers = self.has_answers or result.content is not None or result.error is None
        return True

    def cut_off(self, row: int) -> RowResult | None:
        """The answer of a row without a result that was cut off, if there is one."""
        if row in self._results or row not in self._cuts:
            return None
        with self.path.open("rb") as file:
            return self._cuts.read(row, file)

    def results(self) -> Iterator[RowResult]:
        """The results that there are, in the order of the rows."""
        with self.path.open("rb") as file:
            for row in self._results:
                yield self._results.read(row, file)

    def all_cut_off(self) -> Iterator[RowResult]:
        """The answers that were cut off of rows that have no result yet, in the order of the rows."""
        for row in self._cuts:
            if (result := self.cut_off(row)) is not None:
                yield result

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
        self._count()
        return start

    def _count(self) -> None:
        """Writes into the first line how long the file is now. It has a file of its own for that, which lines do not move."""
        if self._head >= 0:
            os.lseek(self._head, 0, os.SEEK_SET)
            os.write(self._head, _head(self._end))

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
        head, self._head = self._head, -1
        if head >= 0:
            os.close(head)
        if file >= 0:
            try:
                os.fsync(file)
            finally:
                os.close(file)


class RowPlaces:
    """Where the results of some of `rows` rows stand in the file."""

    def __init__(self, rows: int) -> None:
        self._starts = array("q", [-1]) * rows
        self._lengths = array("q", [0]) * rows

    def __contains__(self, row: int) -> bool:
        return self._starts[row] >= 0

    def __iter__(self) -> Iterator[int]:
        return (row for row, start in enumerate(self._starts) if start >= 0)

    def note(self, row: int, start: int, length: int) -> None:
        self._starts[row], self._lengths[row] = start, length

    def forget(self, row: int) -> None:
        self._starts[row] = -1

    def read(self, row: int, file: IO[bytes]) -> RowResult:
        """The result of a row that has one."""
        file.seek(self._starts[row])
        return RowResult.of_json(file.read(self._lengths[row]))


def _head(length: int) -> bytes:
    """The first line of a journal that has so many bytes."""
    return b"%020d\n" % length
