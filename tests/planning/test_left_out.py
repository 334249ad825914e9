"""What a page no longer states: long prices, labels and dimensions that are left out, and what follows a move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from providers.dimensions import UncertainPriceError
from providers.registry import parse_registry
from tests.planning.making import (
    BATCH,
    FALLEN,
    FLEX,
    LONG,
    NOTHING,
    SEPTEMBER_7,
    STANDARD,
    cost,
    page,
    planned,
    rate,
    read,
    registry,
    updated,
)

SHORT_4, LONG_8 = rate("gpt-8-sol", input="4", output="20"), rate("gpt-8-sol", above=272_000, input="8", output="30")
OCTOBER_1, OCTOBER_10 = date(2026, 10, 1), date(2026, 10, 10)
HALF = (rate("gpt-8-sol", input="2.5", output="15"), rate("gpt-8-sol", above=272_000, input="5", output="22.5"))
WHOLE = (*LONG, *(replace(one, mode=mode) for one in HALF for mode in ("batch", "flex")))


@pytest.mark.parametrize("mode", ["standard", "batch", "flex"])
@pytest.mark.parametrize("up_to", [None, 272_000, "unknown"])
def test_once_the_short_price_moved_a_long_price_that_the_page_does_not_state_is_unknown(
    mode: str, up_to: object
) -> None:
    short = rate("gpt-8-sol", up_to=up_to, input="4", output="20")

    found = read(page(*WHOLE), page(short, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", mode=mode, input=300_000, at=SEPTEMBER_7) is not None
    assert cost(found, "gpt-8-sol", mode=mode, input=300_000, at=OCTOBER_1) is None
    told = {one.up_to_input_tokens for one in found.model("openai", "gpt-8-sol").rates if one.prices and one.start}
    assert told == {272_000}, "whoever shows the short price says for which prompts"
    assert (cost(found, "gpt-8-sol", mode=mode, input=1_000, at=OCTOBER_1) is None) == (mode == "flex")


def test_a_long_price_that_was_left_out_is_back_where_the_short_one_is() -> None:
    """The page in between says nothing that the last one does not say: with it or without it the end is one."""
    last = page(LONG[0], checked=OCTOBER_10)

    for pages in ([page(*WHOLE), last], [page(*WHOLE), page(SHORT_4, checked=OCTOBER_1), last]):
        found = read(*pages)
        for mode in ("standard", "batch", "flex"):
            whole = cost(found, "gpt-8-sol", mode=mode, input=300_000, at=OCTOBER_10)
            assert whole == cost(found, "gpt-8-sol", mode=mode, input=300_000, at=SEPTEMBER_7)


def test_a_long_price_holds_from_the_day_of_its_short_one_though_a_page_in_between_left_it_out() -> None:
    pages = (page(*WHOLE), page(SHORT_4, checked=OCTOBER_1), page(SHORT_4, LONG_8, checked=OCTOBER_10))

    found = read(*pages)

    assert cost(found, "gpt-8-sol", input=300_000, at=OCTOBER_1) == Decimal("2.4")
    assert cost(found, "gpt-8-sol", input=300_000, at=OCTOBER_10) == Decimal("2.4")


def test_whoever_missed_the_page_that_alone_had_a_long_price_does_not_know_it() -> None:
    """Not a price of before either: no way of the pages ends in another price, one may end in none."""
    seen, last = page(SHORT_4, LONG_8, checked=OCTOBER_1), page(SHORT_4, checked=OCTOBER_10)

    for pages, usd in (([page(*WHOLE), seen, last], Decimal("2.4")), ([page(*WHOLE), last], None)):
        assert cost(read(*pages), "gpt-8-sol", input=300_000, at=OCTOBER_10) == usd


@pytest.mark.parametrize("mode", ["standard", "batch"])
@pytest.mark.parametrize(("before", "after"), [(200_000, 272_000), (272_000, 200_000)])
def test_a_threshold_moves_at_the_same_prices(mode: str, before: int, after: int) -> None:
    old, new = ((LONG[0], rate("gpt-8-sol", above=above, input="10", output="45")) for above in (before, after))

    found = read(page(*old), page(*new, checked=OCTOBER_1))

    share = 1 if mode == "standard" else Decimal("0.5")
    short, long = (share * usd for usd in (Decimal("1.25"), Decimal("2.5")))
    on = {day: cost(found, "gpt-8-sol", mode=mode, input=250_000, at=day) for day in (SEPTEMBER_7, OCTOBER_1)}
    assert on == {SEPTEMBER_7: long if before < after else short, OCTOBER_1: short if before < after else long}
    assert cost(found, "gpt-8-sol", mode=mode, input=300_000, at=OCTOBER_1) == 3 * share


def test_a_label_says_where_a_price_ends_now() -> None:
    """It says less than the page before: above it nothing is known, also where that page had a price."""
    found = read(page(*LONG), page(rate("gpt-8-sol", up_to=200_000, input="5", output="30"), checked=OCTOBER_1))

    for mode in ("standard", "batch"):
        assert cost(found, "gpt-8-sol", mode=mode, input=200_000, at=OCTOBER_1) is not None
        for size in (250_000, 300_000):
            assert cost(found, "gpt-8-sol", mode=mode, input=size, at=SEPTEMBER_7) is not None
            assert cost(found, "gpt-8-sol", mode=mode, input=size, at=OCTOBER_1) is None


def test_a_later_label_says_nothing_of_earlier_days() -> None:
    small, large = (rate("gpt-8-sol", up_to=size, input="5", output="30") for size in (200_000, 272_000))

    found = read(page(small), page(large, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", input=250_000, at=SEPTEMBER_7) is None
    assert cost(found, "gpt-8-sol", input=250_000, at=OCTOBER_1) == Decimal("1.25")


def test_a_price_that_moved_answers_for_no_longer_prompts_where_its_label_is_gone() -> None:
    found = read(page(rate("gpt-8-sol", up_to=200_000, input="5", output="30")), page(SHORT_4, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", input=250_000, at=OCTOBER_1) is None


def test_a_label_that_a_page_has_of_others_and_no_longer_of_a_model_bounds_it_no_more() -> None:
    """From the day of that page on, at the same price or another; before it as the label said."""
    label = rate("gpt-8-sol", up_to=200_000, input="5", output="30")
    other = rate("gpt-8-luna", up_to=200_000, input="1", output="2")

    for now in (STANDARD, FALLEN):
        found = read(page(label, other), page(now, other, checked=OCTOBER_1))
        for mode in ("standard", "batch"):
            assert cost(found, "gpt-8-sol", mode=mode, input=250_000, at=SEPTEMBER_7) is None
            assert cost(found, "gpt-8-sol", mode=mode, input=250_000, at=OCTOBER_1) is not None
        assert cost(found, "gpt-8-luna", input=250_000, at=OCTOBER_1) is None
        text = merge(NOTHING, planned(NOTHING, page(label, other)))
        updated(text, page(now, other, checked=OCTOBER_1))


def test_a_page_without_any_label_lifts_none() -> None:
    """Its layout may have lost them: nothing says that long prompts cost the same."""
    found = read(page(rate("gpt-8-sol", up_to=200_000, input="5", output="30")), page(STANDARD, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", input=250_000, at=OCTOBER_1) is None


@pytest.mark.parametrize("mode", ["standard", "batch"])
def test_a_dimension_that_the_page_leaves_out_is_unknown_once_a_price_moved(mode: str) -> None:
    """OpenAI's discount is on input and output: a cached batch price that a page once stated is carried over no move."""
    cached = (
        rate("gpt-8-sol", input="5", output="30", cached_input="0.5"),
        rate("gpt-8-sol", "batch", input="2.5", output="15", cached_input="0.25"),
    )
    fallen = rate("gpt-8-sol", input="4", output="20", **({} if mode == "standard" else {"cached_input": "0.2"}))

    found = read(page(*cached), page(fallen, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", mode=mode, cached_input=10, at=SEPTEMBER_7) is not None
    assert cost(found, "gpt-8-sol", mode=mode, cached_input=10, at=OCTOBER_1) is None
    assert cost(found, "gpt-8-sol", mode=mode, input=1_000_000, at=OCTOBER_1) == (4 if mode == "standard" else 2)


def test_a_dimension_that_the_page_leaves_out_stays_while_nothing_moves() -> None:
    cached = rate("gpt-8-sol", input="5", output="30", cached_input="0.5")

    found = read(page(cached), page(STANDARD, checked=OCTOBER_1))

    assert cost(found, "gpt-8-sol", cached_input=1_000_000, at=OCTOBER_1) == Decimal("0.5")


def test_what_a_page_states_beside_an_announced_price_holds_on_its_day_too() -> None:
    undated = rate("gpt-8-sol", input="5", output="30", cached_input="0.5")
    dated = rate("gpt-8-sol", start=OCTOBER_1, input="6")

    found = read(page(undated, dated))

    assert cost(found, "gpt-8-sol", input=1_000_000, output=1_000_000, at=OCTOBER_1) == 36
    assert cost(found, "gpt-8-sol", cached_input=1_000_000, at=OCTOBER_1) == Decimal("0.5")


@pytest.mark.parametrize("mode", ["standard", "batch", "flex"])
def test_whatever_follows_a_move_is_as_unsure_as_the_move(mode: str) -> None:
    """Twice moved: the second time the old price was last seen on the day of the first, not on the first page of all."""
    third = rate("gpt-8-sol", input="3", output="15")
    pages = (page(STANDARD, FLEX, BATCH), page(FALLEN, checked=OCTOBER_1), page(third, checked=date(2026, 11, 1)))

    found = read(*pages)

    asked = {"mode": mode, "input": 1_000_000}
    if mode == "flex":
        assert cost(found, "gpt-8-sol", **asked, at=date(2026, 9, 20)) is None
        return
    for day, last in ((OCTOBER_1, SEPTEMBER_7), (date(2026, 11, 1), OCTOBER_1)):
        assert cost(found, "gpt-8-sol", **asked, at=day) is not None
        assert cost(found, "gpt-8-sol", **asked, at=last) is not None
        with pytest.raises(UncertainPriceError):
            found.pricing("openai", "gpt-8-sol").cost(**asked, at=day - timedelta(days=1))  # type: ignore[arg-type]
        with pytest.raises(UncertainPriceError):
            found.pricing("openai", "gpt-8-sol").cost(**asked, at=last + timedelta(days=1))  # type: ignore[arg-type]


def test_a_batch_price_that_is_back_is_as_unsure_as_the_standard_price_beside_it() -> None:
    pages = (page(STANDARD, BATCH), page(FALLEN, checked=OCTOBER_1), page(STANDARD, checked=date(2026, 11, 1)))

    found = read(*pages)

    for mode in ("standard", "batch"):
        with pytest.raises(UncertainPriceError):
            found.pricing("openai", "gpt-8-sol").cost(mode=mode, input=10, at="2026-10-15")


@pytest.mark.parametrize("stated", [("standard",), ("standard", "batch", "flex")])
def test_a_label_of_one_mode_bounds_the_modes_that_have_none(stated: tuple[str, ...]) -> None:
    short = rate("gpt-8-sol", up_to=200_000, input="5", output="30")
    others = {"batch": BATCH, "flex": FLEX}

    found = read(page(short, *(others[mode] for mode in stated if mode in others)))

    for mode in {*stated, "batch"}:
        assert cost(found, "gpt-8-sol", mode=mode, input=200_000, at=SEPTEMBER_7) is not None
        assert cost(found, "gpt-8-sol", mode=mode, input=250_000, at=SEPTEMBER_7) is None


def test_a_registry_without_bounds_of_its_own_ends_where_the_standard_label_does() -> None:
    text = registry(
        "gpt-8-sol:",
        "  {display_name: Sol, input_per_million: 2.5, output_per_million: 15.0, rates: [",
        "  {mode: standard, up_to_input_tokens: 200000, input: 5.0, output: 30.0}, {mode: flex, input: 2.5, output: 15.0}]}",
    )

    assert cost(parse_registry(text), "gpt-8-sol", mode="flex", input=250_000) is None


def test_a_known_model_whose_long_prompts_cost_something_else_above_no_known_size_waits_for_a_person() -> None:
    known = merge(NOTHING, planned(NOTHING, page(STANDARD)))
    unsized = page(STANDARD, rate("gpt-8-sol", above="unknown", input="10", output="45"), checked=OCTOBER_1)

    plan = planned(known, unsized)

    assert {reason.code for one in plan.held for reason in one.verdict.reasons} == {"tiers"}
    assert not plan.applied
