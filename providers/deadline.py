"""The body of an answer that must have come by a moment: a server that sends a byte now and then is not waited for for ever.

Imported with an SDK only, whose HTTP client it is made for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2


class Bounded(httpx2.SyncByteStream):
    """A stream of bytes. Raises ReadTimeout for what of it comes later than `seconds` from now."""

    def __init__(self, stream: Any, seconds: float) -> None:
        self._stream, self._until = stream, time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer did not come to its end in time")
            yield piece

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()
