"""For which prompts, since when, seen where: the registry answers no more than the pages said."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octoregistry.merging.merge import merge
from octoregistry.planning.limits import Limits
from octoregistry.planning.stated_models import PricedPage
from octoregistry.queries.wording import last_seen
from providers.dimensions import MODES, UnknownPriceError
from tests.depth import DEPTH
from tests.planning.making import (
    BATCH,
    FALLEN,
    FLEX,
    LONG,
    NOTHING,
    SEPTEMBER_7,
    STANDARD,
    change,
    cost,
    page,
    planned,
    rate,
    read,
    updated,
)

JULY_1, AUGUST_1, AUGUST_21 = date(2026, 7, 1), date(2026, 8, 1), date(2026, 8, 21)


def test_a_short_price_does_not_answer_for_long_prompts_that_cost_something_unknown() -> None:
    """The long price is stated, the size is not: the smallest size that is known of the vendor is the bound."""
    astra = (
        rate("gpt-9-astra", input="10", output="50"),
        rate("gpt-9-astra", above="unknown", input="20", output="75"),
    )

    found = read(page(*LONG, *astra))

    bounded = found.model("openai", "gpt-9-astra").rates[0]
    assert (bounded.up_to_input_tokens, bounded.up_to_derived) == (272_000, True)
    assert cost(found, "gpt-9-astra", input=272_000, at=SEPTEMBER_7) == Decimal("2.72")
    assert cost(found, "gpt-9-astra", input=300_000, at=SEPTEMBER_7) is None


def test_once_a_page_states_the_size_long_prompts_have_their_price() -> None:
    unsized = page(
        *LONG,
        rate("gpt-9-astra", input="10", output="50"),
        rate("gpt-9-astra", above="unknown", input="20", output="75"),
    )
    sized = page(
        *LONG,
        rate("gpt-9-astra", input="10", output="50"),
        rate("gpt-9-astra", above=272_000, input="20", output="75"),
        checked=date(2026, 10, 1),
    )

    found = read(unsized, sized)

    assert cost(found, "gpt-9-astra", input=300_000, output=1_000, at="2026-10-01") == Decimal("6.075")
    assert not [one for one in found.model("openai", "gpt-9-astra").rates if one.up_to_input_tokens]


def test_where_no_size_is_known_of_the_vendor_the_prices_wait_for_a_person() -> None:
    plan = planned(
        NOTHING,
        page(
            rate("gpt-9-astra", input="10", output="50"), rate("gpt-9-astra", above="unknown", input="20", output="75")
        ),
    )

    assert change(plan, "input", "standard").verdict.reasons[0].code == "tiers"


def test_a_label_that_limits_a_price_bounds_it() -> None:
    batch = rate("gpt-8-sol", "batch", up_to=272_000, input="2.5", output="15")

    found = read(page(*LONG, batch))

    bounded = next(one for one in found.model("openai", "gpt-8-sol").rates if one.mode == "batch")
    assert (bounded.up_to_input_tokens, bounded.up_to_derived) == (272_000, False)


def test_a_column_for_short_prompts_bounds_no_model_that_has_no_other_price() -> None:
    """OpenAI's tables have a column "Short context" for all models, and a dash under "Long context" for most."""
    found = read(page(*LONG, rate("gpt-8-mini", up_to="unknown", input="1", output="2")))

    assert cost(found, "gpt-8-mini", input=300_000, at=SEPTEMBER_7) == Decimal("0.3")


def test_a_tier_of_one_mode_bounds_the_modes_that_have_none() -> None:
    found = read(page(*LONG, rate("gpt-8-sol", "flex", input="2.5", output="15")))

    assert cost(found, "gpt-8-sol", mode="flex", input=272_000, at=SEPTEMBER_7) == Decimal("0.68")
    assert cost(found, "gpt-8-sol", mode="flex", input=300_000, at=SEPTEMBER_7) is None


def test_a_long_price_that_is_read_late_lets_no_short_one_answer_for_the_days_before_it() -> None:
    """Its own days begin with the present standard price; of the days before, nobody knows what a long prompt cost."""
    flex = rate("gpt-8-sol", "flex", input="2.5", output="15")
    long_flex = rate("gpt-8-sol", "flex", above=272_000, input="4", output="18")
    fallen = (
        rate("gpt-8-sol", input="4", output="24"),
        rate("gpt-8-sol", above=272_000, input="8", output="36"),
    )

    found = read(
        page(*LONG, flex, checked=JULY_1), page(*fallen, flex, checked=AUGUST_1), page(*fallen, flex, long_flex)
    )

    asked = {"mode": "flex", "input": 300_000}
    assert [cost(found, "gpt-8-sol", **asked, at=day) for day in (JULY_1, date(2026, 7, 15))] == [None, None]
    assert cost(found, "gpt-8-sol", **asked, at=SEPTEMBER_7) == Decimal("1.2")
    assert cost(found, "gpt-8-sol", mode="flex", input=272_000, at=JULY_1) == Decimal("0.68")


