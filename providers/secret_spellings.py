"""Where a secret stands in a text, however a server or a log has spelt it."""

from __future__ import annotations

import base64
import re

TYPE_CHECKING = False  # typing takes longer to import than a secret takes to find
if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT = 8  # of fewer letters no vendor's key is, and words have them too: such a secret is looked for as it is
# What may stand between two letters: line ends, as they are or escaped, and letters that nobody sees.
_GAP = r"(?:[\s\u00ad\u200b-\u200d\u2060\ufeff]|\\[rnt]|\\u000[ad]|=\r?\n|%0[adAD])*"


def spellings(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for any of `secrets` as it is, backwards, percent-encoded, escaped in JSON or HTML, in hexadecimal digits, in
    base64 wherever it begins, and any of these split by line ends; None where there is none.
    """
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    forms = [form for secret in known for form in _forms(secret)]
    return re.compile("|".join(forms)) if forms else None


def _forms(secret: str) -> Iterable[str]:
    letters = [_letter(letter) for letter in secret]
    if len(secret) < _SHORT:
        yield "".join(letters)
        return
    yield _GAP.join(letters)
    yield _GAP.join(reversed(letters))
    encoded = secret.encode()
    yield _GAP.join(f"(?i:{byte:02x})" for byte in encoded)
    for behind in range(3):  # in base64 a text looks different behind 0, 1 or 2 more letters
        coded = base64.b64encode(b"\0" * behind + encoded).decode()
        first = (behind * 8 + 5) // 6  # the letters before it depend on what stands in front
        last = (behind + len(encoded)) * 8 // 6  # and the one behind it on what follows
        yield _GAP.join(_BASE64.get(letter, letter) for letter in coded[first:last])


_BASE64 = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:[/_]|\\/|%2[fF])"}


def _letter(letter: str) -> str:
    """The ways in which one letter is written."""
    ways = [re.escape(letter), "".join(f"%(?:25)*(?i:{byte:02x})" for byte in letter.encode())]
    number = ord(letter)
    if number < 0x10000:
        ways.append(rf"\\u(?i:{number:04x})")
    ways += [rf"&#0*{number};?", rf"&#[xX]0*(?i:{number:x});?"]
    if not letter.isalnum():
        ways.append(rf"\\+{re.escape(letter)}")
    if letter == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"
