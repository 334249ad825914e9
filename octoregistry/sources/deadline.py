"""Deadlines: connections are closed when the time is over, or at Ctrl-C."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator


class Stop:
    """The end of a run that somebody called for: waits end, and open connections are cut."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def called(self) -> bool:
        """True once the run is to end."""
        return self._event.is_set()

    def call(self) -> None:
        """Ends every wait and cuts every connection."""
        self._event.set()
        with self._lock:
            for sock in self._sockets:
                cut(sock)

    def wait(self, seconds: float) -> bool:
        """Waits so long; True if the run is to end."""
        return self._event.wait(max(0.0, seconds))

    def add(self, sock: socket.socket) -> None:
        """Has `sock` cut when the run is to end."""
        with self._lock:
            self._sockets.add(sock)
        if self.called:
            cut(sock)

    def drop(self, sock: socket.socket) -> None:
        """Forgets `sock`."""
        with self._lock:
            self._sockets.discard(sock)


class Deadline:
    """A moment by which all must be done: redirects, retries and their waits included."""

    def __init__(self, seconds: float, stop: Stop) -> None:
        self.seconds = seconds
        self.stop = stop
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, never below 0."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """True if the time is over."""
        return self.left == 0

    @contextlib.contextmanager
    def cutting(self, sock: socket.socket) -> Iterator[None]:
        """Cuts `sock` when the time is over or the run is to end.

        A timeout per read does not do that: a server that sends a byte a second never lets one pass. The socket is
        watched through a second descriptor of its own, because TLS takes the first one over.
        """
        watched = sock.dup()
        timer = threading.Timer(self.left, cut, (watched,))
        timer.daemon = True
        timer.start()
        self.stop.add(watched)
        try:
            yield
        finally:
            timer.cancel()
            self.stop.drop(watched)
            watched.close()


def cut(sock: socket.socket) -> None:
    """Ends the connection behind `sock`; whoever reads from it returns at once."""
    with contextlib.suppress(OSError):  # it may be closed already, which is what is wanted
        sock.shutdown(socket.SHUT_RDWR)
