"""The images and files that requests name by their path: which ones they were when a run began, so that no other is sent."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..files import bytes_of
from ..media import is_address, kind_of
from .errors import BatchError

KeptFiles = Mapping[str, Mapping[str, Any]]  # by the path as it was given: its absolute `path`, `size` and `sha256`


def kept_files(options: Mapping[str, Any], known: dict[str, Mapping[str, Any]]) -> KeptFiles:
    """The files that a request's options name. What cannot be read is left out, as whoever sends it says so; `known` are
    those that other requests named, and these.
    """
    files: dict[str, Mapping[str, Any]] = {}

    def note(given: str) -> str:
        with contextlib.suppress(OSError, ValueError):
            if given not in known:
                known[given] = {"path": str(Path(given).absolute()), **_told(bytes_of(given))}
            files[given] = known[given]
        return given

    _replaced(options, note)
    return files


def with_bytes(options: Mapping[str, Any], files: KeptFiles) -> dict[str, Any]:
    """Options with the bytes of those files in the place of their paths. Raises BatchError for one that is not there, or not
    what it was.
    """
    return (
        _replaced(options, lambda given: _media(given, files[given]) if given in files else given)
        if files
        else {**options}
    )


def check_files(several: Iterable[KeptFiles]) -> None:
    """Raises BatchError for the first file that is not there, or not what it was; each is read once."""
    seen = set()
    for files in several:
        for file in files.values():
            if (key := (file["path"], file["sha256"])) not in seen:
                seen.add(key)
                _read(file)


def _told(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _media(given: str, file: Mapping[str, Any]) -> dict[str, Any]:
    content, name = _read(file), Path(given).name  # which tells the type, whatever name the caller shows the vendor
    return {"data": content, "name": name, "media_type": kind_of(content, name)}


def _read(file: Mapping[str, Any]) -> bytes:
    path = file["path"]
    try:
        content = bytes_of(path)
    except OSError as error:
        why = f"it cannot be read ({error.strerror or error})"
    else:
        if _told(content) == {"size": file["size"], "sha256": file["sha256"]}:
            return content
        why = "it was changed since the run began"
    raise BatchError(f"{path}: {why}: put it back as it was, or give another state file; no request with it was sent")


def _replaced(options: Mapping[str, Any], by: Callable[[str], Any]) -> dict[str, Any]:
    """Options in which each path gave way to what `by` makes of it: text, or the keys of a mapping."""
    changed = dict(options)
    for name in ("images", "files"):
        if isinstance(given := options.get(name), list):
            changed[name] = [_in_place(one, by) for one in given]
    if isinstance(messages := options.get("messages"), list):
        changed["messages"] = [_message(one, by) for one in messages]
    return changed


def _message(message: Any, by: Callable[[str], Any]) -> Any:
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(content, list):
        return message
    return {**message, "content": [_in_place(one, by) if isinstance(one, Mapping) else one for one in content]}


def _in_place(one: Any, by: Callable[[str], Any]) -> Any:
    if isinstance(one, str) and not is_address(one):
        return by(one)
    if isinstance(one, Mapping) and isinstance(path := one.get("path"), str):
        found = by(path)
        if isinstance(found, Mapping):
            if found["media_type"] is None and one.get("media_type") is None:
                return one  # nothing tells what it is, least the name that is shown: refused as a call refuses it
            return {**found, **{name: value for name, value in one.items() if name != "path" and value is not None}}
    return one
