"""What another registry says of one price, for the tests that hold it against ours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from octoregistry.queries.vendor_prices import PriceKey
from octoregistry.sources.registries import RegistryPrice, Statements

SOL = PriceKey("openai", "gpt-5.6-sol", "standard", None, "input")


def witness_report(witness: str, usd: str, day: date, key: PriceKey = SOL) -> Statements:
    """All that `witness` says: one price, as it had it on `day`."""
    said = RegistryPrice(
        witness, key.provider, key.model, key.mode, key.above_input_tokens, key.dimension, Decimal(usd), day
    )
    return Statements(witness, "https://x.example", day, (said,))
