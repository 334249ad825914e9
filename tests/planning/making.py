"""Registries, pages and plans in a line each, for the tests of the planner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from providers.dimensions import PricingError
from providers.registry import Registry, parse_registry

PAGE = "https://vendor.example/pricing"
SEPTEMBER_7 = date(2026, 9, 7)


def registry(*lines: str, provider: str = "openai", multiplier: str = "2.0") -> str:
    """A registry with one provider; `lines` are its models' lines."""
    head = [
        f"default_provider: {provider}",
        "providers:",
        f"  {provider}:",
        "    env_var: KEY",
        f"    default_model: {lines[0].rstrip(':')}",
        f"    realtime_multiplier: {multiplier}",
        "    models:",
    ]
    tail = ["defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}", ""]
    return "\n".join([*head, *(f"      {line}" for line in lines), *tail])


def rate(
    name: str,
    mode: str = "standard",
    *,
    above: object = None,
    up_to: object = None,
    start: date | None = None,
    **usd: str,
) -> StatedRate:
    prices = {key: StatedPrice(Decimal(price), Evidence(PAGE, "T1R2C3", f"${price}")) for key, price in usd.items()}
    return StatedRate(name, mode, prices, above_input_tokens=above, start=start, up_to_input_tokens=up_to)  # type: ignore[arg-type]


def page(*rates: StatedRate, checked: date = SEPTEMBER_7, provider: str = "openai") -> PricedPage:
    return PricedPage(PageRates(provider, PAGE, rates), checked, "f" * 64)


def planned(text: str, *pages: PricedPage, provider: str = "openai", **options: object) -> Plan:
    today = max((each.checked for each in pages), default=SEPTEMBER_7)
    return plan_provider(parse_registry(text).providers[provider], pages, today=today, **options)  # type: ignore[arg-type]


def updated(text: str, *pages: PricedPage, provider: str = "openai", **options: object) -> Registry:
    """The registry after the update; a second one must find nothing left to do."""
    merged = merge(text, planned(text, *pages, provider=provider, **options))
    assert not planned(merged, *pages, provider=provider, **options).applied
    return parse_registry(merged)


def change(plan: Plan, dimension: str, mode: str | None = None, above: int | None = None) -> Change:
    found = [c for c in plan.changes if (c.dimension, c.mode, c.above_input_tokens) == (dimension, mode, above)]
    assert len(found) == 1, found
    return found[0]


SOL = registry(
    "gpt-5.6-sol:",
    "  display_name: gpt-5.6-sol",
    "  input_per_million: 2.5",
    "  output_per_million: 15.0",
    "  batch_support: true",
    "  rates:",
    "    - {mode: standard, input: 5.0, output: 30.0, cached_input: 0.5}",
    "    - {mode: standard, above_input_tokens: 272000, input: 10.0, output: 45.0, cached_input: 1.0}",
    "    - {mode: batch, input: 2.5, output: 15.0, cached_input: 0.25}",
    "  source: {page: 'https://vendor.example/pricing', checked: 2026-08-21, sha256: eeee}",
)
SOL_DROPPED = (
    rate("gpt-5.6-sol", input="4", output="20", cached_input="0.4"),
    rate("gpt-5.6-sol", above="unknown", input="8", output="30", cached_input="0.8"),
)


NOTHING = registry("none-yet:", "  {display_name: None, input_per_million: 1.0, output_per_million: 2.0}")


def read(*pages: PricedPage, text: str = NOTHING, provider: str = "openai") -> Registry:
    """The registry after an update from each page in turn."""
    for one in pages:
        text = merge(text, planned(text, one, provider=provider, settings=None))
    return parse_registry(text)


def cost(found: Registry, model: str, provider: str = "openai", **asked: object) -> Decimal | None:
    """What a call costs; None where nobody knows."""
    try:
        return found.pricing(provider, model).cost(**asked)  # type: ignore[arg-type]
    except PricingError:
        return None


LONG = (
    rate("gpt-8-sol", input="5", output="30"),
    rate("gpt-8-sol", above=272_000, input="10", output="45"),
)
FLEX = rate("gpt-8-sol", "flex", input="2.5", output="15")
BATCH = rate("gpt-8-sol", "batch", input="2.5", output="15")
STANDARD = rate("gpt-8-sol", input="5", output="30")
FALLEN = rate("gpt-8-sol", input="4", output="20")
