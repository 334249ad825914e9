"""Replaces a file atomically: a reader sees the old or the new one, whenever the program is stopped."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from providers.files import real_path

_SUFFIX = ".octoregistry.tmp"


class MovedOnError(Exception):
    """The file is not what it was when it was read; `content` is what it holds now."""

    def __init__(self, path: Path, content: bytes) -> None:
        super().__init__(f"{path} has been edited meanwhile")
        self.content = content


def replace_file(path: Path, content: bytes, *, expected: bytes | None = None) -> None:
    """Write `content` to `path`, or where a link there leads, with the mode and owner that the file had.

    With `expected` the file must hold just that at the last moment: MovedOnError says what it holds instead. Raises
    OSError where it cannot be written or is read-only; then the old file is untouched. To be called under the lock:
    temporary files of runs that were killed are removed.
    """
    target = real_path(path)
    sweep(target)
    before = target.stat() if target.exists() else None
    if before is not None and not stat.S_ISREG(before.st_mode):
        raise OSError(f"{target} is no regular file")
    if before is not None and not os.access(target, os.W_OK):  # a rename would not mind; the person who set it would
        raise PermissionError(errno.EACCES, "it may not be written (read-only)", str(target))
    partial = target.with_name(f".{target.name}.{uuid4().hex}{_SUFFIX}")
    try:
        with named(path):
            _write(partial, content, before)
        if expected is not None and (now := target.read_bytes()) != expected:
            raise MovedOnError(path, now)
        partial.replace(target)
    finally:
        with contextlib.suppress(OSError):  # what came first is told
            partial.unlink(missing_ok=True)
    _sync_folder(target.parent)


def sweep(path: Path) -> None:
    """Remove what killed runs left beside the file."""
    target = real_path(path)
    for left in target.parent.iterdir():
        if left.name.startswith(f".{target.name}.") and left.name.endswith(_SUFFIX):
            left.unlink(missing_ok=True)


def _write(partial: Path, content: bytes, like: os.stat_result | None) -> None:
    """A new file that is on the disk, as reachable as the one that it will replace and never more."""
    mode = 0o600 if like is not None else 0o666  # the umask still counts for what is new
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        if like is not None:
            if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):  # only root may give files away; git does not either
                    os.fchown(handle, like.st_uid, like.st_gid)
            os.fchmod(handle, stat.S_IMODE(like.st_mode))
        os.fsync(handle)


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Tells of a full disk which file was being written: the system names none."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk, too, where the file system can be told so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
