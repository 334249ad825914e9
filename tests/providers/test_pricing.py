import decimal
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.pricing import DIMENSIONS, InvalidUsageError, Pricing, UncertainPriceError, UnknownPriceError, Usage
from providers.registry import parse_registry


def pricing(rates, **entry):
    entry = {"batch_support": True, "rates": rates, **entry}
    return Pricing(
        "acme",
        "road",
        entry,
        multiplier=Decimal("2.0"),
        input_per_million=Decimal("1.0"),
        output_per_million=Decimal("6.0"),
    )


GEMINI = [
    {
        "mode": "standard",
        "input": Decimal("2.0"),
        "output": Decimal("12.0"),
        "cached_input": Decimal("0.2"),
        "cache_storage_hour": Decimal("4.5"),
    },
    {
        "mode": "standard",
        "above_input_tokens": 200_000,
        "input": Decimal("4.0"),
        "output": Decimal("18.0"),
        "cached_input": Decimal("0.4"),
    },
    {"mode": "batch", "input": Decimal("1.0"), "output": Decimal("6.0")},
    {"mode": "standard", "from": "2027-01-01", "input": Decimal("3.0"), "output": Decimal("15.0")},
]


@pytest.mark.parametrize(
    ("asked", "usd"),
    [
        ({"input": 1_000_000}, "4"),
        ({"output": 1}, "0.000012"),
        ({"input": 200_000, "output": 1_000}, "0.412"),  # exactly at the tier: still below it
        ({"input": 200_001, "output": 1_000}, "0.818004"),  # one over: the whole prompt at the higher price
        ({"input": 100_001, "cached_input": 100_000}, "0.440004"),  # cached tokens count for the size of the prompt
        ({"mode": "batch", "input": 1_000, "output": 100}, "0.0016"),
        ({"cache_storage_hour": 2_000_000}, "9"),
        ({"at": "2026-12-31", "input": 1_000_000 // 10}, "0.2"),
        ({"at": "2027-01-01", "input": 1_000_000 // 10}, "0.3"),
        ({"at": "2027-01-01", "input": 1_000_000}, "3"),  # the new rates are the whole truth: no tier any more
        ({}, "0"),
    ],
)
def test_costs_worked_out_by_hand(asked, usd):
    assert pricing(GEMINI).cost(**{"at": "2026-10-01", **asked}) == Decimal(usd)


@pytest.mark.parametrize(
    "at",
    [
        date(2027, 1, 1),
        datetime(2027, 1, 1, 0, 0),  # noqa: DTZ001 - a naive one is taken as it stands
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 20, 0, tzinfo=timezone(timedelta(hours=-5))),
        "2027-01-01",
        "2027-01-01T00:00:00Z",
        "2026-12-31T23:00:00-02:00",
    ],
)
def test_a_new_price_holds_from_midnight_utc(at):
    assert pricing(GEMINI).cost(input=1_000, at=at) == Decimal("0.003")


@pytest.mark.parametrize(
    "at", [datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2027-01-01T00:00:00+05:00", date(1999, 1, 1)]
)
def test_until_then_the_old_price_holds_as_far_back_as_is_known(at):
    assert pricing(GEMINI).cost(input=1_000, at=at) == Decimal("0.002")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"input_audio": 1}, "no known standard price of input_audio.*known: input, output"),
        ({"mode": "batch", "cached_input": 1}, "no known batch price of cached_input"),
        ({"mode": "priority", "input": 1}, "no known priority price; known modes: standard, batch"),
        ({"mode": "fast", "input": 1}, "'fast' is no mode.*standard, batch, flex, priority"),
    ],
)
def test_what_is_not_known_raises_and_says_what_is(asked, said):
    with pytest.raises(UnknownPriceError, match=said):
        pricing(GEMINI).cost(at="2026-10-01", **asked)


