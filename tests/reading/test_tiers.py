"""For prompts of which size a price holds."""

from __future__ import annotations

import pytest

from octoregistry.reading.tiers import tier_in


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("prompts <= 200k tokens", None),
        ("prompts > 200k tokens", 200000),
        ("≤ 200K input tokens", None),
        ("> 200K", 200000),
        ("over 272,000 input tokens", 272000),
        ("up to 128k tokens", None),
        ("<272K context length", None),
        (">272K context length", 272000),
        ("Prompts mit mehr als 200.000 Tokens", 200000),
        ("bis zu 200.000 Tokens", None),
        ("invites > 200 000 jetons", 200000),
        ("más de 200,000 tokens", 200000),
        ("hasta 200k tokens", None),
        ("200Kトークン超", 200000),
        ("超过 200K 令牌", 200000),
        ("20万トークン以下", None),
        ("200k 토큰 초과", 200000),
        ("200k+ tokens", 200000),
        ("longer than 200K tokens", 200000),
        ("at least 200K tokens", 200000),
        ("più di 200K token", 200000),
        ("более 200 тыс. токенов", 200000),
        ("acima de 200 mil tokens", 200000),
    ],
)
def test_a_tier_is_read(text: str, above: int | None) -> None:
    """For prompts of which size a price holds."""
    assert tier_in(text) == (True, above)


@pytest.mark.parametrize("text", ["200K context window", "up to 50% off", "1M context", "Sonnet 4.5", "30 seconds"])
def test_a_size_is_no_tier(text: str) -> None:
    """A context window says nothing of prices."""
    assert tier_in(text) == (False, None)
