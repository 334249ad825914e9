"""Where a figure stands, in the page's own words."""

from datetime import date

import pytest

from octoregistry.documents import read_document
from octoregistry.reading import read_rates
from octoregistry.reading.cell_path import cell_path
from octoregistry.reading.labels import Figure, Label

URL = "https://acme.example/prices"
PAGE = """\
# Prices

## Models

### Batch

| Model | Short context, input | Output |
|---|---|---|
| gpt-5.6-sol | $4.00 / 1M tokens | $20.00 / 1M tokens |
"""


def test_a_price_names_its_headings_its_row_and_its_column():
    """From the outside in; the page's own title says nothing of a place and is left out where two headings are nearer."""
    read = read_rates(read_document(PAGE, URL), "openai", date(2026, 9, 8))
    (rate,) = read.rates
    assert {name: price.evidence.path for name, price in rate.prices.items()} == {
        "input": ("Models", "Batch", "gpt-5.6-sol", "Short context, input"),
        "output": ("Models", "Batch", "gpt-5.6-sol", "Output"),
    }


@pytest.mark.parametrize(
    ("labels", "over", "path"),
    [
        ((), (), ()),
        ((Label("Input", "column_head", 0), Label("Long", "column_head", 1)), (), ("Long, Input",)),
        ((Label("sol", "row_head"),), (Label("sol", "heading"),), ("sol",)),
        ((Label("a\n b", "row_head"),), (), ("a b",)),
        ((Label("x" * 200, "row_head"),), (), ("x" * 79 + "…",)),
        ((), (Label("near", "heading", 0), Label("far", "heading", 1), Label("title", "heading", 2)), ("far", "near")),
        ((Label("beside", "beside"), Label("note", "footnote")), (Label("a sentence", "sentence"),), ()),
    ],
)
def test_a_path_has_each_word_once_and_no_endless_one(labels, over, path):
    """Heads over one another are one part; what stands beside a figure or under a table is no place."""
    assert cell_path(Figure("$1", "$1", "T1R2C2", labels), over) == path
