"""A price that bears a mark is told the notes with that mark, however and wherever the page writes them."""

from __future__ import annotations

import time
from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

OTHER = "<tr><td>road-1</td><td>$0.75</td><td>$4.50</td></tr>"


def read(cell: str, after: str = "", *, before: str = "", row: str = "") -> PageRates:
    """What a page states with `cell` for the input of road-2, `before` and `after` its table and a last `row` in it."""
    rows = f"<tr><td>road-2</td><td>{cell}</td><td>$15.00</td></tr>{OTHER}{row}"
    table = f"<table><tr><th>Model</th><th>Input</th><th>Output</th></tr>{rows}</table>"
    page = f"<!doctype html><html><body><h1>Pricing</h1><p>Prices per 1M tokens in USD</p>{before}{table}{after}</body></html>"
    document = read_document(page, "https://vendor.example/prices")
    assert isinstance(document, Document)
    return read_rates(document, "acme", date(2026, 11, 15), ("road-1", "road-2"))


def is_plain(page: PageRates) -> bool:
    """True where the price with the mark stands without a doubt."""
    return ("road-2", "input") in {(rate.name, dimension) for rate, dimension, _ in plain(page)}


@pytest.mark.parametrize(
    "note",
    [
        "* Starting price",
        "*) Starting price",
        "(*) Starting price",
        "*. Starting price",
        "* = Starting price",
        "*— Starting price",
        "* (Starting price)",
        '* "Starting price"',
        "Note: * Starting price",
        "[*] Starting price",
        "*Starting price",
        "Prices marked with * are starting prices.",
        "* Starting price, equivalent to $0.04 per image",
        "* For the first month; then $0.04 per image",
        "* $0.04 per image or less",
        "* For the first month; then 560 tokens or $0.0011 per image",
    ],
)
def test_a_note_is_heard_however_its_mark_is_written(note: str) -> None:
    """With signs between, quoted, or in the middle of a sentence."""
    assert not is_plain(read("$2.50*", f"<p>{note}</p>"))
    assert not is_plain(read("$2.50*", before=f"<p>{note}</p>"))


@pytest.mark.parametrize(
    "after",
    [
        "<details><p>* Starting price</p></details>",
        "<footer><p>* Starting price</p></footer>",
        "<footer>* Starting price</footer>",
        "".join(f"<p>Word {n} is told.</p>" for n in range(20)) + "<p>* Starting price</p>",
        "<p>* Prices in USD</p><p>* Starting price</p>",
        "<p>* Prices in USD<br>* Starting price</p>",
        "<p>* Prices in USD</p>"
        "<table><tr><th>Model</th><th>Input</th></tr><tr><td>road-0</td><td>$1</td></tr></table><p>* Starting price</p>",
        "<table><tr><th>Mark</th><th>Meaning</th></tr><tr><td>*</td><td>Starting price</td></tr></table>",
    ],
)
def test_all_notes_of_a_mark_are_heard_wherever_they_stand(after: str) -> None:
    """Far behind, in a footer or a table of notes, or the second one of the same mark."""
    assert not is_plain(read("$2.50*", after))


@pytest.mark.parametrize(
    "row", ["<tr><td>*</td><td>Starting price</td></tr>", "<tr><td>*</td><td colspan=2>Starting price</td></tr>"]
)
def test_a_row_of_a_mark_and_a_text_is_a_note(row: str) -> None:
    """Some tables end in their notes."""
    assert not is_plain(read("$2.50*", row=row))


@pytest.mark.parametrize(
    "after",
    [
        "<dl><dt>2</dt><dd>Starting price</dd></dl>",
        "<p>Note 2: Starting price</p>",
        "<p>2 Starting price</p>",
        "<p>2. Starting price</p>",
        "<ol start=2><li>Starting price</li></ol>",
        "<ol><li value=2>Starting price</li></ol>",
        "<p>2 — Starting price</p>",
        "<ol><li>Prices in USD</li><li>Starting price</li></ol>",
        "<footer><ol><li>Prices in USD</li><li>Starting price</li></ol></footer>",
        "<table><tr><td>2</td><td>Starting price</td></tr></table>",
        "<p>[2] Starting price</p>",
        "<p><sup>2</sup> Starting price</p>",
    ],
)
def test_a_note_with_a_number_is_heard(after: str) -> None:
    """Written before it, or counted by the list that it stands in."""
    assert not is_plain(read("$2.50<sup>2</sup>", after))


@pytest.mark.parametrize(
    ("cell", "after"), [("$2.50*", "<p>† Preview</p>"), ("$2.50<sup>3</sup>", "<p><sup>1</sup> Prices in USD</p>")]
)
def test_a_mark_without_a_note_is_a_doubt_where_the_page_has_notes(cell: str, after: str) -> None:
    """Its own may be lost."""
    page = read(cell, after)
    assert not is_plain(page)
    assert any(
        "mark of a note" in str(doubt)
        for rate in page.rates
        for price in rate.prices.values()
        for doubt in price.doubts
    )


@pytest.mark.parametrize(
    "note",
    [
        "* Prices exclude tax",
        "* All prices exclude VAT.",
        "* Excluding applicable taxes",
        "* Applicable taxes are not included",
        "* Prices in USD",
        "* Per 1M tokens",
        "* Image input is set at 560 tokens or $0.0011 per image.",
    ],
)
def test_notes_that_change_no_price_are_no_doubt(note: str) -> None:
    """Taxes, the currency, and what a price comes to by another unit."""
    assert is_plain(read("$2.50*", f"<p>{note}</p>"))


def test_the_notes_of_other_sections_are_not_those_of_a_price() -> None:
    """Many pages begin with one star anew under each heading."""
    other = (
        "<h2>Roads at sea</h2><table><tr><th>Model</th><th>Input</th></tr><tr><td>road-0</td><td>$1*</td></tr></table>"
    )
    assert is_plain(read("$2.50*", f"<p>* Prices in USD</p>{other}<p>* Starting price</p>"))


@pytest.mark.parametrize(("mark", "note"), [("<sup>1</sup>", "<ol>{}</ol>"), ("*", "{}")])
def test_four_times_the_notes_and_marks_take_no_square_of_the_time(mark: str, note: str) -> None:
    """CPU seconds; what a note says is a doubt, and of a hundred with one mark nobody knows which is meant."""
    took = {}
    for n in (300, 1_200):
        item = "<li>a note" if "ol" in note else "<p>* a note"
        begun = time.process_time()
        page = read(f"$2.50{mark}", note.format(item * n), row=f"<tr><td>road-1<td>$1{mark}<td>$2</tr>" * n)
        took[n] = time.process_time() - begun
        assert not is_plain(page)
    assert took[1_200] < 8 * took[300]
