"""What an update would do: real price moves, announced prices, batch prices stated and derived, silence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.counts import summaries
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.rates_in_force import in_force
from providers.dimensions import UncertainPriceError, UnknownPriceError
from providers.registry import parse_registry
from providers.vendors import Batch
from tests.planning.making import (
    FLEX,
    NOTHING,
    SEPTEMBER_7,
    SOL,
    SOL_DROPPED,
    STANDARD,
    change,
    page,
    planned,
    rate,
    registry,
    updated,
)


def test_a_dropped_price_is_dated_and_yesterdays_call_costs_what_it_did() -> None:
    call = {"input": 100_000, "output": 5_000}

    after = updated(SOL, page(*SOL_DROPPED)).pricing("openai", "gpt-5.6-sol")

    before = parse_registry(SOL).pricing("openai", "gpt-5.6-sol")
    assert after.cost(at="2026-08-21", **call) == before.cost(at="2026-08-21", **call) == Decimal("0.65")
    assert after.cost(at="2026-09-07", **call) == Decimal("0.5")
    with pytest.raises(UncertainPriceError) as between:  # nobody saw on which day it moved
        after.cost(at="2026-09-06", **call)
    assert (between.value.least, between.value.most) == (Decimal("0.5"), Decimal("0.65"))
    assert after.cost(at="2026-09-07", input=300_000) == Decimal("2.4")


def test_a_threshold_that_the_page_leaves_out_is_the_one_known_before() -> None:
    found = change(planned(SOL, page(*SOL_DROPPED)), "input", "standard", 272_000)

    assert (found.old, found.new, found.start) == (Decimal(10), Decimal(8), SEPTEMBER_7)
    assert "272,000 as known before" in " ".join(found.notes)


def test_batch_prices_that_followed_the_standard_ones_follow_them_marked_as_derived() -> None:
    plan = planned(SOL, page(*SOL_DROPPED))

    batch = change(plan, "input", "batch")
    assert (batch.old, batch.new, batch.derived) == (Decimal("2.5"), Decimal(2), True)
    assert change(plan, "input_per_million").new == Decimal(2)
    assert change(plan, "output_per_million").new == Decimal(10)


def test_a_batch_price_on_its_own_terms_is_not_overwritten_by_a_discount() -> None:
    own_terms = SOL.replace("batch, input: 2.5", "batch, input: 3.5").replace("n: 2.5", "n: 3.5")

    plan = planned(own_terms, page(*SOL_DROPPED))

    assert not [c for c in plan.visible if c.mode == "batch" and c.dimension == "input"]


def test_a_price_once_derived_and_now_stated_loses_its_mark() -> None:
    merged = merge(SOL, planned(SOL, page(*SOL_DROPPED)))
    stated = page(*SOL_DROPPED, rate("gpt-5.6-sol", "batch", input="2", output="10"), checked=date(2026, 9, 8))

    after = updated(merged, stated)

    rates = after.model("openai", "gpt-5.6-sol").rates
    assert not in_force(rates, "batch", date(2026, 9, 8))[None].derived
    with pytest.raises(UnknownPriceError):  # the page states batch prices, and none for long prompts
        after.pricing("openai", "gpt-5.6-sol").cost(mode="batch", input=300_000, at="2026-09-08")


def test_a_change_of_one_tier_writes_the_whole_set_of_the_mode() -> None:
    plan = planned(SOL, page(rate("gpt-5.6-sol", input="4", output="30")))

    gone = change(plan, "mode", "standard", 272_000)
    assert (gone.kind, gone.start) == ("unknown", SEPTEMBER_7)
    assert not [c for c in plan.changes if c.dimension == "cached_input" and c.mode == "standard"]
    assert any("cached_input above 272,000: over, since" in note.text for note in plan.notes)


def test_what_the_page_is_silent_on_is_noted_and_kept() -> None:
    plan = planned(SOL, page(rate("gpt-5.6-sol", input="5", output="30")))

    assert not [change for change in plan.visible if change.is_price]
    assert any("silent on standard cached_input" in note.text for note in plan.notes)


def test_a_second_correction_on_the_same_day_replaces_the_first() -> None:
    merged = merge(SOL, planned(SOL, page(*SOL_DROPPED)))

    again = page(rate("gpt-5.6-sol", input="4.5", output="20", cached_input="0.4"))
    assert {reason.code for c in planned(merged, again).held for reason in c.verdict.reasons} >= {"again"}
    accepted = PlanSettings(accepted=("gpt-5.6-sol",))
    after = updated(merged, again, settings=accepted).model("openai", "gpt-5.6-sol")

    base = [r for r in after.rates if r.mode == "standard" and r.above_input_tokens is None]
    assert [(r.start, r.prices["input"]) for r in base] == [(None, 5), (SEPTEMBER_7, Decimal("4.5"))]


FLASH = registry(
    "gemini-3.8-flash:",
    "  display_name: Gemini 3.8 Flash",
    "  input_per_million: 0.375",
    "  output_per_million: 1.875",
    "  rates:",
    "    - {mode: standard, input: 0.75, output: 3.75, cached_input: 0.075, cache_storage_hour: 0.5}",
    "    - {mode: batch, input: 0.375, output: 1.875}",
    provider="gemini",
)
NEW_YEAR = date(2027, 1, 1)
ANNOUNCED = page(
    rate("Gemini 3.8 Flash", input="0.75", output="3.75", cached_input="0.075", cache_storage_hour="0.5"),
    rate("Gemini 3.8 Flash", start=NEW_YEAR, input="1.5", output="7.5", cached_input="0.15"),
    rate("Gemini 3.8 Flash", "batch", input="0.375", output="1.875"),
    rate("Gemini 3.8 Flash", "batch", start=NEW_YEAR, input="0.75", output="3.75"),
    provider="gemini",
)


def test_an_announced_price_is_written_now_and_holds_from_its_day() -> None:
    after = updated(FLASH, ANNOUNCED, provider="gemini").pricing("gemini", "gemini-3.8-flash")

    assert after.cost(at="2026-12-31", input=1_000_000) == Decimal("0.75")
    assert after.cost(at="2027-01-01", input=1_000_000) == Decimal("1.5")
    assert after.cost(at="2027-01-01", mode="batch", output=1_000_000) == Decimal("3.75")
    assert after.cost(at="2027-01-01", cache_storage_hour=1_000_000) == Decimal("0.5"), (
        "carried on, as nothing else is said"
    )
    assert after.estimate_cost(1_000_000, 0) == 0.375, "the plain prices are those of the page's day"


def test_the_plain_prices_follow_when_the_announced_day_has_come() -> None:
    merged = merge(FLASH, planned(FLASH, ANNOUNCED, provider="gemini"))
    january = page(
        rate("Gemini 3.8 Flash", input="1.5", output="7.5", cached_input="0.15", cache_storage_hour="0.5"),
        rate("Gemini 3.8 Flash", "batch", input="0.75", output="3.75"),
        checked=date(2027, 1, 2),
        provider="gemini",
    )

    plan = planned(merged, january, provider="gemini")

    assert {c.dimension: c.new for c in plan.visible} == {
        "input_per_million": Decimal("0.75"),
        "output_per_million": Decimal("3.75"),
    }


SONNET = registry(
    "claude-sonnet-5:",
    "  display_name: Claude Sonnet 5",
    "  input_per_million: 1.0",
    "  output_per_million: 5.0",
    "  rates:",
    "    - {mode: standard, input: 2.0, output: 10.0}",
    "    - {mode: batch, input: 1.0, output: 5.0}",
    provider="anthropic",
)


def test_an_introductory_price_ends_on_the_day_that_the_page_names() -> None:
    stated = page(
        rate("Claude Sonnet 5", input="2", output="10"),
        rate("Claude Sonnet 5", start=date(2026, 9, 1), input="3", output="15"),
        rate("Claude Sonnet 5", "batch", input="1", output="5"),
        rate("Claude Sonnet 5", "batch", start=date(2026, 9, 1), input="1.5", output="7.5"),
        checked=date(2026, 9, 4),
        provider="anthropic",
    )

    after = updated(SONNET, stated, provider="anthropic").pricing("anthropic", "claude-sonnet-5")

    assert after.cost(at="2026-08-31", input=1_000_000) == 2
    assert after.cost(at="2026-09-01", input=1_000_000) == 3
    assert after.estimate_cost(1_000_000, 0) == 1.5


def test_a_new_model_without_a_batch_price_on_a_page_that_has_others_cannot_be_batched() -> None:
    stated = page(
        rate("gpt-5.6-sol", "batch", input="2.5", output="15", cached_input="0.25"),
        rate("gpt-7-pro", input="30", output="180"),
    )

    after = updated(SOL, stated)

    new = after.model("openai", "gpt-7-pro")
    assert (new.batch_support, new.input_per_million, new.output_per_million) == (False, 15, 90)
    assert after.pricing("openai", "gpt-7-pro").estimate_cost(1_000_000, 0, is_batch=False) == 30


def test_a_page_of_standard_prices_only_gives_new_models_derived_batch_prices() -> None:
    after = updated(SOL, page(rate("gpt-7", input="3", output="9", cached_input="0.3"))).model("openai", "gpt-7")

    batch = next(rate for rate in after.rates if rate.mode == "batch")
    assert batch.derived
    assert dict(batch.prices) == {"input": Decimal("1.5"), "output": Decimal("4.5")}


def test_no_discount_is_assumed_of_a_vendor_that_gives_none() -> None:
    settings = PlanSettings(batch=Batch(offered=True))

    after = updated(SOL, page(rate("gpt-7", input="3", output="9")), settings=settings).model("openai", "gpt-7")

    assert not after.batch_support
    assert {rate.mode for rate in after.rates} == {"standard"}


def test_a_model_carries_the_one_multiplier_that_fits_both_its_prices() -> None:
    old = page(rate("gpt-3", input="2", output="4"), rate("gpt-3", "batch", input="2", output="4"))

    after = updated(SOL, old).model("openai", "gpt-3")

    assert after.realtime_multiplier == 1
    assert (after.input_per_million, after.output_per_million) == (2, 4)


def test_where_no_multiplier_fits_the_plain_prices_are_the_batch_ones() -> None:
    odd = page(rate("gpt-3", input="2", output="4"), rate("gpt-3", "batch", input="1", output="3"))

    after = updated(SOL, odd).model("openai", "gpt-3")

    assert after.realtime_multiplier is None
    assert (after.input_per_million, after.output_per_million) == (1, 3)


def test_a_hand_written_entry_keeps_what_its_plain_prices_meant_until_the_page_spoke() -> None:
    by_hand = registry("gpt-9:", "  display_name: gpt-9", "  input_per_million: 1.0", "  output_per_million: 4.0")
    stated = page(rate("gpt-9", input="3", output="8"), rate("gpt-9", "batch", input="1.5", output="4"))

    after = updated(by_hand, stated).pricing("openai", "gpt-9")

    assert after.cost(at="2026-09-06", input=1_000_000) == 2
    assert after.cost(at="2026-09-07", input=1_000_000) == 3
    assert after.cost(at="2026-09-07", mode="batch", input=1_000_000) == Decimal("1.5")


def test_two_prices_for_one_slot_are_held_with_both_places() -> None:
    plan = planned(SOL, page(rate("gpt-5.6-sol", input="4", output="20"), rate("gpt-5.6-sol", input="3", output="20")))

    assert not plan.applied
    assert "states 4 (T1R2C3) and 3 (T1R2C3)" in str(change(plan, "input", "standard").verdict)


def test_a_name_that_two_models_may_bear_is_held_for_both() -> None:
    twins = registry(
        "g-1:",
        *("  " + line for line in ("display_name: Gemini Pro", "input_per_million: 1.0", "output_per_million: 2.0")),
        "g-2:",
        *("  " + line for line in ("display_name: Gemini Pro", "input_per_million: 1.0", "output_per_million: 2.0")),
        provider="gemini",
    )

    plan = planned(twins, page(rate("Gemini Pro", input="9", output="9"), provider="gemini"), provider="gemini")

    assert not plan.applied
    assert {c.model for c in plan.held} == {"g-1", "g-2"}
    assert any("may mean g-1 or g-2" in note.text for note in plan.notes)


def test_an_older_page_does_not_undo_what_a_newer_one_said() -> None:
    plan = planned(SOL, page(rate("gpt-5.6-sol", input="7", output="30"), checked=date(2026, 8, 1)))

    assert not plan.applied
    assert "the page is of 2026-08-01" in str(change(plan, "input", "standard").verdict)


def test_a_mode_that_an_accepted_older_page_gives_first_was_last_seen_on_its_day() -> None:
    """The newer page had no word of it: whoever asks is told from when the price is."""
    older = page(STANDARD, FLEX, checked=date(2026, 8, 1))
    text = merge(NOTHING, planned(NOTHING, page(STANDARD)))

    after = updated(text, older, settings=PlanSettings(accepted=("gpt-8-sol",))).model("openai", "gpt-8-sol")

    assert after.last_seen == {"flex": date(2026, 8, 1)}
    assert after.source is not None
    assert after.source.checked == SEPTEMBER_7


@pytest.mark.parametrize("word", ["all", "gpt-5.6-sol", "openai/gpt-5.6-sol", "gpt-5.6-sol:standard"])
def test_a_person_may_accept_what_is_held(word: str) -> None:
    older = page(rate("gpt-5.6-sol", input="7", output="30"), checked=date(2026, 8, 1))

    plan = planned(SOL, older, settings=PlanSettings(accepted=(word,)))

    assert change(plan, "input", "standard").applies


def test_the_first_page_has_the_word_and_later_ones_fill_in_modes() -> None:
    trusted = page(rate("gpt-5.6-sol", input="4", output="30"))
    second = page(rate("gpt-5.6-sol", input="1", output="1"), rate("gpt-5.6-sol", "flex", input="2", output="15"))

    plan = planned(SOL, trusted, second)

    assert change(plan, "input", "standard").new == 4
    assert change(plan, "input", "flex").new == 2


def test_a_derived_id_is_told_on_the_change() -> None:
    plan = planned(
        SONNET, page(rate("Claude Fable 5.1", input="5", output="25"), provider="anthropic"), provider="anthropic"
    )

    assert "by the vendor's rule" in " ".join(change(plan, "display_name").notes)
    assert change(plan, "display_name").model == "claude-fable-5-1"


def test_a_model_priced_by_the_image_is_left_out_with_a_note() -> None:
    plan = planned(SOL, page(rate("gpt-image-9", input="5")))

    assert not plan.changes
    assert any("left out" in note.text for note in plan.notes)


def test_an_embedding_model_bills_no_output() -> None:
    after = updated(SOL, page(rate("text-embedding-9", input="0.02"))).model("openai", "text-embedding-9")

    assert (after.input_per_million, after.output_per_million) == (Decimal("0.01"), 0)


def test_a_change_reads_well() -> None:
    plan = planned(SOL, page(*SOL_DROPPED))

    assert str(change(plan, "input", "standard")) == (
        "openai/gpt-5.6-sol: standard input from 2026-09-07 5.0 -> 4.0 (-20%)"
    )
    assert summaries(plan)["openai"] == "8 prices moved, 2 prices first known"


def checked(text: str) -> date | None:
    source = parse_registry(text).model("openai", "gpt-5.6-sol").source
    return source.checked if source else None


@pytest.mark.parametrize(("days", "moves"), [(0, False), (1, False), (29, False), (30, True), (60, True)])
def test_a_page_that_says_nothing_new_renews_the_check_once_it_has_grown_old(days: int, moves: bool) -> None:
    """ "Checked N days ago" stays true within a month, without a diff a day."""
    text = merge(SOL, planned(SOL, page(*SOL_DROPPED)))
    day = checked(text)
    assert day is not None
    later = page(*SOL_DROPPED, checked=day + timedelta(days=days))

    plan = planned(text, later)

    assert not plan.visible
    assert {change.kind for change in plan.changes} == ({"source"} if moves else set())
    assert checked(merge(text, plan)) == (day + timedelta(days=days) if moves else day)


def test_a_held_change_keeps_the_check_where_it_was() -> None:
    """A date that moved on would say that the old price had been found again."""
    text = merge(SOL, planned(SOL, page(*SOL_DROPPED)))
    twice = rate("gpt-5.6-sol", input="7", output="30"), rate("gpt-5.6-sol", input="8", output="30")

    plan = planned(text, page(*twice, checked=date(2026, 12, 1)))

    assert plan.held
    assert checked(merge(text, plan)) == checked(text)
