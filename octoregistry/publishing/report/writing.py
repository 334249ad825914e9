"""The files of a report, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from octoregistry.publishing.report.facts import report_of
from octoregistry.publishing.report.index import index_page
from octoregistry.publishing.report.page import page
from octoregistry.publishing.report.payload import as_json
from octoregistry.update import Update

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Written:
    """Where the report of a run, its data and the index of all runs stand."""

    html: Path
    json: Path
    index: Path


def write_report(update: Update, folder: Path, run: str | None = None) -> Written:
    """The files written for `update` into `folder`, which is made if need be.

    They are called `run`, or by the update's point in time; a report of that name is replaced. Raises OSError where the
    folder cannot be written, ValueError for a `run` that is no plain file name.
    """
    report = report_of(update, run)
    if not _NAME.fullmatch(report.run) or report.run == "index":
        raise ValueError(f"{report.run!r}: give a name of letters, digits, dots, dashes and underscores, not `index`")
    folder.mkdir(parents=True, exist_ok=True)
    written = Written(folder / f"{report.run}.html", folder / f"{report.run}.json", folder / "index.html")
    _write(written.html, page(report))
    _write(written.json, as_json(report))
    _write(written.index, index_page(folder))
    return written


def _write(path: Path, text: str) -> None:
    """Replaces the file in one step, so that a run that is killed leaves no half of a report."""
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(partial).chmod(0o644)  # a report is there to be passed on; mkstemp's files are for their owner alone
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)