def test_a_batch_price_of_long_prompts_that_follows_only_now_says_nothing_of_the_days_before() -> None:
    """The standard price of long prompts moved alone, and the page is silent on batches."""
    moved = (LONG[0], rate("gpt-8-sol", above=272_000, input="8", output="30"))

    found = read(page(*LONG, BATCH, checked=AUGUST_21), page(*moved))

    long = [cost(found, "gpt-8-sol", mode="batch", input=300_000, at=day) for day in (AUGUST_21, date(2026, 8, 30))]
    assert long == [None, None]


def test_before_the_first_reading_of_a_model_there_is_no_cost() -> None:
    found = read(page(*LONG))

    assert found.model("openai", "gpt-8-sol").first_seen == SEPTEMBER_7
    with pytest.raises(UnknownPriceError, match="before our first reading of it on 2026-09-07"):
        found.pricing("openai", "gpt-8-sol").cost(input=1, at="2026-09-06")


def test_a_tier_that_is_read_late_is_no_move() -> None:
    """It costs what it costs as far back as the standard price of today, not from the day on which somebody looked."""
    found = read(page(LONG[0], checked=AUGUST_1), page(*LONG))

    assert cost(found, "gpt-8-sol", input=300_000, at="2026-08-01") == Decimal("3")
    assert cost(found, "gpt-8-sol", input=300_000, at="2026-09-06") == Decimal("3")


def test_a_mode_that_is_read_late_holds_back_to_the_standard_price_and_no_further() -> None:
    old, new = (rate("gpt-8-sol", input=usd, output="30") for usd in ("5", "4"))
    flex = rate("gpt-8-sol", "flex", input="2", output="15")

    found = read(page(old, checked=JULY_1), page(new, checked=AUGUST_1), page(new, flex))

    assert cost(found, "gpt-8-sol", mode="flex", input=1_000_000, at="2026-08-02") == 2
    assert cost(found, "gpt-8-sol", mode="flex", input=1_000_000, at="2026-07-31") is None


def test_a_dimension_that_is_read_late_in_a_mode_of_older_prices_holds_no_further_either() -> None:
    flex = {"input": "2", "output": "15"}
    pages = (
        page(rate("gpt-8-sol", input="5", output="30"), rate("gpt-8-sol", "flex", **flex), checked=JULY_1),
        page(rate("gpt-8-sol", input="4", output="30"), rate("gpt-8-sol", "flex", **flex), checked=AUGUST_1),
        page(rate("gpt-8-sol", input="4", output="30"), rate("gpt-8-sol", "flex", **flex, cached_input="0.2")),
    )

    found = read(*pages)

    assert cost(found, "gpt-8-sol", mode="flex", cached_input=10, at="2026-08-01") is not None
    assert cost(found, "gpt-8-sol", mode="flex", cached_input=10, at="2026-07-31") is None
    assert cost(found, "gpt-8-sol", mode="flex", input=1_000_000, at="2026-07-31") == 2


def test_with_daily_runs_nothing_lies_between_two_prices() -> None:
    old, new = (rate("gpt-8-sol", input=usd, output="30") for usd in ("5", "4"))

    found = read(page(old, checked=date(2026, 9, 6)), page(new))

    assert not [one for one in found.model("openai", "gpt-8-sol").rates if one.seen_before]
    assert cost(found, "gpt-8-sol", input=1_000_000, at="2026-09-06") == 5
    assert cost(found, "gpt-8-sol", input=1_000_000, at="2026-09-07") == 4


def test_a_day_that_the_page_states_leaves_nothing_open() -> None:
    old = rate("gpt-8-sol", input="5", output="30")
    new = rate("gpt-8-sol", input="4", output="30", start=AUGUST_21)

    found = read(page(old, checked=AUGUST_1), page(new))

    dated = [one for one in found.model("openai", "gpt-8-sol").rates if one.start and one.mode == "standard"]
    assert [(one.start, one.seen_before) for one in dated] == [(AUGUST_21, None)]


def test_a_mode_that_the_page_no_longer_states_is_not_renewed() -> None:
    found = read(page(STANDARD, FLEX, BATCH, checked=JULY_1), page(STANDARD, BATCH)).model("openai", "gpt-8-sol")

    assert found.source is not None
    assert found.source.checked == SEPTEMBER_7
    assert (found.seen_on("standard"), found.seen_on("flex")) == (SEPTEMBER_7, JULY_1)


