"""Each guard lets pass what is just under its limit and holds what is just over, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.planning.guards import GuardContext, reasons
from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import Change, WitnessPrice
from octoregistry.planning.price_order import PriceBook, modes_out_of_order
from octoregistry.planning.rates_in_force import rates_after
from octoregistry.planning.verdicts import verdict_of
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence
from providers.entries import Model, Rate, Source

DAY = date(2026, 9, 7)
CELL = Evidence("https://vendor.example/pricing", "T1R2C3", "$5.00")


def price(old: str | None, new: str, dimension: str = "input", mode: str = "standard", **more: object) -> Change:
    was = Decimal(old) if old is not None else None
    change = Change("acme", "m", "price", dimension, was, Decimal(new), mode, evidence=CELL, witness="rules")
    return replace(change, **more)  # type: ignore[arg-type]


def codes(change: Change, context: GuardContext | None = None) -> list[str]:
    return [reason.code for reason in reasons(change, context or GuardContext(None, DAY))]


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        ("1", "2.99", False),
        ("1", "3", True),
        ("3", "1.01", False),
        ("3", "1", True),
        ("0.0000001", "0.0000002", False),
        ("0", "1", True),
        (None, "1000", False),
    ],
)
def test_a_price_that_moves_by_the_factor_is_held(old: str | None, new: str, held: bool) -> None:
    assert codes(price(old, new)) == (["moved"] if held else [])


def test_the_factor_is_a_setting() -> None:
    wide = GuardContext(None, DAY, limits=Limits(moved=Decimal(10)))
    assert codes(price("1", "9.9"), wide) == []
    assert codes(price("1", "10"), wide) == ["moved"]


@pytest.mark.parametrize(("old", "held"), [("0.01", True), (None, True), ("0", False)])
def test_a_price_that_becomes_0_is_held(old: str | None, held: bool) -> None:
    assert codes(price(old, "0")) == (["zero"] if held else [])


def said(witness: str, usd: str) -> WitnessPrice:
    return WitnessPrice(witness, Decimal(usd), DAY)


def test_a_contradiction_holds_and_both_are_shown() -> None:
    change = price("4", "5", contradicts=(said("litellm", "4"), said("openrouter", "2")))
    (reason,) = reasons(change, GuardContext(None, DAY))
    assert reason.code == "witnesses"
    assert (
        str(reason)
        == "T1R2C3 of the page says 5.0, but litellm (2026-09-07) says 4.0, openrouter (2026-09-07) says 2.0"
    )


def test_the_page_and_a_second_witness_outweigh_a_third() -> None:
    change = price("4", "5", vouches=(said("litellm", "5"),), contradicts=(said("openrouter", "2"),))
    assert codes(change) == []


@pytest.mark.parametrize(
    ("witness", "held"),
    [
        ("rules", False),
        ("known", False),
        ("known:3f2a", False),
        ("rules+llm:gemini/flash", False),
        ("llm:gemini/flash", True),
        ("llm:openai/rules", True),
    ],
)
def test_a_reading_that_nobody_checked_holds_the_price(witness: str, held: bool) -> None:
    assert codes(price("4", "5", witness=witness)) == (["unchecked"] if held else [])


def test_a_reading_by_a_language_model_passes_where_another_registry_has_the_price() -> None:
    assert codes(price("4", "5", witness="llm:x", vouches=(said("litellm", "5"),))) == []


@pytest.mark.parametrize(
    ("witness", "mode", "above", "held"),
    [
        ("llm:x", "standard", None, True),
        ("llm:x", "standard", 200_000, False),
        ("llm:x", "batch", None, False),
        ("rules", "standard", None, False),
        ("rules+llm:x", "standard", None, False),
    ],
)
def test_a_registry_that_lags_behind_does_not_vouch_for_a_table_of_old_prices(
    witness: str, mode: str, above: int | None, held: bool
) -> None:
    """A language model takes the old prices for the new, and somebody who has not heard of the change has them still."""
    left = (
        Rate("standard", {"input": Decimal(5)}),
        Rate("standard", {"input": Decimal(4)}, start=date(2026, 8, 1)),
    )
    change = price("4", "5", mode=mode, above_input_tokens=above, witness=witness, vouches=(said("litellm", "5"),))
    assert codes(change, GuardContext(None, DAY, before=left)) == (["unchecked"] if held else [])


def test_a_price_in_an_unknown_unit_is_held_unless_another_registry_has_it() -> None:
    nobody_knows = GuardContext(None, DAY, unconfirmed_units={CELL})
    assert codes(price(None, "5"), nobody_knows) == ["unit"]
    assert codes(price(None, "5", vouches=(said("litellm", "5"),)), nobody_knows) == []


@pytest.mark.parametrize(("checked", "held"), [(date(2026, 9, 7), False), (date(2026, 9, 8), True)])
def test_an_older_page_than_the_last_one_holds(checked: date, held: bool) -> None:
    known = Model("acme", "m", "M", source=Source("https://vendor.example/pricing", checked))
    assert codes(price("4", "5"), GuardContext(known, DAY)) == (["older page"] if held else [])


SOME = {"input": "2", "output": "8", "cached_input": "0.2", "cache_write_5m": "2.5"}


def rate(mode: str = "standard", above: int | None = None, **prices: str) -> Rate:
    return Rate(mode, {name: Decimal(usd) for name, usd in {**SOME, **prices}.items()}, above)


@pytest.mark.parametrize(
    ("mode", "above", "dimension", "fits", "apart"),
    [
        ("priority", None, "input", "12", "200"),
        ("batch", None, "input", "1", "0.02"),
        ("flex", 200_000, "input", "2", "200"),
        ("standard", 200_000, "input", "5", "200"),
        ("standard", None, "input_audio", "70", "200"),
        ("standard", None, "cache_write_1h", "4", "200"),
    ],
)
def test_a_new_price_out_of_proportion_with_those_beside_it_is_held(
    mode: str, above: int | None, dimension: str, fits: str, apart: str
) -> None:
    """A priority tier at a hundred times the standard price was no move, and so nobody's question."""
    beside = Rate("standard", {"input": Decimal(2)})
    for new, held in ((fits, []), (apart, ["order"])):
        change = replace(price(None, new, dimension, mode), above_input_tokens=above)
        after = rates_after((beside,), [change])
        found = codes(change, GuardContext(None, DAY, before=(beside,), after=after))
        assert [code for code in found if code != "moved"] == held  # a new tier moves what the prompts cost


