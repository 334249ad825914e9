"""A page without its torn end: a transfer that broke off must not leave the first digit of a price."""

from __future__ import annotations

import re

_TAIL = 400  # how near its end a whole HTML page says that it ends
_ROW_OPENS = re.compile(r"<tr\b", re.IGNORECASE)
_ROW_CLOSES = re.compile(r"</tr\s*>", re.IGNORECASE)
_ENDS_IN_FIGURE = re.compile(r"[$€£¥]\s?\d[\d.,]*$")
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)


def whole_part(source: str, *, is_html: bool) -> tuple[str, str | None]:
    """(what of `source` can be relied on, what was left out in words or None)."""
    if is_html and _END.search(source[-_TAIL:]):
        return source, None
    opened = _last(_ROW_OPENS, source)
    if opened >= 0 and _ROW_CLOSES.search(source) and _last(_ROW_CLOSES, source) < opened:
        return source[:opened], "the page breaks off inside a table row; the row is left out"
    if is_html:
        end = source.rfind(">") + 1
        if source[end:].strip():
            return source[:end], "the page breaks off; the text behind its last tag is left out"
        return source, None
    return _whole_lines(source)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where `pattern` stands last, or -1; looked for from the end, in steps, for pages are long."""
    end = len(text)
    while end > 0:
        start = max(0, end - 10_000)
        found = [match.start() for match in pattern.finditer(text, start, min(len(text), end + 10))]
        if found:
            return found[-1]
        end = start
    return -1


def _whole_lines(source: str) -> tuple[str, str | None]:
    head, _, last = source.rpartition("\n")
    if "|" not in last:
        if _ENDS_IN_FIGURE.search(last):
            return head, "the page breaks off at a figure; its last line is left out"
        return source, None
    before = head.rpartition("\n")[2].strip()
    ends = last.strip()
    if "|" not in before or ends.endswith("|") or (not before.endswith("|") and _same_shape(before, ends)):
        return source, None
    return head, "the page breaks off inside a table row; the row is left out"


def _same_shape(one: str, other: str) -> bool:
    """True where two rows without a closing pipe end alike, so that the second one looks whole."""
    shapes = [
        re.sub(r"(?<!\d)\d++(?=\.)", "9", re.sub(r"(?<=\.)\d", "0", row.rpartition("|")[2].strip()))
        for row in (one, other)
    ]
    ends_in_figure = re.search(r"\d$", shapes[1]) and "." not in shapes[1]
    return not ends_in_figure and re.sub(r"\d+", "9", shapes[0]) == re.sub(r"\d+", "9", shapes[1])
