"""What a page's style sheets hide, or strike through, is not read; tabs and folds, which somebody can open, are."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document

STYLE = """<style>
/* .kept { display: none } */
.away { position: absolute; left: -9999px }
#gone, span.small { font-size: 0 }
.off { display: none }
.was { text-decoration: line-through }
.tab { display: none } .tab.open { display: block }
@media print { .screen { display: none } }
@media (max-width: 600px) { .phone { display: none } }
.wide { display: none } @media (min-width: 600px) { .wide { display: inline } }
.fold { display: none }
</style>"""


def text_of(cell: str, *, style: str = STYLE) -> str:
    page = (
        f"<html><head>{style}</head><body><h1>Pricing</h1><p>What each model costs when you call it over the API.</p>"
        f"<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>{cell}</td></tr></table></body></html>"
    )
    document = read_document(page, "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    return document.tables[0].rows[1][1]


@pytest.mark.parametrize(
    "hidden",
    [
        '<span class="away">$1</span>',
        '<i id="gone">$1</i>',
        '<span class="small">$1</span>',
        '<b class="x off y">$1</b>',
        '<span class="was">$1</span>',
        '<span class="OFF">$1</span>',
        '<span style="text-decoration: line-through">$1</span>',
        '<span style="text-decoration-line:line-through">$1</span>',
        '<span class="text-gray line-through">$1</span>',
        '<span style="margin-left:-9999px">$1</span>',
    ],
)
def test_what_is_moved_away_shrunk_not_displayed_or_struck_through_is_not_read(hidden: str) -> None:
    """A figure that nobody sees is none."""
    assert text_of(f"{hidden}$2") == "$2"


@pytest.mark.parametrize(
    "shown",
    [
        '<span class="kept">$1</span>',
        '<b class="small">$1</b>',
        '<span class="tab">$1</span>',
        '<span class="screen">$1</span>',
        '<span class="phone">$1</span>',
        '<span class="wide">$1</span>',
        '<span class="offer">$1</span>',
    ],
)
def test_what_is_shown_on_some_screen_or_by_some_rule_is_read(shown: str) -> None:
    """Only what no reader ever sees is left out."""
    assert text_of(shown) == "$1"


def test_a_block_that_is_folded_away_is_read() -> None:
    """Tabs and folds are not displayed until somebody clicks."""
    page = f"<html><head>{STYLE}</head><body><h1>Pricing</h1><p>Prices per 1M tokens, and what a fold is.</p>"
    table = "<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>$2</td></tr></table>"
    document = read_document(f'{page}<div class="fold">{table}</div></body></html>', "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert [t.rows[1] for t in document.tables] == [("gpt-9", "$2")]


def test_a_row_that_is_not_displayed_is_no_row() -> None:
    """Rows too may be hidden by their class."""
    row = '</td></tr><tr class="off"><td>gpt-8</td><td>$1'
    page = f"<html><head>{STYLE}</head><body><h1>Pricing</h1><p>What each model costs when you call it.</p>"
    table = f"<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>$2{row}</td></tr></table>"
    document = read_document(f"{page}{table}</body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert [r[0] for r in document.tables[0].rows] == ["Model", "gpt-9"]


@pytest.mark.parametrize("style", [".away{", "}}}{{{", "@media{.a{", ".away", "", "@a{b{}" * 50_000, "x" * 300_000])
def test_a_broken_style_sheet_hides_nothing(style: str) -> None:
    """Whatever stands there, and however much of it."""
    assert text_of('<span class="away">$1</span>', style=f"<style>{style}</style>") == "$1"
