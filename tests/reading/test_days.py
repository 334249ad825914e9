"""On which days a price holds, in the languages of the vendors' pages."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.reading.days import Span, span_in

DAY = date(2026, 8, 21)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("through August 31", Span(None, date(2026, 8, 31))),
        ("until December 31, 2026", Span(None, date(2026, 12, 31))),
        ("starting September 1", Span(date(2026, 9, 1))),
        ("from 1 September 2026", Span(date(2026, 9, 1))),
        ("Starting January 1", Span(date(2027, 1, 1))),
        ("effective 2026-10-01", Span(date(2026, 10, 1))),
        ("after August 31, 2026", Span(date(2026, 9, 1))),
        ("bis zum 31. August 2026", Span(None, date(2026, 8, 31))),
        ("ab dem 1. September 2026", Span(date(2026, 9, 1))),
        ("jusqu'au 31 août 2026", Span(None, date(2026, 8, 31))),
        ("à partir du 1er septembre 2026", Span(date(2026, 9, 1))),
        ("hasta el 31 de agosto de 2026", Span(None, date(2026, 8, 31))),
        ("a partir del 1 de septiembre de 2026", Span(date(2026, 9, 1))),
        ("até 31 de agosto de 2026", Span(None, date(2026, 8, 31))),
        ("a partir de 1º de setembro de 2026", Span(date(2026, 9, 1))),
        ("fino al 31 agosto 2026", Span(None, date(2026, 8, 31))),
        ("2026年8月31日まで", Span(None, date(2026, 8, 31))),
        ("2026年9月1日から", Span(date(2026, 9, 1))),
        ("从 2026年9月1日 起", Span(date(2026, 9, 1))),
        ("截至 2026年8月31日", Span(None, date(2026, 8, 31))),
        ("2026년 8월 31일까지", Span(None, date(2026, 8, 31))),
        ("2026년 9월 1일부터", Span(date(2026, 9, 1))),
        ("до 31 августа 2026", Span(None, date(2026, 8, 31))),
        ("с 1 сентября 2026", Span(date(2026, 9, 1))),
        ("hingga 31 Agustus 2026", Span(None, date(2026, 8, 31))),
        ("mulai 1 September 2026", Span(date(2026, 9, 1))),
        ("through September 31", Span()),
        ("no date here", Span()),
    ],
)
def test_the_days_of_a_price_are_read(text: str, span: Span) -> None:
    """With and without a year; a day that does not exist is none."""
    assert span_in(text, DAY) == span
