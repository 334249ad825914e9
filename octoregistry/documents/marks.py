"""Marks in a text where parts of it may be seen or not, and what is left of them once all of the text is there.

A part that may be seen or not matters where it makes another figure: where its digits touch digits, or the sign of a sum.
"""

from __future__ import annotations

import re

from octoregistry.documents.nesting import LEFT_OUT

SMALL = "\ue000"
"""Stands around raised and lowered digits."""
MAYBE, UNCLEAR, END = "\ue001", "\ue002", "\ue003"
"""Stand before and behind a part that may be hidden or elsewhere, and one of which nobody knows how it is seen."""
GONE, GONE_END = "\ue004", "\ue005"
"""Stand around a part that is taken for hidden."""
PICTURE = "\ue006"
"""Stands for a picture or a field: what it shows is not known."""
EDGE = "\ue007"
"""Stands where a tag begins or ends within a line: digits on both sides of it need not be one number (cents, a note's mark)."""
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Turns the digits of a footnote's mark into raised ones."""
_MARKS = re.compile("[\ue000-\ue007]")
_GONE = re.compile(f"{GONE}([^{GONE}{GONE_END}]*){GONE_END}")
_OPEN = re.compile(f"[{MAYBE}{UNCLEAR}{END}]")
_SMALL_DIGITS = re.compile(f"(?<![\\d.,])(?P<number>[\\d.,]*+){SMALL}(?P<digits>[^{SMALL}]*){SMALL}(?P<behind>\\d?)")
_EDGES = re.compile(rf"(?<=\d){EDGE}+(?=\d)")
_WITH_CENTS_OR_A_YEAR = re.compile(r".*\.\d\d+|(?:19|20)\d\d|")
_SIGNS = "$€£¥₹₩￥＄-−–+"
_RANGE = re.compile(r"[-−–+]\s?[$€£¥]?\d")


def unmarked(text: str) -> str:
    """`text` of a page, whose own private characters are none of these marks."""
    return text if text.isascii() else _MARKS.sub("\ufffd", text)


def settled(text: str) -> str:
    """`text` without marks: what may be seen or not is left out where it touches a figure, and so are small digits where a
    price may stand."""
    if not _MARKS.search(text):
        return text
    hidden = set(_FIGURE.findall(_UNIT.sub("", " ".join(_GONE.findall(text)))))
    text = _GONE.sub(lambda part: _left(text, part), text)
    text = _EDGES.sub(LEFT_OUT, _OPEN.sub("", _opened(text, hidden))).replace(EDGE, "")
    return _MARKS.sub("", _SMALL_DIGITS.sub(_small, text))


def _left(text: str, part: re.Match[str]) -> str:
    """What stands for a hidden part."""
    inner = part[1]
    before, behind = _before(text, part.start()), _behind(text, part.end())
    if inner.strip() == PICTURE:
        return LEFT_OUT if _picture_in_figure(before, behind) else ""
    return LEFT_OUT if inner.startswith(LEFT_OUT) or _touches(before, inner, behind) else ""


def _opened(text: str, hidden: set[str]) -> str:
    """`text` with those parts marked as left out that may be hidden and touch a figure, or are unclear and hold one. One
    that may be hidden is in doubt too where another of the figures that are `hidden` may be seen in its place."""
    if not _OPEN.search(text):
        return text
    opened: list[tuple[str, int]] = []
    out: set[int] = set()
    last = -1  # where the last digit, or sign of a figure, stands
    for at, letter in enumerate(f"{text}{END * text.count(MAYBE)}{END * text.count(UNCLEAR)}"):
        if letter in (MAYBE, UNCLEAR):
            opened.append((letter, at))
        elif letter == END and opened:
            kind, start = opened.pop()
            end = min(at, len(text))
            clear = kind == MAYBE or last < start
            if kind == MAYBE and not hidden and _whole(text, start, end):
                continue
            others = hidden.difference(_FIGURE.findall(text[start:end])) if last > start else ()
            if others or not clear or _touches(_before(text, start), _edges(text, start + 1, end), _behind(text, end)):
                out.add(start)
        elif letter.isdigit():
            last = at
    return "".join(LEFT_OUT if at in out else letter for at, letter in enumerate(text))


