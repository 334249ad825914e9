"""What stands in a file that a person names: no more than such a file may hold, and of what is no file an error at once."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False  # pathlib takes longer to import than a price takes to find
if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 200_000_000  # bytes; a registry of a hundred thousand models takes a fifth of it
_PATIENCE = 60.0  # seconds that a pipe may take to its end


def bytes_of(path: str | os.PathLike[str], most: int = LARGEST, *, pipes: bool = False) -> bytes:
    """What stands in a file. Raises OSError, for more than `most` bytes, and for all that is no file as well: a pipe is
    waited for for ever, a device never ends. With `pipes` one is read that comes to its end within a minute.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        kind = os.fstat(handle).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        if pipes and stat.S_ISFIFO(kind):
            written = _of_pipe(handle, most, os.fspath(path))
        elif stat.S_ISREG(kind):
            written = file.read(most + 1)
        else:
            raise OSError(errno.EINVAL, "it is no file but a pipe, a socket or a device", os.fspath(path))
    if written is None:  # of the kernel's own, which are waited for: /proc/kmsg
        raise OSError(errno.EINVAL, "nothing can be read from it", os.fspath(path))
    if len(written) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", os.fspath(path))
    return written


def real_path(path: Path) -> Path:
    """Where a path leads, whether there is a file or not. Raises OSError for a loop of links, whatever Python raises."""
    try:
        return path.resolve()
    except RuntimeError:  # up to Python 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fspath(path)) from None


def _of_pipe(handle: int, most: int, path: str) -> bytes:
    """What comes through a pipe until it is closed, or somewhat more than `most` bytes of it."""
    import select  # noqa: PLC0415 - for pipes alone
    import time  # noqa: PLC0415

    until, parts = time.monotonic() + _PATIENCE, bytearray()
    while len(parts) <= most:
        try:
            part = os.read(handle, 1 << 20)
        except BlockingIOError:  # somebody has it open to write
            left = until - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise OSError(errno.ETIMEDOUT, f"the pipe did not end within {_PATIENCE:g} s", path) from None
            continue
        if not part:
            break
        parts += part
    if not parts:
        raise OSError(errno.EPIPE, "nobody writes into the pipe", path)
    return bytes(parts)
