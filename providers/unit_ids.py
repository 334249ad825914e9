"""What a unit's id is called at the vendor, and which unit a name there means.

An id that the vendor takes stays as it is. Another one is written in base64 behind `u64_`, which is read back by anybody.
One that is too long even for that has a short name, `ref_` and the start of its SHA-256; what it stands for is known in
this process, and in a file beside the one that was uploaded: `rows.jsonl` -> `rows.jsonl.ids.json`. Where another process
collects the batch, it finds that file by the batch's id, in the user's state folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from pathlib import Path

from .errors import RequestError

_ENCODED, _SHORT = "u64_", "ref_"
_OURS = re.compile(rf"(?:{_ENCODED}[A-Za-z0-9_-]*|{_SHORT}[0-9a-f]{{40}})")
_SHORT_IN_ROW = re.compile(rb'"(%s[0-9a-f]{40})"' % _SHORT.encode())
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
    short = _SHORT + hashlib.sha256(written).hexdigest()[:40]
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
        _known.update(_sidecar_of(batch_id))
    return _known.get(name, name)


def keep_beside(path: Path) -> None:
    """Writes what the short names in a file of rows stand for beside it, where there are any."""
    with path.open("rb") as rows:
        named = {found[1].decode() for row in rows for found in _SHORT_IN_ROW.finditer(row)}
    meant = {name: _known[name] for name in sorted(named) if name in _known}
    if meant:
        beside(path).write_text(json.dumps(meant, ensure_ascii=False, indent=1), encoding="utf-8")


def keep_for(batch_id: str, path: Path) -> None:
    """Remembers for other processes where the short names of a batch are kept, if it has any."""
    if not beside(path).is_file():
        return
    place = _link(batch_id)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_text(str(beside(path).resolve()), encoding="utf-8")
    except OSError:  # a home that cannot be written: this process knows them all the same
        return


def beside(path: Path) -> Path:
    """Where the ids of a file of rows are kept."""
    return path.with_name(path.name + ".ids.json")


def _sidecar_of(batch_id: str) -> dict[str, str]:
    try:
        kept = json.loads(Path(_link(batch_id).read_text(encoding="utf-8")).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(unit) for name, unit in kept.items()} if isinstance(kept, dict) else {}


def _link(batch_id: str) -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path("~", ".local", "state").expanduser()
    return Path(state, "octoregistry", "batches", hashlib.sha256(batch_id.encode()).hexdigest()[:32])