def _whole(text: str, start: int, end: int) -> bool:
    """True for a whole figure right behind its sign, or a sign alone, in a text without other figures: hidden or moved,
    neither gives another price."""
    inner = _MARKS.sub("", text[start:end]).strip()
    before = _MARKS.sub("", text[max(0, start - _FAR) : start])
    behind = _UNIT.sub("", _MARKS.sub("", text[end : end + _FAR]))
    if not inner or _OTHER.search(before):
        return False
    if inner in _CURRENCIES:
        return before[-1:] in ("", " ", "\n", "(") and _ONE_FIGURE.fullmatch(behind) is not None
    last = _SIGN_LAST.search(before) is not None and before.count(before[-1]) == 1
    return last and _FIGURE.fullmatch(inner) is not None and _NO_DIGIT.fullmatch(behind) is not None


_FAR = 400
_CURRENCIES = "$€£¥₹₩￥＄"
_FIGURE = re.compile(r"\d[\d,]*+(?:\.\d++)?")
_ONE_FIGURE = re.compile(rf"\s?\d[\d,]*+(?:\.\d++)?[^\d{LEFT_OUT}]*+")
_UNIT = re.compile(r"(?:/|\bper)\s?1\s?(?:[MmKk]\b|million|,000)")
_OTHER = re.compile(r"(?<![\w.-])\d")  # those of "model-9" and "v2.5" are none of a sum
_SIGN_LAST = re.compile(rf"(?<![\d.,−–+-])[{_CURRENCIES}]\Z")
_NO_DIGIT = re.compile(rf"[^\d{LEFT_OUT}]*+")


def _edges(text: str, start: int, end: int) -> str:
    """The first letters and the last ones from `start` to `end`."""
    if end - start <= 2 * _NEAR:
        return _MARKS.sub("", text[start:end])
    return _MARKS.sub("", f"{text[start : start + _NEAR]} {text[end - _NEAR : end]}")


_NEAR = 40


def _before(text: str, at: int) -> str:
    """The letter that is seen before `at`: as a digit where marks alone stand there."""
    return _MARKS.sub("", text[max(0, at - _FAR) : at])[-1:] or ("0" if at > _FAR else "")


def _behind(text: str, at: int) -> str:
    """The letter that is seen from `at` on: as a digit where marks alone stand there."""
    return _MARKS.sub("", _GONE.sub("", text[at : at + _FAR]))[:1] or ("0" if at + _FAR < len(text) else "")


def _touches(before: str, inner: str, behind: str) -> bool:
    """True where `inner` belongs to a figure that it stands in or beside."""
    inner = _MARKS.sub("", inner)
    return bool(inner) and (_joins(before, inner[0], inner) or _joins(inner[-1], behind, inner))


def _joins(first: str, second: str, inner: str) -> bool:
    """True for two letters of one figure: digits, their points, a sign and what follows it."""
    if not first or not second:
        return False
    if first.isdigit():
        return (
            second.isdigit()
            or second in ".,'’"
            or (second in "%kKmMbB" and len(inner.strip()) < 3)
            or (second in "-−–+" and _RANGE.match(inner) is not None)
        )
    if first in ".,'’" or first in _SIGNS:
        return second.isdigit() or (second in ".," and first in _SIGNS)
    return False


def _picture_in_figure(before: str, behind: str) -> bool:
    """True for a picture behind the sign of a sum or a point, or between digits."""
    signs = (*_SIGNS[:8], ".", ",")
    return before in signs or (before.isdigit() and (behind.isdigit() or (behind != "" and behind in ".,")))


def _small(small: re.Match[str]) -> str:
    number, digits, behind = small.group("number", "digits", "behind")
    apart = (
        _WITH_CENTS_OR_A_YEAR.fullmatch(number)
        and not behind
        and not (number and digits.strip().isascii() and digits.strip())
    )
    return f"{number}{digits if apart else LEFT_OUT}{behind}"
