"""What may be written must be in order without what may not, and goes with what it follows from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.guards import GuardContext
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.rates_in_force import rates_after
from octoregistry.planning.verdicts import with_verdicts
from octoregistry.reading.rates import StatedRate
from providers.entries import Rate
from providers.registry import parse_registry
from tests.planning.making import FLEX, NOTHING, STANDARD, cost, page, planned, rate

BEFORE = (Rate("standard", {"input": Decimal(2)}), Rate("batch", {"input": Decimal(1)}))


def moved(mode: str, old: str, new: str) -> Change:
    return Change("acme", "m", "price", "input", Decimal(old), Decimal(new), mode, witness="rules")


def verdicts(*changes: Change, accepted: tuple[str, ...] = ()) -> list[list[str]]:
    context = GuardContext(None, date(2026, 9, 7), accepted, before=BEFORE, after=rates_after(BEFORE, changes))
    return [[reason.code for reason in change.verdict.reasons] for change in with_verdicts(changes, context)]


def test_a_batch_price_that_rises_with_a_held_standard_one_is_held() -> None:
    """Written alone it would stand above the standard price that stays."""
    assert verdicts(moved("standard", "2", "7"), moved("batch", "1", "2.9")) == [["moved"], ["order"]]


def test_it_passes_where_the_standard_price_does() -> None:
    assert verdicts(moved("standard", "2", "5.9"), moved("batch", "1", "2.9")) == [[], []]
    both = (moved("standard", "2", "7"), moved("batch", "1", "2.9"))
    assert verdicts(*both, accepted=("m:standard",)) == [[], []]


def test_a_batch_price_that_stays_below_passes_alone() -> None:
    assert verdicts(moved("standard", "2", "7"), moved("batch", "1", "1.9")) == [["moved"], []]


JUNE_1, JULY_1, JULY_2 = date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 2)
PRIORITY = rate("gpt-8-sol", "priority", input="10", output="60")
TENFOLD = rate("gpt-8-sol", input="50", output="300")
BEFORE_IT = merge(NOTHING, planned(NOTHING, page(STANDARD, FLEX, PRIORITY, checked=JUNE_1)))


def after(
    *rates: StatedRate, checked: date = JULY_1, text: str = BEFORE_IT, accept: tuple[str, ...] = ()
) -> tuple[Plan, str]:
    plan = planned(text, page(*rates, checked=checked), settings=PlanSettings(accepted=accept))
    return plan, merge(text, plan)


def of(text: str, mode: str, day: date = JULY_1) -> Decimal | None:
    return cost(parse_registry(text), "gpt-8-sol", input=1_000_000, mode=mode, at=day)


@pytest.mark.parametrize("accept", [(), ("gpt-8-sol:flex", "gpt-8-sol:priority")])
def test_a_mode_of_which_the_page_is_silent_stays_while_the_new_standard_price_is_held(accept: tuple[str, ...]) -> None:
    """Nor is it taken by itself: that nothing is known of it follows from the standard price alone."""
    plan, text = after(TENFOLD, accept=accept)

    assert text == BEFORE_IT
    assert {change.mode for change in plan.held} == {"standard", "batch", "flex", "priority"}
    told = [note.text for note in plan.notes if "flex" in note.text]
    assert told == ["the page is silent on the mode flex: unknown once the new standard price is written"]


def test_it_goes_with_the_standard_price_that_a_person_accepts() -> None:
    _, text = after(TENFOLD, accept=("gpt-8-sol:standard",))

    assert [of(text, mode) for mode in ("standard", "flex", "priority")] == [50, None, None]


def test_one_that_the_page_states_is_written_beside_a_held_standard_price() -> None:
    _, text = after(rate("gpt-8-sol", input="16", output="96"), rate("gpt-8-sol", "flex", input="4", output="24"))

    assert [of(text, mode) for mode in ("standard", "flex", "priority")] == [5, 4, 10]


def test_a_held_withdrawal_holds_it_too() -> None:
    """The price of today that the same page moves is held with the withdrawal, and what would follow from it as well."""
    dearer = rate("gpt-8-sol", start=date(2026, 9, 1), input="7", output="35")
    before = merge(NOTHING, planned(NOTHING, page(STANDARD, FLEX, dearer, checked=JUNE_1)))

    _, text = after(rate("gpt-8-sol", input="6", output="31"), text=before)

    assert text == before


SEPTEMBER_1, SEPTEMBER_5 = date(2026, 9, 1), date(2026, 9, 5)
ANNOUNCED = rate("gpt-8-sol", start=SEPTEMBER_1, input="7", output="42")


@pytest.mark.parametrize("checked", [SEPTEMBER_1, SEPTEMBER_5])
def test_a_silent_mode_goes_with_the_announced_price_whose_day_came_though_a_new_one_is_held(checked: date) -> None:
    """That nothing is known of it follows from what the registry has already."""
    _, announced = after(STANDARD, ANNOUNCED)
    plan, text = after(TENFOLD, checked=checked, text=announced)

    assert {change.mode for change in plan.held} == {"standard", "batch"}
    assert [of(text, mode, checked) for mode in ("standard", "flex", "priority")] == [7, None, None]
    assert [of(text, mode, date(2026, 8, 31)) for mode in ("flex", "priority")] == [Decimal("2.5"), 10]
    told = [note.text for note in plan.notes if "flex" in note.text]
    assert told == ["the page is silent on the mode flex: unknown since the standard price moved"]


def test_it_is_unknown_from_the_day_of_the_announced_price_also_where_the_page_moves_it_later() -> None:
    _, announced = after(STANDARD, ANNOUNCED)
    _, text = after(rate("gpt-8-sol", input="8", output="48"), checked=SEPTEMBER_5, text=announced)

    days = (date(2026, 8, 31), SEPTEMBER_1, SEPTEMBER_5)
    assert [of(text, "flex", day) for day in days] == [Decimal("2.5"), None, None]


def test_what_was_unknown_between_two_announced_prices_is_back_with_the_second_though_a_new_one_is_held() -> None:
    back = rate("gpt-8-sol", start=SEPTEMBER_5, input="5", output="30")
    _, announced = after(STANDARD, ANNOUNCED, back)
    _, text = after(TENFOLD, checked=date(2026, 9, 9), text=announced)

    days = (date(2026, 8, 31), SEPTEMBER_1, SEPTEMBER_5)
    assert [of(text, "flex", day) for day in days] == [Decimal("2.5"), None, Decimal("2.5")]


def test_a_price_that_a_person_wrote_beside_an_announced_one_is_left() -> None:
    _, announced = after(STANDARD, ANNOUNCED, rate("gpt-8-sol", start=SEPTEMBER_5, input="5", output="30"))
    flex = "- {mode: flex, input: 2.5, output: 15.0}"
    own = flex + "\n          - {mode: flex, from: 2026-09-05, input: 2.0, output: 12.0}"
    _, text = after(STANDARD, checked=date(2026, 9, 9), text=announced.replace(flex, own))

    assert flex in announced
    assert [of(text, "flex", day) for day in (SEPTEMBER_1, SEPTEMBER_5)] == [None, 2]


def test_a_price_that_comes_back_leaves_what_it_was_whether_it_was_accepted_between_or_not() -> None:
    ends = [after(STANDARD, checked=JULY_2, text=after(TENFOLD, accept=accept)[1], accept=("all",))[1]
            for accept in ((), ("all",))]  # fmt: skip

    assert [[of(end, mode, JULY_2) for mode in ("standard", "flex", "priority")] for end in ends] == [
        [5, Decimal("2.5"), 10]
    ] * 2


def test_the_way_back_is_held_with_the_standard_price_that_comes_back() -> None:
    _, text = after(TENFOLD, accept=("all",))
    plan, merged = after(STANDARD, checked=JULY_2, text=text)

    assert merged == text
    assert {change.mode for change in plan.held} >= {"standard", "flex", "priority"}


def test_an_accepted_price_of_an_older_page_that_the_newer_one_contradicts_says_what_to_do() -> None:
    """It cannot be written: the plain prices are those of the newer page."""
    plan, text = after(rate("gpt-8-sol", input="6", output="31"), checked=date(2026, 5, 1), accept=("all",))

    assert text == BEFORE_IT
    told = str(next(change for change in plan.held if change.mode == "standard").verdict)
    assert "update from a page of 2026-06-01 or later" in told
    assert "write by hand its rates with `from: 2026-05-01` and those of 2026-06-01 with `from: 2026-06-01`" in told


def test_one_that_it_does_not_contradict_is_written() -> None:
    _, text = after(
        STANDARD, rate("gpt-8-sol", "flex", input="3", output="16"), checked=date(2026, 5, 1), accept=("all",)
    )

    assert of(text, "flex") == 3
