"""Numbers of pages and headers are digits 0 to 9, and not too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.documents.whole_number import whole_number

TAKEN = {"0": 0, " 12 ": 12, "007": 7, "0" * 5000 + "1": 1, "1000000000": None}
REFUSED = ["²", "₂", "٢", "+5", "-1", "1_0", "1.0", "", None, 5, "9" * 5000]


@pytest.mark.parametrize(("text", "number"), [*TAKEN.items(), *((text, None) for text in REFUSED)])
def test_what_is_a_number(text: object, number: int | None) -> None:
    assert whole_number(text) == number


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    number = whole_number(text, 9999)
    assert number is None or 0 <= number <= 9999
