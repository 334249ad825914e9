"""The stored real pages of each vendor in order of date: real changes pass, and nothing is held without cause."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading import read_rates
from octoregistry.sources.registries import read_statements
from providers.registry import parse_registry

SHARED = Path(__file__).parents[3] / "shared"
if not SHARED.is_dir():
    pytest.skip(f"no stored pages in {SHARED}", allow_module_level=True)

IN_ORDER = {
    "openai": (
        "2025-10-15-docs-pricing-reader.md",
        "2026-03-28-docs-pricing-mdx.md",
        "2026-08-21-docs-pricing.html",
        "2026-09-07-standard-table-excerpt.md",
    ),
    "anthropic": (
        "2025-10-21-docs-pricing.md",
        "2026-03-14-docs-pricing.md",
        "2026-08-21-docs-pricing.md",
        "2026-09-07-model-table-excerpt.md",
    ),
    "gemini": ("2025-04-12-mirror.md", "2025-12-21-mdtxt.md", "2026-09-04-devsite.html"),
}
# LiteLLM's file carries no date; that of release 1.109.1 knows models that came after the last of these pages.
RECORDED = {
    "litellm": ("litellm-1.109.1.json", date(2026, 11, 1)),
    "models-dev": ("modelsdev-2026-08-12.json", date(2026, 8, 12)),
    "openrouter": ("openrouter-2026-08-22.json", date(2026, 8, 22)),
    "genai-prices": ("genai-prices-2026-08-21.json", date(2026, 8, 21)),
}


def almost_empty(provider: str) -> str:
    """A registry of one vendor with one model that no page has."""
    return "\n".join(
        [
            f"default_provider: {provider}",
            "providers:",
            f"  {provider}:",
            "    env_var: KEY",
            "    default_model: none-yet",
            "    models:",
            "      none-yet: {display_name: None yet, input_per_million: 1.0, output_per_million: 2.0}",
            "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}",
            "",
        ]
    )


def priced(provider: str, name: str) -> PricedPage:
    manifest = json.loads((SHARED / "pages" / "manifest.json").read_text())
    entry = next(entry for entry in manifest if entry["file"] == f"{provider}/{name}")
    day = date.fromisoformat(entry["date"])
    document = read_document((SHARED / "pages" / entry["file"]).read_text(), entry["url"])
    assert isinstance(document, Document)
    return PricedPage(read_rates(document, provider, day), day, entry["sha256"])


@pytest.fixture(scope="module")
def recorded() -> Witnesses:
    """What the other registries said, each as of the day on which its answer was stored."""
    vouched = []
    for witness, (name, day) in RECORDED.items():
        answer = json.loads((SHARED / "registries" / name).read_text())
        if witness == "openrouter":
            answer = answer["body"]
        vouched += read_statements(witness, json.dumps(answer), name, day).prices
    return Witnesses(vouched)


@pytest.mark.parametrize("provider", IN_ORDER)
@pytest.mark.parametrize("heard", [False, True], ids=["alone", "with the recorded registries"])
def test_real_changes_pass_and_little_is_held(provider: str, heard: bool, recorded: Witnesses) -> None:
    """Old witnesses hold nothing on pages of another day; on the day of a page, a second witness outweighs a third."""
    text = almost_empty(provider)
    for name in IN_ORDER[provider]:
        page = priced(provider, name)
        known = parse_registry(text).providers[provider]
        plan = plan_provider(known, [page], today=page.checked, witnesses=recorded if heard else None)
        held = {change.model for change in plan.held}  # words that nobody has explained yet leave a few in doubt
        assert len(held) <= 5, sorted(map(str, held))
        assert plan.applied
        text = merge(text, plan)
    assert len(parse_registry(text).models(provider)) > 15


def test_a_reseller_that_lists_half_the_price_is_outweighed(recorded: Witnesses) -> None:
    """OpenRouter had gpt-5.6-sol at 2 dollars while the page and genai-prices said 5."""
    page = priced("openai", "2026-08-21-docs-pricing.html")
    plan: Plan = plan_provider(
        parse_registry(almost_empty("openai")).providers["openai"], [page], today=page.checked, witnesses=recorded
    )
    (change,) = (
        c
        for c in plan.changes
        if (c.model, c.mode, c.dimension, c.above_input_tokens) == ("gpt-5.6-sol", "standard", "input", None)
    )
    assert [said.witness for said in change.contradicts] == ["openrouter"]
    assert "genai-prices" in [said.witness for said in change.vouches]
    assert change.applies


def test_the_recorded_registries_mostly_agree_with_the_page_of_their_day(recorded: Witnesses) -> None:
    """Of the standard text prices of OpenAI's page of 2026-08-21 that others have, 19 in 20 are vouched for."""
    page = priced("openai", "2026-08-21-docs-pricing.html")
    plan = plan_provider(
        parse_registry(almost_empty("openai")).providers["openai"], [page], today=page.checked, witnesses=recorded
    )
    known = [c for c in plan.changes if c.mode == "standard" and (c.vouches or c.contradicts)]
    assert len(known) > 100
    assert sum(bool(c.vouches) for c in known) / len(known) > 0.95
