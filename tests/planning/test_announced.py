"""What is known on the day of an announced price of all that the page announces none for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.reading.rates import StatedRate
from tests.planning.making import BATCH, LONG, STANDARD, cost, page, rate, read

JUNE_1, SEPTEMBER_1, OCTOBER_1 = date(2026, 6, 1), date(2026, 9, 1), date(2026, 10, 1)


def announced(start: date, above: int | None = None, **usd: str) -> StatedRate:
    return rate("gpt-8-sol", start=start, above=above, **usd)


def costs(*rates: StatedRate, mode: str = "standard", output: int = 0) -> list[list[Decimal | None]]:
    """What a short prompt and a long one cost, on the page's day and on two that are to come; `output` is beside them."""
    found = read(page(*rates, checked=JUNE_1))
    days, sizes = (JUNE_1, SEPTEMBER_1, OCTOBER_1), (100_000, 1_000_000)
    return [[cost(found, "gpt-8-sol", input=size, output=output, mode=mode, at=day) for size in sizes] for day in days]


@pytest.mark.parametrize(("mode", "share"), [("standard", 1), ("batch", Decimal("0.5"))])
def test_short_prompts_keep_their_price_where_one_of_long_ones_is_announced(mode: str, share: Decimal) -> None:
    """Batch prices that follow from the standard ones, too."""
    found = costs(*LONG, announced(SEPTEMBER_1, 272_000, input="12", output="50"), mode=mode)

    short = Decimal("0.5") * share
    assert found == [[short, 10 * share], [short, 12 * share], [short, 12 * share]]


def test_the_batch_prices_that_the_page_states_are_no_others_by_it() -> None:
    found = costs(*LONG, BATCH, announced(SEPTEMBER_1, 272_000, input="12", output="50"), mode="batch")

    assert [short for short, _ in found] == [Decimal("0.25")] * 3


def test_long_ones_are_unknown_where_one_of_short_ones_is_announced() -> None:
    """What rises for short prompts seldom stays for long ones."""
    found = costs(*LONG, announced(SEPTEMBER_1, input="7", output="35"))

    assert found == [[Decimal("0.5"), 10], [Decimal("0.7"), None], [Decimal("0.7"), None]]


def test_a_second_announcement_stands_beside_the_first_and_not_beside_today() -> None:
    by_size = costs(
        *LONG,
        announced(SEPTEMBER_1, input="7", output="35"),
        announced(OCTOBER_1, 272_000, input="12", output="50"),
    )
    assert by_size == [[Decimal("0.5"), 10], [Decimal("0.7"), None], [Decimal("0.7"), 12]]

    by_dimension = costs(STANDARD, announced(SEPTEMBER_1, input="7"), announced(OCTOBER_1, output="40"), output=100_000)
    assert [short for short, _ in by_dimension] == [Decimal("3.5"), Decimal("3.7"), Decimal("4.7")]


def test_a_dimension_of_prompts_that_became_unknown_is_not_that_of_today() -> None:
    found = costs(
        *LONG,
        announced(SEPTEMBER_1, input="7", output="35"),
        announced(OCTOBER_1, 272_000, input="12"),
        output=100_000,
    )

    assert [long for _, long in found] == [Decimal("14.5"), None, None]
