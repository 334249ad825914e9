"""The files that a person names: by name, by pattern, by the folder that holds them."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from octoregistry.costing.errors import CostingError
from providers.files import real_path

_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
_PACKED = {".gz", ".zst"}
UNREAD = "unread"
"""The kind of what is a log in a folder by its name and cannot be read: packed or put aside (`a.csv.bz2`), a pipe, a link to
nothing."""


def usage_files(patterns: Sequence[str]) -> list[tuple[str, str]]:
    """The files that the patterns name, and those in the folders that they name, each with its kind, UNREAD among them.

    Raises CostingError for a pattern that names no file, for a kind that is not read, and where all are empty.
    """
    named: dict[Path, str] = {}  # one file may have several names: ./a.csv, a link
    unread: set[str] = set()
    for pattern in patterns:
        for file in _named(pattern, unread):
            try:
                named.setdefault(Path(file) if file in unread else real_path(Path(file)), file)
            except OSError as error:
                raise CostingError(f"{file}: {error.strerror}") from error
    files = list(named.values())
    kinds = [(file, UNREAD if file in unread else _kind(file)) for file in files]
    # a log that was just rotated has no byte yet, and no row that could be lost; a Parquet without one is torn
    kinds = [(file, kind) for file, kind in kinds if kind in ("parquet", UNREAD) or Path(file).stat().st_size]
    if not kinds:
        raise CostingError(f"no row in {', '.join(patterns)}")
    return kinds


def passed_over(patterns: Sequence[str]) -> dict[str, int]:
    """How many files of other kinds are in the folders that the patterns name, by suffix; what they hold is in no cost."""
    inside = (path for name in patterns if Path(name).is_dir() for path in Path(name).rglob("*") if path.is_file())
    return dict(Counter(path.suffix.lower() or "none" for path in inside if not _is_log(path) and not _was_log(path)))


def _named(pattern: str, unread: set[str]) -> list[str]:
    """The files of a pattern; what a folder has of logs that cannot be read is put into `unread`."""
    if Path(pattern).is_dir():
        files = sorted(path for path in Path(pattern).rglob("*") if not path.is_dir())
        if not any(map(_is_log, files)):
            raise CostingError(f"{pattern}: a folder without a log: these are read: {', '.join(_KINDS)}")
        unread.update(str(path) for path in files if _was_log(path) or (_is_log(path) and not path.is_file()))
        return [str(path) for path in files if _is_log(path) or _was_log(path)]
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if "://" in pattern and not found:
        raise CostingError(f"{pattern}: not a file of this machine; `--engine duckdb://` reads Parquet at such places")
    if not found:
        raise CostingError(f"{pattern}: no such file")
    for name in found:
        if Path(name).exists() and not (Path(name).is_file() or Path(name).is_dir()):
            raise CostingError(f"{name}: it is no file but a pipe, a socket or a device: give another file")
    return [file for name in found for file in (_named(name, unread) if Path(name).is_dir() else [name])]


def _suffix(path: Path) -> str:
    return (Path(path.stem).suffix if path.suffix.lower() in _PACKED else path.suffix).lower()


def _is_log(path: Path) -> bool:
    return _suffix(path) in _KINDS


def _was_log(path: Path) -> bool:
    """True for `calls.csv.bz2`, `calls.jsonl.1`: a log behind a suffix that is not read."""
    return not _is_log(path) and any(suffix.lower() in _KINDS for suffix in path.suffixes)


def _kind(file: str) -> str:
    kind = _KINDS.get(_suffix(Path(file)))
    if kind is None:
        raise CostingError(f"{file}: not a kind of log that is read; these are: {', '.join(_KINDS)}")
    return kind
