"""A file replaced as a whole: the old one or the new one, whatever goes wrong on the way."""

from __future__ import annotations

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octoregistry.merging.store import MovedOnError, replace_file
from tests.depth import DEPTH

KILLS = 6 * DEPTH
OLD, NEW = b"old\n" * 300_000, b"new!\n" * 300_000

WRITER = """
import sys
from pathlib import Path
from octoregistry.merging.store import replace_file
from tests.depth import DEPTH
place, contents = Path(sys.argv[1]), [b"old\\n" * 300_000, b"new!\\n" * 300_000]
print("ready", flush=True)
while True:
    for content in contents:
        replace_file(place, content)
"""


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_the_content_is_replaced_and_the_mode_kept(registry_file: Path) -> None:
    """A registry that a group may read stays one, and nothing else is left in the folder."""
    replace_file(registry_file, b"new")

    assert registry_file.read_bytes() == b"new"
    assert registry_file.stat().st_mode & 0o7777 == 0o640
    assert names(registry_file.parent) == ["models.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept(registry_file: Path) -> None:
    """What belongs to the person who looks after it still does when a scheduler runs as root."""
    os.chown(registry_file, 1234, 4321)
    replace_file(registry_file, b"new")

    assert (registry_file.stat().st_uid, registry_file.stat().st_gid) == (1234, 4321)


def test_a_link_is_followed_and_stays_a_link(registry_file: Path, tmp_path: Path) -> None:
    """The models.yaml of a checkout leads into the package."""
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "models.yaml"
    link.symlink_to(Path("..") / "models.yaml")

    replace_file(link, b"new")

    assert link.is_symlink()
    assert registry_file.read_bytes() == b"new"
    assert names(link.parent) == ["models.yaml"]


def test_what_somebody_wrote_meanwhile_is_never_overwritten(registry_file: Path) -> None:
    """The error brings what the file holds now."""
    registry_file.write_bytes(b"by hand")

    with pytest.raises(MovedOnError) as moved:
        replace_file(registry_file, b"new", expected=b"old")

    assert moved.value.content == b"by hand"
    assert registry_file.read_bytes() == b"by hand"
    assert names(registry_file.parent) == ["models.yaml"]


@pytest.mark.parametrize("call", ["fsync", "fchmod"])
def test_a_disk_that_fails_leaves_the_old_file(registry_file: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """An error before the rename is an error, not a torn file."""

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    old = registry_file.read_bytes()
    monkeypatch.setattr(os, call, fails)
    with pytest.raises(OSError, match="Input/output"):
        replace_file(registry_file, b"new")

    assert registry_file.read_bytes() == old
    assert names(registry_file.parent) == ["models.yaml"]


def test_a_full_disk_leaves_the_old_file(registry_file: Path) -> None:
    """The kernel stops the write in its middle (here by a limit on the size of files)."""
    old = registry_file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            replace_file(registry_file, NEW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert registry_file.read_bytes() == old
    assert names(registry_file.parent) == ["models.yaml"]


def test_a_folder_is_no_registry(tmp_path: Path) -> None:
    """Nothing but a regular file is replaced."""
    with pytest.raises(OSError, match="no regular file"):
        replace_file(tmp_path, b"new")


def test_a_killed_write_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """SIGKILL at random moments (OCTOREGISTRY_DEPTH says how many): no torn file, and no leftover after the next run."""
    place = tmp_path / "models.yaml"
    place.write_bytes(OLD)
    place.chmod(0o604)
    rng = random.Random(5)  # noqa: S311 - moments, no secret
    leftovers = 0
    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(place)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(rng.uniform(0, 0.03))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert place.read_bytes() in (OLD, NEW)
        assert place.stat().st_mode & 0o777 == 0o604
        leftovers += len(names(tmp_path)) - 1
    replace_file(place, NEW)

    assert names(tmp_path) == ["models.yaml"]
    assert leftovers or KILLS < 50, "the kills hit the middle of writes"
