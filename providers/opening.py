"""Finds the first meaningful byte of an answer's body."""

from __future__ import annotations


def said(body: bytes) -> bytes:
    """`body` from its first sign on that is neither a space nor of a comment, a line that keeps a stream open."""
    start = 0
    for line in body.splitlines(keepends=True):
        sign = line.lstrip()
        if sign and not sign.startswith(b":"):
            return body[start:].lstrip()
        start += len(line)
    return b""
