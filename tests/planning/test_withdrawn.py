"""Announced prices that a page announces no longer: held and told where that makes a difference, and gone once accepted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Plan
from octoregistry.planning.plan_json import as_values, from_values
from octoregistry.planning.planner import PlanSettings
from octoregistry.reading.rates import StatedRate
from providers.entries import Rate
from providers.registry import parse_registry
from tests.planning.making import BATCH, NOTHING, STANDARD, cost, page, planned, rate

JUNE_1, JULY_1 = date(2026, 6, 1), date(2026, 7, 1)
AUGUST_1, SEPTEMBER_1, SEPTEMBER_20 = date(2026, 8, 1), date(2026, 9, 1), date(2026, 9, 20)
ALL = PlanSettings(accepted=("all",))


def dearer(start: date) -> StatedRate:
    return rate("gpt-8-sol", start=start, input="7", output="35")


BEFORE = merge(NOTHING, planned(NOTHING, page(STANDARD, dearer(SEPTEMBER_1), checked=JUNE_1)))


def after(*rates: StatedRate, checked: date = JULY_1, text: str = BEFORE, settings: PlanSettings | None = None) -> Plan:
    return planned(text, page(*rates, checked=checked), settings=settings)


def standard_on(text: str, *days: date) -> list[Decimal | None]:
    return [cost(parse_registry(text), "gpt-8-sol", input=1_000_000, at=day) for day in days]


def test_a_withdrawn_announcement_is_held_and_told() -> None:
    plan = after(STANDARD)

    gone = next(change for change in plan.held if change.mode == "standard")
    assert str(gone.verdict) == "hold: the page announces no longer the standard prices from 2026-09-01"
    assert ("no longer stated", "the page announces no longer the standard prices from 2026-09-01") in {
        (note.kind, note.text) for note in plan.notes
    }
    assert merge(BEFORE, plan) == BEFORE


def test_one_that_is_put_off_is_held_with_the_day_that_the_page_has_now() -> None:
    plan = after(STANDARD, dearer(SEPTEMBER_20))

    assert any("from 2026-09-01, but from 2026-09-20" in str(change.verdict) for change in plan.held)
    text = merge(BEFORE, after(STANDARD, dearer(SEPTEMBER_20), settings=ALL))
    assert standard_on(text, SEPTEMBER_1, date(2026, 9, 19), SEPTEMBER_20) == [5, 5, 7]


def test_one_that_is_brought_forward_leaves_no_second_rate_and_waits_for_nobody() -> None:
    plan = after(STANDARD, dearer(AUGUST_1))

    assert not plan.held
    text = merge(BEFORE, plan)
    assert standard_on(text, date(2026, 7, 31), AUGUST_1, SEPTEMBER_1) == [5, 7, 7]
    starts = [r.start for r in parse_registry(text).model("openai", "gpt-8-sol").rates if r.mode == "standard"]
    assert starts == [None, AUGUST_1]


def test_what_is_accepted_is_what_the_page_alone_would_have_given() -> None:
    for rates in ((STANDARD,), (STANDARD, dearer(SEPTEMBER_20)), (STANDARD, dearer(AUGUST_1))):
        walked = parse_registry(merge(BEFORE, after(*rates, settings=ALL))).model("openai", "gpt-8-sol")
        alone = parse_registry(merge(NOTHING, after(*rates, text=NOTHING))).model("openai", "gpt-8-sol")
        assert walked.rates == alone.rates


def test_the_same_announcement_again_and_one_whose_day_has_come_change_nothing() -> None:
    assert not after(STANDARD, dearer(SEPTEMBER_1)).visible
    due = after(rate("gpt-8-sol", input="7", output="35"), checked=SEPTEMBER_1)
    assert not [change for change in due.visible if change.mode]


def test_an_older_page_withdraws_nothing() -> None:
    """It is silent on what was announced after it."""
    assert not [change for change in after(STANDARD, checked=date(2026, 5, 1)).changes if change.kind == "withdrawn"]


def test_an_announced_price_of_a_mode_that_goes_silent_stays() -> None:
    cheaper = rate("gpt-8-sol", "batch", start=SEPTEMBER_1, input="2", output="15")
    text = merge(NOTHING, planned(NOTHING, page(STANDARD, BATCH, cheaper, checked=JUNE_1)))

    assert not after(STANDARD, text=text).visible


LONG = rate("gpt-8-sol", above=272_000, input="10", output="45")


def dearer_long(start: date) -> StatedRate:
    return rate("gpt-8-sol", start=start, above=272_000, input="12", output="50")


TIERED = merge(
    NOTHING, planned(NOTHING, page(STANDARD, LONG, dearer(SEPTEMBER_1), dearer_long(SEPTEMBER_1), checked=JUNE_1))
)


def prices_of(rates: Iterable[Rate]) -> dict[object, object]:
    return {(rate.mode, rate.above_input_tokens, rate.start): rate.prices for rate in rates}


@pytest.mark.parametrize(
    ("announced", "told"),
    [
        ((dearer(SEPTEMBER_1),), "standard output above 272,000 from 2026-09-01"),
        (
            (dearer(SEPTEMBER_1), dearer_long(SEPTEMBER_20)),
            "standard output above 272,000 from 2026-09-01, but from 2026-09-20",
        ),
        ((dearer_long(SEPTEMBER_1),), "standard output from 2026-09-01"),
    ],
)
def test_one_of_some_prompts_that_goes_is_held_told_and_gone_once_accepted(
    announced: tuple[StatedRate, ...], told: str
) -> None:
    """Whichever prompts it was for: once accepted, what the page alone would have given is known."""
    rates = (STANDARD, LONG, *announced)
    plan = after(*rates, text=TIERED)

    assert plan.held
    assert f"the page announces no longer the {told}" in {note.text for note in plan.notes}
    assert merge(TIERED, plan) == TIERED
    walked = parse_registry(merge(TIERED, after(*rates, text=TIERED, settings=ALL))).model("openai", "gpt-8-sol")
    alone = parse_registry(merge(NOTHING, after(*rates, text=NOTHING))).model("openai", "gpt-8-sol")
    assert prices_of(walked.rates) == prices_of(alone.rates)


def test_one_of_long_prompts_that_cost_what_others_do_today_leaves_no_rate() -> None:
    text = merge(
        NOTHING, planned(NOTHING, page(STANDARD, dearer(SEPTEMBER_1), dearer_long(SEPTEMBER_1), checked=JUNE_1))
    )

    plan = after(STANDARD, dearer(SEPTEMBER_1), text=text)

    assert "the page announces no longer the standard prices above 272,000 from 2026-09-01" in {
        n.text for n in plan.notes
    }
    assert merge(text, plan) == text
    registry = parse_registry(merge(text, after(STANDARD, dearer(SEPTEMBER_1), text=text, settings=ALL)))
    assert cost(registry, "gpt-8-sol", input=300_000, at=SEPTEMBER_1) == Decimal("2.1")


def test_an_announced_dimension_that_goes_is_held_and_told() -> None:
    """Beside one that stays: the price of today is another."""
    half = rate("gpt-8-sol", start=SEPTEMBER_1, input="7")
    plan = after(STANDARD, half)

    assert "the page announces no longer the standard output from 2026-09-01" in {note.text for note in plan.notes}
    assert merge(BEFORE, plan) == BEFORE
    registry = parse_registry(merge(BEFORE, after(STANDARD, half, settings=ALL)))
    assert cost(registry, "gpt-8-sol", output=1_000_000, at=SEPTEMBER_1) == 30


def test_a_price_of_today_beside_an_announced_one_moves_with_the_page_and_waits_for_nobody() -> None:
    half = rate("gpt-8-sol", start=SEPTEMBER_1, input="7")
    text = merge(NOTHING, planned(NOTHING, page(STANDARD, half, checked=JUNE_1)))

    plan = after(rate("gpt-8-sol", input="5", output="31"), half, text=text)

    assert not plan.held
    assert cost(parse_registry(merge(text, plan)), "gpt-8-sol", output=1_000_000, at=SEPTEMBER_1) == 31


def test_a_plan_that_takes_a_rate_out_can_be_kept_and_read_again() -> None:
    plan = after(STANDARD, settings=ALL)

    again = from_values(as_values(plan))
    assert again.changes == plan.changes
    assert standard_on(merge(BEFORE, again), SEPTEMBER_1) == [5]


@pytest.mark.parametrize("line", ["          # announced in May\n", ""])
def test_a_line_goes_and_the_lines_around_it_stay(line: str) -> None:
    """To the letter, with what people wrote between them."""
    batch = next(one for one in BEFORE.splitlines(keepends=True) if "mode: batch" in one)
    text = BEFORE.replace(batch, line + batch.rstrip("\n") + "  # half\n", 1)

    merged = merge(text, after(STANDARD, settings=ALL))

    gone = [one for one in text.splitlines() if one not in merged.splitlines()]
    assert all("from: 2026-09-01" in one or "checked: 2026-06-01" in one for one in gone), gone
