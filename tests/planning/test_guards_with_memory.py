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
from octoregistry.planning.price_order import PriceBook
from octoregistry.planning.stated_models import PricedPage
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


PLACES = (
    ("output", "standard", None),
    ("cached_input", "standard", None),
    ("input", "priority", None),
    ("output", "standard", 200_000),
    ("input", "batch", None),
    ("input_audio", "standard", None),
)
PAID = PLAIN.replace("batch_support: false", "batch_support: true").replace(
    "input_per_million: 5.0", "input_per_million: 2.5"
)
HAVING = (
    PAID.replace("output_per_million: 30.0", "output_per_million: 15.0")
    .replace("realtime_multiplier: 1.0", "realtime_multiplier: 2.0")
    .replace(
        "    - {mode: standard, input: 5.0, output: 30.0}",
        """    - {mode: standard, input: 5.0, output: 30.0, cached_input: 0.5, input_audio: 10.0}
          - {mode: standard, above_input_tokens: 200000, input: 10.0, output: 45.0}
          - {mode: priority, input: 10.0, output: 60.0}
          - {mode: batch, input: 2.5, output: 15.0}""",
    )
)
HAD = {
    ("standard", None): {"input": "5", "output": "30", "cached_input": "0.5", "input_audio": "10"},
    ("standard", 200_000): {"input": "10", "output": "45"},
    ("priority", None): {"input": "10", "output": "60"},
    ("batch", None): {"input": "2.5", "output": "15"},
}


def stated(
    day: date, place: tuple[str, str, int | None], times: Decimal | None, *, cut: int | None = None, steps: int = 0
) -> PricedPage:
    """A page that multiplies the price at `place`, or leaves it out where `times` is None; the inputs rose by 1% in `steps`.

    `cut` is the size at which it cuts the prices in two; 200,000 without it.
    """
    dimension, mode, above = place
    rates = []
    for (of, tier), had in HAD.items():
        prices = {name: Decimal(usd) for name, usd in had.items()}
        prices["input"] *= Decimal("1.01") ** steps
        if (of, tier) == (mode, above):
            prices[dimension] *= times or 1
            if times is None:
                prices = (
                    {} if of in ("priority", "batch") or tier else {k: v for k, v in prices.items() if k != dimension}
                )
        if prices:
            rates.append(rate("gpt-5.6", of, above=tier and (cut or tier), **{k: str(v) for k, v in prices.items()}))
    return page(*rates, checked=day)


@pytest.mark.parametrize("place", PLACES)
def test_a_price_that_is_left_out_and_brought_back_is_measured_against_its_last(
    place: tuple[str, str, int | None],
) -> None:
    """Left out on a day, back at x2.9 on the next: output went from 30 to 252 in eight days, and nothing was held."""
    dimension, mode, above = place
    text, times = HAVING, Decimal(1)
    missed = Witnesses(expected=True, days=())
    for passed in (0, 1, 7, 8, 14, 15):
        out, day = passed % 7 == 0, SEPTEMBER_7 + timedelta(passed)
        times = times if out else times * Decimal("2.9")
        now = stated(day, place, None if out else times, steps=passed // 7 + 1)
        text = merge(text, planned(text, now, witnesses=missed))
    book = PriceBook(parse_registry(text).model("openai", "gpt-5.6").rates, date(2026, 9, 20))
    dearest = Decimal(HAD[mode, above][dimension]) * Decimal("1.5")
    assert (book.covering(mode, above, dimension) or 0) <= dearest


def test_a_tier_that_begins_at_another_size_is_measured_by_the_size() -> None:
    """The price of prompts above 200,000 tokens, left out and brought back as one above 199,999, is the same price."""
    text, place = HAVING, ("output", "standard", 200_000)
    text = merge(text, planned(text, stated(SEPTEMBER_7, place, Decimal(1))))
    plan = planned(text, stated(SEPTEMBER_7 + timedelta(20), place, Decimal(4), cut=199_999))
    found = change(plan, "output", "standard", 199_999)
    assert "moved" in [reason.code for reason in found.verdict.reasons]


def test_a_page_that_moves_one_plain_price_and_leaves_the_other_out_is_held() -> None:
    plan = planned(PLAIN, page(rate("gpt-5.6", input="5.05")))
    assert [reason.code for reason in change(plan, "input", "standard").verdict.reasons] == ["left out"]
    assert not planned(PLAIN, page(rate("gpt-5.6", input="5.05", output="30"))).held


def test_models_whose_prices_come_back_as_others_count_as_moved() -> None:
    """All cached prices gone with one step, and back at another price with the next, is a page of something else."""
    head, entry, tail = (
        PLAIN[: PLAIN.index("      gpt-")],
        PLAIN[PLAIN.index("      gpt-") : PLAIN.index("defaults")],
        PLAIN[PLAIN.index("defaults") :],
    )
    entry = entry.replace("output: 30.0}", "output: 30.0, cached_input: 0.5}")
    models = (entry.replace("gpt-5.6:", f"gpt-5.{n}:").replace("GPT-5.6", f"GPT-5.{n}") for n in range(5))
    text = "".join((head.replace("gpt-5.6", "gpt-5.0"), *models, tail))
    for day, prices in ((7, {"input": "5.05"}), (30, {"input": "5.05", "cached_input": "0.6"})):
        now = page(*(rate(f"gpt-5.{n}", output="30", **prices) for n in range(5)), checked=date(2026, 9, day))
        plan = planned(text, now, settings=PlanSettings(accepted=("all",) if day == 7 else ()))
        text = merge(text, plan)
    assert {reason.code for one in plan.held for reason in one.verdict.reasons} >= {"share"}


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
