"""The body of an answer that must have come by a moment: a server that sends a byte now and then is not waited for for ever.

Imported with an SDK only, whose HTTP client it is made for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import httpx2

from .opening import said

_MARK = b"\xef\xbb\xbf"  # of the byte order, in UTF-8: it may stand before a text, and is none of it


class Bounded(httpx2.SyncByteStream):
    """The body of `response`, decoded, without byte order marks at its start. Raises ReadTimeout for what of it comes later
    than `seconds` from now, unless it is `lifted`.
    """

    def __init__(self, response: Any, seconds: float) -> None:
        self._stream, self._until = response.stream, time.monotonic() + seconds
        self._encoding = response.headers.pop("content-encoding", "identity")  # nobody decodes it again
        self._pieces: Iterator[bytes] | None = None
        self._start: bytes | None = None

    def __iter__(self) -> Iterator[bytes]:
        if start := self.start():
            yield start
        yield from self._rest()

    def lifted(self) -> None:
        """Lets it take as long as it wants: each silence of it is bounded by the client."""
        self._until = math.inf

    def start(self) -> bytes:
        """What comes first, with something in it that is neither a space nor of a comment; it is still given to whoever reads."""
        if self._start is None:
            start, pieces = b"", self._rest()
            while (not said(start) or _MARK.startswith(start)) and (piece := next(pieces, None)) is not None:
                start += piece
                while start.startswith(_MARK):
                    start = start.removeprefix(_MARK)
            self._start = start
        return self._start

    def _rest(self) -> Iterator[bytes]:
        if self._pieces is None:
            encoded = httpx2.Response(200, headers={"content-encoding": self._encoding}, content=self._in_time())
            self._pieces = encoded.iter_bytes()
        return self._pieces

    def _in_time(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer did not come to its end in time")
            yield piece

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()
