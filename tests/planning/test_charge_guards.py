"""A charge is guarded as a price of tokens is: by what the registry remembers of it, and by the prices beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.rates import PageRates, StatedCharge
from providers import get_charges, parse_registry
from tests.planning.test_charge_changes import DAY, REGISTRY, SOURCED, charges, stated

REACHED = Witnesses(expected=True, days=[DAY + timedelta(days) for days in range(40)])
NONE_REACHED = Witnesses(expected=True)
SIZE_1K = (("size", "1K"),)


def planned(*stands: StatedCharge, text: str = SOURCED, day: date = DAY, asked: Witnesses = REACHED) -> Plan:
    page = PricedPage(PageRates("acme", "https://a.example/prices", charges=stands), day, "f" * 64)
    provider = parse_registry(text).provider("acme")
    return plan_provider(provider, [page], today=day, settings=PlanSettings(), witnesses=asked)


def one(*stands: StatedCharge, text: str = SOURCED, asked: Witnesses = REACHED) -> Change:
    found = charges(planned(*stands, text=text, asked=asked))
    assert len(found) == len(stands)
    return found[0]


def why(change: Change) -> list[str]:
    return [reason.code for reason in change.verdict.reasons]


def search(usd: str, start: date | None = None) -> StatedCharge:
    return stated("web_search", usd, per=1000, start=start)


def image(usd: str, start: date | None = None) -> StatedCharge:
    return stated("image", usd, "acme-9", when=SIZE_1K, start=start)


def daily(
    charge: Callable[[str, date | None], StatedCharge],
    price: str,
    times: str,
    days: int = 8,
    start: Callable[[date], date | None] = lambda _: None,
) -> str:
    """The registry after daily updates from a page that multiplies the price of a charge each day."""
    text, now = SOURCED, Decimal(price)
    for day in (DAY + timedelta(days) for days in range(days)):
        now = (now * Decimal(times)).quantize(Decimal("0.000001"))
        text = merge(text, planned(charge(str(now), start(day)), text=text, day=day))
    return text


def late(text: str, unit: str) -> Decimal:
    """The price of one at the end of all days, of the smallest image or of a search."""
    model, when = ("acme-9", {"size": "1K"}) if unit == "image" else ("acme-9", {})
    return get_charges("acme", model, parse_registry(text)).cost(unit, 1, when=when, at="2027-12-31")


@pytest.mark.parametrize(
    ("times", "days", "start", "found"),
    [
        ("2.9", 8, lambda _: None, "0.58"),  # they were x5,002
        ("0.35", 8, lambda _: None, "0.07"),
        ("1.49", 8, lambda day: day + timedelta(1), "0.298"),  # announced anew each day
        ("1.49", 8, lambda day: day - timedelta(40), "0.2"),  # dated back: the registry told 0.2 for those days
        ("1.49", 8, lambda _: date(2026, 9, 3), "0.298"),
        ("1.02", 14, lambda _: None, "0.23433"),  # small steps are let pass once in seven days
    ],
)
def test_steps_a_day_are_counted_together(
    times: str, days: int, start: Callable[[date], date | None], found: str
) -> None:
    assert late(daily(image, "0.2", times, days, start), "image").quantize(Decimal("0.00001")) == Decimal(found)


@pytest.mark.parametrize(("times", "found"), [("2.9", "0.029"), ("0.35", "0.0035")])
def test_a_tool_is_guarded_as_a_model_is(times: str, found: str) -> None:
    assert late(daily(search, "10", times), "web_search") == Decimal(found)


def test_a_month_is_measured_as_a_whole() -> None:
    """x4 in ten days, though each step is x2 and a week lies between."""
    text = merge(SOURCED, planned(search("20")))
    later = DAY + timedelta(10)
    (held,) = charges(planned(search("40"), text=text, day=later))
    assert why(held) == ["moved"]
    (again,) = charges(planned(search("22"), text=text, day=DAY + timedelta(3)))
    assert why(again) == ["again"]
    (fine,) = charges(planned(search("22"), text=text, day=later))
    assert fine.applies


def test_each_charge_is_counted_for_itself() -> None:
    """That searches moved yesterday holds no price of images."""
    text = merge(SOURCED, planned(search("14")))
    (fine,) = charges(planned(search("14"), image("0.25"), text=text, day=DAY + timedelta(1)))
    assert fine.applies
    assert fine.model == "acme-9"


def test_a_charge_dated_back_waits_where_another_price_was_told() -> None:
    """For days on which the registry was checked, or may have been; one since the last check is written."""
    assert why(one(search("14", date(2026, 3, 1)))) == ["restated"]
    assert why(one(search("14", date(2026, 3, 1)), text=REGISTRY)) == ["restated"]
    assert why(one(search("14", date(2026, 8, 1)))) == ["restated"]
    since = planned(search("14", date(2026, 8, 15)))
    assert charges(since)[0].applies
    assert "{unit: web_search, per: 1000, usd: 14.0, from: 2026-08-15, read_on: 2026-09-04}" in merge(SOURCED, since)
    dated = SOURCED.replace("usd: 10.0}", "usd: 10.0, from: 2026-08-15}")
    assert why(one(search("14", date(2026, 8, 15)), text=dated)) == ["restated"]


def test_a_far_move_waits_where_no_other_registry_was_reached() -> None:
    assert why(one(search("16"), asked=NONE_REACHED)) == ["unwitnessed"]
    assert one(search("16")).applies
    assert one(search("14"), asked=NONE_REACHED).applies


@pytest.mark.parametrize("usd", ["500", "0.01"])
@pytest.mark.parametrize("mode", ["standard", "batch"])
def test_a_new_condition_or_mode_far_from_its_siblings_waits(usd: str, mode: str) -> None:
    far = one(stated("image", usd, "acme-9", when=(("size", "4K"),), mode=mode))
    assert why(far) == ["order"]
    assert "0.2 for one" in str(far.verdict)


def test_a_mode_is_held_against_the_same_conditions_first() -> None:
    """A batch price of the small size far from the small size's, though the large size's is near."""
    large = SOURCED.replace(
        "- {unit: image, usd: 0.2, when: {size: 1K}}",
        "- {unit: image, usd: 0.2, when: {size: 1K}}\n          - {unit: image, usd: 2.0, when: {size: 4K}}",
    )
    assert why(one(stated("image", "4", "acme-9", when=SIZE_1K, mode="batch"), text=large)) == ["order"]
    assert one(stated("image", "4", "acme-9", when=(("size", "8K"),)), text=large).applies


def test_a_page_alone_is_held_against_itself() -> None:
    """A unit of which the registry has nothing: steps are let pass, one far from all others is not."""
    sizes = [
        stated("second_video", usd, "film-9", when=(("size", size),)) for size, usd in (("1", "0.1"), ("2", "0.8"))
    ]
    far = stated("second_video", "400", "film-9", when=(("size", "3"),))
    verdicts = {change.new: change.applies for change in charges(planned(*sizes, far))}
    assert verdicts == {Decimal("0.1"): True, Decimal("0.8"): True, Decimal("400"): False}


def sized(*prices: str) -> list[StatedCharge]:
    return [stated("image", usd, "acme-9", when=(("size", f"{place + 2}K"),)) for place, usd in enumerate(prices)]


def test_sizes_that_come_together_go_up_in_steps() -> None:
    """x4 each from what the registry has; a step is missing, and what is above it waits."""
    assert not planned(*sized("0.8", "3.2", "12.8")).held
    assert [change.new for change in planned(*sized("0.8", "60")).held] == [Decimal("60")]
    assert len(planned(*sized("60", "240")).held) == 2


def test_honest_moves_and_new_sizes_are_written() -> None:
    sizes = [stated("image", usd, "acme-9", when=(("size", size),)) for size, usd in (("2K", "0.4"), ("4K", "0.9"))]
    batch = stated("image", "0.1", "acme-9", when=SIZE_1K, mode="batch")
    found = planned(search("14"), image("0.25"), *sizes, batch, stated("page", "3"))
    assert len(charges(found)) == 6
    assert not found.held


@pytest.mark.parametrize("announced", ["2026-12-01", "2030-01-01"])
def test_a_price_announced_for_later_silences_no_other_before_it(announced: str) -> None:
    """The registry has 12 from a day to come; the page states 11 for today, and 12 no more."""
    text = SOURCED.replace(
        "usd: 10.0}", f"usd: 10.0}}\n      - {{unit: web_search, per: 1000, usd: 12.0, from: {announced}}}"
    )
    plan = planned(search("11"), text=text)
    (change,) = charges(plan)
    assert (change.old, change.new, change.applies) == (10, 11, True)
    assert any(f"announced for {announced}, and the page announces it no longer" in note.text for note in plan.notes)
    both = planned(search("11"), search("12", date.fromisoformat(announced)), text=text)
    assert not any("announces it no longer" in note.text for note in both.notes)


def test_a_price_dated_back_before_a_later_one_is_a_change_of_the_pages_day() -> None:
    """The registry has 10 from August 15; the page says 14 since August 1: it says so of today, too."""
    text = SOURCED.replace("usd: 10.0}", "usd: 10.0, from: 2026-08-15}")
    change = one(search("14", date(2026, 8, 1)), text=text)
    assert (change.old, change.new, change.start) == (10, 14, DAY)


@pytest.mark.parametrize(
    ("had", "states"), [(None, "5000 per month"), ("5000 per month", None), ("5000", "5000 per day")]
)
def test_another_number_that_is_free_first_waits(had: str | None, states: str | None) -> None:
    text = SOURCED.replace("usd: 10.0}", f"usd: 10.0, free: {had}}}") if had else SOURCED
    change = one(stated("web_search", "10", per=1000, free=states), text=text)
    assert why(change) == ["free"]
    assert f"free first: {states or 'none'}, the registry has {had or 'none'}" in str(change.verdict)


def test_two_prices_of_one_charge_are_told() -> None:
    """One id under two names: which of them holds nobody can tell."""
    plan = planned(search("14"), search("15"))
    assert not charges(plan)
    (note,) = (note for note in plan.notes if note.kind == "left out")
    assert "the page states it as 14.0 (T1R2C2) and 15.0 (T1R2C2)" in note.text


@pytest.mark.parametrize("of", [search, image])
def test_an_announced_charge_moves_in_its_own_line(of: Callable[..., StatedCharge]) -> None:
    """Also one that a page dates back and a person accepts: no two prices stand for one day."""
    day, old = DAY + timedelta(90), "10" if of is search else "0.2"
    new, newer = ("14.5", "15") if of is search else ("0.29", "0.3")
    text = merge(SOURCED, planned(of(old), of(new, day)))
    moved = merge(text, planned(of(old), of(newer, day), text=text, day=DAY + timedelta(8)))
    assert moved.count(f"from: {day}") == text.count(f"from: {day}") == 1
    assert late(moved, "image" if of is image else "web_search") == (
        Decimal(newer) if of is image else Decimal(newer) / 1000
    )
    assert moved.count("# a person's remark") == 1


def size(place: int, usd: str, mode: str = "standard") -> StatedCharge:
    return stated("image", usd, "acme-9", when=(("size", f"{place}K"),), mode=mode)


def test_new_sizes_that_climb_day_by_day_wait_for_a_person() -> None:
    """Each ×14 the one of the day before: those of this month witness nothing."""
    text, now, held = SOURCED, Decimal("0.2"), 0
    for place in range(2, 8):
        now *= 14
        plan = planned(size(place, str(now)), text=text, day=DAY + timedelta(place))
        held += not charges(plan)[0].applies
        text = merge(text, plan)
    assert held == 5


def test_sizes_that_come_together_climb_no_farther_than_a_hundred_times() -> None:
    found = charges(planned(*(size(place, usd) for place, usd in ((2, "0.9"), (3, "4"), (4, "19"), (5, "90")))))
    assert [change.applies for change in found] == [True, True, True, False]


def test_a_first_batch_price_above_the_standard_one_waits() -> None:
    assert why(one(size(1, "0.3", "batch"))) == ["order"]
    assert one(size(1, "0.1", "batch")).applies
