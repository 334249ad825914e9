"""A person's own prices stand in place of the vendors' where they are asked for, marked, and are written nowhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import get_pricing
from providers.dimensions import UnknownModelError, UnknownPriceError
from providers.own_prices import OwnPricesError, with_own_prices
from providers.registry import parse_registry

TEXT = """
default_provider: acme
providers:
  acme:
    models:
      road-2:
        display_name: Road 2
        input_per_million: 1.0
        output_per_million: 4.0
        aliases: [road]
        rates:
        - {mode: standard, input: 2.0, output: 8.0, cached_input: 0.2}
        - {mode: standard, above_input_tokens: 200000, input: 4.0, output: 16.0}
        - {mode: batch, input: 1.0, output: 4.0}
        source: {page: 'https://acme.example/p', checked: 2026-10-01, sha256: aaaa}
      path-1: {display_name: Path 1, input_per_million: 0.5, output_per_million: 1.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
LIST = parse_registry(TEXT)


def price(own, model="acme/road", **more):
    provider, _, name = model.partition("/")
    return get_pricing(provider, name, LIST, own=own).cost(input=1000, **more) * 1000


def test_contract_prices_hold_for_prompts_of_every_size_and_the_list_for_other_modes():
    """By any name of the model; what the contract leaves out has no price."""
    own = {"acme/road": {"standard": {"input": Decimal("1.5"), "output": Decimal(6)}}}
    found = get_pricing("acme", "road-2", LIST, own=own)
    assert found.yours == ("standard",)
    assert found.cost(input=1_000_000) == Decimal("1.5")
    assert found.cost(input=100_000, mode="batch") == Decimal("0.1")
    with pytest.raises(UnknownPriceError):
        found.cost(cached_input=5)
    assert found.estimate_cost(1_000_000, 1_000_000, is_batch=False) == pytest.approx(7.5)


def test_a_contract_begins_on_its_day():
    """Before it the list holds."""
    own = {"acme/road-2": {"from": date(2026, 6, 1), "standard": {"input": Decimal("1.5")}}}
    assert price(own, at=date(2026, 5, 31)) == Decimal("2.0")
    assert price(own, at=date(2026, 6, 1)) == Decimal("1.5")


@given(st.decimals("0.01", "0.99", places=2))
def test_a_discount_is_taken_off_every_price_exactly(share):
    """Of all the vendor's models, in every mode and tier; of a model with plain prices, too."""
    known = with_own_prices(LIST, {"acme": {"discount": share}})
    for model in LIST:
        old, new = LIST.pricing("acme", model.id), known.pricing("acme", model.id)
        for mode in old.modes:
            assert new.cost(input=1000, output=7, mode=mode) == old.cost(input=1000, output=7, mode=mode) * (1 - share)
        assert new.cost(input=300_000) == old.cost(input=300_000) * (1 - share)
        assert new.yours == old.modes
        assert known.model("acme", model.id).yours == old.modes


def test_the_registry_itself_stays_as_it_is():
    """Own prices are in memory, and whoever asks without them has the vendor's."""
    with_own_prices(LIST, {"acme/road-2": {"standard": {"input": Decimal(9)}}})
    assert LIST.pricing("acme", "road-2").cost(input=1_000_000) == Decimal("4.0")
    assert LIST.pricing("acme", "road-2").yours == ()


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(UnknownModelError, match="road-3"):
        with_own_prices(LIST, {"acme/road-3": {"standard": {"input": 1}}})


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"acme/road": {"standart": {"input": 1}}}, "prices.acme/road.standart: no such key; there are standard"),
        ({"acme/road": {"standard": {"inputs": 1}}}, "prices.acme/road.standard.inputs: no such dimension"),
        ({"acme/road": {"standard": {"input": -1}}}, "prices.acme/road.standard.input: no price"),
        ({"acme/road": {"standard": {"input": "1"}}}, "prices.acme/road.standard.input: no price"),
        ({"acme/road": {"standard": {}}}, "no table of prices"),
        ({"acme": {"standard": {"input": 1}}}, "a price needs its model"),
        ({"acme": {"discount": 1}}, "prices.acme.discount: no share between 0 and 1"),
        ({"acme/road": {"discount": Decimal("0.1"), "standard": {"input": 1}}}, "stands alone"),
        ({"acme/road": {"from": "2026-06-01"}}, "prices.acme/road.from: no day"),
        ({"acme/road": 5}, "prices.acme/road: no table"),
    ],
)
def test_what_is_no_price_is_named_by_its_key(own, words):
    with pytest.raises(OwnPricesError) as refused:
        with_own_prices(LIST, own)
    assert words in str(refused.value)
