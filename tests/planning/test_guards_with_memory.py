"""Guards that remember: what was let pass day by day, and what nobody else was there to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from octoregistry.planning.guards import GuardContext, reasons
from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.witnesses import Witnesses
from octoregistry.sources.registries import RegistryPrice, Statements
from providers import parse_registry
from providers.entries import Rate
from tests.planning.making import SEPTEMBER_7, SOL, change, merge, page, planned, rate, registry

DAY = date(2026, 9, 7)
PLAIN = registry(
    "gpt-5.6:",
    "  display_name: GPT-5.6",
    "  input_per_million: 5.0",
    "  output_per_million: 30.0",
    "  batch_support: false",
    "  realtime_multiplier: 1.0",
    "  rates:",
    "    - {mode: standard, input: 5.0, output: 30.0}",
    "  source: {page: 'https://vendor.example/pricing', checked: 2026-08-21, sha256: eeee}",
)
NO_PAUSE = Limits(pause_days=0)
MISSED = "no witness of those days was reached"


def codes(new: str, *rates: tuple[int | None, str], limits: Limits = NO_PAUSE, unwitnessed: str = "") -> list[str]:
    """The reasons to hold `new`, where the registry has `rates`: (days ago, price) each, the oldest first."""
    before = tuple(
        Rate(
            "standard",
            prices={"input": Decimal(price)},
            start=None if days is None else DAY - timedelta(days),
            seen_before=None if days is None else DAY - timedelta(days + 1),
        )
        for days, price in rates
    )
    change = Change("acme", "m", "price", "input", Decimal(rates[-1][1]), Decimal(new), "standard")
    context = GuardContext(None, DAY, limits=limits, before=before, after=before, unwitnessed=unwitnessed)
    return [reason.code for reason in reasons(change, context)]


@pytest.mark.parametrize(
    ("rates", "new", "held"),
    [
        ([(None, "1"), (20, "2")], "4", ["moved"]),  # x4 in 30 days, x2 today
        ([(None, "1"), (20, "2")], "2.9", []),
        ([(None, "1"), (40, "2")], "4", []),  # the first step was long ago
        ([(None, "4"), (9, "2")], "1", ["moved"]),
        ([(20, "1"), (10, "2")], "4", ["moved"]),  # known for twenty days
        ([(None, "1"), (1, "2.9")], "1", []),  # back to where it was
    ],
)
def test_a_price_is_measured_against_that_of_a_month_before(
    rates: list[tuple[int | None, str]], new: str, held: list[str]
) -> None:
    assert codes(new, *rates) == held


@pytest.mark.parametrize(("days", "held"), [(0, ["again"]), (6, ["again"]), (7, [])])
def test_a_models_prices_move_unseen_once_in_seven_days(days: int, held: list[str]) -> None:
    assert codes("2.2", (None, "2"), (days, "2.1"), limits=Limits()) == held


def daily(times: str, days: int, start: Callable[[date], date | None] = lambda _: None) -> Decimal:
    """The input price after so many daily updates from a page that multiplies its prices each day; it was 5."""
    text, price = PLAIN, Decimal(5)
    for day in (SEPTEMBER_7 + timedelta(days) for days in range(days)):
        price = (price * Decimal(times)).quantize(Decimal("0.0001"))
        stated = rate("gpt-5.6", start=start(day), input=str(price), output=str(price * 6))
        text = merge(text, planned(text, page(stated, checked=day)))
    return pricing(text, "2027-01-01")


def pricing(text: str, day: str) -> Decimal:
    return parse_registry(text).pricing("openai", "gpt-5.6").cost(input=1_000_000, at=day)


@pytest.mark.parametrize(
    ("times", "days", "start", "found"),
    [
        ("2.9", 8, lambda _: None, "14.5"),  # they were x5,002
        ("1.3", 5, lambda _: None, "6.5"),
        ("1.49", 8, lambda day: day - timedelta(40), "7.45"),  # dated back anew each day: x24
        ("1.49", 8, lambda _: date(2026, 7, 1), "7.45"),
        ("1.49", 8, lambda day: day + timedelta(1), "7.45"),
        ("1.49", 29, lambda _: date(2026, 7, 1), "7.45"),  # once a day is past, its price waits
        ("1.05", 29, lambda day: day - timedelta(40), "14.6263"),  # one step in seven days, and x3 in a month
    ],
)
def test_small_steps_are_counted_by_the_days_on_which_they_were_read(
    times: str, days: int, start: Callable[[date], date | None], found: str
) -> None:
    assert daily(times, days, start) == Decimal(found)


def test_what_a_page_dates_back_says_when_it_was_read() -> None:
    text = merge(PLAIN, planned(PLAIN, page(rate("gpt-5.6", start=date(2026, 8, 1), input="6", output="30"))))
    (new,) = (one for one in parse_registry(text).model("openai", "gpt-5.6").rates if one.start)
    assert (new.start, new.read_on) == (date(2026, 8, 1), SEPTEMBER_7)


def test_a_price_that_was_unknown_for_a_while_is_measured_against_its_last() -> None:
    text = PLAIN.replace("input: 5.0, output: 30.0}", "input: 5.0, output: 30.0, cached_input: 0.1}")
    gone = page(rate("gpt-5.6", input="6", output="30"))
    back = page(rate("gpt-5.6", input="6", output="30", cached_input="4"), checked=date(2026, 12, 1))
    plan = planned(merge(text, planned(text, gone)), back)
    assert [reason.code for reason in change(plan, "cached_input", "standard").verdict.reasons] == ["moved"]


@pytest.mark.parametrize(
    ("new", "missed", "limit", "held"),
    [
        ("1.5", MISSED, "1.5", []),
        ("1.51", MISSED, "1.5", ["unwitnessed"]),
        ("0.66", MISSED, "1.5", ["unwitnessed"]),
        ("1.51", "", "1.5", []),
        ("2.9", MISSED, None, []),
    ],
)
def test_a_far_move_that_nobody_was_asked_about_is_held(
    new: str, missed: str, limit: str | None, held: list[str]
) -> None:
    limits = Limits(unwitnessed=Decimal(limit) if limit else None, pause_days=0)
    assert codes(new, (None, "1"), unwitnessed=missed, limits=limits) == held


@pytest.mark.parametrize(("day", "missed"), [(None, MISSED), (SEPTEMBER_7, ""), (date(2026, 9, 20), MISSED)])
def test_a_witness_was_reached_where_its_data_is_of_the_pages_days(day: date | None, missed: str) -> None:
    """Where the settings name none, none was reached; what was kept of those days speaks offline too."""
    price = RegistryPrice("w", "openai", "x", "standard", None, "input", Decimal(1), SEPTEMBER_7)
    reports = [Statements("w", "https://w.example", day, (price,))] if day else []
    assert Witnesses.from_reports(reports).missed(SEPTEMBER_7, 7) == missed
    without = Witnesses.from_reports(reports, offline=True).missed(SEPTEMBER_7, 7)
    assert without == ("offline, no witness" if missed else "")


def test_what_is_accepted_passes_all_of_them() -> None:
    stated = page(rate("gpt-5.6-sol", input="40", output="300"))
    plan: Plan = planned(SOL, stated, settings=PlanSettings(accepted=("all",)))
    assert not plan.held
