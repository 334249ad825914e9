"""What another registry says of one price, for the tests that hold it against ours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from octoregistry.queries.vendor_prices import Place
from octoregistry.sources.registries import Statements, Vouched

SOL = Place("openai", "gpt-5.6-sol", "standard", None, "input")


def heard(witness: str, usd: str, day: date, place: Place = SOL) -> Statements:
    """All that `witness` says: one price, as it had it on `day`."""
    said = Vouched(
        witness, place.provider, place.model, place.mode, place.above_input_tokens, place.dimension, Decimal(usd), day
    )
    return Statements(witness, "https://x.example", day, (said,))
