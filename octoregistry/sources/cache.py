"""What was fetched before: two files a page in the user's cache folder, written so that no reader sees half of one.

The body lies under the hash of its bytes and is written first; the record that names it, under the hash of the address,
is put in its place in one step. A key in an address is masked in the record; no request header is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs

from octoregistry.sources.urls import shown_url

STALE_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A body that was kept. `checked_at`: the server last said that it stands; `full_at`: it was last sent whole."""

    url: str
    final_url: str
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    checked_at: datetime
    full_at: datetime

    @property
    def sha256(self) -> str:
        """The hash of the body."""
        return sha256(self.body).hexdigest()


class Cache:
    """The folder of what was fetched. One that cannot be read is empty, one that cannot be written raises OSError."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(platformdirs.user_cache_dir("octoregistry"))
        self._writing = threading.Lock()

    def get(self, url: str) -> CacheEntry | None:
        """What was kept of `url`; None where nothing was, or where what is there is not whole."""
        try:
            record = json.loads(self._record(url).read_text(encoding="utf-8"))
            body = (self.folder / f"{record['sha256']}.body").read_bytes()
            if sha256(body).hexdigest() != record["sha256"]:
                return None
            return _entry_of(record, body)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, url: str, kept: CacheEntry) -> None:
        """Keeps `kept` as what `url` gave. Raises OSError."""
        with self._writing:  # two pages may share a body, which one must not drop while the other begins to name it
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            before = self.get(url)
            if before is None or before.sha256 != kept.sha256:
                _written(self.folder / f"{kept.sha256}.body", kept.body)
            _written(self._record(url), json.dumps(_record_of(kept), indent=1, sort_keys=True).encode())
            if before is not None and before.sha256 != kept.sha256:
                self._drop(before.sha256)

    def _record(self, url: str) -> Path:
        return self.folder / f"{sha256(url.encode()).hexdigest()[:32]}.json"

    def _drop(self, body_hash: str) -> None:
        """Removes a body that no record names any more."""
        if not any(f'"{body_hash}"' in record.read_text(encoding="utf-8") for record in self.folder.glob("*.json")):
            (self.folder / f"{body_hash}.body").unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Removes what a run left that was killed in the middle of a write."""
        for left in self.folder.glob(".*.tmp"):
            with contextlib.suppress(OSError):  # another run may be just as tidy
                if time.time() - left.stat().st_mtime > STALE_AFTER:
                    left.unlink()


def _record_of(kept: CacheEntry) -> Mapping[str, Any]:
    return {
        "url": shown_url(kept.url),
        "final_url": shown_url(kept.final_url),
        "content_type": kept.content_type,
        "etag": kept.etag,
        "last_modified": kept.last_modified,
        "checked_at": kept.checked_at.isoformat(),
        "full_at": kept.full_at.isoformat(),
        "sha256": kept.sha256,
    }


def _entry_of(record: Mapping[str, Any], body: bytes) -> CacheEntry | None:
    checked_at, full_at = (datetime.fromisoformat(record[name]) for name in ("checked_at", "full_at"))
    if checked_at.tzinfo is None or full_at.tzinfo is None:
        return None
    return CacheEntry(
        record["url"],
        record["final_url"],
        body,
        record["content_type"],
        record["etag"],
        record["last_modified"],
        checked_at,
        full_at,
    )


def _written(path: Path, content: bytes) -> None:
    """Puts `content` at `path` in one step: whoever reads finds what was there before, or all of this."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:  # Ctrl-C too must leave no half file behind; it goes on to whoever waits for it
        Path(name).unlink(missing_ok=True)
        raise
