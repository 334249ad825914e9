"""The hosts of a run: one request at a time for each, with a pause between two; and which cannot be reached."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from octoregistry.sources.deadline import Stop


@dataclass(slots=True)
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    delay: float = 0.0
    last: float | None = None
    down: str | None = None


class Hosts:
    """What one run knows of the hosts that it asks."""

    def __init__(self, crawl_delay: float, max_crawl_delay: float, stop: Stop) -> None:
        self._crawl_delay = crawl_delay
        self._max_crawl_delay = max_crawl_delay
        self._stop = stop
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Waits for our turn at `host`, and keeps it while the context lasts."""
        known = self._of(host)
        with known.lock:
            if known.last is not None:
                self._stop.wait(known.last + known.delay - time.monotonic())
            try:
                yield
            finally:
                known.last = time.monotonic()

    def slow_down(self, host: str, delay: float) -> None:
        """Pauses so long between two requests to `host`, as its robots.txt asks, up to the limit of the settings."""
        known = self._of(host)
        known.delay = max(known.delay, min(delay, self._max_crawl_delay))

    def down(self, host: str) -> str | None:
        """Why `host` cannot be reached in this run, or None. Asking again would only cost another timeout."""
        return self._of(host).down

    def is_down(self, host: str, reason: str) -> None:
        """Remembers that `host` cannot be reached."""
        self._of(host).down = reason

    def _of(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host(delay=self._crawl_delay))
