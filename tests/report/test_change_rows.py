"""Rows of changes: the prices of a mode and prompt size side by side, each with its place, its reasons and its witnesses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from octoregistry.planning.plan import Change, Reason, Verdict, WitnessPrice
from octoregistry.reading.rates import Evidence
from octoregistry.report.change_rows import change_rows, columns

PAGE = "https://acme.example/prices"


def price(dimension: str = "input", mode: str = "standard", above: int | None = None, **more) -> Change:
    values = {"kind": "price", "old": Decimal(2), "new": Decimal(1), "witness": "rules", **more}
    return Change("acme", "road", dimension=dimension, mode=mode, above_input_tokens=above, **values)


def test_a_mode_and_prompt_size_is_one_row_in_the_order_of_the_dimensions():
    """However the plan has them; facts stand for themselves."""
    fact = Change("acme", "road", "metadata", "context_window", 100, 200)
    rows = change_rows([price("output"), price("output", above=200_000), price(), fact, price(mode="batch")])
    assert [(row.where, [value.name for value in row.values]) for row in rows] == [
        ("standard", ["input", "output"]),
        ("standard above 200,000", ["output"]),
        ("context window", ["context_window"]),
        ("batch", ["input"]),
    ]
    assert columns(rows) == ("input", "output")


def test_an_announced_price_is_a_row_of_its_own_and_names_its_day():
    """Two days of one mode are two rows; the day of a page is told with the page."""
    later = price(kind="announced", start=date(2027, 1, 1))
    rows = change_rows([price(start=date(2026, 9, 1)), later])
    assert [row.where for row in rows] == ["standard", "standard from 2027-01-01"]


def test_a_reason_of_all_is_told_once_and_one_of_some_names_them():
    """So that nobody reads five times the same, and nobody takes the reason of one price for that of another."""
    both, one = Reason("alone", "one witness"), Reason("moved", "moved ×4")
    held = [price(verdict=Verdict("hold", (both, one))), price("output", verdict=Verdict("hold", (both,)))]
    (row,) = change_rows(held)
    assert row.held
    assert row.reasons == ("one witness", "Input: moved ×4")


def test_who_agrees_with_all_prices_is_told_once_and_who_has_another_with_that_price():
    """The prices that agree stand in their columns."""
    day = date(2026, 9, 7)
    agreed = [price(name, vouches=(WitnessPrice("litellm", Decimal(1), day),)) for name in ("input", "output")]
    other = replace(agreed[1], contradicts=(WitnessPrice("models.dev", Decimal(3), day),))
    (row,) = change_rows([agreed[0], other])
    assert (row.agree, row.disagree) == ("litellm (2026-09-07)", "Output: models.dev 3.00 (2026-09-07)")
    (row,) = change_rows([agreed[0], price("output")])
    assert row.agree == "Input: litellm 1.00 (2026-09-07)"


def test_places_with_the_same_words_stand_together():
    """The words that all share once, then each cell with its own."""
    cells = [
        price(name, evidence=Evidence(PAGE, address, text, ("Standard", "road", head)))
        for name, address, text, head in (("input", "T1R2C2", "$1", "In"), ("output", "T1R2C3", "$1.00", "Out"))
    ]
    (row,) = change_rows(cells)
    (place,) = row.places
    assert place.path == "Standard › road"
    assert [(cell.where, cell.quoted, cell.link) for cell in place.cells] == [
        ("In", "$1", f"{PAGE}#:~:text=%241"),
        ("Out", "$1.00", f"{PAGE}#:~:text=%241.00"),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["input", "output", "cached_input", "input_audio"]),
            st.sampled_from(["standard", "batch"]),
            st.sampled_from([None, 200_000]),
        ),
        unique=True,
    )
)
def test_no_change_is_lost_or_told_twice(found):
    """Whatever a plan has: as many values in rows as changes, each in a column or among the others."""
    rows = change_rows(price(*one) for one in found)
    assert sum(len(row.values) for row in rows) == len(found)
    for row in rows:
        shown = [value for name in columns(rows) if (value := row.value(name))] + list(row.others)
        assert sorted(value.name for value in shown) == sorted(value.name for value in row.values)
