"""From and until which day a price holds: "through December 31, 2026", "ab 1. Januar 2027"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeAlias

from octoregistry.reading.classify.scan import fold, needing, one_of
from octoregistry.reading.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a price holds; None for an end that is not stated."""

    start: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self.start is not None or self.until is not None


NO_SPAN = Span()


@dataclass(frozen=True, slots=True)
class _Grammar:
    until: tuple[re.Pattern[str], ...]
    begin: tuple[re.Pattern[str], ...]
    lifecycle: re.Pattern[str]
    months: dict[str, int]


@lru_cache(maxsize=16)
def _months(vocabulary: Vocabulary) -> dict[str, int]:
    return {fold(text): n for n in range(1, 13) for text in vocabulary.words(f"month:{n}")}


@lru_cache(maxsize=16)
def _day_in(vocabulary: Vocabulary) -> re.Pattern[str]:
    """A day, however it is written: most texts hold none."""
    month = "|".join(sorted(map(re.escape, _months(vocabulary)), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<m1>{month})\.?\s?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?,?\s?(?P<y1>20\d\d))?"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|er|º|°)?\s?(?:de\s|of\s)?(?P<m2>{month})\.?(?:\s?,?\s?(?:de\s)?(?P<y2>20\d\d))?"
        r"|(?:(?P<y3>20\d\d)\s?[年년]\s?)?(?P<m3>\d{1,2})\s?[月월]\s?(?P<d3>\d{1,2})\s?[日일号])(?!\d)"
    )


@lru_cache(maxsize=16)
def _grammar(vocabulary: Vocabulary) -> _Grammar:
    day = _day_in(vocabulary).pattern
    until = one_of(vocabulary, "word:until")
    begin = one_of(vocabulary, "word:from")
    behind = one_of(vocabulary, "word:until_behind")
    start = one_of(vocabulary, "word:from_behind")
    note = one_of(vocabulary, "word:lifecycle")
    names = "|".join(sorted(map(re.escape, _months(vocabulary)), key=len, reverse=True)) or "(?!)"
    month = rf"(?:(?:{names})\.?\s?,?\s?|(?:\d{{1,2}}[/.])?\d{{1,2}}[/.])20\d\d(?!\d)"
    return _Grammar(
        (needing(until, rf"(?P<word>{until})\s?{day}"), needing(behind, rf"{day}\s?(?P<word>{behind})")),
        (needing(begin, rf"(?P<word>{begin})\s?{day}"), needing(start, rf"{day}\s?(?P<word>{start})")),
        needing(
            note, rf"{note}\s?:?\s?(?:on\s|am\s|le\s|el\s)?(?:{day}(?:[\st]\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?|{month})"
        ),
        _months(vocabulary),
    )


_Found: TypeAlias = "tuple[int, int, Span | None]"


def spans(text: str, vocabulary: Vocabulary, page_date: date) -> tuple[_Found, ...]:
    """(start, end, span) of every stated span in `text`, folded; None for a day of a model's life, not of its price."""
    if not any(map(str.isdigit, text)) or not (_day_in(vocabulary.grammar).search(text) or _YEAR.search(text)):
        return ()
    return tuple(_spans(text, vocabulary.grammar, page_date))


def _spans(text: str, vocabulary: Vocabulary, page_date: date) -> Iterator[_Found]:
    grammar = _grammar(vocabulary)
    for match in grammar.lifecycle.finditer(text):
        yield match.start(), match.end(), None
    for pattern in grammar.until:
        for match in pattern.finditer(text):
            if day := _day(match, page_date, grammar.months):
                before = match["word"].strip() in _BEFORE
                yield match.start(), match.end(), Span(until=day - timedelta(days=1) if before else day)
    for pattern in grammar.begin:
        for match in pattern.finditer(text):
            if day := _day(match, page_date, grammar.months):
                after = match["word"].strip() in _AFTER
                yield match.start(), match.end(), Span(start=day + timedelta(days=1) if after else day)


def whole_day(text: str, vocabulary: Vocabulary) -> date | None:
    """The day that `text` is, with its year and nothing beside it; None for anything else."""
    match = _day_in(vocabulary.grammar).fullmatch(fold(text).strip())
    return _day(match, None, _months(vocabulary.grammar)) if match else None


def leading_day(text: str, vocabulary: Vocabulary) -> date | None:
    """The day, with its year, that a heading begins with, before a colon or a dash or alone; None where it does not."""
    match = _day_in(vocabulary.grammar).match(folded := fold(text).strip())
    return (
        _day(match, None, _months(vocabulary.grammar))
        if match and _HEADING_GOES_ON.match(folded, match.end())
        else None
    )


_HEADING_GOES_ON = re.compile(r"\s*(?:[:\u2013\u2014-]|$)")
_YEAR = re.compile(r"20\d\d(?!\d)")
_BEFORE = {"before", "之前", "前", "vor", "avant le", "antes del"}
_AFTER = {"after", "nach", "après le", "después del"}


def _day(match: re.Match[str], page_date: date | None, months: dict[str, int]) -> date | None:
    """The day that `match` names; one without a year is the one nearest to `page_date`. None where there is none."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = int(match["m3"]) if match["m3"] else months[match["m1"] or match["m2"]]
        day = int(match["d1"] or match["d2"] or match["d3"])
        year = match["y1"] or match["y2"] or match["y3"]
        if year:
            return date(int(year), month, day)
        if page_date is None:
            return None
        years = (page_date.year - 1, page_date.year, page_date.year + 1)
        return min((date(y, month, day) for y in years), key=lambda d: abs(d - page_date))
    except ValueError:  # 31 September: no such day, so none is stated
        return None
