"""The registry beside the others: prices of the same day, and what the vendor's page says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from octoregistry.queries.compare import compare
from octoregistry.queries.vendor_prices import vendor_prices
from octoregistry.settings import Settings
from octoregistry.sources import Failed
from providers import Registry
from tests.witness_reports import SOL, witness_report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_comparison_is_one_of_prices_on_the_same_day(registry: Registry, settings: Settings) -> None:
    official = vendor_prices(registry, settings, ["openai"], lambda: NOW)
    told = [
        witness_report("litellm", "4", date(2026, 11, 1)),
        witness_report("genai-prices", "5", date(2026, 8, 21)),
        witness_report("openrouter", "2", date(2026, 8, 21)),
    ]
    found = compare(registry, {one.witness: one for one in told}, official)
    (one,) = found.disagreements
    assert (one.key, one.usd, one.now, one.page_agrees) == (SOL, Decimal(5), Decimal(4), True)
    assert ([price.witness for price in one.witness_prices], one.agree) == (["openrouter"], ("litellm", "genai-prices"))
    counts = {tally.witness: (tally.same, tally.other) for tally in found.tallies}
    assert counts == {"litellm": (1, 0), "genai-prices": (1, 0), "openrouter": (0, 1)}


def test_a_failed_witness_and_an_unread_page_are_no_fault(registry: Registry) -> None:
    found = compare(registry, {"litellm": Failed("https://x", "down")}, {})
    assert (found.disagreements, found.tallies) == ((), ())
    (one,) = compare(registry, {"w": witness_report("w", "9", date(2026, 11, 1))}, {}).disagreements
    assert one.page is None
    assert one.page_agrees is None