@pytest.mark.parametrize(
    ("dimension", "under", "over", "words"),
    [
        ("output", "2", "1.99", "output below input"),
        ("cached_input", "2", "2.01", "cached input above input"),
        ("cache_write_5m", "2", "1.99", "cache write below input"),
        ("cache_write_1h", "2", "1.99", "cache write below input"),
    ],
)
def test_a_price_out_of_its_order_is_held(dimension: str, under: str, over: str, words: str) -> None:
    for new, held in ((under, False), (over, True)):
        after = (rate(**{dimension: new}),)
        found = list(reasons(price(None, new, dimension), GuardContext(None, DAY, after=after)))
        assert [reason.code for reason in found] == (["order"] if held else [])
        assert all(words in str(reason) for reason in found)


@pytest.mark.parametrize(("new", "held"), [("2", False), ("2.01", True)])
def test_a_batch_price_above_the_standard_one_is_held(new: str, held: bool) -> None:
    after = (rate(), rate("batch", input=new))
    context = GuardContext(None, DAY, before=(rate(),), after=after)
    assert codes(price(None, new, mode="batch"), context) == (["order"] if held else [])
    assert codes(price(None, "2"), context) == (["order"] if held else []), "whichever of the two moved"


@pytest.mark.parametrize(("new", "held"), [("2", False), ("1.99", True)])
def test_a_longer_prompt_that_costs_less_is_held(new: str, held: bool) -> None:
    after = (rate(), rate(above=200_000, input=new))
    context = GuardContext(None, DAY, before=(rate(),), after=after)
    change = price(None, new, above_input_tokens=200_000)
    assert codes(change, context) == (["order"] if held else [])


def test_what_the_registry_has_out_of_order_already_may_stay_so() -> None:
    """An embedding that bills more for input than for output, as it did before."""
    before, after = (rate(output="1"),), (rate(output="1.5"),)
    assert codes(price("1", "1.5", "output"), GuardContext(None, DAY, before=before, after=after)) == []


