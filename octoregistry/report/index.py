"""reports/index.html: the runs whose reports stand in the folder, the newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octoregistry.report.page import asset, policy
from octoregistry.settings.templating import environment


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list; `broken` says why its data cannot be told."""

    run: str
    at: str = ""
    registry: str = ""
    models: int = 0
    changes: int = 0
    held: int = 0
    unread: tuple[str, ...] = ()
    broken: str = ""


def index_page(folder: Path) -> str:
    """The index of the reports in `folder` as HTML."""
    lines = sorted(_lines(folder), key=lambda line: (line.at, line.run), reverse=True)
    style = asset("report.css")
    return environment().get_template("report/index.html.j2").render(lines=lines, style=style, policy=policy(style))


def _lines(folder: Path) -> Iterable[RunLine]:
    for file in folder.glob("*.json"):
        if file.with_suffix(".html").is_file():
            yield _line(file)


def _line(file: Path) -> RunLine:
    try:
        values: dict[str, Any] = json.loads(file.read_bytes())
        changes = [change for change in values["plan"]["changes"] if change["kind"] not in ("kept", "source")]
        return RunLine(
            run=file.stem,
            at=str(values["at"]),
            registry=str(values["registry"]["name"]),
            models=len(values["models"]),
            changes=sum(change["verdict"] == "apply" for change in changes),
            held=sum(change["verdict"] == "hold" for change in changes),
            unread=tuple(str(source["provider"]) for source in values["sources"] if source["failed"]),
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        return RunLine(run=file.stem, broken=f"{file.name} cannot be read: {type(error).__name__}")
