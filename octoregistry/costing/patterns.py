"""The files that a person names: by name, by pattern, by the folder that holds them."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from octoregistry.costing.errors import CostingError
from providers.files import real_path

_KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
_PACKED = {".gz", ".zst"}


def usage_files(patterns: Sequence[str]) -> list[tuple[str, str]]:
    """The files that the patterns name, and those in the folders that they name, each with its kind.

    Raises CostingError for a pattern that names no file, for a kind that is not read, and where all are empty.
    """
    named: dict[Path, str] = {}  # one file may have several names: ./a.csv, a link
    for pattern in patterns:
        for file in _named(pattern):
            try:
                named.setdefault(real_path(Path(file)), file)
            except OSError as error:
                raise CostingError(f"{file}: {error.strerror}") from error
    files = list(named.values())
    kinds = [(file, _kind(file)) for file in files]
    # a log that was just rotated has no byte yet, and no row that could be lost; a Parquet without one is torn
    kinds = [(file, kind) for file, kind in kinds if kind == "parquet" or Path(file).stat().st_size]
    if not kinds:
        raise CostingError(f"no row in {', '.join(patterns)}")
    return kinds


def _named(pattern: str) -> list[str]:
    if Path(pattern).is_dir():
        inside = sorted(str(path) for path in Path(pattern).rglob("*") if path.is_file() and _is_log(path))
        if not inside:
            raise CostingError(f"{pattern}: a folder without a log: these are read: {', '.join(_KINDS)}")
        return inside
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if "://" in pattern and not found:
        raise CostingError(f"{pattern}: not a file of this machine; `--engine duckdb://` reads Parquet at such places")
    if not found:
        raise CostingError(f"{pattern}: no such file")
    return [file for name in found for file in (_named(name) if Path(name).is_dir() else [name])]


def _suffix(path: Path) -> str:
    return (Path(path.stem).suffix if path.suffix.lower() in _PACKED else path.suffix).lower()


def _is_log(path: Path) -> bool:
    return _suffix(path) in _KINDS


def _kind(file: str) -> str:
    kind = _KINDS.get(_suffix(Path(file)))
    if kind is None:
        raise CostingError(f"{file}: not a kind of log that is read; these are: {', '.join(_KINDS)}")
    return kind
