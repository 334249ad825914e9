"""The requests of a run: checked all at once, kept in a file, and read from there by number."""

from __future__ import annotations

import base64
import difflib
import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..request import DEFAULTS, OPTIONS, check_options, schema_of
from .errors import BatchInputError
from .kept_files import KeptFiles, kept_files, with_bytes
from .state import Ranges, replacing

_KEYS = ("id", "unit_id", "prompt", "schema", *OPTIONS)


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One prompt, under the name that its result will have."""

    unit_id: str
    prompt: str | None
    schema: dict[str, Any] | None = None
    options: dict[str, Any] = field(default_factory=dict)  # what else a call takes: messages, system, images, ...
    files: KeptFiles = field(default_factory=dict)  # what stands at the paths in them

    def sent(self) -> dict[str, Any]:
        """Its options as they are sent. Raises BatchError for a file that is not there any more, or not what it was."""
        return with_bytes(self.options, self.files)

    def line(self) -> bytes:
        """The request as a line of the file that keeps it. Raises ValueError that names what no JSON or UTF-8 can hold."""
        fields: list[Any] = [self.unit_id, self.prompt]
        if self.schema is not None or self.options:
            fields.append(self.schema)
        if self.options:
            fields.append(self.options)
        if self.files:
            fields.append(self.files)
        try:
            return _json(fields) + b"\n"
        except (ValueError, TypeError):
            told = {"the id": self.unit_id, "the prompt": self.prompt, "the schema": self.schema, **self.options}
            wrong = next((f"{name} {why}" for name, value in told.items() if (why := _unwritable(value))), "no JSON")
            raise ValueError(f"{self.unit_id!r}: {wrong}") from None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _unwritable(value: Any) -> str | None:
    """Why a value cannot be written, or None."""
    try:
        _json(value)
    except UnicodeEncodeError as error:
        return f"holds half of a letter, the lone surrogate {error.object[error.start]!r}"
    except (ValueError, TypeError, RecursionError) as error:
        return f"holds what JSON cannot: {error}"
    return None


def read_request(entry: Any) -> BatchRequest:
    """The request that an entry states: (unit_id, prompt), with a schema as a third, or a mapping with `id` or
    `unit_id`, `prompt`, `schema` and what else a call takes. Raises ValueError or TypeError that says what is wrong.
    """
    options: dict[str, Any] = {}
    if isinstance(entry, Mapping):
        if unknown := sorted(str(key) for key in entry if key not in _KEYS):
            near = difflib.get_close_matches(unknown[0], _KEYS, 1, 0.5)
            told = (
                f"did you mean {near[0]}?"
                if near
                else f"a request has id, prompt and perhaps schema, {', '.join(OPTIONS)}"
            )
            raise ValueError(f"unknown keys {', '.join(unknown)}: {told}")
        values = (entry.get("id", entry.get("unit_id")), entry.get("prompt"), entry.get("schema"))
        options = {name: entry[name] for name in OPTIONS if entry.get(name) is not None}
        options |= {
            name: None for name in DEFAULTS if name in entry and entry[name] is None
        }  # takes api's away, as in a call
    elif isinstance(entry, list | tuple) and 2 <= len(entry) <= 3:
        values = (entry[0], entry[1], entry[2] if len(entry) == 3 else None)
    else:
        raise ValueError("a request is (unit_id, prompt), (unit_id, prompt, schema) or a mapping of these")
    unit_id, prompt, schema = values
    if not isinstance(unit_id, str) or not unit_id:
        raise ValueError(f"the id is {unit_id!r}: give text")
    if (prompt is not None or "messages" not in options) and (not isinstance(prompt, str) or not prompt):
        raise ValueError(f"{unit_id!r}: the prompt is {'empty' if prompt == '' else repr(prompt)[:40]}: give text")
    try:
        shape, _ = schema_of(schema)
        check_options(options)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{unit_id!r}: {error}") from None
    return BatchRequest(unit_id, prompt, shape, {name: _as_json(name, value) for name, value in options.items()})


def _as_json(name: str, value: Any) -> Any:
    """An option as JSON holds it. Only of images, files and such parts of messages may it be bytes or a path: a vendor's
    own keys are sent as they are, or refused as in a call.
    """
    if name in {"images", "files"} and isinstance(value, list | tuple):
        return [_media(one) for one in value]
    if name == "messages" and isinstance(value, list | tuple):
        return [_message(one) for one in value]
    return _plain(value)


def _message(message: Any) -> Any:
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(content, list | tuple):
        return _plain(message)
    parts = [_media(part) if _is_media(part) else _plain(part) for part in content]
    return {**_plain({name: value for name, value in message.items() if name != "content"}), "content": parts}


def _is_media(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") in {"image", "file"}


def _media(value: Any) -> Any:
    """An image or a file: bytes in base64, a path as text."""
    if isinstance(value, bytes | bytearray):
        return {"data": base64.b64encode(value).decode()}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        data = value.get("data")
        coded = {"data": base64.b64encode(data).decode()} if isinstance(data, bytes | bytearray) else {}
        return {name: str(one) if isinstance(one, Path) else _plain(one) for name, one in value.items()} | coded
    return _plain(value)


def _plain(value: Any) -> Any:
    """Any mapping as one that JSON knows, any tuple as a list; what it does not know stays, to be refused."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def checked(entries: Iterable[Any]) -> Iterator[tuple[BatchRequest, bytes]]:
    """Each request, and its line; at the end of them BatchInputError for all that were wrong, by their place from 1 on."""
    problems: list[str] = []
    places: dict[str, int] = {}
    place = 0
    for place, entry in enumerate(entries, start=1):
        try:
            request = read_request(entry)
            line = request.line()
        except (ValueError, TypeError) as error:
            problems.append(f"request {place}: {error}")
            continue
        first = places.setdefault(request.unit_id, place)
        if first != place:
            problems.append(f"request {place}: the id {request.unit_id!r} is that of request {first} already")
        elif not problems:
            yield request, line
    if not place:
        problems.append("there are no requests")
    if problems:
        raise BatchInputError(problems)


