"""Cards whose parts stand under headings of their own, and whose tiers stand between a label and its prices."""

from __future__ import annotations

from datetime import date

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from tests.reading.plain import plain

CARDS = """<!doctype html><html><body><main><h1>Pricing</h1>
<div><h3>Opus 4.5</h3><p>Input</p><p>$5 / MTok</p><p>Output</p><p>$25 / MTok</p>
<h4>Prompt caching</h4><p>Write</p><p>$6.25 / MTok</p><p>Read</p><p>$0.50 / MTok</p></div>
<div><h3>Sonnet 4.5</h3>
<p>Input</p><p>Prompts ≤ 200K tokens</p><p>$3 / MTok</p><p>Prompts > 200K tokens</p><p>$6 / MTok</p>
<p>Output</p><p>Prompts ≤ 200K tokens</p><p>$15 / MTok</p><p>Prompts > 200K tokens</p><p>$22.50 / MTok</p></div>
<div><h3>Pro plan</h3><p>$20 per month</p></div></main></body></html>"""


def test_a_heading_within_a_card_and_tiers_between_its_lines_are_understood() -> None:
    """Caching under its own heading belongs to the model; a prompt size is no input price."""
    document = read_document(CARDS, "https://example.org/pricing")
    assert isinstance(document, Document)
    read = read_rates(document, "anthropic", date(2026, 7, 15))
    prices = {
        (rate.name, rate.above_input_tokens, dimension): str(price.amount) for rate, dimension, price in plain(read)
    }
    assert prices == {
        ("Opus 4.5", None, "input"): "5",
        ("Opus 4.5", None, "output"): "25",
        ("Opus 4.5", None, "cache_write_5m"): "6.25",
        ("Opus 4.5", None, "cached_input"): "0.50",
        ("Sonnet 4.5", None, "input"): "3",
        ("Sonnet 4.5", 200_000, "input"): "6",
        ("Sonnet 4.5", None, "output"): "15",
        ("Sonnet 4.5", 200_000, "output"): "22.50",
    }
    assert not read.problems
