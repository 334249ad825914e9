"""From and until which day a price holds: "through December 31, 2026", "ab 1. Januar 2027"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero janeiro gennaio jan января januari", "february februar février febrero fevereiro febbraio feb февраля februari",
            "march märz mars marzo março mar марта maret", "april avril abril aprile apr апреля", "may mai mayo maio maggio мая mei",
            "june juni juin junio junho giugno jun июня juni", "july juli juillet julio julho luglio jul июля juli",
            "august août agosto aug августа agustus", "september septembre septiembre setembro settembre sept sep сентября",
            "october oktober octobre octubre outubro ottobre oct okt октября oktober", "november novembre noviembre novembro nov",
            "december dezember décembre diciembre dezembro dicembre dec dez декабря desember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = (
    rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,?\s*(?P<y1>20\d\d))?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|er|º|°)?\s+(?:de\s+|of\s+)?(?P<m2>{_MONTH})\.?(?:\s*,?\s*(?:de\s+)?(?P<y2>20\d\d))?"
    r"|(?:(?P<y3>20\d\d)\s*[年년]\s*)?(?P<m3>\d{1,2})\s*[月월]\s*(?P<d3>\d{1,2})\s*[日일号])(?!\d)"
)
_UNTIL_WORDS = (
    r"\b(?:through|until|till|thru|up to(?: and including)?|ends?(?: on)?|before|bis(?: zum| einschließlich)?|jusqu'au|jusqu’au|hasta(?: el)?|"
    r"até(?: o dia)?|fino al|hingga|sampai|до|по)\s+(?:the\s+)?|截至\s*|直到\s*|至\s*"
)
_FROM_WORDS = (
    r"\b(?:starting|beginning|effective|tak(?:es?|ing) effect|valid from|in force from|as of|from|after|since|ab(?: dem)?|à partir du|a partir de?l?|desde(?: el)?|dal|mulai|sejak|с|начиная с)"
    r"\s+(?:on\s+|from\s+|the\s+)?|从\s*|自\s*"
)
_UNTIL = (
    re.compile(rf"(?:{_UNTIL_WORDS}){_DAY}", re.IGNORECASE),
    re.compile(rf"{_DAY}\s*(?:まで|까지|为止|止|之前|前)", re.IGNORECASE),
)
_FROM = (
    re.compile(rf"(?:{_FROM_WORDS}){_DAY}", re.IGNORECASE),
    re.compile(rf"{_DAY}\s*(?:から|より|以降|부터|起|开始)", re.IGNORECASE),
)
_ANY_DAY = re.compile(rf"(?<![\w]){_DAY}", re.IGNORECASE)
_AVAILABLE = re.compile(
    r"\b(?:available|verfügbar|disponib\w*)\s+(?:on\s+)?$", re.IGNORECASE
)  # of the service, not of its price
_AFTER = re.compile(r"after", re.IGNORECASE)
_BEFORE = re.compile(r"before|.*(?:之前|日前)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a price holds; None for an end that is not stated."""

    start: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self.start is not None or self.until is not None


NO_SPAN = Span()


def span_in(text: str, page_date: date) -> Span:
    """The span that `text` states. A day without a year is the one nearest to `page_date`."""
    until = next(filter(None, (pattern.search(text) for pattern in _UNTIL)), None)
    start = next(filter(None, (pattern.search(text) for pattern in _FROM)), None)
    first = _day(start, page_date) if start else None
    if start and first and _AFTER.match(start.group()):
        first += timedelta(days=1)
    last = _day(until, page_date) if until else None
    if until and last and _BEFORE.match(until.group()):
        last -= timedelta(days=1)
    return Span(first, last)


def unclear_day(text: str) -> str | None:
    """A day in `text` of which nothing says whether a price begins or ends with it, or None."""
    found = _ANY_DAY.search(text)
    if (
        not found
        or _AVAILABLE.search(text[: found.start()])
        or any(pattern.search(text) for pattern in (*_UNTIL, *_FROM))
    ):
        return None
    return found.group()


def _day(match: re.Match[str], page_date: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = int(match["m3"]) if match["m3"] else _MONTHS[(match["m1"] or match["m2"]).lower()]
        day = int(match["d1"] or match["d2"] or match["d3"])
        year = match["y1"] or match["y2"] or match["y3"]
        if year:
            return date(int(year), month, day)
        years = (page_date.year - 1, page_date.year, page_date.year + 1)
        return min((date(y, month, day) for y in years), key=lambda d: abs(d - page_date))
    except ValueError:  # 31 September: no such day, so none is stated
        return None
