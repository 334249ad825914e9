"""Text of pages and other registries made safe for a terminal."""

from __future__ import annotations

import unicodedata

# Control and format characters (escape sequences, bidirectional overrides, zero-width letters), surrogates and private
# letters, line and paragraph separators: a page could paint over the table that shows it.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: str, longest: int = 160) -> str:
    """`text` in one line, with what a terminal would obey shown as escapes, cut to `longest` letters."""
    line = " ".join(text.split())
    cut = line if len(line) <= longest else line[: longest - 1] + "…"
    return "".join(char if unicodedata.category(char) not in _UNSAFE else _escaped(char) for char in cut)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
