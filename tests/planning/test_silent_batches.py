"""Batch prices that a page leaves out, beside standard prices that come back and those of days to come."""

from __future__ import annotations

from datetime import date

from tests.planning.making import cost, page, rate, read

OCTOBER_1, OCTOBER_10, OCTOBER_20 = (date(2026, 10, day) for day in (1, 10, 20))
NOVEMBER_1 = date(2026, 11, 1)
DEAR = rate("gpt-8-sol", input="6", output="36")
CHEAP = rate("gpt-8-sol", input="4", output="20")
BATCH = rate("gpt-8-sol", "batch", input="3", output="18")


def test_a_batch_price_comes_back_with_its_standard_price_though_the_page_announces_another() -> None:
    ahead = rate("gpt-8-sol", start=NOVEMBER_1, input="4", output="20")

    found = read(
        page(DEAR, BATCH, checked=OCTOBER_1), page(CHEAP, checked=OCTOBER_10), page(DEAR, ahead, checked=OCTOBER_20)
    )

    costs = [cost(found, "gpt-8-sol", mode="batch", input=1_000_000, at=day) for day in (OCTOBER_20, NOVEMBER_1)]
    assert costs == [3, 2]
    sol = found.model("openai", "gpt-8-sol")
    assert (sol.input_per_million, sol.realtime_multiplier) == (3, None)


def test_a_batch_price_comes_back_with_a_standard_price_that_is_announced_and_goes_with_it() -> None:
    ahead = rate("gpt-8-sol", start=OCTOBER_20, input="6", output="36")
    pages = [page(DEAR, BATCH, checked=OCTOBER_1), page(CHEAP, ahead, checked=OCTOBER_10)]

    found = read(*pages)

    asked = {"mode": "batch", "input": 1_000_000, "at": date(2026, 10, 25)}
    assert cost(found, "gpt-8-sol", **asked) == 3
    assert all(one.derived for one in found.model("openai", "gpt-8-sol").rates if one.mode == "batch" and one.start)
