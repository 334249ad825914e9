"""Models under `more`: a price that a vendor states is given, one that registries vouch for only to those who ask for it."""

from __future__ import annotations

from decimal import Decimal

import jsonschema
import pytest

from providers import (
    get_pricing,
    get_provider_models,
    load_model_registry,
    load_registry,
    parse_registry,
    registry,
)
from providers.charges import get_charges
from providers.compiled import plain_json
from providers.dimensions import UnknownModelError, UnknownPriceError
from providers.more import with_more
from providers.registry import RegistryError
from providers.schema import schema
from tests.providers.test_schema import values_for_editors

MILLION = 1_000_000
BY = "level: vouched, vouched_by: [one-list, two-list], seen_on: 2026-11-01"
MORE = f"""\
more:
  acme:
    models:
      trail:
        display_name: Trail
        input_per_million: 0.5
        output_per_million: 2.0
        batch_support: false
        aliases: [trail-1]
        first_seen: 2026-11-01
        rates:
          - {{mode: standard, input: 1.0, output: 4.0, {BY}}}
  host:
    models:
      acme/road:
        display_name: Road at the host
        input_per_million: 1.5
        output_per_million: 6.5
        batch_support: false
        rates:
          - {{mode: standard, input: 3.0, output: 13.0}}
      listed:
        display_name: Listed
        input_per_million: 1.0
        output_per_million: 2.0
        batch_support: false
        rates:
          - {{mode: standard, input: 2.0, output: 4.0, level: listed}}
      yuan:
        display_name: In yuan
        rates:
          - {{mode: standard, currency: CNY, input: 8.0, output: 16.0}}
"""


@pytest.fixture
def wide(small):
    """The registry with models under `more`."""
    return parse_registry(small + MORE)


@pytest.mark.parametrize("name", ["trail", "trail-1", "TRAIL"])
def test_a_vouched_price_is_given_to_those_alone_who_ask_for_it(wide, name):
    """By every name; without asking it is unknown, and the error says who vouches for it and how to ask."""
    with pytest.raises(UnknownPriceError, match="vouched by one-list, two-list only: ask with vouched=True"):
        get_pricing("acme", name, wide)
    pricing = get_pricing("acme", name, wide, vouched=True)
    assert pricing.cost(input=MILLION, output=MILLION) == 5
    assert pricing.vouched_by == ("one-list", "two-list")
    assert {rate.level for rate in pricing.rates} == {"vouched"}
    with pytest.raises(UnknownPriceError):
        pricing.cost(input=MILLION, mode="batch")


def test_stated_and_listed_prices_are_given_unasked(wide):
    """Also of a host that plain readers do not see."""
    assert get_pricing("host", "acme/road", wide).cost(input=MILLION) == 3
    listed = get_pricing("host", "listed", wide)
    assert (listed.cost(input=MILLION), listed.rates[0].level, listed.vouched_by) == (2, "listed", ())
    own = {"host/listed": {"standard": {"input": Decimal(1), "output": Decimal(1)}}}
    assert get_pricing("host", "listed", wide, own=own).cost(input=MILLION) == 1


def test_asking_for_vouched_prices_changes_no_other(small, wide):
    """What the vendors state is the same with and without them, and `more` makes no model of theirs another's."""
    for name in ("road", "plain"):
        assert get_pricing("acme", name, wide, vouched=True).rates == parse_registry(small).pricing("acme", name).rates
    assert get_pricing("acme", "road", parse_registry(small), vouched=True).vouched_by == ()


def test_a_name_that_the_vendor_has_stays_its_own(small):
    """A model that is under `more` still, or an alias of it, takes no name of a stated one."""
    wide = parse_registry(small + MORE.replace("[trail-1]", "[plain]").replace("      acme/road:", "      Road:"))
    assert get_pricing("acme", "plain", wide, vouched=True).model == "plain"
    again = parse_registry(small + MORE.replace("      trail:", "      Road-2026-01-01:"))
    assert get_pricing("acme", "Road-2026-01-01", again, vouched=True).cost(input=MILLION) == 2


def test_a_model_without_a_price_in_dollars_has_none(wide):
    """Asked for or not; the error names the currency."""
    for vouched in (False, True):
        with pytest.raises(UnknownPriceError, match="no known price in US dollars; known: CNY"):
            get_pricing("host", "yuan", wide, vouched=vouched)


