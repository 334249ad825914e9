"""A page that repeats itself is read in the time of its length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from octoregistry.documents import Document, read_document

REPEATED: dict[str, Callable[[int], str]] = {
    "comments before the page": lambda n: "<!---->" * n + "\nx",
    "comments in a style sheet that none closes": lambda n: f"<html><head><style>{'/*a' * n}</style></head><p>x</html>",
    "blocks of the class heading in each other": lambda n: f"<html><body>{'<div class=heading>' * (n // 4)}</html>",
    "code in code": lambda n: f"<html><body>{'<code>a' * (n // 4)}</html>",
    "folds in folds": lambda n: f"<html><body>{'<details><summary>a</summary>' * (n // 8)}</html>",
    "folds in summaries": lambda n: f"<html><body>{'<details><summary>' * (n // 32)}</html>",
    "backticks in a row": lambda n: f"| a |\n|---|\n| {'`' * n}b |\n",
    "items of a list": lambda n: f"<html><body><ol>{'<li>a' * (n // 2)}</ol></html>",
    "digits": lambda n: f"<html><body><p>{'1' * n}</p></html>",
}


@pytest.mark.parametrize("what", REPEATED)
def test_four_times_the_page_takes_no_square_of_the_time(what: str) -> None:
    """CPU seconds, the least of two; what is read in 20 ms is fast enough at any size tried."""
    took = {}
    for n in (2_000, 8_000):
        page = REPEATED[what](n)
        runs = []
        for _ in range(2):
            begun = time.process_time()
            read_document(page, "https://example.org/pricing")
            runs.append(time.process_time() - begun)
        took[n] = min(runs)
    assert took[8_000] < max(8 * took[2_000], 0.02)


def test_a_page_behind_comments_is_html() -> None:
    """Comments and blanks may stand before the document's type."""
    rows = "<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>$5 / MTok</td></tr></table>"
    document = read_document(
        f"<!-- a -->\n <!---->\n<!doctype html><html><body>{rows}</body></html>", "https://example.org"
    )
    assert isinstance(document, Document)
    assert document.tables[0].rows == (("Model", "Input"), ("gpt-9", "$5 / MTok"))


LONG = {
    "rows": ("| a | $1 |\n" * 6000, "the page has more than 5,000 rows or 100,000 cells; the rest is left out"),
    "a cell": (f"| {'a' * 5000} | $1 |\n", "a cell of more than 4,000 letters is left out"),
    "a text": (f"\n\n{'a ' * 30_000}\n", "a text of more than 40,000 letters is cut"),
    "cells over cells": (
        f"\n\n<table>{'<tr><td>a</td><td colspan=1000>$1</td></tr>' * 9}</table>",
        "cells that span others fill more than 500 places; the table is left out",
    ),
    "tags in each other": ("\n\n" + "<i>" * 10_100, "1 parts stand in more than 10,000 others; they are left out"),
}


@pytest.mark.parametrize("what", LONG)
def test_what_is_longer_than_any_price_list_is_left_out_and_told(what: str) -> None:
    more, told = LONG[what]
    document = read_document(f"| Model | Input |\n|---|---|\n| gpt-9 | $5 |\n{more}", "https://example.org")
    assert isinstance(document, Document)
    assert [gap.reason for gap in document.gaps] == [told]
    assert document.tables[0].rows[1] == ("gpt-9", "$5")
    assert len(document.tables[0].rows) <= 5000
