"""What stands in a file that a person names; of what is none an error at once."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from providers.files import bytes_of
from tests.waiting import LIMIT

KMSG = Path("/proc/kmsg")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_no_more_is_read_than_such_a_file_may_hold(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * 10)
    assert bytes_of(file, 10) == b"x" * 10
    with pytest.raises(OSError, match="larger than 9 bytes"):
        bytes_of(file, 9)


def test_a_pipe_is_read_where_one_may_be_to_its_end_and_no_further_than_its_size(pipe: Path) -> None:
    with pytest.raises(OSError, match="it is no file but a pipe"):
        bytes_of(pipe)
    with pytest.raises(OSError, match="nobody writes into the pipe"):
        bytes_of(pipe, pipes=True)
    for size, most in ((300_000, 300_000), (3_000_000, 1000)):
        reader, writer = os.pipe()
        thread = threading.Thread(target=_write, args=(writer, size), daemon=True)
        thread.start()
        if size <= most:
            assert bytes_of(f"/dev/fd/{reader}", most, pipes=True) == b"x" * size
        else:
            with pytest.raises(OSError, match="larger than 1,000 bytes"):
                bytes_of(f"/dev/fd/{reader}", most, pipes=True)
        os.close(reader)
        thread.join(LIMIT)


def test_a_pipe_that_does_not_end_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.files._PATIENCE", 0.05)
    reader, writer = os.pipe()
    os.write(writer, b"half")
    with pytest.raises(OSError, match="did not end within"):
        bytes_of(f"/dev/fd/{reader}", pipes=True)
    os.close(reader)
    os.close(writer)


@pytest.mark.skipif(
    not (KMSG.exists() and os.access(KMSG, os.R_OK)), reason="the kernel's messages are not ours to read"
)
def test_a_file_of_the_kernel_that_is_waited_for_is_none() -> None:
    """It says that it is a file, and gives nothing."""
    for _ in range(3):  # the first may hold what the kernel said last
        try:
            bytes_of(KMSG)
        except OSError as error:
            assert "nothing can be read from it" in str(error)  # noqa: PT017 - or it was given
            return


def _write(handle: int, size: int) -> None:
    try:
        left = b"x" * size
        while left:
            left = left[os.write(handle, left) :]
    except OSError:  # the reader had enough
        pass
    os.close(handle)
