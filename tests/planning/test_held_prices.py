"""A price of which a page states another, that waits for a person: it was not seen on the day of that page."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.stated_models import PricedPage
from providers.registry import Registry, parse_registry
from tests.planning.making import FLEX, NOTHING, STANDARD, cost, page, planned, rate

DAY_1, DAY_10, DAY_12 = (date(2026, 10, day) for day in (1, 10, 12))
PRIORITY = rate("gpt-8-sol", "priority", input="10", output="60")
FAR = rate("gpt-8-sol", "priority", input="34", output="190")
CACHED = rate("gpt-8-sol", input="5", output="30", cached_input="0.5")
RISEN = rate("gpt-8-sol", input="7", output="42")


def read(*steps: tuple[PricedPage, str]) -> Registry:
    """The registry after each page, with what is accepted of it."""
    text = NOTHING
    for one, accepted in steps:
        text = merge(text, planned(text, one, settings=PlanSettings(accepted=(accepted,) if accepted else ())))
    return parse_registry(text)


@pytest.mark.parametrize("accepted_on", [DAY_10, DAY_12])
def test_a_price_that_was_held_while_another_was_written_was_not_seen_unchanged(accepted_on: date) -> None:
    """Accepted on the same day or later: nobody saw the old price after the first of October."""
    found = read(
        (page(STANDARD, PRIORITY, checked=DAY_1), ""),
        (page(CACHED, FAR, checked=DAY_10), ""),
        (page(CACHED, FAR, checked=accepted_on), "gpt-8-sol"),
    )

    asked = {"mode": "priority", "input": 1_000_000}
    days = [date(2026, 10, day) for day in range(2, accepted_on.day)]
    assert [cost(found, "gpt-8-sol", **asked, at=day) for day in days] == [None] * len(days)
    assert [cost(found, "gpt-8-sol", **asked, at=day) for day in (DAY_1, accepted_on)] == [10, 34]
    assert found.model("openai", "gpt-8-sol").last_seen == {}


def test_a_standard_price_that_was_held_was_not_seen_unchanged_and_no_batch_price_either() -> None:
    far = rate("gpt-8-sol", input="16", output="95")
    found = read(
        (page(STANDARD, FLEX, checked=DAY_1), ""),
        (page(far, FLEX, FAR, checked=DAY_10), ""),
        (page(far, FLEX, FAR, checked=DAY_12), "all"),
    )

    for mode in ("standard", "batch"):
        assert cost(found, "gpt-8-sol", mode=mode, input=10, at=DAY_10) is None
    assert cost(found, "gpt-8-sol", mode="flex", input=1_000_000, at=DAY_10) == 2.5


def test_a_price_beside_which_nobody_saw_a_silent_mode_leaves_it_unknown() -> None:
    """Another priority price was held beside it: the old one stood on no page with it."""
    found = read(
        (page(STANDARD, PRIORITY, checked=DAY_1), ""),
        (page(RISEN, FAR, checked=DAY_10), ""),
        (page(RISEN, checked=DAY_12), ""),
    )

    assert cost(found, "gpt-8-sol", mode="priority", input=10, at=DAY_12) is None
    assert found.model("openai", "gpt-8-sol").seen_on("priority") == DAY_1


def test_a_price_of_long_prompts_that_is_held_says_that_the_one_for_all_was_not_seen() -> None:
    long = rate("gpt-8-sol", "priority", above=200_000, input="340", output="190")
    text = merge(NOTHING, planned(NOTHING, page(STANDARD, PRIORITY, checked=DAY_1)))

    plan = planned(text, page(CACHED, PRIORITY, long, checked=DAY_10))

    assert {change.mode for change in plan.held} == {"priority"}
    assert parse_registry(merge(text, plan)).model("openai", "gpt-8-sol").seen_on("priority") == DAY_1


def test_another_price_of_a_day_to_come_that_is_held_leaves_that_of_today_seen() -> None:
    ahead = rate("gpt-8-sol", "priority", start=date(2026, 11, 1), input="34", output="190")
    text = merge(NOTHING, planned(NOTHING, page(STANDARD, PRIORITY, checked=DAY_1)))

    plan = planned(text, page(CACHED, PRIORITY, ahead, checked=DAY_10))

    assert {change.mode for change in plan.held} == {"priority"}
    assert parse_registry(merge(text, plan)).model("openai", "gpt-8-sol").seen_on("priority") == DAY_10
