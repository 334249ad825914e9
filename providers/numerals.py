"""Numbers as logs and answers write them: which value states one, and which cannot be anything else."""

from __future__ import annotations

import re
from numbers import Real
from typing import Any

MOST = 10**18  # eight of them, a whole prompt, still fit into 64 bits
_EXACT = 2**53  # up to here every whole number is a float
# 12, and 12.0 from tools that turn a column with gaps into floats; but 1.000 may be one and may be a thousand
BLANKS = " \t\r\n\x0b\x0c\u00a0"  # what may stand around a text and says nothing: the same to every reader and engine
BLANK = " \\t\\r\\n\\x0b\\x0c\u00a0"  # the same in a pattern; spelled out, since Spark's SQL reads \f as the letter f
WHOLE_TEXT = rf"^[{BLANK}]*(-?[0-9]{{1,18}})(\.(0{{0,2}}|0{{4,}}))?[{BLANK}]*$"
# 1,234 and 5e3, and what people write about a number: 1 234, 1_000, 5k, 500 tokens
_DIGITS = "0-9½¼¾⅐-⅞٠-٩۰-۹०-९０-９"
_AROUND = f"[{BLANK}]{{0,9}}"
NUMBER_TEXT = f"^{_AROUND}[+-]?[.,]{{0,2}}[0-9０-９][0-9０-９.,eE+'’_ \u00a0\u202f-]{{0,80}}[A-Za-z%]{{0,12}}{_AROUND}$"
# A number among words (~5, <5, $5, tokens: 500, 500,000 input tokens): no digit of it behind a letter, as those of names are.
_WORD = "[A-Za-z]+([._-][A-Za-z]+)*"
AMONG_WORDS = f"^([^A-Za-z{{]|{_WORD}([^A-Za-z{{{_DIGITS}._-]|[._-][^A-Za-z{{{_DIGITS}]))*({_WORD}[._-]?)?$"
LONGEST_NUMBER = 80  # letters of a text that is held against it: whatever is longer tells a story
NOT_ZERO = (
    f"[{_DIGITS.replace('0-9', '1-9', 1).replace('٠', '١').replace('۰', '۱').replace('०', '१').replace('０', '１')}]"
)
_WHOLE, _NUMBER, _AMONG, _NOT_ZERO = map(re.compile, (WHOLE_TEXT, NUMBER_TEXT, AMONG_WORDS, NOT_ZERO))


def small(text: str) -> str:
    """A text in small letters; as it is where it has letters besides those of ASCII, whose small ones no two engines agree on."""
    return text.lower() if text.isascii() else text


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
        written = _NUMBER.match(value) or (len(value) <= LONGEST_NUMBER and _AMONG.match(value))
        return bool(written) and holds_digits(value)
    if isinstance(value, list):
        return any(not isinstance(item, str) or is_number(item) for item in value)
    return not isinstance(value, bool) and bool(value)


def holds_digits(text: str) -> bool:
    """Whether any digit other than 0 stands in a text."""
    return _NOT_ZERO.search(text) is not None


def is_whole_number(value: Any) -> bool:
    """Whether `value` reads as a whole number and as nothing else, so that it may be shown."""
    if isinstance(value, str):
        return _WHOLE.match(value) is not None
    return isinstance(value, Real) and not isinstance(value, bool)
