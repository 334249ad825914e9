"""What is billed besides tokens has an exact cost, or an error that says what is known."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import PricingError, RegistryError, get_charges, parse_registry
from providers.charge import Charge
from providers.dimensions import InvalidUsageError, UncertainPriceError, UnknownModelError, UnknownPriceError

HEAD = """\
default_provider: openai
providers:
  openai:
    charges:
{tools}
    models:
      gpt-9:
        display_name: GPT 9
        input_per_million: 1.0
        output_per_million: 2.0
{own}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


def registry(tools: list[str], own: list[str] = []) -> str:  # noqa: B006 - never changed
    charges = "\n".join(["        charges:", *(f"          - {each}" for each in own)]) if own else ""
    return HEAD.format(tools="\n".join(f"      - {each}" for each in tools), own=charges)


TOOLS = [
    "{unit: web_search, per: 1000, usd: 10}",
    "{unit: web_search, per: 1000, usd: 25, when: {version: preview}}",
    "{unit: image, usd: 0.04, when: {size: 1K}}",
    "{unit: image, usd: 0.24, when: {size: 4K}}",
    "{unit: grounded_prompt, per: 1000, usd: 35, free: 1500 per day}",
    "{unit: second_video, usd: 0.1, model: film-9}",
]
KNOWN = parse_registry(registry(TOOLS, ["{unit: file_search, per: 1000, usd: 2.5}"]))


def test_costs_are_exact() -> None:
    """Three searches at 10 USD per 1,000; a model's own charges before those of its provider."""
    charges = get_charges("openai", "gpt-9", KNOWN)
    assert charges.cost("web_search", 3) == Decimal("0.03")
    assert charges.cost("file_search", 1) == Decimal("0.0025")
    assert charges.cost("image", 2, when={"size": "4K"}) == Decimal("0.48")
    assert get_charges("openai", registry=KNOWN).cost("web_search", 1) == Decimal("0.01")


def test_a_model_that_has_no_price_of_tokens_is_known_by_its_charges() -> None:
    """A film is billed by the second alone."""
    assert get_charges("openai", "film-9", KNOWN).cost("second_video", 8) == Decimal("0.8")
    with pytest.raises(UnknownModelError):
        get_charges("openai", "film-8", KNOWN)


@pytest.mark.parametrize(
    ("unit", "asked"),
    [
        ("character", {}),
        ("web_search", {"mode": "batch"}),
        ("web_search", {"when": {"version": "older"}}),
        ("image", {}),
        ("image", {"when": {"sise": "1K"}}),
    ],
)
def test_what_is_not_known_raises(unit: str, asked: dict[str, object]) -> None:
    """No unit, mode or condition has another one's price; of several prices none is chosen."""
    with pytest.raises(UnknownPriceError):
        get_charges("openai", "gpt-9", KNOWN).cost(unit, 1, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [-1, 1.5, True, "3"])
def test_a_count_that_is_none_raises(count: object) -> None:
    with pytest.raises(InvalidUsageError):
        get_charges("openai", "gpt-9", KNOWN).cost("web_search", count)  # type: ignore[arg-type]
    with pytest.raises(InvalidUsageError, match=r"unknown unit 'song'; known: \w+, "):
        get_charges("openai", "gpt-9", KNOWN).cost("song", 1)
    with pytest.raises(InvalidUsageError, match="unknown mode 'slow'; known: standard, "):
        get_charges("openai", "gpt-9", KNOWN).cost("web_search", 1, mode="slow")


def test_an_allowance_leaves_the_cost_between_nothing_and_all() -> None:
    """Whether it is used up nobody knows, unless the caller says so."""
    charges = get_charges("openai", "gpt-9", KNOWN)
    with pytest.raises(UncertainPriceError) as told:
        charges.cost("grounded_prompt", 2)
    assert (told.value.least, told.value.most) == (Decimal(0), Decimal("0.07"))
    assert charges.cost("grounded_prompt", 2, free_used=True) == Decimal("0.07")
    assert charges.cost("grounded_prompt", 0) == 0


