"""What is held is told with every reason, and nothing of a page steers the terminal."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console

from octoregistry.cli.held_changes import held_texts
from octoregistry.cli.output import line as line_of
from octoregistry.planning.plan import Change, Plan, Reason, Verdict, WitnessPrice
from octoregistry.reading.rates import Evidence

HOLD = Verdict("hold", (Reason("moved", "moved ×10, the guard is ×3"), Reason("zero", "another")))


def shown(*changes: Change) -> str:
    console = Console(file=io.StringIO(), width=200, no_color=True)
    for text in held_texts(Plan(changes)):
        console.print(text)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def held(dimension: str = "input", text: str = "$50.00") -> Change:
    return Change(
        "acme",
        "m",
        "price",
        dimension,
        Decimal(5),
        Decimal(50),
        "standard",
        evidence=Evidence("https://p", "T1R2C3", text),
        verdict=HOLD,
        vouches=(WitnessPrice("litellm", Decimal(50), date(2026, 9, 7)),),
        contradicts=(WitnessPrice("openrouter", Decimal(2), date(2026, 9, 8)),),
    )


def test_every_reason_and_who_says_what_stands_beside_a_held_price() -> None:
    output = shown(held())
    assert "moved ×10, the guard is ×3; another" in output
    assert 'standard input 5.0 -> 50.0 (×10), T1R2C3 "$50.00"' in output
    assert "agree: litellm 50.0 (2026-09-07); disagree: openrouter 2.0 (2026-09-08)" in output


def test_changes_held_for_the_same_reasons_stand_under_them_once() -> None:
    output = shown(held("input"), held("output"))
    assert output.count("the guard is") == 1
    assert "standard output" in output


def test_nothing_held_is_nothing_told() -> None:
    assert shown(Change("acme", "m", "price", "input", Decimal(5), Decimal(4), "standard")) == ""


def test_a_cell_cannot_paint_over_the_table() -> None:
    output = shown(held(text="\x1b[2J\x1b]0;title\x07$50\u202e05$"))
    assert "\x1b" not in output
    assert "\u202e" not in output


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u200bb\u202ec", "a\\u200bb\\u202ec"),
        ("x" * 200, "x" * 159 + "…"),
        ("Größe 価格 ≤200k", "Größe 価格 ≤200k"),
    ],
)
def test_text_is_one_safe_line(text: str, line: str) -> None:
    assert line_of(text) == line
