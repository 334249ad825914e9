"""Why the registry has a price: its place on the page that served last, who agrees, and what it was before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from octoregistry.planning.witnesses import Witnesses
from octoregistry.queries.explain import PriceExplanation, explain
from octoregistry.queries.vendor_prices import VendorPrices, vendor_prices
from octoregistry.settings import Settings
from octoregistry.sources import Failed, Page
from octoregistry.sources.registries import Statements
from providers import Registry
from tests.witness_reports import SOL, witness_report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def explained(registry: Registry, official: VendorPrices, *said: Statements) -> PriceExplanation:
    model = registry.model("openai", "gpt-5.6-sol")
    witnesses = Witnesses.from_reports(said)
    found = explain(registry.providers["openai"], model, official, witnesses, NOW.date())
    return next(price for price in found.prices if price.key == SOL)


def test_a_price_stands_where_the_page_that_served_last_has_it(registry: Registry, settings: Settings) -> None:
    official = vendor_prices(registry, settings, ["openai"], lambda: NOW)["openai"]
    assert isinstance(official.page, Page)
    price = explained(registry, official)
    assert price.usd == Decimal(4)
    assert price.stated is not None
    assert price.stated.evidence is not None
    assert "4" in price.stated.evidence.text
    assert price.stated.usd == price.usd


def test_the_history_has_every_price_with_its_day(registry: Registry) -> None:
    price = explained(registry, VendorPrices(Failed("https://p", "gone")))
    assert price.history == ((None, Decimal("5.0")), (date(2026, 8, 22), Decimal("4.0")))
    assert price.stated is None


def test_a_witness_agrees_is_behind_or_differs(registry: Registry) -> None:
    """One that had on 2026-08-21 what we had on that day has only not heard of the change."""
    price = explained(
        registry,
        VendorPrices(Failed("https://p", "gone")),
        witness_report("litellm", "4", date(2026, 11, 1)),
        witness_report("genai-prices", "5", date(2026, 8, 21)),
        witness_report("models-dev", "5", date(2026, 9, 8)),
        witness_report("openrouter", "2", date(2026, 8, 22)),
    )
    assert [said.witness for said in price.agree] == ["litellm"]
    assert [said.witness for said in price.behind] == ["genai-prices"]
    assert [said.witness for said in price.differ] == ["models-dev", "openrouter"]


def test_every_price_of_every_model_can_be_explained(registry: Registry, settings: Settings) -> None:
    official = vendor_prices(registry, settings, registry.providers, lambda: NOW)
    keys = 0
    for provider in registry.providers.values():
        for model in provider.models.values():
            found = explain(provider, model, official[provider.name], Witnesses(), NOW.date())
            for price in found.prices:
                assert price.history
                assert price.stated is None or price.stated.usd == price.usd
                keys += price.stated is not None
    assert keys > 800


def test_the_longest_prompt_of_a_price_is_told(registry: Registry) -> None:
    """No page states what longer ones cost in that mode."""
    model = registry.model("openai", "gpt-5.5")
    nobody = VendorPrices(Failed("https://p", "gone"))
    found = explain(registry.providers["openai"], model, nobody, Witnesses.from_reports(()), NOW.date())
    bounds = {(price.key.mode, price.key.above_input_tokens): price.up_to_input_tokens for price in found.prices}
    assert bounds["priority", None] == 272_000
    assert bounds["standard", None] is None