def test_the_cascade_falls_to_the_defaults_for_a_vouched_model(wide):
    """`estimate_cost` is never by a price that nobody asked for, and the exact cost stays unknown."""
    with pytest.warns(UserWarning, match="ask with vouched=True"):
        assert wide.estimator("acme", "trail").estimate_cost(MILLION, 0) == 1.0
    with pytest.raises(UnknownModelError, match="no model 'nothing'"):
        get_pricing("acme", "nothing", wide)
    with pytest.raises(UnknownModelError, match="no provider 'nobody'"):
        get_pricing("nobody", "trail", wide, vouched=True)


def test_plain_readers_do_not_see_them(small, wide, tmp_path, monkeypatch):
    """A host that is called without a key variable is a provider to all others; the file, its compiled copy and its export hold
    all.
    """
    file = tmp_path / "models.yaml"
    file.write_text(small + MORE)
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(file))
    assert set(load_model_registry()) == {"default_provider", "providers", "defaults"}
    assert list(get_provider_models("acme", all=True)) == ["road", "plain"]
    assert get_provider_models("host") == {}
    for _ in range(2):  # the second time from the compiled copy
        known = load_registry()
        assert list(known.models("acme")) == ["road", "plain"]
        assert get_pricing("acme", "trail", vouched=True).cost(input=MILLION) == 1
        registry._loaded.clear()
    assert '"more"' in plain_json(wide.written)
    assert "host" not in wide.written["providers"]
    assert list(wide.models("host")) == ["acme/road", "listed"]
    assert (len(wide), len(with_more(wide)), len(with_more(wide, vouched=True))) == (4, 4, 5)
    with pytest.raises(UnknownModelError):
        get_charges("acme", "trail", wide)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[one-list, two-list]", "[one-list]", "name the registries that agree"),
        ("[one-list, two-list]", "[one-list, one-list]", "name the registries that agree"),
        (", seen_on: 2026-11-01", "", "missing: the day on which all of them had the prices"),
        ("seen_on: 2026-11-01", "seen_on: soon", "is not a day"),
        ("level: vouched, ", "", "goes with level: vouched"),
        ("level: vouched", "level: guessed", "none of stated, listed, vouched"),
        (
            f"output: 4.0, {BY}}}",
            f"output: 4.0, {BY}}}\n          - {{mode: batch, input: 0.5}}",
            "beside vouched ones",
        ),
        (BY, f"{BY}, currency: CNY", "in US dollars"),
        (BY, f"{BY}, place: us", "of calls anywhere"),
        ("input_per_million: 0.5\n        ", "", "missing: add it"),
        ("input_per_million: 0.5", "input_per_million: 0.7", "contradicts the standard rate"),
    ],
)
def test_a_vouched_price_without_its_vouchers_is_a_fault(small, old, new, fault):
    """Who, two of them, on which day, and nothing stated beside it."""
    assert old in MORE
    with pytest.raises(RegistryError, match=fault):
        parse_registry(small + MORE.replace(old, new, 1))


def test_a_vouched_price_under_providers_is_a_fault(small):
    """There plain readers would take it for the vendor's."""
    with pytest.raises(RegistryError, match="its model stands under more, not providers"):
        parse_registry(
            small.replace("{mode: batch, input: 1.0, output: 6.0", f"{{mode: batch, input: 1.0, output: 6.0, {BY}")
        )


def test_the_schema_knows_more(wide):
    """And refuses a level that there is none of."""
    values = values_for_editors(wide.written)
    jsonschema.validate(values, schema(), format_checker=jsonschema.FormatChecker())
    values["more"]["acme"]["models"]["trail"]["rates"][0]["level"] = "guessed"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, schema())


def test_a_registry_without_a_model_is_no_other(small):
    """Its prices are unknown; those of the registry in force are not taken for them."""
    empty = parse_registry(
        small[: small.index("    default_model")] + "    models: {}\n" + small[small.index("defaults:") :]
    )
    with pytest.raises(UnknownModelError, match="acme has no model"):
        get_pricing("acme", "road", empty)
    assert list(get_charges("acme", None, empty)) == []