def test_a_batch_price_that_no_page_stated_was_not_seen() -> None:
    found = read(page(STANDARD, checked=AUGUST_21), page(FALLEN)).model("openai", "gpt-8-sol")

    assert all(one.derived for one in found.rates if one.mode == "batch")
    assert found.last_seen == {}


def test_a_derived_batch_price_is_not_said_to_be_seen_though_another_was() -> None:
    found = read(page(STANDARD, BATCH, checked=AUGUST_21), page(FALLEN)).model("openai", "gpt-8-sol")

    assert found.last_seen == {"batch": AUGUST_21}
    assert last_seen(found, found.rates, AUGUST_21) == {"batch": AUGUST_21}
    assert last_seen(found, found.rates, SEPTEMBER_7) == {}


def test_a_mode_that_comes_back_is_seen_again() -> None:
    found = read(
        page(STANDARD, FLEX, BATCH, checked=JULY_1),
        page(STANDARD, BATCH, checked=AUGUST_21),
        page(STANDARD, FLEX, BATCH),
    )

    assert found.model("openai", "gpt-8-sol").last_seen == {}
    assert found.model("openai", "gpt-8-sol").seen_on("flex") == SEPTEMBER_7


def test_once_the_standard_price_has_moved_flex_is_unknown_and_batch_follows_the_discount() -> None:
    found = read(page(STANDARD, FLEX, BATCH, checked=AUGUST_21), page(FALLEN))

    assert cost(found, "gpt-8-sol", mode="flex", input=10, at="2026-08-21") is not None
    assert cost(found, "gpt-8-sol", mode="flex", input=10, at=SEPTEMBER_7) is None
    assert cost(found, "gpt-8-sol", mode="batch", input=1_000_000, at=SEPTEMBER_7) == 2
    assert found.model("openai", "gpt-8-sol").input_per_million == 2


def test_an_announced_price_that_did_not_come_takes_no_batch_price_with_it() -> None:
    """A page of July announced a dearer September, for batches too; in September the old price stood, alone."""
    announced = (
        rate("gpt-8-sol", mode, start=date(2026, 9, 1), input=usd, output="30")
        for mode, usd in (("standard", "6"), ("batch", "3"))
    )

    found = read(page(STANDARD, BATCH, *announced, checked=AUGUST_21), page(STANDARD))

    assert cost(found, "gpt-8-sol", mode="batch", input=1_000_000, at=SEPTEMBER_7) == Decimal("2.5")
    assert found.model("openai", "gpt-8-sol").input_per_million == Decimal("2.5")


@pytest.mark.parametrize("day", [6, 7, 8, 20])
def test_what_a_silent_mode_announced_beside_a_standard_price_that_did_not_come_is_unknown(day: int) -> None:
    """On whatever day the page is read that takes the standard price back, and however often, until a page states it."""
    standard = rate("gpt-8-sol", input="6", output="36")
    first = page(
        standard,
        rate("gpt-8-sol", start=date(2026, 9, 5), input="5", output="30"),
        FLEX,
        rate("gpt-8-sol", "flex", start=date(2026, 9, 7), input="2", output="10"),
        checked=AUGUST_21,
    )
    back = date(2026, 9, day)
    once, twice = (page(standard, checked=back + timedelta(days=days)) for days in (0, 2))
    stated = page(standard, FLEX, checked=back + timedelta(days=10))
    asked = {"mode": "flex", "input": 1_000_000, "at": back + timedelta(days=20)}

    assert cost(read(first), "gpt-8-sol", **asked) == 2
    assert cost(read(first, once), "gpt-8-sol", **asked) is None
    assert cost(read(first, once, twice), "gpt-8-sol", **asked) is None
    assert cost(read(first, once, twice, stated), "gpt-8-sol", **asked) == Decimal("2.5")


def test_what_a_silent_mode_announced_stays_where_the_standard_price_came_as_announced() -> None:
    came = rate("gpt-8-sol", start=date(2026, 9, 5), input="5", output="30")
    flex = rate("gpt-8-sol", "flex", start=date(2026, 9, 7), input="2", output="10")
    first = page(rate("gpt-8-sol", input="6", output="36"), came, FLEX, flex, checked=AUGUST_21)

    found = read(first, page(STANDARD, checked=date(2026, 9, 6)))

    assert cost(found, "gpt-8-sol", mode="flex", input=1_000_000, at=date(2026, 9, 25)) == 2


