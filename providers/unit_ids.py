"""What a unit's id is called at the vendor, and which unit a name there means.

An id that the vendor takes stays as it is. Another one is written in base64 behind `u64_`, which is read back by anybody.
One that is too long even for that has a short name, `ref_` and the start of its SHA-256. Its row carries the id itself,
under `unit_id`, until the rows are uploaded; from then on it is kept in a file beside theirs (`rows.jsonl` ->
`rows.jsonl.ids.json`), and by the ids of file and batch in the user's state folder, where other processes find it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import RequestError

_ENCODED, _SHORT = "u64_", "ref_"
_OURS = re.compile(rf"(?:{_ENCODED}[A-Za-z0-9_-]*|{_SHORT}[0-9a-f]{{40}})")
_SHORT_IN_ROW = re.compile(rb'"(%s[0-9a-f]{40})"' % _SHORT.encode())
KEY = "unit_id"  # under which a row carries the id that its short name stands for
_known: dict[str, str] = {}  # short name -> id, of what was named in this process


def name_of(unit_id: object, pattern: str, vendor: str) -> str:
    """The name of a unit at a vendor that takes names of this `pattern`. RequestError for what is no text at all."""
    if not isinstance(unit_id, str):
        raise RequestError(f"the unit id {unit_id!r} is no text", provider=vendor, code="bad_unit_id")
    try:
        written = unit_id.encode()
    except UnicodeEncodeError as error:
        told = (
            f"the unit id {unit_id!r} holds half of a letter (a lone surrogate) at {error.start}: no vendor can read it"
        )
        raise RequestError(told, provider=vendor, code="bad_unit_id") from None
    if re.fullmatch(pattern, unit_id) and not _OURS.fullmatch(unit_id):
        return unit_id
    name = _ENCODED + base64.urlsafe_b64encode(written).decode().rstrip("=")
    if re.fullmatch(pattern, name):
        return name
    short = _short(unit_id)
    _known[short] = unit_id
    return short


def unit_of(name: str, batch_id: str | None = None) -> str:
    """The unit that a name at the vendor means; the name itself where it is none that `name_of` made, or nobody kept
    what it stands for.
    """
    if not _OURS.fullmatch(name):
        return name
    if name.startswith(_ENCODED):
        encoded = name.removeprefix(_ENCODED)
        try:
            unit_id = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            return name
        return unit_id if _ENCODED + base64.urlsafe_b64encode(unit_id.encode()).decode().rstrip("=") == name else name
    if name not in _known and batch_id is not None:
        _known.update(_read(_place(batch_id)))
    return _known.get(name, name)


def row_with_id(row: dict[str, Any], unit_id: str, name: str) -> dict[str, Any]:
    """`row`, which carries its unit's id where its `name` does not tell it."""
    return {**row, KEY: unit_id} if name.startswith(_SHORT) and name != unit_id else row


@contextmanager
def uploadable(path: Path) -> Iterator[Path]:
    """A file of the rows of `path` as a vendor takes them; what their short names stand for is kept beside `path`."""
    meant: dict[str, str] = {}
    with path.open("rb") as rows:
        named = {found[1].decode() for row in rows for found in _SHORT_IN_ROW.finditer(row)}
    if not named:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, path.name)
        with path.open("rb") as rows, bare.open("wb") as file:
            for line in rows:
                row = _row_in(line) if _SHORT_IN_ROW.search(line) else {}
                if KEY in row:
                    unit_id = str(row.pop(KEY))
                    meant[_short(unit_id)] = unit_id
                    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"  # noqa: PLW2901 - without our key
                file.write(line)
        _known.update(meant)
        known = {name: _known[name] for name in sorted(named & _known.keys())}
        # What stands there may be of rows that this path held before, and a batch may still be asked for.
        kept = json.dumps({**_read(beside(path)), **known}, ensure_ascii=False, indent=1)
        beside(path).write_text(kept, encoding="utf-8")
        yield bare


def keep_for(vendor_id: str, path: Path | str) -> None:
    """Keeps for other processes what the short names in a file of rows, or what was kept for a file's id, stand for."""
    meant = _read(beside(path) if isinstance(path, Path) else _place(path))
    if not meant:
        return
    place = _place(vendor_id)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_text(json.dumps(meant, ensure_ascii=False), encoding="utf-8")
    except OSError:  # a home that cannot be written: this process knows them all the same
        return


def beside(path: Path) -> Path:
    """Where the ids of a file of rows are kept."""
    return path.with_name(path.name + ".ids.json")


def _read(path: Path) -> dict[str, str]:
    try:
        return {str(name): str(unit) for name, unit in _row_in(path.read_bytes()).items()}
    except OSError:
        return {}


def _row_in(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; an empty one where there is none."""
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _short(unit_id: str) -> str:
    return _SHORT + hashlib.sha256(unit_id.encode()).hexdigest()[:40]


def _place(vendor_id: str) -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path("~", ".local", "state").expanduser()
    return Path(state, "octoregistry", "batches", hashlib.sha256(vendor_id.encode()).hexdigest()[:32])
