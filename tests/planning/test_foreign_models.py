"""A page that prices another vendor's models is no page of this one."""

from __future__ import annotations

from decimal import Decimal

from octoregistry.planning.foreign_models import own_rates
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from providers import load_registry

PAGE = "https://example.org/pricing"


def page(provider: str, *names: str) -> PageRates:
    price = StatedPrice(Decimal(1), Evidence(PAGE, "T1R2C2", "$1"))
    return PageRates(provider, PAGE, tuple(StatedRate(name, "standard", {"input": price}) for name in names))


def test_a_page_of_another_vendor_is_told_from_its_names() -> None:
    """Not "no change", and no new models either."""
    said = own_rates(page("anthropic", "gpt-5", "gpt-5-mini", "gpt-4o", "gpt-99"), load_registry().providers)
    assert isinstance(said, str)
    assert "models of openai (3) and none that is known of anthropic" in said


def test_a_competitors_row_is_left_out_and_told() -> None:
    """A comparison on a vendor's page adds nobody's model to that vendor."""
    kept = own_rates(page("openai", "gpt-5", "Claude Opus 5", "gpt-99"), load_registry().providers)
    assert isinstance(kept, PageRates)
    assert [rate.name for rate in kept.rates] == ["gpt-5", "gpt-99"]
    assert "'Claude Opus 5' is a model of anthropic" in str(kept.problems[0])


def test_a_vendors_own_page_stays_as_it_is() -> None:
    """Known and new models alike."""
    mine = page("gemini", "Gemini 2.5 Pro", "Gemini 99 Flash")
    assert own_rates(mine, load_registry().providers) == mine