def keep(entries: Iterable[Any], path: Path) -> tuple[int, str]:
    """How many requests there are, and their SHA-256, once all are checked and kept in `path`, with what their files are."""
    digest, rows, known = hashlib.sha256(), 0, dict[str, Mapping[str, Any]]()
    with replacing(path) as file:
        for request, line in checked(entries):
            files = kept_files(request.options, known)
            file.write(replace(request, files=files).line() if files else line)
            digest.update(line)
            rows += 1
    return rows, digest.hexdigest()


def fingerprint(entries: Iterable[Any]) -> str:
    """The SHA-256 that `keep` would tell: of what is asked, whatever stands in files."""
    digest = hashlib.sha256()
    for _, line in checked(entries):
        digest.update(line)
    return digest.hexdigest()


def as_given(line: bytes) -> bytes:
    """A line of the file that keeps requests without what is kept of their files."""
    if b'"sha256"' not in line:
        return line
    return replace(BatchRequest(*json.loads(line)), files={}).line()


class KeptRequests:
    """The requests in a file, by their number from 0 on; only where each begins is held in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._starts = array("q")
        at = 0
        with path.open("rb") as lines:
            for line in lines:
                self._starts.append(at)
                at += len(line)

    def __len__(self) -> int:
        return len(self._starts)

    def read(self, ranges: Ranges) -> Iterator[tuple[int, BatchRequest]]:
        """The requests of these numbers, with their numbers."""
        with self._path.open("rb") as file:
            for start, stop in ranges:
                file.seek(self._starts[start])
                for row in range(start, stop):
                    yield row, BatchRequest(*json.loads(file.readline()))
