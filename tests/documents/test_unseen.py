"""A figure in a cell that the page does not show is not read, and that is told."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.nesting import LEFT_OUT
from tests.documents.test_stylesheets import text_of


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("<td class=hidden>$2", True), ("<td hidden>$2", True), ("<td hidden=false>$2", True),
        ("<td><b style='display:none'>$2</b>", True),
        ("<td><span class='hidden print:inline'>$2</span>", True), ("<td>", False), ("<td><s>$2</s>", False),
        ("<td hidden>new", False),
        ("<td><script>$1</script>", False), ("<td>$3<b hidden>$2</b>", False),
    ],
)  # fmt: skip
def test_a_figure_that_is_not_shown_is_told(cell: str, told: bool) -> None:
    rows = f"<tr><th>Model<th>Input<th>Output</tr><tr><td>gpt-9<td>$1{cell}</tr>"
    document = read_document(
        f"<html><body><h1>Pricing</h1><p>What each model costs when you call it.</p><table>{rows}</table></html>",
        "https://vendor.invalid",
    )
    assert isinstance(document, Document)
    assert [gap.reason for gap in document.gaps] == ["a cell with a figure that the page does not show is left out"][
        : int(told)
    ]


@pytest.mark.parametrize(
    "cell",
    ["$2.50<template shadowrootmode=open>from <slot></slot></template>", "$<q style='quotes:\"7\" \"9\"'>2.50</q>",
     "<b><template shadowrootmode='open'>$9</template>$2.50</b>"],
)  # fmt: skip
def test_what_a_browser_puts_in_place_of_a_text_leaves_it_in_doubt(cell: str) -> None:
    """The shadow of a tag, and the marks around a quotation."""
    assert LEFT_OUT in text_of(f"{cell}</td><td>$7", style="")
