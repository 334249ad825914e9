"""Text that a style sheet adds is read as words where words stand, and is a doubt beside digits."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.nesting import LEFT_OUT
from tests.documents.test_stylesheets import text_of


def page_of(css: str) -> Document:
    head = f"<html><head><style>{css}</style></head><body><h1>Pricing</h1><p>Prices per 1M tokens, for each model.</p>"
    rows = "<tr><th>Model<th>Input</tr><tr><td>gpt-9<td data-label='Input'>$2.50</tr>"
    document = read_document(f"{head}<table>{rows}</table></body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(
    "css",
    ["th:nth-child(2)::after { content: ' (batch)' }", "th:last-child:after { --a: '(batch)'; content: var(--a) }"],
)
def test_words_behind_a_head_are_words_of_it(css: str) -> None:
    assert page_of(css).tables[0].rows[0][1] == f"Input{LEFT_OUT} (batch)"


def test_a_head_that_is_replaced_is_a_doubt() -> None:
    css = "th:nth-child(2) { font-size: 0 } th:nth-child(2)::after { content: 'Cached input'; font-size: 16px }"
    assert page_of(css).tables[0].rows[1][1] == f"{LEFT_OUT}$2.50"
    assert "cached input" in page_of(css).tables[0].rows[0][1]


def test_words_behind_a_passage_are_words_of_it() -> None:
    assert "prices per 1k tokens" in page_of("p::after { content: 'Prices per 1K tokens' }").passages[0].text


@pytest.mark.parametrize("cell", ["$2.50<b><u></u></b>", "<b><i></i></b>$2.50", "<ul><li>$2.50</li></ul>"])
@pytest.mark.parametrize(
    "css", ["b *::before, li::before { content: '9' }", "b *::after, li::marker { content: 'up to ' }"]
)
def test_text_beside_digits_is_a_doubt_however_deep_it_stands(cell: str, css: str) -> None:
    assert LEFT_OUT in text_of(f"{cell}</td><td>$7", style=f"<style>{css}</style>")


@pytest.mark.parametrize(
    "css",
    [
        "td:before { content: attr(data-label); display: none } @media (max-width: 9em) { td:before { display: block } }",
        "td::after { content: attr(data-label); opacity: 0; visibility: hidden; position: absolute }",
        "td::after { --tw-content: ''; content: var(--tw-content) }", "td::after { content: attr(data-none) }",
        "@media print, (max-width: 0) { td::after { content: ' (from)' } }", "td:hover::after { content: 'from' }",
        "th::after { content: '\\2197' counter(n) } h1::before { content: counter(n) '. ' }", "td::before { content: '' }",
    ],
)  # fmt: skip
def test_text_that_nobody_sees_leaves_no_doubt(css: str) -> None:
    """Tooltips, heads of columns on narrow screens, marks that are no words."""
    document = page_of(css)
    assert document.tables[0].rows == (("Model", "Input"), ("gpt-9", "$2.50"))
    assert document.passages[0].text == "Prices per 1M tokens, for each model."
