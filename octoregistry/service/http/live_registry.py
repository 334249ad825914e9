"""The registry as it stands on the disk now, read again when the file has changed."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from providers import Registry, RegistryError, load_registry


class LiveRegistry:
    """The registry of a file. A file that is broken changes nothing: the last good one serves, and `fault` says why."""

    def __init__(self, path: Path) -> None:
        """Raise RegistryError, for there is no last good one yet."""
        self.path = path
        self.fault: str | None = None
        self._lock = Lock()
        self._seen = self._mark()
        self._registry = load_registry(path)

    def now(self) -> Registry:
        """The registry."""
        mark = self._mark()
        if mark != self._seen:
            with self._lock:
                if mark != self._seen:
                    try:
                        self._registry, self.fault = load_registry(self.path), None
                    except (RegistryError, OSError) as error:
                        self.fault = str(error).partition("\n")[0]
                    self._seen = mark
        return self._registry

    def _mark(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino
