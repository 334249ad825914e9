"""From and until which day a price holds: "through December 31, 2026", "ab 1. Januar 2027"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero janeiro gennaio jan", "february februar février febrero fevereiro febbraio feb",
            "march märz mars marzo março mar", "april avril abril aprile apr", "may mai mayo maio maggio",
            "june juni juin junio junho giugno jun", "july juli juillet julio julho luglio jul",
            "august août agosto aug", "september septembre septiembre setembro settembre sept sep",
            "october oktober octobre octubre outubro ottobre oct okt", "november novembre noviembre novembro nov",
            "december dezember décembre diciembre dezembro dicembre dec dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = (
    rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,?\s*(?P<y1>20\d\d))?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?:de\s+|of\s+)?(?P<m2>{_MONTH})\.?(?:\s*,?\s*(?:de\s+)?(?P<y2>20\d\d))?"
    r"|(?P<y3>20\d\d)\s*年\s*(?P<m3>\d{1,2})\s*月\s*(?P<d3>\d{1,2})\s*日)(?!\d)"
)
_UNTIL = re.compile(
    rf"\b(?:through|until|till|thru|up to(?: and including)?|ends?(?: on)?|bis(?: zum)?|jusqu'au|hasta(?: el)?|até|fino al)\s+(?:the\s+)?{_DAY}",
    re.IGNORECASE,
)
_FROM = re.compile(
    rf"\b(?:starting|beginning|effective|as of|from|after|since|ab(?: dem)?|à partir du|a partir del?|dal)\s+(?:on\s+|from\s+|the\s+)?{_DAY}",
    re.IGNORECASE,
)
_AFTER = re.compile(r"after", re.IGNORECASE)


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
    until = _UNTIL.search(text)
    start = _FROM.search(text)
    first = _day(start, page_date) if start else None
    if start and first and _AFTER.match(start.group()):
        first += timedelta(days=1)
    return Span(first, _day(until, page_date) if until else None)


def _day(match: re.Match[str], page_date: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["y3"]:
            return date(int(match["y3"]), int(match["m3"]), int(match["d3"]))
        month = _MONTHS[(match["m1"] or match["m2"]).lower()]
        day = int(match["d1"] or match["d2"])
        year = match["y1"] or match["y2"]
        if year:
            return date(int(year), month, day)
        years = (page_date.year - 1, page_date.year, page_date.year + 1)
        return min((date(y, month, day) for y in years), key=lambda d: abs(d - page_date))
    except ValueError:  # 31 September: no such day, so none is stated
        return None
