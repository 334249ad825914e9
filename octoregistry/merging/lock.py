"""One writer at a time: a lock beside the registry that says who holds it and since when."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from octoregistry.errors import UserFacingError
from providers.files import real_path

_PATIENCE = 0.3  # seconds: a lock file that its last holder is just removing is not a held one


class LockedError(UserFacingError):
    """Another process is at work on the registry; the text says which one."""


def lock_file(registry: Path) -> Path:
    """The lock of a registry: beside the file itself, wherever a link to it stands."""
    target = real_path(registry)
    return target.with_name(f".{target.name}.lock")


@contextlib.contextmanager
def locked(registry: Path) -> Iterator[None]:
    """Holds the registry's lock; raises LockedError where another process does, OSError where none can be made.

    The lock is the kernel's, so that of a killed process is free at once. Its file is removed at the end, under the
    lock: whoever had opened it meanwhile sees that it has no name any more, and makes its own.
    """
    place = lock_file(registry)
    lock = FileLock(place, timeout=_PATIENCE, poll_interval=0.02)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(f"{registry} is locked by {holder(registry) or 'another process'}; try again later") from None
    try:
        place.write_text(json.dumps(_myself()), encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):  # a folder that has become read-only keeps the file; the lock is free
            place.unlink()
        lock.release()


def holder(registry: Path) -> str | None:
    """Who has written itself into the lock file, in words; None where there is none or nobody has."""
    try:
        said = json.loads(lock_file(registry).read_text(encoding="utf-8"))
        return f"process {int(said['pid'])} on {said['host']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_locked(registry: Path) -> bool:
    """True while a process holds the registry's lock. Nothing is written unless there is a lock file to try."""
    place = lock_file(registry)
    if not place.exists():
        return False
    lock = FileLock(place, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _myself() -> dict[str, object]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