@pytest.mark.parametrize("count", [-1, 1.0, "1", True, None, Decimal(1)])
def test_tokens_are_whole_numbers_from_0_up(count):
    with pytest.raises(InvalidUsageError, match="whole numbers"):
        pricing(GEMINI).cost(input=count)


@pytest.mark.parametrize("at", ["yesterday", "", 20270101, "2027-02-30", "0001-01-01T00:00:00+14:00"])
def test_a_day_that_is_none_is_refused(at):
    with pytest.raises(InvalidUsageError, match="is no day"):
        pricing(GEMINI).cost(input=1, at=at)


def test_a_misspelt_dimension_is_an_error_where_it_is_written():
    with pytest.raises(TypeError, match="inptu"):
        pricing(GEMINI).cost(inptu=1)


def test_a_price_of_nothing_is_a_price():
    assert pricing([{"mode": "standard", "input": 0, "output": Decimal("0.00")}]).cost(input=5, output=5) == 0


def test_a_model_without_batches_has_no_batch_cost():
    only_standard = pricing([{"mode": "standard", "input": Decimal(2), "output": Decimal(12)}], batch_support=False)

    with pytest.raises(UnknownPriceError, match="batch_support: false"):
        only_standard.cost(mode="batch", input=1)
    assert only_standard.cost(mode="batch") == 0


def test_from_the_day_of_a_rate_without_prices_nothing_is_known():
    ended = pricing([{"mode": "standard", "input": Decimal(2)}, {"mode": "standard", "from": "2027-01-01"}])

    assert ended.cost(input=1_000_000, at="2026-12-31") == 2
    with pytest.raises(UnknownPriceError, match="nothing from 2027-01-01 on"):
        ended.cost(input=1, at="2027-01-01")


def test_of_a_rate_without_prices_and_without_a_day_nothing_is_known():
    with pytest.raises(UnknownPriceError, match=r"known: nothing$"):
        pricing([{"mode": "standard"}]).cost(input=1, at="2026-12-31")


def test_before_the_first_day_that_is_known_nothing_is_guessed():
    later = pricing([{"mode": "standard", "from": "2026-01-01", "input": Decimal(2)}])

    with pytest.raises(UnknownPriceError, match="known from: 2026-01-01"):
        later.cost(input=1, at="2025-12-31")


def test_the_two_plain_prices_alone_give_batch_and_standard_exactly():
    entry = {"input_per_million": Decimal("0.1"), "output_per_million": Decimal("0.3")}
    plain = Pricing(
        "a", "b", entry, multiplier=Decimal("1.1"), input_per_million=Decimal("0.1"), output_per_million=Decimal("0.3")
    )

    assert plain.cost(mode="batch", input=1_000_000) == Decimal("0.1")
    assert plain.cost(input=1_000_000, output=1_000_000) == Decimal("0.44")
    assert plain.modes == ("standard", "batch")


def test_an_answers_audio_without_its_own_price_is_counted_as_text():
    rates = [
        {
            "mode": "standard",
            "input": Decimal(2),
            "output": Decimal(10),
            "output_audio": Decimal(40),
            "cached_input": Decimal("0.5"),
        }
    ]
    usage = Usage(input=1, input_audio=2, input_image=3, cached_input_audio=4, output_audio=5, output_video=6)

    cost = pricing(rates).cost_of(usage)

    assert cost == Decimal(2 * (1 + 2 + 3) + 40 * 5 + 10 * 6) / 10**6 + Decimal("0.5") * 4 / 10**6


def test_an_answers_cache_writes_are_never_counted_as_something_else():
    with pytest.raises(UnknownPriceError, match="cache_write_5m"):
        pricing(GEMINI).cost_of(Usage(cache_write_5m=1))


def test_estimates_follow_the_founding_formula():
    assert pricing(GEMINI).estimate_cost(1_000_000, 500_000) == 4.0
    assert pricing(GEMINI).estimate_cost(1_000_000, 500_000, is_batch=False) == 8.0


def test_usages_add_up():
    assert Usage(input=1, output=2) + Usage(input=3, input_image=4) == Usage(input=4, output=2, input_image=4)


