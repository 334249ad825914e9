"""Updating page by page comes to the same as updating once to the last page, but for the history that it leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from octoregistry.documents import Unread, read_document
from octoregistry.merging.merge import merge
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading import read_rates
from providers import Registry, parse_registry
from providers.dimensions import MODES

EMPTY = """\
default_provider: {provider}
providers:
  {provider}:
    env_var: KEY
    default_model: a-model-of-ours
    realtime_multiplier: 2.0
    models:
      # kept by hand
      a-model-of-ours: {{display_name: Ours, input_per_million: 1.0, output_per_million: 2.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


def pages_of(stored: list[Any], provider: str) -> list[PricedPage]:
    """The stored price pages of a provider that can be read, the oldest first; a page about a few models is held whole."""
    found = []
    for page in sorted((page for page in stored if page.provider == provider), key=lambda page: page.day):
        document = read_document(page.text, page.name)
        rates = None if isinstance(document, Unread) else read_rates(document, provider, page.day)
        if rates and len({rate.name for rate in rates.rates}) > 4:
            found.append(PricedPage(rates, page.day, f"{page.day:%Y%m%d}" * 8))
    return found


def updated(text: str, page: PricedPage) -> str:
    provider = next(iter(parse_registry(text).providers.values()))
    plan = plan_provider(provider, [page], today=page.checked)
    merged = merge(text, plan)
    again = plan_provider(parse_registry(merged).providers[provider.name], [page], today=page.checked)
    assert merge(merged, again) == merged, "the same page again changes nothing"
    return merged


def prices(registry: Registry, provider: str, day: date) -> dict[tuple[str, str, int | None, str], Any]:
    """What is in force on `day` and was stated by a page, by model, mode, tier and dimension.

    Batch prices that follow from a general discount are none of them: of a model whose batch prices an earlier page
    stated, none are derived.
    """
    return {
        (model.id, mode, tier, name): usd
        for model in registry.models(provider).values()
        for mode in MODES
        for tier, rate in in_force(model.rates, mode, day).items()
        for name, usd in rate.prices.items()
        if not rate.derived
    }


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_the_file_after_the_last_page_is_that_of_a_direct_update_but_for_its_history(
    shared_pages: list[Any], provider: str
) -> None:
    """What the last page states is in force in both; and what was in force after each page still is on its day."""
    pages = pages_of(shared_pages, provider)
    assert len(pages) >= 2
    text = EMPTY.format(provider=provider)
    texts = [text]
    for page in pages:
        texts.append(updated(texts[-1], page))
    last = pages[-1].checked
    step_by_step, direct = parse_registry(texts[-1]), parse_registry(updated(text, pages[-1]))

    walked, at_once = (prices(registry, provider, last) for registry in (step_by_step, direct))
    aliases = {alias: model.id for model in step_by_step.models(provider).values() for alias in model.aliases}
    missing = {key: usd for key, usd in at_once.items() if walked.get((aliases.get(key[0], key[0]), *key[1:])) != usd}
    assert not missing
    for model in direct.models(provider).values():
        other = step_by_step.model(provider, model.id)
        derived = any(rate.derived for rate in model.rates)
        if not derived and {rate.mode for rate in other.rates} == {rate.mode for rate in model.rates}:
            plain = (model.input_per_million, model.output_per_million, model.batch_support)
            assert (other.input_per_million, other.output_per_million, other.batch_support) == plain, model.id
        # `source` is history too: a page that says nothing new of a model renews it after a month only

    for page, after in zip(pages, texts[1:], strict=True):
        then = prices(parse_registry(after), provider, page.checked)
        now = prices(step_by_step, provider, page.checked)
        assert {key: now.get(key) for key in then} == then, f"what was in force on {page.checked} still was"
    assert "# kept by hand" in texts[-1]
