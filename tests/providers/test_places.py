"""A price of one region is given where that region is asked for, and nowhere else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import Usage, get_pricing
from providers.dimensions import MODES, UnknownPriceError
from providers.registry import RegistryError, parse_registry
from providers.vendors import use_settings_file

MILLION = 1_000_000
EUROS = "          - {mode: standard, currency: EUR, input: 1.8, output: 11.0}\n"
IN_US = (
    "          - {mode: standard, place: us, input: 2.2, output: 13.2}\n"
    "          - {mode: standard, place: us, from: 2027-01-01, input: 2.4, output: 14.4}\n"
)


def with_rates(small, *lines):
    """The registry's text with further rates of its first model."""
    batch = "          - {mode: batch, input: 1.0, output: 6.0}\n"
    return small.replace(batch, batch + "".join(lines), 1)


def test_a_rate_of_a_region_or_in_another_currency_changes_no_plain_price(small):
    """Who reads the plain prices, and the rates by their mode, sees what stood there before."""
    before, after = parse_registry(small), parse_registry(with_rates(small, IN_US, EUROS))
    assert after.model("acme", "road").rates == before.model("acme", "road").rates
    assert after.pricing("acme", "road").rates == before.pricing("acme", "road").rates
    assert after.pricing("acme", "road").cost(input=MILLION) == 2
    assert [(rate.place, rate.currency) for rate in after.model("acme", "road").apart] == [
        ("us", "USD"),
        ("us", "USD"),
        ("global", "EUR"),
    ]


def test_the_price_of_a_region_is_given_by_its_name(small):
    """In any letter case, by the pricing or by the call, on its day."""
    registry = parse_registry(with_rates(small, IN_US, EUROS))
    in_us = get_pricing("acme", "road-2026-01-01", registry, place="US")
    assert in_us.place == "us"
    assert in_us.cost(input=MILLION, at="2026-09-04") == Decimal("2.2")
    assert in_us.cost(input=MILLION, at="2027-09-04") == Decimal("2.4")
    plain = get_pricing("acme", "road", registry)
    assert plain.places == ("global", "us")
    assert plain.cost(input=MILLION, at="2026-09-04", place="us") == Decimal("2.2")
    assert in_us.cost(input=MILLION, at="2026-09-04", place="global") == 2


def test_the_mode_that_an_answer_was_served_in_may_name_the_region(small):
    """As `usage_of` has it; of another one beside it nothing is said, and neither where no price is known there."""
    plain = get_pricing("acme", "road", parse_registry(with_rates(small, IN_US)))
    day = "2026-09-04"
    assert plain.cost(mode="standard in US", input=MILLION, at=day) == Decimal("2.2")
    assert plain.cost(mode="standard in US", input=MILLION, at=day, place="us") == Decimal("2.2")
    assert plain.cost_of(Usage(input=MILLION), mode="standard in US", at=day) == Decimal("2.2")
    refused = ("standard in EU", "standard in US with 2 web searches", "ludicrous in US", "standard in ")
    for mode, place in (*((mode, None) for mode in refused), ("standard in US", "global")):
        with pytest.raises(UnknownPriceError):
            plain.cost(mode=mode, input=1, at=day, place=place)
        with pytest.raises(UnknownPriceError):
            plain.cost_of(Usage(input=1), mode=mode, at=day, place=place)


@pytest.mark.parametrize("place", ["eu", "regional", "EUR", "us-east", ""])
def test_a_region_without_a_price_has_none(small, place):
    """No other region's is taken for it."""
    registry = parse_registry(with_rates(small, IN_US, EUROS))
    with pytest.raises(UnknownPriceError, match="known places: global, us"):
        get_pricing("acme", "road", registry, place=place)
    with pytest.raises(UnknownPriceError):
        get_pricing("acme", "road", registry).cost(input=1, place=place)


@given(st.sampled_from(MODES), st.sampled_from(["input", "output", "cached_input", "cache_write_5m"]))
def test_a_region_has_the_modes_and_dimensions_that_are_stated_of_it_alone(mode, dimension):
    """A batch in the region has no price because batches elsewhere have one; nor has the estimate."""
    from tests.providers.conftest import SMALL

    in_us = get_pricing("acme", "road", parse_registry(with_rates(SMALL, IN_US)), place="us")
    if mode == "standard" and dimension in ("input", "output"):
        assert in_us.cost(mode=mode, **{dimension: MILLION})
    else:
        with pytest.raises(UnknownPriceError, match="road in us"):
            in_us.cost(mode=mode, **{dimension: MILLION})
    with pytest.raises(UnknownPriceError):
        in_us.estimate_cost(1000, 1000)
    assert in_us.estimate_cost(MILLION, 0, is_batch=False) in (2.2, 2.4)


