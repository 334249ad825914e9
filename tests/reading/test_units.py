"""In which unit a price is, as labels and cells say it."""

from __future__ import annotations

import pytest

from octoregistry.reading.units import unit_in


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("per 1M tokens", 1),
        ("/ MTok", 1),
        ("/MTok", 1),
        ("/ 1M tokens", 1),
        ("per million input tokens", 1),
        ("per 1,000,000 tokens", 1),
        ("Price per 1K tokens", 1000),
        ("per 1,000 tokens", 1000),
        ("$/1K tok", 1000),
        ("per thousand tokens", 1000),
        ("per token", 1000000),
        ("pro Million Token", 1),
        ("pro 1.000 Token", 1000),
        ("par million de jetons", 1),
        ("por millón de tokens", 1),
        ("por milhão de tokens", 1),
        ("per milione di token", 1),
        ("100万トークンあたり", 1),
        ("每百万 token", 1),
        ("백만 토큰당", 1),
        ("за 1 млн токенов", 1),
        ("per juta token", 1),
        ("1000トークンあたり", 1000),
        ("每千 token", 1000),
        ("за 1000 токенов", 1000),
    ],
)
def test_a_unit_of_tokens_is_read(text: str, factor: int) -> None:
    """A thousand tokens are not a million."""
    unit = unit_in(text)
    assert unit is not None
    assert unit.factor == factor


@pytest.mark.parametrize(
    "text",
    [
        "per image",
        "per second",
        "/ minute",
        "per 1M characters",
        "per 1k calls",
        "/ GB per day",
        "per session-hour",
        "per song",
        "per 1,000 requests",
        "per month",
        "per seat",
        "pro Bild",
        "par seconde",
        "por imagen",
        "per page",
        "per video second",
    ],
)
def test_another_unit_is_not_tokens(text: str) -> None:
    """It is read as what it is."""
    unit = unit_in(text)
    assert unit is not None
    assert unit.factor is None