PRICES = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=12)


@given(
    prices=st.lists(PRICES, min_size=len(DIMENSIONS), max_size=len(DIMENSIONS)),
    counts=st.lists(st.integers(0, 10**40), min_size=len(DIMENSIONS), max_size=len(DIMENSIONS)),
)
def test_a_cost_is_exact_whatever_its_size_and_whatever_the_decimal_context(prices, counts):
    rate = {"mode": "standard", **dict(zip(DIMENSIONS, prices, strict=True))}
    tokens = dict(zip(DIMENSIONS, counts, strict=True))
    with decimal.localcontext(prec=3):
        cost = pricing([rate]).cost(**tokens)
        same = pricing([rate]).cost_of(Usage(**tokens))

    exact = sum(Fraction(price) * count for price, count in zip(prices, counts, strict=True)) / 10**6
    assert Fraction(cost) == Fraction(same) == exact


@given(
    above=st.lists(st.integers(1, 100), unique=True, max_size=4),
    starts=st.lists(st.dates(date(2025, 1, 1), date(2026, 1, 1)), unique=True, max_size=3),
    prompt=st.integers(1, 120),
    day=st.dates(date(2024, 12, 1), date(2026, 2, 1)),
)
def test_of_the_rates_that_fit_the_latest_counts_and_then_the_highest_tier(above, starts, prompt, day):
    slots = [(start, tier) for start in [None, *starts] for tier in [None, *above]]
    rates = []
    for number, (start, tier) in enumerate(slots, 1):
        rate = {"mode": "standard", "input": Decimal(number)}
        rate |= {"from": start.isoformat()} if start else {}
        rates.append(rate | ({"above_input_tokens": tier} if tier else {}))

    cost = pricing(rates).cost(input=prompt, at=day)

    fits = [
        (start or date.min, tier or 0, number)
        for number, (start, tier) in enumerate(slots, 1)
        if (start or date.min) <= day and prompt > (tier or 0)
    ]
    assert cost == Decimal(max(fits)[2]) * prompt / 10**6


BOUNDED = [
    {"mode": "standard", "input": Decimal(5), "output": Decimal(30)},
    {
        "mode": "standard",
        "from": "2026-10-01",
        "up_to_input_tokens": 272_000,
        "input": Decimal(10),
        "output": Decimal(50),
    },
]


def test_a_rate_answers_for_no_longer_prompt_than_it_says():
    assert pricing(BOUNDED).cost(input=272_000, at="2026-10-01") == Decimal("2.72")
    with pytest.raises(UnknownPriceError, match="no known standard price for a prompt above 272,000 tokens"):
        pricing(BOUNDED).cost(input=272_001, at="2026-10-01")


def test_a_mode_that_says_nothing_of_sizes_ends_where_the_standard_mode_has_its_first_tier():
    tiered = [
        {"mode": "standard", "input": Decimal(5)},
        {"mode": "standard", "above_input_tokens": 272_000, "input": Decimal(10)},
        {"mode": "batch", "input": Decimal("2.5")},
    ]
    assert pricing(tiered).cost(mode="batch", input=200_000) == Decimal("0.5")
    with pytest.raises(UnknownPriceError, match="no known batch price for a prompt above 272,000 tokens"):
        pricing(tiered).cost(mode="batch", input=300_000)
    assert pricing([*tiered, {**tiered[1], "mode": "batch"}]).cost(mode="batch", input=300_000) == 3


def test_what_a_bounded_rate_has_replaced_does_not_come_back_for_long_prompts():
    assert pricing(BOUNDED).cost(input=1_000_000, at="2026-09-30") == 5
    with pytest.raises(UnknownPriceError):
        pricing(BOUNDED).cost(input=1_000_000, at="2027-01-01")


def test_above_the_bound_the_tier_that_states_its_price_answers():
    long = {"mode": "standard", "above_input_tokens": 272_000, "input": Decimal(20), "output": Decimal(75)}

    assert pricing([*BOUNDED, long]).cost(input=300_000, output=1_000, at="2026-11-01") == Decimal("6.075")


