"""The requests in a file of JSON lines, read one at a time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from octoregistry.cli.vendor_lines import request_of
from providers.batches import BatchInputError
from providers.batches.requests import read_request
from providers.files import bytes_of

_LONGEST = 200_000_000  # bytes of a line: pictures are among them


def requests_in(
    file: Path, schema: dict[str, Any] | None = None, model: str | None = None, surface: str | None = None
) -> Iterator[dict[str, Any]]:
    """The request of each line; `schema` is that of lines without their own. `-` is standard input.

    A line is ours, or one of OpenAI's batch files, whose model must be `model`, for a run on `surface`. Blank lines are
    skipped. At the end BatchInputError names all lines that are wrong, by their number in the file.
    """
    problems: list[str] = []
    places: dict[str, int] = {}
    with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines:
        for number, line in enumerate(iter(partial(lines.readline, _LONGEST + 1), b""), start=1):
            if len(line) > _LONGEST:
                problems.append(f"line {number}: longer than {_LONGEST:,} bytes")
                break
            if not line.strip():
                continue
            try:
                entry = _entry(line)
                entry = request_of(entry, model, surface) if "custom_id" in entry else entry
                request = read_request(entry)
                request.line()
            except ValueError as error:
                problems.append(f"line {number}: {error}")
                continue
            first = places.setdefault(request.unit_id, number)
            if first != number:
                problems.append(f"line {number}: the id {request.unit_id!r} is that of line {first} already")
                continue
            yield entry if schema is None or entry.get("schema") is not None else {**entry, "schema": schema}
    if not places and not problems:
        problems.append("there is no request in the file")
    if problems:
        raise BatchInputError(problems)


def _entry(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(entry, dict):
        raise ValueError('not an object: write {"id": "...", "prompt": "..."}')  # noqa: TRY004 - the line is wrong
    return entry


def schema_in(file: Path) -> dict[str, Any]:
    """The JSON schema in a file. Raises ValueError for what is none."""
    try:
        schema = json.loads(bytes_of(file, _LONGEST))
    except ValueError as error:
        raise ValueError(f"{file}: not JSON: {error}") from error
    if not isinstance(schema, dict):
        raise ValueError(f"{file}: a JSON schema is an object")  # noqa: TRY004 - the file is wrong
    return schema