def test_swapped_columns_are_held_on_both_sides() -> None:
    before, after = (rate(),), (rate(input="8", output="2"),)
    context = GuardContext(None, DAY, before=before, after=after)
    assert "order" in codes(price("2", "8"), context)
    assert "order" in codes(price("8", "2", "output"), context)


def test_every_reason_is_told_and_a_persons_word_overrules_them_all() -> None:
    change = price("1", "10", witness="llm:x", contradicts=(said("litellm", "1"),))
    held = verdict_of(change, GuardContext(None, DAY))
    assert [reason.code for reason in held.reasons] == ["moved", "witnesses", "unchecked"]
    for name in ("all", "m", "acme/m", "m:standard", "acme/m:standard"):
        assert verdict_of(change, GuardContext(None, DAY, accepted=(name,))).kind == "apply"
    assert verdict_of(change, GuardContext(None, DAY, accepted=("m:batch", "other"))).kind == "hold"


def test_a_price_carried_on_as_it_was_is_asked_nothing() -> None:
    assert codes(price("0", "0", kind="kept", witness=None)) == []


TURBO = Doubt("Turbo", "lead", "P3", "not understood: Turbo")


def test_a_price_with_words_in_its_scope_that_nobody_understands_is_held() -> None:
    """A changed one and a new one alike; the reason names the words, and how many more there are."""
    for change in (price("1", "1.1", doubts=(TURBO,)), price(None, "1", kind="new_model", doubts=(TURBO,))):
        (reason,) = reasons(change, GuardContext(None, DAY))
        assert (reason.code, str(reason)) == ("doubt", "'Turbo' (lead, P3): not understood: Turbo")
    (reason,) = reasons(price("1", "1.1", doubts=(TURBO, TURBO, TURBO)), GuardContext(None, DAY))
    assert str(reason).endswith("and 2 more doubts")


def test_one_that_another_registry_has_passes_unless_ours_has_left_it() -> None:
    """Who has the price of this very mode and size has understood the words; who lags has not heard of the change."""
    vouched = price("1", "1.1", doubts=(TURBO,), vouches=(said("litellm", "1.1"),))
    assert codes(vouched) == []
    left = GuardContext(None, DAY, before=(rate(input="1.1"), replace(rate(input="1"), start=DAY)), after=())
    assert "doubt" in codes(vouched, left)


@pytest.mark.parametrize("mode", ["priority", "flex", "batch"])
def test_a_standard_price_that_is_the_registrys_price_of_another_mode_is_held(mode: str) -> None:
    """A page about fast mode gave its price as the standard one: twice is under the guard."""
    before = (rate(input="2"), rate(mode, input="4"))
    after = (rate(input="4"), rate(mode, input="4"))
    change, context = price("2", "4"), GuardContext(None, DAY, before=before, after=after)
    assert "mode" in codes(change, context)
    assert "mode" not in codes(replace(change, vouches=(said("litellm", "4"),)), context)
    assert "mode" not in codes(price("2", "3.9"), context)
    assert "mode" not in codes(replace(change, mode=mode), context)


def test_a_batch_price_that_moves_along_is_none_to_compare_with() -> None:
    """A vendor who halves its prices gives the standard one that batches had, and the half of it for batches."""
    before = (rate(input="4"), rate("batch", input="2"))
    after = (rate(input="2"), rate("batch", input="1"))
    assert codes(price("4", "2"), GuardContext(None, DAY, before=before, after=after)) == []


@pytest.mark.parametrize(
    ("mode", "usd", "held"),
    [
        ("flex", "5", True),
        ("flex", "4", False),
        ("priority", "3", True),
        ("priority", "4", False),
        ("priority", "8", False),
    ],
)
def test_who_waits_pays_no_more_and_who_is_served_first_no_less(mode: str, usd: str, held: bool) -> None:
    """Once the standard price had fallen, an old flex price stood above it."""
    book = PriceBook((rate(input="4"), rate(mode, input=usd)), DAY)
    assert (modes_out_of_order(price(None, usd, mode=mode), book) is not None) is held
