"""Literals, grids and figures: what holds for all of them."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.documents.cut import whole_part
from octoregistry.documents.grid import SpanningCell, grid
from octoregistry.documents.jsliteral import LiteralError, read_literal
from octoregistry.reading.classify.numbers import decimal_of

plain = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_every_json_value_is_a_literal(value: object) -> None:
    """Component props are JavaScript, and most of them JSON."""
    source = json.dumps(value)
    assert read_literal(source) == (value, len(source))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[1, .5, 1_000, -2]", ["1", ".5", "1000", "-2"]),
        ("{a: 'x', 'b': null, c: undefined,}", {"a": "x", "b": None, "c": None}),
        ('[/* note */ `a`, // end\n "b"]', ["a", "b"]),
        ('html("<b>5</b>")', "<b>5</b>"),
        (r'"\u00e9\x41\n"', "éA\n"),
    ],
)
def test_javascript_beyond_json_is_read(source: str, value: object) -> None:
    """Numbers stay text: no price passes through a float."""
    assert read_literal(source)[0] == value


@given(st.text(alphabet="[]{}\"',:1a ", max_size=60))
def test_a_broken_literal_is_an_error_and_nothing_else(source: str) -> None:
    """It neither hangs nor raises what nobody expects."""
    with suppress(LiteralError):
        read_literal(source)


@given(st.lists(st.lists(st.tuples(st.text(max_size=3), st.integers(1, 5), st.integers(1, 5)), max_size=5), max_size=6))
def test_a_grid_is_rectangular_whatever_spans(rows: list[list[tuple[str, int, int]]]) -> None:
    """Every row is as wide as the widest."""
    made = grid([[SpanningCell(text, rowspan=down, colspan=across) for text, down, across in row] for row in rows])
    assert len({len(row) for row in made.rows}) <= 1


@given(st.decimals(min_value=0, max_value=999999, places=2))
def test_a_figure_reads_the_same_in_either_writing(value: Decimal) -> None:
    """1,299.00 and 1.299,00 are one number."""
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert decimal_of(english) == value
    assert decimal_of(german, decimal_comma=True) == value
    assert decimal_of(german) == value


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("0,30", None, "0.30"), ("3,75", None, "3.75"), ("1,250", None, None), ("1,250", False, "1250"), ("1,250", True, "1.250"),
        ("1.250", False, "1.250"), ("1.250", True, None), ("1.299,00", None, "1299.00"), ("1.2.3", False, None),
        ("1,2,3", True, None),
        (".25", False, ".25"), ("0,125", None, "0.125"), ("12,50,00", None, None), ("1\u202f250,00", True, "1250.00"),
    ],
)  # fmt: skip
def test_a_figure_that_reads_two_ways_is_not_read(text: str, comma: bool | None, value: str | None) -> None:
    """Unless the page shows elsewhere how it writes."""
    assert decimal_of(text, decimal_comma=comma) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("source", "is_html", "kept"),
    [
        ("<html><table><tr><td>a</td></tr><tr><td>$1", True, "<html><table><tr><td>a</td></tr>"),
        ("<html><p>Input $1", True, "<html><p>"),
        ("<html><p>$15</p></html>", True, "<html><p>$15</p></html>"),
        ("| a | b |\n|---|---|\n| c | $1", False, "| a | b |\n|---|---|"),
        ("| a | b |\n|---|---|\n| c | $15 |", False, "| a | b |\n|---|---|\n| c | $15 |"),
        ("a | b\n---|---\nc | $15.00\nd | $1", False, "a | b\n---|---\nc | $15.00"),
        ("Input\n$2.00\nCached input\n$0", False, "Input\n$2.00\nCached input"),
        ("Input\n$2.00\nOutput\n$10.00 / MTok", False, "Input\n$2.00\nOutput\n$10.00 / MTok"),
    ],
)
def test_a_torn_end_is_left_out(source: str, is_html: bool, kept: str) -> None:
    """And what is whole stays."""
    assert whole_part(source, is_html=is_html)[0] == kept
