"""What narrows an answer in a JSON schema: what is wrong with such a keyword, and whether a pattern is found in a text."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

_SIZES = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_TEXTS = frozenset({"pattern", "format", "contentEncoding", "contentMediaType"})

_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REPEATED = re.compile(r"[*+{]")
_SHORT = 16  # letters in which no repeated group takes long
_MANY_STEPS = 10**7
_SECONDS = 2.0
_SEARCH = (
    "import re, sys; sys.exit(re.search(sys.argv[1], sys.stdin.buffer.read().decode('utf-8', 'surrogatepass')) is None)"
)


def wrong_constraint(keyword: str, value: Any) -> str | None:
    """What is wrong with the value of a keyword, or None: what is not read before a call would fail its paid answer."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    wrong = None
    if keyword in _SIZES and not (number and value >= 0 and value % 1 == 0):
        wrong = "a whole number from 0 up"
    elif keyword in _BOUNDS and not number:
        wrong = "a number (true is OpenAPI's way: the exclusive bound is the number itself)"
    elif keyword == "multipleOf" and value <= 0:
        wrong = "a number over 0"
    elif keyword in _TEXTS and not isinstance(value, str):
        wrong = "text"
    elif keyword == "uniqueItems" and not isinstance(value, bool):
        wrong = "true or false"
    elif keyword == "required" and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        wrong = "a list of names"
    elif keyword == "additionalProperties" and not isinstance(value, bool | Mapping | None):
        wrong = "true, false or a schema"
    elif keyword in {"$defs", "definitions"} and not isinstance(value, Mapping | None):
        wrong = "a mapping of names to schemas"
    return None if wrong is None else f"{keyword} is {value!r}: it is {wrong}"


def found(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text; True for one that Python does not know: JSON's are those of JavaScript, and
    the vendor has held the answer against it. TimeoutError where nobody can tell in two seconds.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return True
    repeats = len(_REPEATED.findall(pattern))
    long = _REPEATED_GROUP.search(pattern) is not None and len(text) > _SHORT
    if not long and len(text) ** repeats <= _MANY_STEPS:
        return compiled.search(text) is not None
    # A search may take years, and nothing ends it but the end of its process.
    command = [sys.executable, "-I", "-S", "-c", _SEARCH, pattern]
    try:
        ran = subprocess.run(  # noqa: S603 - Python itself, with a fixed program
            command, input=text.encode("utf-8", "surrogatepass"), timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"the pattern {pattern} takes too long") from None
    return ran.returncode == 0