def test_before_the_first_reading_nothing_is_known_unless_the_earliest_price_is_assumed():
    read_late = pricing([{"mode": "standard", "input": Decimal(2)}], first_seen="2026-08-21")

    assert read_late.cost(input=1_000_000, at="2026-08-21") == 2
    with pytest.raises(UnknownPriceError, match="2026-08-20, before our first reading of it on 2026-08-21"):
        read_late.cost(input=1, at="2026-08-20")
    with pytest.raises(UnknownPriceError, match="before our first reading"):
        read_late.cost_of(Usage(input=1), at="2026-08-20")
    assert read_late.cost(input=1_000_000, at="2020-01-01", assume="earliest") == 2


@pytest.mark.parametrize("assume", ["latest", "", "first"])
def test_nothing_else_can_be_assumed(assume):
    with pytest.raises(InvalidUsageError, match="earliest"):
        pricing(GEMINI).cost(input=1, assume=assume)


MOVED = [
    {"mode": "standard", "input": Decimal(2), "output": Decimal(10)},
    {"mode": "standard", "from": "2026-09-07", "seen_before": "2026-08-21", "input": Decimal(3), "output": Decimal(10)},
]


@pytest.mark.parametrize(("at", "usd"), [("2026-08-21", 2), ("2026-09-07", 3), ("2026-01-01", 2), ("2027-01-01", 3)])
def test_on_the_days_on_which_a_price_was_seen_it_holds(at, usd):
    assert pricing(MOVED).cost(input=1_000_000, at=at) == usd


@pytest.mark.parametrize("at", ["2026-08-22", "2026-09-06"])
def test_between_them_the_answer_is_a_range(at):
    with pytest.raises(UncertainPriceError, match="changed on a day that no page states") as caught:
        pricing(MOVED).cost(input=1_000_000, at=at)

    assert (caught.value.least, caught.value.most) == (2, 3)
    with pytest.raises(UncertainPriceError):
        pricing(MOVED).cost_of(Usage(input=1), at=at)


def test_between_them_what_did_not_change_has_one_price():
    assert pricing(MOVED).cost(output=1_000_000, at="2026-09-01") == 10
    assert pricing(MOVED).cost_of(Usage(output=1_000_000), at="2026-09-01") == 10


def test_a_range_with_a_bound_on_one_side_is_unknown():
    bounded = [MOVED[0], MOVED[1] | {"up_to_input_tokens": 1_000}]

    with pytest.raises(UnknownPriceError):
        pricing(bounded).cost(input=2_000, at="2026-09-01")


DATED = """\
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    default_model: road
    realtime_multiplier: 2
    models:
      road:
        display_name: Road
        input_per_million: 1
        output_per_million: 4
        rates:
          - {mode: standard, input: 2, output: 8}
          - {mode: batch, input: 1, output: 4}
          - {mode: standard, from: "2026-02-01", input: 3, output: 9}
          - {mode: batch, from: "2026-02-01", input: 1.5, output: 4.5}
          - {mode: batch, from: "2999-01-01", input: 100, output: 400}
        source: {checked: "2026-01-01"}
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""


def test_an_estimate_takes_the_plain_prices_that_are_in_force_today():
    """A dated rate that has come due counts, before an update brings the two plain prices along; a later one does not."""
    pricing = parse_registry(DATED).pricing("acme", "road")
    assert pricing.estimate_cost(1_000_000, 1_000_000) == 6.0
    assert pricing.estimate_cost(1_000_000, 1_000_000, is_batch=False) == 12.0
    before = parse_registry(DATED.replace("2026-02-01", "2998-01-01")).pricing("acme", "road")
    assert before.estimate_cost(1_000_000, 1_000_000) == 5.0
    assert before.estimate_cost(1_000_000, 1_000_000, is_batch=False) == 10.0
