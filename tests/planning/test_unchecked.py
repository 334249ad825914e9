"""What a language model alone says of a page changes nothing unseen: no price, and nothing beside one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from octoregistry.sources.registries import RegistryPrice
from providers.registry import parse_registry

DAY = date(2026, 9, 10)
PAGE = "https://vendor.example/pricing"
REGISTRY = """\
default_provider: openai
providers:
  openai:
    env_var: KEY
    default_model: gpt-9
    realtime_multiplier: 2.0
    models:
      gpt-9:
        display_name: GPT-9
        input_per_million: 1.0
        output_per_million: 5.0
        batch_support: true
        rates:
          - {mode: standard, input: 2.0, output: 10.0}
          - {mode: batch, input: 1.0, output: 5.0, derived: true}
        source: {page: "https://vendor.example/pricing", checked: CHECKED, sha256: "00"}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
LLM = "llm:openai/gpt-5.4-mini"
SIZED = """\
      gpt-8:
        display_name: GPT-8
        input_per_million: 1.0
        output_per_million: 5.0
        batch_support: false
        realtime_multiplier: 1.0
        rates:
          - {mode: standard, input: 1.0, output: 5.0}
          - {mode: standard, above_input_tokens: 272000, input: 2.0, output: 7.5}
        source: {page: "https://vendor.example/pricing", checked: CHECKED, sha256: "00"}
"""


def stated(
    mode: str, witness: str, ids: tuple[str, ...] = (), seconded_by: str | None = None, **usd: str
) -> StatedRate:
    prices = {
        name: StatedPrice(Decimal(price), Evidence(PAGE, "T1R2C2", f"${price}"), seconded_by=seconded_by)
        for name, price in usd.items()
    }
    return StatedRate("gpt-9", mode, prices, ids=ids, witness=witness)


def planned(
    *rates: StatedRate, checked: str = "2026-09-01", witnesses: Witnesses | None = None, more: str = ""
) -> Plan:
    registry = parse_registry(REGISTRY.replace("defaults:", f"{more}defaults:").replace("CHECKED", checked))
    page = PricedPage(PageRates("openai", PAGE, rates), DAY, "1" * 64)
    return plan_provider(registry.providers["openai"], [page], today=DAY, witnesses=witnesses)


@pytest.mark.parametrize("witness", ["rules", LLM])
def test_a_derived_price_is_stated_once_more_than_a_language_model_has_read_it(witness: str) -> None:
    """The mark says that no page was seen to state the price."""
    rates = (stated("standard", "rules", input="2", output="10"), stated("batch", witness, input="1", output="5"))
    assert [c.dimension for c in planned(*rates).visible] == (["derived"] if witness == "rules" else [])


@pytest.mark.parametrize("witness", ["rules", LLM])
def test_an_id_that_only_a_language_model_puts_beside_a_model_is_no_alias_of_it(witness: str) -> None:
    """An alias bills calls by the model's prices."""
    plan = planned(stated("standard", witness, ("gpt-9", "gpt-9-mini"), input="2", output="10"))
    assert [c.new for c in plan.visible] == ([("gpt-9-mini",)] if witness == "rules" else [])


def test_nor_do_other_registries_vouch_by_such_an_id() -> None:
    """The prices of gpt-9-mini, put under the heading of gpt-9: whoever has them has them of another model."""
    said = [
        RegistryPrice("litellm", "openai", "gpt-9-mini", "standard", None, name, Decimal(usd), DAY)
        for name, usd in (("input", "1"), ("output", "6"))
    ]
    rate = stated("standard", LLM, ("gpt-9", "gpt-9-mini"), input="1", output="6")
    plan = planned(rate, witnesses=Witnesses(said))
    assert plan.visible
    assert not plan.applied


@pytest.mark.parametrize("witness", ["rules", LLM])
def test_a_check_is_renewed_only_by_a_page_that_more_than_a_language_model_has_read(witness: str) -> None:
    """`checked` is the day on which the prices were seen to be so."""
    plan = planned(stated("standard", witness, input="2", output="10"), checked="2026-01-01")
    assert ("source.checked" in {c.dimension for c in plan.changes}) == (witness == "rules")


def test_a_second_reader_that_agrees_is_named_beside_the_first() -> None:
    """Who vouches for a price stands in the plan."""
    (change,) = planned(stated("standard", "rules", seconded_by=LLM, input="2.5", output="10")).visible[:1]
    assert change.witness == f"rules+{LLM}"
    assert change.applies


@pytest.mark.parametrize("witness", ["rules", LLM])
def test_what_only_a_language_model_calls_a_price_for_long_prompts_bounds_no_other(witness: str) -> None:
    """It called "Cost" long, and embeddings ended where another model's long prompts begin."""
    long = replace(stated("standard", witness, input="4", output="15"), above_input_tokens="unknown")
    plan = planned(stated("standard", "rules", input="2", output="10"), long, more=SIZED)
    assert ("up_to_input_tokens" in {c.dimension for c in plan.visible}) == (witness == "rules")


@pytest.mark.parametrize("witness", ["rules", LLM])
def test_nor_does_it_say_alone_for_which_prompts_a_price_is(witness: str) -> None:
    """The label of a size is a label like another."""
    short = replace(stated("standard", witness, input="2", output="10"), up_to_input_tokens=200_000)
    assert ("up_to_input_tokens" in {c.dimension for c in planned(short).visible}) == (witness == "rules")