def test_a_region_has_no_price_for_prompts_that_cost_more_elsewhere(small):
    """Where the page says nothing of sizes, long prompts have no price there."""
    long = "          - {mode: standard, above_input_tokens: 1000, input: 4.0, output: 18.0}\n"
    in_us = get_pricing("acme", "road", parse_registry(with_rates(small, long, IN_US)), place="us")
    assert in_us.cost(input=1000, at="2026-09-04") == Decimal("0.0022")
    with pytest.raises(UnknownPriceError):
        in_us.cost(input=1001, at="2026-09-04")


UPLIFT = """
[providers.acme.places.us]
share = 0.1
model_ids = 'road'
since = "2026-08-01"
"""


@pytest.fixture
def _uplift(tmp_path):
    """A vendor whose file says what a region costs more."""
    path = tmp_path / "octoregistry.toml"
    path.write_text(UPLIFT, encoding="utf-8")
    use_settings_file(path)
    yield
    use_settings_file(None)


@pytest.mark.usefixtures("_uplift")
def test_what_a_region_costs_more_by_the_vendors_file_is_derived(small):
    """Of the models that it holds for, in every mode, from the day of the page that said so."""
    registry = parse_registry(small)
    in_us = get_pricing("acme", "road", registry, place="us")
    assert in_us.cost(input=MILLION, cached_input=MILLION, at="2026-08-01") == Decimal("2.42")
    assert in_us.cost(mode="batch", output=MILLION) == Decimal("6.6")
    assert all(rate.derived and rate.place == "us" for rate in in_us.rates)
    with pytest.raises(UnknownPriceError):
        in_us.cost(input=1, at="2026-07-31")
    with pytest.raises(UnknownPriceError):
        get_pricing("acme", "plain", registry, place="us")


@pytest.mark.usefixtures("_uplift")
def test_what_the_registry_states_of_a_region_goes_before_what_follows(small):
    """The page's own figure is the price."""
    registry = parse_registry(with_rates(small, IN_US.replace("2.2", "2.5")))
    assert get_pricing("acme", "road", registry, place="us").cost(input=MILLION, at="2026-09-04") == Decimal("2.5")


@pytest.mark.usefixtures("_uplift")
def test_a_name_costs_in_a_region_what_the_model_of_the_day_does(small):
    """Of a model that the vendor's file does not name nothing follows for the name that was its own."""
    moved = small.replace("display_name: Plain", "display_name: Plain\n        former_aliases: {road: 2026-08-20}")
    in_us = get_pricing("acme", "road", parse_registry(moved), place="us")
    with pytest.raises(UnknownPriceError):
        in_us.cost(input=1, at="2026-08-19")
    assert in_us.cost(input=MILLION, at="2026-08-20") == Decimal("2.2")


@pytest.mark.parametrize(
    ("model", "place", "more"),
    [
        ("anthropic/claude-opus-4-6", "us", "1.1"),
        ("anthropic/claude-sonnet-5", "us", "1.1"),
        ("anthropic/claude-haiku-4-5", "us", None),
        ("anthropic/claude-opus-4-1", "us", None),
        ("anthropic/claude-opus-4-6", "eu", None),
        ("openai/gpt-5.4", "regional", "1.1"),
        ("openai/gpt-5.4-mini", "regional", "1.1"),
        ("openai/gpt-5.4", "us", None),
        ("openai/gpt-5", "regional", None),
    ],
)
def test_the_vendors_own_uplifts(model, place, more):
    """As their pages have them: a model that they do not name has no such price."""
    plain = get_pricing(*model.split("/"))
    for mode in plain.modes:
        if more is None:
            with pytest.raises(UnknownPriceError):
                plain.cost(mode=mode, input=1000, place=place)
        else:
            assert plain.cost(mode=mode, input=1000, place=place) == plain.cost(mode=mode, input=1000) * Decimal(more)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("{mode: standard, place: US, input: 1}", "is no region"),
        ("{mode: standard, currency: eur, input: 1}", "is no code of a currency"),
        ("{mode: standard, place: global, input: 1}", "the same mode"),
        ("{mode: standard, currency: USD, input: 1}", "the same mode"),
    ],
)
def test_a_region_or_currency_that_is_none_is_refused(small, rate, said):
    """And the plain ones, written out, are the plain ones."""
    with pytest.raises(RegistryError, match=said):
        parse_registry(with_rates(small, f"          - {rate}\n"))
