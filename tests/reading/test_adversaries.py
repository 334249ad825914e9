"""Qualifiers that look harmless, each in six places: what its prices may come out as, or that they are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]

TABLE = "| Model | Input | Output |\n|---|---|---|\n"
PLACES: dict[str, Callable[[str], str]] = {
    "head": lambda w: f"| Model | Input ({w}) | Output ({w}) |\n|---|---|---|\n| gpt-9 | $5 / MTok | $25 / MTok |\n",
    "heading": lambda w: f"## {w}\n\n{TABLE}| gpt-9 | $5 / MTok | $25 / MTok |\n",
    "name": lambda w: f"{TABLE}| gpt-9 ({w}) | $5 / MTok | $25 / MTok |\n",
    "cell": lambda w: f"{TABLE}| gpt-9 | $5 / MTok ({w}) | $25 / MTok ({w}) |\n",
    "column": lambda w: (
        f"| Model | Note | Input | Output |\n|---|---|---|---|\n| gpt-9 | {w} | $5 / MTok | $25 / MTok |\n"
    ),
    "card": lambda w: f"## gpt-9\n\n{w}\n\nInput: $5 / MTok\n\nOutput: $25 / MTok\n",
}
TOLD = [
    "GovCloud",
    "existing customers",
    "preview until June 2027",
    "per 1K",
    "fine-tuned",
    "beta",
    "legacy customers",
    "new customers only",
    "self-hosted",
    "on-premises",
    "dedicated",
    "reserved capacity",
    "for startups",
    "academic",
    "with commitment",
    "minimum spend",
    "1-year term",
    "excl. VAT",
    "incl. tax",
    "EU",
    "Europe",
    "Asia Pacific",
    "AWS",
    "Azure",
    "Vertex AI",
    "marketplace",
    "off-peak",
    "night rate",
    "weekends",
    "low latency",
    "high throughput",
    "turbo",
    "ultra",
    "express",
    "async",
    "deferred",
    "background",
    "after 1M tokens",
    "first 1M tokens",
    "up to 10M tokens per month",
    "non-thinking",
    "per request",
    "per hour",
    "per image",
    "per minute",
    "per character",
    "CAD",
    "in yen",
    "was",
    "promotional",
    "limited time",
    "estimated",
    "starting at",
    "up to",
    "not",
    "except",
    "without caching",
    "unless batched",
    "50% off",
    "2x",
    "x1.5",
    "multiplier",
    "no longer available",
    "Q3",
    "tier 4",
    "v2 pricing",
    "hosted by partners",
    "BYOK",
    "distilled",
    "quantized",
    "int4",
    "free tier",
    "trial",
    "sandbox",
    "internal",
]
PRICED = {  # what the prices may be of instead: (mode, above, up to, first day, dimensions)
    "≥ 128k": ("standard", 128_000, None, None, {"input", "output"}),
    "≤ 32K": ("standard", None, 32_000, None, {"input", "output"}),
    "> 1M": ("standard", 1_000_000, None, None, {"input", "output"}),
    "cached": ("standard", None, None, None, {"cached_input"}),
    "image": ("standard", None, None, None, {"input_image", "output_image"}),
    "audio": ("standard", None, None, None, {"input_audio", "output_audio"}),
    "video": ("standard", None, None, None, {"input_video", "output_video"}),
    "from 2027-01-01": ("standard", None, None, "2027-01-01", {"input", "output"}),
    "batch": ("batch", None, None, None, {"input", "output"}),
    "fast mode": ("priority", None, None, None, {"input", "output"}),
}


@pytest.mark.parametrize("words", TOLD)
def test_words_that_may_qualify_a_price_leave_none_plain(page_rates: Read, words: str) -> None:
    """Nowhere, and never without a word."""
    for place, page in PLACES.items():
        read = page_rates(f"# Pricing\n\n{page(words)}")
        assert not list(plain(read)), place
        assert told(read), place


@pytest.mark.parametrize("words", PRICED)
def test_words_that_are_understood_say_what_the_price_is_of(page_rates: Read, words: str) -> None:
    """Or the price is told; it is never the plain one. (Over a card's own labels "cached" groups nothing, as lines do.)"""
    mode, above, up_to, start, dimensions = PRICED[words]
    for place, page in PLACES.items():
        if (words, place) == ("cached", "card"):
            continue
        read = page_rates(f"# Pricing\n\n{page(words)}")
        assert told(read) or list(plain(read)), place
        for rate, dimension, _ in plain(read):
            assert (rate.mode, rate.above_input_tokens, rate.up_to_input_tokens) == (mode, above, up_to), place
            assert (str(rate.start) if rate.start else None) == start, place
            assert dimension in dimensions, place
