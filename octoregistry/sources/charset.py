"""The text of a body, in the charset that it says it has."""

from __future__ import annotations

import codecs
import re
from email.message import Message

META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Charsets in which any bytes are text: the label alone cannot be trusted where the bytes are plainly UTF-8.
ANYTHING_GOES = frozenset({"iso8859-1", "cp1252", "iso8859-15", "latin-1"})


NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
"""What Python calls encodings and no page is written in: punycode takes the square of a body's length to decode."""


class WrongCharset(Exception):  # noqa: N818 - said as a sentence
    """The bytes are not text in the charset that they are said to be in."""


def text_of(body: bytes, content_type: str | None) -> str:
    """The text of `body`: by its byte order mark, the header's charset, a <meta> of its first 2 kB, else UTF-8.

    Raises WrongCharset rather than give letters that are not on the page.
    """
    name = _name(body, content_type)
    unknown = WrongCharset(f"the page says that its charset is {name!r}, which is unknown")
    try:
        known = codecs.lookup(name).name
        text = "" if known in NO_CHARSETS else body.decode(name)
    except UnicodeDecodeError:
        raise WrongCharset(f"the page is not in the charset that it says it has ({name})") from None
    except (LookupError, ValueError):  # a name with a zero byte is a ValueError
        raise unknown from None
    if known in NO_CHARSETS:
        raise unknown
    if known in ANYTHING_GOES and _is_utf8(body):
        raise WrongCharset(f"the page says that its charset is {name}, but it is UTF-8")
    return text


def _name(body: bytes, content_type: str | None) -> str:
    for mark, name in MARKS:
        if body.startswith(mark):
            return name
    if content_type and (stated := _header_charset(content_type)):
        return stated
    found = META.search(body[:2048])
    return found.group(1).decode("ascii") if found else "utf-8"


def _header_charset(content_type: str) -> str | None:
    message = Message()
    message["Content-Type"] = " ".join(content_type.split())
    charset = message.get_param("charset")
    return charset.strip("'\" ") if isinstance(charset, str) else None


def _is_utf8(body: bytes) -> bool:
    """True if `body` holds letters beyond ASCII, all of them valid UTF-8, which other charsets give only by design."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
