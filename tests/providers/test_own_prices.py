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
REGIONS = parse_registry("""
default_provider: gemini
providers:
  gemini:
    models:
      pro:
        display_name: Pro
        input_per_million: 1.0
        output_per_million: 4.0
        aliases: [pro-latest]
        rates:
        - {mode: standard, input: 2.0, output: 8.0}
        - {mode: batch, input: 1.0, output: 4.0}
        - {mode: standard, place: us, input: 2.2, output: 8.8}
        - {mode: batch, place: us, input: 1.1, output: 4.4}
  anthropic:
    models:
      claude-sonnet-9: {display_name: Claude Sonnet 9, input_per_million: 1.0, output_per_million: 4.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
""")


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


@pytest.mark.parametrize("vendor", ["google", "gemini", "Gemini"])
@pytest.mark.parametrize("model", ["google/pro", "gemini/pro-latest", "Google/pro"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_contract_stands_in_place_of_a_discount_whatever_they_are_called(vendor, model, turned):
    """The order of the keys and their spelling decide nothing; a mode that the contract leaves alone has the discount."""
    own = {vendor: {"discount": Decimal("0.5")}, model: {"standard": {"input": Decimal(1)}}}
    found = get_pricing("gemini", "pro", REGIONS, own=dict(reversed(own.items())) if turned else own)
    assert found.cost(input=1_000_000) == 1
    assert found.cost(input=1_000_000, mode="batch") == Decimal("0.5")
    assert found.yours == ("standard", "batch")


@pytest.mark.parametrize("turned", [False, True])
def test_a_discount_of_a_model_stands_in_place_of_its_providers(turned):
    own = {"gemini": {"discount": Decimal("0.5")}, "google/pro": {"discount": Decimal("0.1")}}
    found = get_pricing("gemini", "pro", REGIONS, own=dict(reversed(own.items())) if turned else own)
    assert found.cost(input=1_000_000) == Decimal("1.8")
    assert found.in_place("us").cost(input=1_000_000) == Decimal("1.98")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("google", "gemini"),
        ("google/pro", "gemini/pro"),
        ("google/pro", "google/pro-latest"),
        ("google/pro", "google/PRO"),
    ],
)
def test_two_tables_of_one_thing_are_refused(one, other):
    """Which of them holds, nobody said."""
    with pytest.raises(OwnPricesError, match=f"prices.{other}: .* prices.{one}; keep one of them"):
        with_own_prices(REGIONS, {one: {"discount": Decimal("0.1")}, other: {"discount": Decimal("0.2")}})


def test_a_provider_that_is_not_there_is_named():
    with pytest.raises(UnknownModelError, match="acne"):
        with_own_prices(LIST, {"acne": {"discount": Decimal("0.1")}})


@pytest.mark.parametrize(("provider", "model"), [("gemini", "pro"), ("anthropic", "claude-sonnet-9")])
def test_a_region_of_an_own_price_is_unknown(provider, model):
    """Neither the vendor's price there nor the own one times the vendor's factor was agreed; other modes keep theirs."""
    own = {f"{provider}/{model}": {"standard": {"input": Decimal(1)}}}
    found = get_pricing(provider, model, REGIONS, own=own)
    assert found.yours == ("standard",)
    assert found.in_place("us").yours == ()
    with pytest.raises(UnknownPriceError):
        found.cost(input=1000, place="us")
    with pytest.raises(UnknownPriceError):
        found.cost(input=1000, place="us", at="2000-01-01")
    assert found.cost(input=1_000_000, place="us", mode="batch") == Decimal("1.1")


@pytest.mark.parametrize(("provider", "model"), [("gemini", "pro"), ("anthropic", "claude-sonnet-9")])
def test_a_region_where_every_price_is_an_own_one_is_not_among_the_known(provider, model):
    own = {f"{provider}/{model}": {mode: {"input": Decimal(1)} for mode in ("standard", "batch")}}
    found = get_pricing(provider, model, REGIONS, own=own)
    assert "us" not in found.places
    assert "us" not in found.stated_places
    with pytest.raises(UnknownPriceError, match="no known price in us"):
        found.in_place("us")


@pytest.mark.parametrize(("provider", "model"), [("gemini", "pro"), ("anthropic", "claude-sonnet-9")])
def test_a_region_has_the_vendors_price_until_the_contract_begins(provider, model):
    own = {f"{provider}/{model}": {"from": date(2030, 6, 1), "standard": {"input": Decimal(1)}}}
    found = get_pricing(provider, model, REGIONS, own=own)
    assert found.cost(input=1_000_000, place="us", at="2030-05-31") == Decimal("2.2")
    with pytest.raises(UnknownPriceError):
        found.cost(input=1_000_000, place="us", at="2030-06-01")


def test_a_discount_holds_in_every_region():
    """The region's prices are the vendor's, too."""
    for provider, model in (("gemini", "pro"), ("anthropic", "claude-sonnet-9")):
        there = get_pricing(provider, model, REGIONS, own={provider: {"discount": Decimal("0.5")}}).in_place("us")
        assert there.cost(input=1_000_000) == Decimal("1.1")
        assert there.yours == ("standard", "batch")


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