def test_an_announced_batch_price_comes_though_the_page_of_its_day_is_silent_on_it() -> None:
    announced = rate("gpt-8-sol", "batch", start=date(2026, 9, 1), input="2", output="15")

    found = read(page(STANDARD, BATCH, announced, checked=AUGUST_21), page(STANDARD))

    assert cost(found, "gpt-8-sol", mode="batch", input=1_000_000, at=SEPTEMBER_7) == 2


def test_where_the_page_has_batch_prices_and_none_of_this_model_they_are_unknown_and_batches_stay() -> None:
    other = (rate("gpt-8-luna", input="1", output="2"), rate("gpt-8-luna", "batch", input="0.5", output="1"))

    found = read(page(STANDARD, BATCH, *other, checked=AUGUST_21), page(FALLEN, *other))

    sol = found.model("openai", "gpt-8-sol")
    assert cost(found, "gpt-8-sol", mode="batch", input=10, at=SEPTEMBER_7) is None
    assert sol.batch_support
    assert (sol.input_per_million, sol.output_per_million) == (2, 10)  # standard ÷ multiplier


def test_of_a_vendor_that_states_nothing_no_batch_price_is_derived() -> None:
    text = NOTHING.replace("openai", "acme")

    found = read(page(rate("road-9", input="5", output="30"), provider="acme"), text=text, provider="acme")

    for model in found:
        assert model.id == "none-yet" or not model.batch_support


def test_a_discount_on_all_usage_is_on_what_the_cache_costs_too() -> None:
    text = NOTHING.replace("openai", "anthropic")
    stated = (
        rate("Claude Opus 9", input="5", output="25", cached_input="0.5", cache_write_5m="6.25"),
        rate("Claude Opus 9", "batch", input="2.5", output="12.5"),
    )

    found = read(page(*stated, provider="anthropic"), text=text, provider="anthropic")

    batch = next(one for one in found.model("anthropic", "claude-opus-9").rates if one.mode == "batch")
    assert (batch.derived, batch.derived_dimensions) == (False, ("cached_input", "cache_write_5m"))
    assert cost(found, "claude-opus-9", "anthropic", mode="batch", cached_input=1_000_000, at=SEPTEMBER_7) == Decimal(
        "0.25"
    )


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[date, dict[str, str]]]:
    """What a vendor's page stated on some days, so far apart that prices may move on each: the input price of each mode."""
    days = draw(st.lists(st.integers(1, 28), unique=True, min_size=2, max_size=5))
    standard = draw(st.lists(st.sampled_from(["4", "5", "6"]), min_size=len(days), max_size=len(days)))
    found = []
    for day, usd in zip(sorted(days), standard, strict=True):
        modes = draw(st.sets(st.sampled_from(["batch", "flex", "priority"])))
        factors = {"batch": Decimal("0.5"), "flex": Decimal("0.5"), "priority": Decimal(2)}
        found.append(
            (
                JULY_1 + timedelta(days=day * Limits().pause_days),
                {"standard": usd} | {m: str(Decimal(usd) * factors[m]) for m in sorted(modes)},
            )
        )
    return found


def _page(day: date, modes: dict[str, str]) -> PricedPage:
    return page(
        *(rate("gpt-8-sol", mode, input=usd, output=str(Decimal(usd) * 3)) for mode, usd in modes.items()), checked=day
    )


@settings(deadline=None, max_examples=10 * DEPTH)
@given(history=histories(), repeated=st.integers(0, 4))
def test_pages_that_a_later_one_makes_superfluous_change_nothing_at_the_end(
    history: list[tuple[date, dict[str, str]]], repeated: int
) -> None:
    """Left out or read twice: the prices in force are the same; only the history knows."""
    pages = [_page(*one) for one in history]
    whole = read(*pages)
    last = history[-1]
    needed = [_page(*one) for one in history[:-1] if not one[1].keys() <= last[1].keys()]
    twice = pages[: repeated + 1] + pages[repeated:]

    for other in (read(*needed, pages[-1]), read(*twice)):
        for mode in MODES:
            asked = {"mode": mode, "input": 1_000, "output": 10, "at": last[0]}
            assert cost(whole, "gpt-8-sol", **asked) == cost(other, "gpt-8-sol", **asked)
        ours, theirs = (one.model("openai", "gpt-8-sol") for one in (whole, other))
        assert (ours.input_per_million, ours.batch_support) == (theirs.input_per_million, theirs.batch_support)


def test_an_update_that_is_repeated_has_nothing_left_to_do() -> None:
    text = merge(NOTHING, planned(NOTHING, page(STANDARD, FLEX, BATCH, checked=AUGUST_21)))

    updated(text, page(FALLEN))  # which fails where a second update finds something
