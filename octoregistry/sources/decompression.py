"""A body with the transfer's compression undone, never larger than the cap.

urllib3 undoes compression too, but takes a compressed stream that breaks off for a whole one, and a prices page that
breaks off half-way would read as one that lost its models.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

ACCEPT_ENCODING = "gzip, deflate"
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class BadBody(Exception):  # noqa: N818 - said as a sentence
    """The body cannot be used. `retry` says whether a second try may help."""

    def __init__(self, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry


def decompressed(chunks: Iterable[bytes], encoding: str | None, cap: int) -> bytes:
    """The bytes of `chunks`, decoded as Content-Encoding says; at most `cap` of them are ever held. Raises BadBody."""
    name = (encoding or "identity").strip().lower()
    if name in {"identity", ""}:
        return _identity(chunks, cap)
    if name not in _WINDOW:
        raise BadBody(f"the body is encoded as {name!r}, which was not asked for")
    return _inflate(chunks, _WINDOW[name], cap)


def _identity(chunks: Iterable[bytes], cap: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > cap:
            raise BadBody(f"the body is larger than {cap:,} bytes")
    return bytes(body)


def _inflate(chunks: Iterable[bytes], window: int, cap: int) -> bytes:
    """All members of a gzip body, one behind the other, or the one stream of `deflate`. Zeros may fill what follows."""
    body = bytearray()
    decoder: zlib._Decompress | None = None
    came = 0
    for chunk in chunks:
        came += len(chunk)
        if came > cap:
            raise BadBody(f"the body is larger than {cap:,} bytes")
        rest = chunk
        while rest:
            if decoder is None or decoder.eof:
                rest = rest if decoder is None else rest.lstrip(b"\0")
                if decoder is not None and rest and window == _WINDOW["deflate"]:
                    raise BadBody("bytes stand behind the end of the compressed body", retry=True)
                decoder = zlib.decompressobj(_raw_or(window, rest)) if rest else decoder
                continue
            body += _decoded(decoder, rest, cap + 1 - len(body))
            if len(body) > cap or decoder.unconsumed_tail:
                raise BadBody(f"the body unpacks to more than {cap:,} bytes")
            rest = decoder.unused_data
    if decoder is not None and not decoder.eof:
        raise BadBody("the compressed body breaks off", retry=True)
    return bytes(body)


def _decoded(decoder: zlib._Decompress, chunk: bytes, most: int) -> bytes:
    try:
        return decoder.decompress(chunk, most)
    except zlib.error:
        raise BadBody("the compressed body is damaged", retry=True) from None


def _raw_or(window: int, first: bytes) -> int:
    """`window`, or a bare stream's: some servers send `deflate` without the zlib header that the standard asks for."""
    return -15 if window == 15 and first[0] & 0x0F != 8 else window