def test_a_charge_holds_from_its_day_and_the_old_one_before() -> None:
    """Between the last day of the old price and the first of the new one either may have held."""
    known = parse_registry(
        registry(
            [
                "{unit: page, usd: 1}",
                "{unit: page, usd: 2, from: 2026-06-10, seen_before: 2026-06-01}",
                "{unit: page, usd: 3, from: 2026-08-01}",
            ]
        )
    )
    charges = get_charges("openai", registry=known)
    assert charges.cost("page", 1, at="2026-05-01") == 1
    assert charges.cost("page", 1, at="2026-06-01") == 1
    assert charges.cost("page", 1, at="2026-06-10") == 2
    assert charges.cost("page", 1, at="2026-08-01") == 3
    with pytest.raises(UncertainPriceError) as told:
        charges.cost("page", 1, at="2026-06-05")
    assert (told.value.least, told.value.most) == (1, 2)


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ("{unit: song, usd: 1}", "song' is none of"),
        ("{unit: page}", "usd: missing"),
        ("{unit: page, usd: -1}", "negative"),
        ("{unit: page, usd: 1, per: 0}", "whole number"),
        ("{unit: page, usd: 1, when: {}}", "conditions"),
        ("{unit: page, usd: 1, when: {sound: yes}}", "sound"),
        ("{unit: page, usd: 1, free: some}", "allowance"),
        ("{unit: page, usd: 1, until: 2026-01-01}", "unknown key"),
        ("{unit: page, usd: 1, seen_before: 2026-01-01}", "from"),
        ("{unit: page, usd: 1}, {unit: page, usd: 2}", "YAML"),
    ],
)
def test_a_faulty_charge_is_refused_with_its_place(tool: str, told: str) -> None:
    """By its key, with what to do."""
    with pytest.raises(RegistryError) as error:
        parse_registry(registry([tool]))
    assert told in str(error.value) or told == "YAML"


def test_one_thing_has_one_price_a_day() -> None:
    with pytest.raises(RegistryError, match="keep one"):
        parse_registry(
            registry(["{unit: page, usd: 1, when: {a: b, c: d}}", "{unit: page, usd: 2, when: {c: d, a: b}}"])
        )


@given(
    st.decimals("0", "1000", places=6),
    st.sampled_from([1, 60, 1000, 10**6]),
    st.integers(0, 10**9),
)
def test_so_many_cost_their_share(usd: Decimal, per: int, count: int) -> None:
    """Exactly where the division comes out even, else to 50 digits."""
    cost = Charge("page", usd, per).cost(count)
    exact = Fraction(usd) * count / per
    assert abs(Fraction(cost) - exact) <= exact / 10**49
    if per != 60:
        assert Fraction(cost) == exact


def test_errors_are_pricing_errors() -> None:
    """One word catches whatever a cost may raise."""
    assert issubclass(UncertainPriceError, PricingError)


def test_an_uncertain_cost_is_that_of_all_of_them() -> None:
    """Its least and most are of so many, not of one; an allowance that changed is as uncertain as a price."""
    known = parse_registry(
        registry(
            [
                "{unit: web_search, per: 1000, usd: 10}",
                "{unit: web_search, per: 1000, usd: 20, from: 2026-06-10, seen_before: 2026-06-01}",
                "{unit: page, usd: 1}",
                "{unit: page, usd: 1, free: 5 per day, from: 2026-06-10, seen_before: 2026-06-01}",
            ]
        )
    )
    charges = get_charges("openai", registry=known)
    with pytest.raises(UncertainPriceError) as told:
        charges.cost("web_search", 1000, at="2026-06-05")
    assert (told.value.least, told.value.most) == (10, 20)
    with pytest.raises(UncertainPriceError) as told:
        charges.cost("page", 7, at="2026-06-05")
    assert (told.value.least, told.value.most) == (0, 7)
    assert charges.cost("page", 7, at="2026-06-05", free_used=True) == 7
    with pytest.raises(UncertainPriceError):
        charges.find("page", at="2026-06-05")
    assert charges.cost("page", 7, at="2026-06-01") == 7


@pytest.mark.parametrize("condition", ["direction: input", "size: 4K", "{size: 4K, quality: high}"])
def test_a_charge_under_a_condition_is_none_of_a_call_that_names_none(condition: str) -> None:
    """An image that is sent in is none that is made, and one of 4K none of any size."""
    charges = get_charges(
        "openai",
        registry=parse_registry(registry([f"{{unit: image, usd: 0.001, when: {{{condition.strip('{}')}}}}}"])),
    )
    with pytest.raises(UnknownPriceError, match="say when"):
        charges.cost("image", 5)
    when = dict(part.split(": ") for part in condition.strip("{}").split(", "))
    assert charges.cost("image", 5, when=when) == Decimal("0.005")
    if len(when) > 1:
        with pytest.raises(UnknownPriceError):
            charges.cost("image", 5, when={"size": "4K"})
