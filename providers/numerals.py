"""Numbers as logs and answers write them: which value states one, and which cannot be anything else."""

from __future__ import annotations

import re
from numbers import Real
from typing import Any

MOST = 10**18  # eight of them, a whole prompt, still fit into 64 bits
_EXACT = 2**53  # up to here every whole number is a float
# 12, and 12.0 from tools that turn a column with gaps into floats; but 1.000 may be one and may be a thousand
WHOLE_TEXT = r"^\s*(-?[0-9]{1,18})(\.(0{0,2}|0{4,}))?\s*$"
# 1,234 and 5e3, and what people write about a number: 1 234, 1_000, 5k, 500 tokens
NUMBER_TEXT = "^\\s{0,9}[+-]?[.,]{0,2}[0-9０-９][0-9０-９.,eE+'’_ \u00a0\u202f-]{0,80}[A-Za-z%]{0,12}\\s{0,9}$"
NOT_ZERO = "[1-9１-９]"
_WHOLE, _NUMBER, _NOT_ZERO = re.compile(WHOLE_TEXT), re.compile(NUMBER_TEXT), re.compile(NOT_ZERO)


def whole(value: Any) -> int | None:
    """The whole number that `value` states, None where it states none, or one that no engine could hold."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = _WHOLE.match(value)
        return int(found[1]) if found else None
    if isinstance(value, int):
        return max(-MOST, min(MOST, value))
    try:
        exact = -_EXACT <= value <= _EXACT and value == int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(value) if exact else None


def is_number(value: Any) -> bool:
    """Whether `value` states a number other than 0, whole or not, however it is written; a list of anything but words does."""
    if isinstance(value, str):
        return bool(_NUMBER.match(value)) and bool(_NOT_ZERO.search(value))
    if isinstance(value, list):
        return any(not isinstance(item, str) or is_number(item) for item in value)
    return not isinstance(value, bool) and bool(value)


def is_plain_number(value: Any) -> bool:
    """Whether `value` reads as a number and as nothing else, so that it may be shown."""
    if isinstance(value, str):
        return bool(_NUMBER.match(value))
    return isinstance(value, Real) and not isinstance(value, bool)
