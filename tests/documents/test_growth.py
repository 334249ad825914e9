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
