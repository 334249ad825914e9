"""The body of an answer that must have come by a moment: a server that sends a byte now and then is not waited for for ever.

Imported with an SDK only, whose HTTP client it is made for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import httpx2

from .events import ends, lines_of

_MARK = b"\xef\xbb\xbf"  # of the byte order, in UTF-8: it may stand before a text, and is none of it


class Bounded(httpx2.SyncByteStream):
    """The body of `response`, decoded, without byte order marks at its start, up to the line that says that it ends, though its
    server holds it open. Raises ReadTimeout for what of it comes later
    than `seconds` from now, unless it is `lifted`.
    """

    def __init__(self, response: Any, seconds: float) -> None:
        self._stream, self._until = response.stream, time.monotonic() + seconds
        self._encoding = response.headers.pop("content-encoding", "identity")  # nobody decodes it again
        self._instead: Iterator[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self._to_its_end() if self._instead is None else self._instead

    def read_as(self, pieces: Iterator[bytes]) -> None:
        """Gives `pieces` to whoever begins to read from now on."""
        self._instead = pieces

    def lifted(self) -> None:
        """Lets it take as long as it wants: each silence of it is bounded by the client."""
        self._until = math.inf

    def _to_its_end(self) -> Iterator[bytes]:
        for line in lines_of(self._own()):
            yield line
            if ends(line):
                return

    def _own(self) -> Iterator[bytes]:
        encoded = httpx2.Response(200, headers={"content-encoding": self._encoding}, content=self._in_time())
        pieces = encoded.iter_bytes()
        start = b""
        for piece in pieces:
            start += piece
            while start.startswith(_MARK):
                start = start.removeprefix(_MARK)
            if not _MARK.startswith(start):
                break
        yield start
        yield from pieces

    def _in_time(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer did not come to its end in time")
            yield piece

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()
