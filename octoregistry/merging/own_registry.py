"""The registry that may be written: a person's own, in their data folder, where there is none but the packaged one."""

from __future__ import annotations

import os
from pathlib import Path

from octoregistry.errors import UserFacingError
from octoregistry.merging.lock import locked
from octoregistry.merging.store import replace_file
from providers.files import bytes_of
from providers.registry import PACKAGED, find_registry, own_place


class PackagedRegistryError(UserFacingError):
    """The packaged registry is never written."""


def written_place(path: Path) -> Path:
    """The file that is written for the registry at `path`: the person's own, which may not be there yet, for the packaged
    one where nobody has another.
    """
    return Path(own_place()) if _is_packaged(path) and find_registry() == str(path) else path


def own_registry(path: Path) -> Path:
    """The file to write for the registry at `path`: that file, or for the packaged one the person's own, a copy made now.

    The packaged registry belongs to the installation, and the next one replaces it; in a checkout it is a file like any
    other where it is named, as by the link ./models.yaml. Raises PackagedRegistryError where the packaged one was named
    though there is another, OSError where the copy cannot be made, LockedError.
    """
    if not _is_packaged(path):
        return path
    if find_registry() == str(path):  # nobody has another, so the copy is what everybody reads from now on
        return _copied(path)
    if _is_checkout():
        return path
    raise PackagedRegistryError(
        f"{path} came with the package and is never written: leave --registry out, or name a copy"
    )


def _copied(packaged: Path) -> Path:
    own = Path(own_place())
    own.parent.mkdir(parents=True, exist_ok=True)
    with locked(own):
        if not own.exists():
            replace_file(own, bytes_of(packaged))
    return own


def _is_packaged(path: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(PACKAGED)  # a loop of links is no error of this question


def _is_checkout() -> bool:
    return Path(PACKAGED).resolve().parents[1].joinpath("pyproject.toml").is_file()
