"""Prices as they are written: plain, exact, with a digit behind the point."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.planning.decimals import divided, plain


@pytest.mark.parametrize(
    ("number", "text"),
    [("2", "2.0"), ("0.250", "0.25"), ("12.5", "12.5"), ("1E-7", "0.0000001"), ("1E+3", "1000.0"), ("0", "0.0")],
)
def test_decimals_are_written_plain(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False))
def test_what_is_written_is_the_same_number(number: Decimal) -> None:
    text = plain(number)

    assert Decimal(text) == number
    assert "e" not in text.lower()
    assert "." in text


def test_a_quotient_is_exact_or_none() -> None:
    assert divided(Decimal(5), Decimal(2)) == Decimal("2.5")
    assert divided(Decimal(1), Decimal(3)) is None
    assert divided(Decimal(1), Decimal(0)) is None
