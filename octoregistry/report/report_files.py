"""Writes the files of a report, all of them or none."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from octoregistry.merging.store import named
from octoregistry.report.from_update import report_of
from octoregistry.report.index import index_page
from octoregistry.report.page import page
from octoregistry.report.payload import as_json, encoded
from octoregistry.report.report import Report
from octoregistry.updating.update import Update

NAMES = "give a name of letters, digits, dots, dashes and underscores, not `index`"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report of a run, its data and the index of all runs stand."""

    html: Path
    json: Path
    index: Path


def write_report(update: Update, folder: Path, run: str | None = None) -> ReportFiles:
    """The files written for `update` into `folder`, which is made if need be.

    They are called `run`, or by the update's point in time; a report of that name is replaced. Raises OSError where the
    folder cannot be written, ValueError for a `run` that is no plain file name.
    """
    return write(report_of(update, run), folder)


def write(report: Report, folder: Path) -> ReportFiles:
    """The files written for `report` into `folder`; as `write_report`, for a report that holds more than an update."""
    if not is_name(report.run):
        raise ValueError(f"{report.run!r}: {NAMES}")
    written = ReportFiles(folder / f"{report.run}.html", folder / f"{report.run}.json", folder / "index.html")
    data = as_json(report)
    texts = {written.html: page(report, data), written.json: data}
    folder.mkdir(parents=True, exist_ok=True)
    _write(texts)
    _write({written.index: index_page(folder)})
    return written


def is_name(run: str) -> bool:
    """True where the files of a report may be called `run`."""
    return bool(_NAME.fullmatch(run)) and run != "index"


def _write(texts: Mapping[Path, str]) -> None:
    """Puts all files in place once all of them are on the disk: a full one leaves the old report, not half of a new one."""
    partials: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            partials[path] = _partial(path, text)
        for path, partial in partials.items():
            partial.replace(path)
    finally:
        for partial in partials.values():
            partial.unlink(missing_ok=True)


def _partial(path: Path, text: str) -> Path:
    """A new file beside `path` that holds `text`."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with named(path), os.fdopen(descriptor, "wb") as file:
            file.write(encoded(text))
        partial.chmod(0o644)  # a report is there to be passed on; mkstemp's files are for their owner alone
    except BaseException:  # also a Ctrl-C: nothing half-written stays
        partial.unlink(missing_ok=True)
        raise
    return partial
