"""Parses an optional whole number of a page or a header."""

from __future__ import annotations

_LONGEST = 9


def whole_number(value: object, most: int = 10**_LONGEST) -> int | None:
    """The number from 0 to `most` that the text `value` writes in the digits 0 to 9, None for anything else.

    `str.isdigit` takes a superscript two for a digit, which `int` does not, and `int` takes the digits of any script, and
    fails on five thousand of them: both ended runs.
    """
    if not isinstance(value, str) or not value.isascii():
        return None
    digits = value.strip()
    number = digits.lstrip("0") or "0"
    if not digits.isdigit() or len(number) > _LONGEST or int(number) > most:
        return None
    return int(number)
