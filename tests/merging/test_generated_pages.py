"""Pages with moves, silent modes and announcements, made at random: what is known at the end follows from two of them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from octoregistry.merging.merge import merge
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.rates_in_force import in_force
from octoregistry.reading.rates import StatedRate
from providers.dimensions import PricingError
from providers.entries import Model
from providers.pricing import Pricing
from providers.registry import parse_registry
from tests.planning.making import NOTHING, page, planned, rate

FIRST = date(2026, 1, 1)
PRICES = {"standard": ("4", "5", "6"), "flex": ("2", "3"), "priority": ("8", "9"), "batch": ("1", "1.5")}


class Day(NamedTuple):
    """What the page of a day states of one model, by mode; None where it is silent. `announced` are the standard
    prices of days to come, counted from that of the first page."""

    standard: str
    flex: str | None
    priority: str | None
    batch: str | None
    announced: Mapping[int, str] = {}

    def of(self, mode: str) -> str | None:
        return getattr(self, mode)

    def rates(self, number: int) -> list[StatedRate]:
        """What the page of day `number` states; days that have come by then are none that it announces."""
        stated = ((mode, self.of(mode)) for mode in PRICES)
        now = [rate("gpt-8-sol", mode, input=usd, output=usd) for mode, usd in stated if usd]
        return now + [
            rate("gpt-8-sol", start=FIRST + timedelta(days=day), input=usd, output=usd)
            for day, usd in self.announced.items()
            if day > number
        ]

    def standard_on(self, day: int, number: int) -> str:
        """The standard price that the page of day `number` states for a later day."""
        starts = [start for start in self.announced if number < start <= day]
        return self.announced[max(starts)] if starts else self.standard


DAYS = st.builds(
    Day,
    st.sampled_from(PRICES["standard"]),
    *(st.none() | st.sampled_from(PRICES[mode]) for mode in ("flex", "priority", "batch")),
    st.dictionaries(st.sampled_from((2, 4, 7, 9)), st.sampled_from(("4", "5", "7")), max_size=2),
)
LAST = 12
"""A day on which all that is announced has come."""


def read(days: Sequence[tuple[int, Day]]) -> Model:
    """The model after a page a day, all that is held accepted."""
    text = NOTHING
    for number, day in days:
        read = page(*day.rates(number), checked=FIRST + timedelta(days=number))
        text = merge(text, planned(text, read, settings=PlanSettings(accepted=("all",))))
        assert not planned(text, read).visible, "the same page again changes nothing"
    return parse_registry(text).model("openai", "gpt-8-sol")


def end(days: Sequence[tuple[int, Day]], at: int | None = None) -> dict[str, str]:
    """{mode: its input price on the last day, or on day `at`} after the pages; without derived ones."""
    model = read(days)
    last = FIRST + timedelta(days=days[-1][0] if at is None else at)
    found = {}
    for mode in PRICES:
        known = in_force(model.rates, mode, last).get(None)
        if known and known.prices and not known.derived:
            found[mode] = f"{known.prices['input'].normalize():f}"
    return found


def expected(days: Sequence[tuple[int, Day]], mode: str) -> str | None:
    """What the last page that states the mode says, where its standard price is that of the last page of all."""
    seen = next((day for _, day in reversed(days) if day.of(mode)), None)
    return seen.of(mode) if seen and seen.standard == days[-1][1].standard else None


@settings(max_examples=150, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=6))
def test_what_is_announced_is_what_the_last_page_announces(pages: list[Day]) -> None:
    """Whatever the pages before it announced: put off, brought forward or withdrawn, and whether its day has come."""
    days = list(enumerate(pages))
    number, page = days[-1]
    model = read(days)
    for day in range(number, LAST + 1):
        known = in_force(model.rates, "standard", FIRST + timedelta(days=day))[None]
        assert f"{known.prices['input'].normalize():f}" == page.standard_on(day, number), day
    starts = {rate.start for rate in model.rates if rate.start and rate.start > FIRST + timedelta(days=number)}
    assert starts <= {FIRST + timedelta(days=day) for day in page.announced}


@settings(max_examples=150, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=6))
@example([Day("5", None, "8", None), Day("4", None, None, None, {2: "5"}), Day("5", None, None, None)])
def test_a_silent_mode_holds_as_long_as_the_standard_price_beside_which_it_was_seen(pages: list[Day]) -> None:
    """Whatever the order of moves and silences: of flex and priority."""
    days = list(enumerate(pages))
    known = end(days)
    assert {mode: known.get(mode) for mode in ("standard", "flex", "priority")} == {
        mode: expected(days, mode) for mode in ("standard", "flex", "priority")
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=5))
@example(
    [
        (Day("6", None, None, None), True),
        (Day("4", None, None, None), False),
        (Day("6", None, None, None, {7: "5"}), False),
    ]
)
@example([(Day("6", None, None, None), True), (Day("4", None, None, None, {7: "6"}), False)])
@example(
    [
        (Day("6", None, None, None), True),
        (Day("4", None, None, None), False),
        (Day("6", None, None, None, {7: "4"}), False),
    ]
)
def test_where_batches_cost_half_a_silent_page_gives_half_of_its_standard_price_of_each_day(
    pages: list[tuple[Day, bool]],
) -> None:
    """Whatever it announces, and though a price comes back beside which a page stated the batch price."""
    half = {usd: f"{Decimal(usd) / 2}" for usd in PRICES["standard"]}
    days = [
        (number, day._replace(batch=half[day.standard] if says else None)) for number, (day, says) in enumerate(pages)
    ]
    number = len(days)
    days.append((number, pages[-1][0]._replace(batch=None)))

    model = read(days)

    for day in range(number, LAST + 1):
        on = FIRST + timedelta(days=day)
        standard, batch = (in_force(model.rates, mode, on)[None].prices["input"] for mode in ("standard", "batch"))
        assert batch * 2 == standard, day


@settings(max_examples=100, deadline=None)
@given(st.lists(DAYS, min_size=2, max_size=6), st.data(), st.sampled_from((None, 4, LAST)))
def test_a_page_of_which_a_later_one_states_every_mode_may_be_left_out(
    pages: list[Day], data: st.DataObject, ahead: int | None
) -> None:
    """Or read twice: the end is one, on the day of the last page and on days to come."""
    days = list(enumerate(pages))
    at = max(ahead, len(pages) - 1) if ahead else None
    whole = end(days, at)
    spare = [
        at
        for at, (_, day) in enumerate(days[:-1])
        if any(all(later.of(mode) for mode in PRICES if day.of(mode)) for _, later in days[at + 1 :])
    ]
    left_out = data.draw(st.sets(st.sampled_from(spare))) if spare else set()
    rest = [day for at, day in enumerate(days) if at not in left_out]
    modes = {mode for _, day in rest for mode in PRICES if day.of(mode)}
    assert {mode: usd for mode, usd in end(rest, at).items() if mode in modes} == whole
    assert end([day for day in rest for _ in range(2)], at) == whole


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(DAYS, st.sampled_from((2, 4, 9))), min_size=2, max_size=5))
@example([(Day("5", None, "8", None), 9), (Day("5", "2", "34", None), 2)])
@example([(Day("5", None, "8", None), 9), (Day("6", None, "34", None), 2), (Day("6", None, None, None), 2)])
@example([(Day("6", None, None, None), 2), (Day("4", None, None, "1"), 2)])
def test_what_is_accepted_a_day_later_is_at_most_less_sure(pages: list[tuple[Day, int]]) -> None:
    """Where an update has let a page's far prices wait and the next day's accepts them, a number that is known of another day
    is that which accepting at once gives; announcements aside, whose day may come in between."""
    days, number = [], 0
    for day, gap in pages:
        days.append((number, day._replace(announced={})))
        number += gap
    at_once, later = NOTHING, NOTHING
    for number, day in days:
        at_once = _after(at_once, number, day, "all")
        later = _after(_after(later, number, day, *(("all",) if number == 0 else ())), number + 1, day, "all")

    known, sure = (parse_registry(text).pricing("openai", "gpt-8-sol") for text in (later, at_once))
    for day in set(range(number + 2)) - {number + 1 for number, _ in days}:
        for mode in PRICES:
            answer = _cost(known, mode, day)
            assert answer in (None, _cost(sure, mode, day)), (mode, day)


def _after(text: str, number: int, day: Day, *accepted: str) -> str:
    """The registry after the page of day `number`."""
    read = page(*day.rates(number), checked=FIRST + timedelta(days=number))
    return merge(text, planned(text, read, settings=PlanSettings(accepted=accepted)))


def _cost(pricing: Pricing, mode: str, day: int) -> Decimal | None:
    try:
        return pricing.cost(mode=mode, input=1_000, at=FIRST + timedelta(days=day))
    except PricingError:
        return None


PLACES = [(tier, name) for tier in (None, 272_000) for name in ("input", "output")]
PARTS = st.dictionaries(st.sampled_from(PLACES), st.sampled_from(("4", "5", "7")), min_size=1)
SETS = st.dictionaries(st.sampled_from((2, 4, 7, 9)), PARTS, max_size=2)
"""What a page announces: on a day, of some prompts and dimensions."""


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("4", "5")), SETS), min_size=2, max_size=4))
def test_what_is_announced_of_some_prompts_and_dimensions_is_what_the_last_page_alone_gives(
    pages: list[tuple[str, dict[int, dict[tuple[int | None, str], str]]]],
) -> None:
    """Also where one of them is announced no longer, or for another day; what nobody knows by it is unknown."""

    def stated(number: int) -> list[StatedRate]:
        usd, announced = pages[number]
        sets = {None: dict.fromkeys(PLACES, usd)} | {
            FIRST + timedelta(days=day): parts for day, parts in announced.items() if day > number
        }
        return [
            rate("gpt-8-sol", start=start, above=tier, **{n: usd for (of, n), usd in parts.items() if of == tier})
            for start, parts in sets.items()
            for tier in dict.fromkeys(of for of, _ in parts)
        ]

    def ahead(numbers: Sequence[int]) -> list[tuple[object, ...]]:
        text = NOTHING
        for number in numbers:
            read = page(*stated(number), checked=FIRST + timedelta(days=number))
            text = merge(text, planned(text, read, settings=PlanSettings(accepted=("all",))))
        rates = parse_registry(text).model("openai", "gpt-8-sol").rates
        days = [FIRST + timedelta(days=day) for day in range(numbers[-1], LAST + 1)]
        views = [in_force(rates, mode, day) for mode in ("standard", "batch") for day in days]
        return [tuple(view[tier].prices.get(name) if tier in view else None for tier, name in PLACES) for view in views]

    assert ahead(range(len(pages))) == ahead([len(pages) - 1])
