"""A process of its own in which pages are read: whatever a page does to its reading ends with it.

A regular expression or a parser that a page has caught holds the interpreter: no other thread runs and no signal is
answered. So reading has a process, which is ended when its time or its memory is over. It is started once and serves all
pages, by a fork before any thread of ours begins, which takes milliseconds where a new interpreter takes half a second.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import logging
import math
import os
import pickle
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from octoregistry.documents import Unread
from octoregistry.reading.page import prepare
from octoregistry.settings import ReadingSettings
from providers.vendors import vendors

Result = TypeVar("Result")
log = logging.getLogger(__name__)
_ONE_AT_A_TIME = threading.Lock()


def read_apart(limits: ReadingSettings, work: Callable[..., Result], *values: Any, **named: Any) -> Result | Unread:
    """What `work` (a function of a module) returns in the reading process, or why it returned nothing.

    It has `limits.deadline` seconds and `limits.max_megabytes` of memory; what it raises is a reason as well, its
    traceback a message of this module's log.
    """
    task = pickle.dumps((work, values, named))
    with _ONE_AT_A_TIME:
        came = _process().ask(limits, task)
    if isinstance(came, _Raised):
        log.debug("%s", came.traceback)
        return Unread(f"it cannot be read: {came.name}")
    return came  # type: ignore[no-any-return]  # what `work` returned, or Unread


def start() -> None:
    """Start the reading process. Called before threads are started: forking beside them is less safe."""
    with _ONE_AT_A_TIME:
        _process()


class _Raised:
    """What `work` raised."""

    def __init__(self, error: BaseException) -> None:
        self.name = type(error).__name__
        self.traceback = traceback.format_exc()


_PATIENCE = 4  # a deadline is CPU time; on a machine that does much besides, the clock runs faster


class _ReadingProcess:
    """The reading process as the one that asks it sees it."""

    def __init__(self) -> None:
        self.vendors = vendors()
        prepare()  # here and not in each process that follows another
        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True, name="reading")
        self._process.start()
        theirs.close()

    @property
    def lives(self) -> bool:
        return self._process.is_alive()

    def ask(self, limits: ReadingSettings, task: bytes) -> Any:
        """What the task returned or raised, or Unread; after that the process may be gone."""
        try:
            self._pipe.send((limits.deadline, limits.max_megabytes, task))
            if not self._pipe.poll(_PATIENCE * limits.deadline):
                self.end()
                return Unread(f"reading it takes too long: {limits.deadline:g} s")
            came = self._pipe.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            self.end()
            if self._process.exitcode == -signal.SIGXCPU:
                return Unread(f"reading it takes too long: {limits.deadline:g} s")
            return Unread(f"reading it ended the process that did it ({self._how_it_ended()})")
        except BaseException:  # Ctrl-C above all: the answer to this task would be taken for that to the next one
            self.end()
            raise
        if isinstance(came, MemoryError):
            self.end()
            return Unread(f"reading it takes too much memory: {limits.max_megabytes:,} MB")
        return came

    def end(self) -> None:
        """End the process. Who has changed the user meanwhile may not end it: without its pipe it ends itself."""
        self._pipe.close()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.join(1)

    def _how_it_ended(self) -> str:
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"status {code}"


_running: list[_ReadingProcess] = []


def _process() -> _ReadingProcess:
    """The reading process, started where there is none that knows the same vendors."""
    if _running and (_running[0].vendors != vendors() or not _running[0].lives):
        _running.pop().end()
    if not _running:
        _running.append(_ReadingProcess())
    return _running[0]


@atexit.register
def _end() -> None:
    if _running:
        _running.pop().end()


def _after_fork() -> None:
    """Leave a child that somebody else forks without the reading process: ours answers one."""
    _running.clear()


os.register_at_fork(after_in_child=_after_fork)


# ---- what follows runs in the reading process


def _serve(pipe: Connection) -> None:
    """Answer tasks until nobody asks any more."""
    gc.freeze()  # the other process's garbage stays: an engine's objects would wait for threads that are not here
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # it ends at once, whatever it is about
    _lower(resource.RLIMIT_CORE, 0)
    _forget_all_files_but(pipe.fileno())
    with contextlib.suppress(EOFError, OSError):
        while True:
            seconds, megabytes, task = pipe.recv()
            _limit(seconds, megabytes)
            pipe.send(_done(task))


def _done(task: bytes) -> Any:
    try:
        work, values, named = pickle.loads(task)  # noqa: S301 - our own process wrote it
        return work(*values, **named)
    except MemoryError:
        return MemoryError()
    except Exception as error:  # noqa: BLE001 - whatever a page does to its reading is the reason why it is not read
        return _Raised(error)


def _limit(seconds: float, megabytes: int) -> None:
    """Limit how much more memory and CPU time the process may take from now on, also where nobody is left to end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds))
    with contextlib.suppress(OSError, ValueError):  # only Linux says how much it has
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + megabytes * 1_000_000)


def _lower(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _forget_all_files_but(pipe: int) -> None:
    """Close the connections and locks that the fork inherited, and standard output."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, min(os.sysconf("SC_OPEN_MAX"), 65_536))
