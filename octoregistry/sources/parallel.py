"""Work in parallel, a thread for each piece; Ctrl-C ends all pieces."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from octoregistry.sources.deadline import Stop

Result = TypeVar("Result")
GRACE = 0.5
log = logging.getLogger(__name__)


def one_by_one(
    work: Mapping[str, Callable[[], Result]], failed: Callable[[str, Exception], Result]
) -> dict[str, Result]:
    """What each piece of `work` returned, or what `failed` makes of what it raised."""
    return {name: _result(name, piece, failed) for name, piece in work.items()}


def in_parallel(
    work: Mapping[str, Callable[[], Result]], stop: Stop, failed: Callable[[str, Exception], Result]
) -> dict[str, Result]:
    """What each piece of `work` returned, or what `failed` makes of what it raised, in the order of `work`.

    So what nobody thought of in one source ends no other's work. Ctrl-C is raised here, and ends them all.

    The threads are daemons and not of a pool: a pool is waited for when the interpreter ends, and Ctrl-C would hang on
    a server that sends a byte a second.
    """
    done: queue.SimpleQueue[tuple[str, Result | None, BaseException | None]] = queue.SimpleQueue()

    def run(name: str, piece: Callable[[], Result]) -> None:
        try:
            done.put((name, _result(name, piece, failed), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            done.put((name, None, error))

    threads = [threading.Thread(target=run, args=item, daemon=True, name=f"source {item[0]}") for item in work.items()]
    results: dict[str, Result | None] = {}
    try:
        for thread in threads:
            thread.start()
        while len(results) < len(work):
            name, result, error = done.get()
            results[name] = result
            _raise(error)
    except BaseException:  # Ctrl-C above all: cut every connection, let writes end, and let it go on
        stop.call()
        for thread in threads:
            if thread.is_alive():
                thread.join(GRACE)
        raise
    return {name: results[name] for name in work}  # type: ignore[misc]  # every piece gave its result by now


def _result(name: str, piece: Callable[[], Result], failed: Callable[[str, Exception], Result]) -> Result:
    try:
        return piece()
    except Exception as error:
        log.debug("%s", name, exc_info=True)
        return failed(name, error)


def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error
