"""What two other registries price alike and no page states: vouched for, held; where they disagree nobody knows the price."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.counts import summaries
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.plan_json import as_values, from_values
from octoregistry.planning.vouched import moved_on, names_stated, vouched_plan
from octoregistry.planning.vouched_rates import vouched_rates
from octoregistry.sources.registries import RegistryPrice, Statements
from providers.dimensions import UncertainPriceError, UnknownPriceError
from providers.entries import Rate
from providers.more import models_of_more
from providers.registry import Registry, get_pricing, parse_registry
from tests.planning.making import SOL

MILLION = 1_000_000
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def said(witness: str, day: date = NOVEMBER, model: str = "moon-2", mode: str = "standard", above: int | None = None,
         **usd: str) -> list[RegistryPrice]:  # fmt: skip
    """The prices that a registry has of one model."""
    return [
        RegistryPrice(witness, "openai", model, mode, above, name, Decimal(price), day) for name, price in usd.items()
    ]


def reports(*prices: list[RegistryPrice]) -> list[Statements]:
    return [Statements(each[0].witness, "https://x.example", each[0].as_of, tuple(each)) for each in prices]


def agreed(*prices: list[RegistryPrice], no_output: bool = False) -> tuple[Rate, ...]:
    return vouched_rates([one for each in prices for one in each], no_output=no_output).rates


def planned(
    text: str, *prices: list[RegistryPrice], accept: tuple[str, ...] = (), stated: tuple[str, ...] = ()
) -> Plan:
    registry = parse_registry(text)
    more = models_of_more(registry, "openai")
    return vouched_plan(registry.providers["openai"], more, reports(*prices), stated, accept)


def accepted(text: str, *prices: list[RegistryPrice]) -> str:
    """The registry's text with all accepted; a second time there is nothing left to do."""
    merged = merge(text, planned(text, *prices, accept=("all",)))
    assert not planned(merged, *prices, accept=("all",)).changes
    return merged


def cost(text: str, **asked: str) -> Decimal:
    return get_pricing("openai", "moon-2", parse_registry(text), vouched=True).cost(input=MILLION, at=asked["at"])


def test_a_rate_has_what_all_its_vouchers_have() -> None:
    """The day is the older one of the two: then both had it."""
    (rate,) = agreed(
        said("one", input="1", output="4", cached_input="0.1"),
        said("two", OCTOBER, input="1.0", output="4", cached_input="0.10", cache_write_5m="2"),
        said("three", input="1"),
    )
    assert rate.prices == {"input": 1, "output": 4, "cached_input": Decimal("0.1")}
    assert (rate.level, rate.vouched_by, rate.seen_on) == ("vouched", ("one", "two"), OCTOBER)


@pytest.mark.parametrize(
    "prices",
    [
        [said("one", input="1", output="4")],
        [said("one", input="1", output="4"), said("two", input="1")],
        [said("one", input="1", output="4"), said("two", input="1", output="5")],
        [said("one", input="1", output="4"), said("two", input="1", output="4"), said("three", output="5")],
        [said("one", input="1", output="4"), said("two", input="1", output="4"), said("three", OCTOBER, input="9")],
        [
            said("one", input="1", output="4", cached_input="0.1"),
            said("two", input="1", output="4", cached_input="0.2"),
        ],
        [said("one", input="1", output="4"), said("one", input="2"), said("two", input="1", output="4")],
        [said("one", mode="batch", input="1", output="4"), said("two", mode="batch", input="1", output="4")],
    ],
)
def test_one_registry_alone_or_two_that_differ_vouch_for_nothing(prices: list[list[RegistryPrice]]) -> None:
    """Also a third that has but one price, of whatever day, and one that contradicts itself."""
    assert agreed(*prices) == ()


def test_a_model_that_bills_no_output_needs_none() -> None:
    prices = said("one", input="1"), said("two", input="1")
    assert agreed(*prices) == ()
    assert agreed(*prices, no_output=True)[0].prices == {"input": 1}


def test_prices_end_at_a_size_that_anybody_names_and_two_do_not_agree_on() -> None:
    """The price of short prompts is never taken for long ones that may cost more; sizes that are agreed on have rates."""
    base = {"input": "1", "output": "4"}
    one = said("one", **base) + said("one", above=200_000, input="2", output="8")
    two = said("two", **base)
    assert [(rate.above_input_tokens, rate.up_to_input_tokens) for rate in agreed(one, two)] == [(None, 200_000)]
    both = two + said("two", above=200_000, input="2", output="8")
    assert [(rate.above_input_tokens, rate.up_to_input_tokens) for rate in agreed(one, both)] == [
        (None, None),
        (200_000, None),
    ]
    differ = two + said("two", above=256_000, input="2", output="8")
    assert [(rate.above_input_tokens, rate.up_to_input_tokens) for rate in agreed(one, differ)] == [(None, 200_000)]
    more = both + said("two", above=500_000, input="3", output="9")
    assert [(rate.above_input_tokens, rate.up_to_input_tokens) for rate in agreed(one, more)] == [
        (None, 500_000),
        (200_000, 500_000),
    ]


def test_a_vouched_model_is_held_with_the_reason_and_written_apart() -> None:
    """As a whole or not at all; what the vendor states stays as it is."""
    prices = said("one", input="1", output="4"), said("two", OCTOBER, input="1", output="4")
    plan = planned(SOL, *prices)
    assert {change.kind for change in plan.changes} == {"vouched"}
    assert not plan.applied
    assert str(plan.changes[0].verdict.reasons[0]) == "no page states it: one, two vouch for it alone, as of 2026-10-01"
    assert merge(SOL, plan) == SOL
    assert not planned(SOL, *prices, accept=("moon-2:standard",)).applied  # its name would be missing
    merged = accepted(SOL, *prices)
    assert merged.startswith(SOL)
    assert cost(merged, at="2026-11-02") == 1
    with pytest.raises(UnknownPriceError, match="before our first reading of it on 2026-10-01"):
        cost(merged, at="2026-09-30")
    assert summaries(planned(SOL, *prices, accept=("all",)))["openai"] == "1 model vouched for by registries alone"


def test_what_a_page_states_is_none_of_theirs() -> None:
    """By any name, now or before; also where the change is held."""
    prices = [said(who, model="gpt-5.6-sol", input="1", output="4") for who in ("one", "two")]
    assert planned(SOL, *prices) == Plan()
    prices = [said(who, model="Moon-2", input="1", output="4") for who in ("one", "two")]
    assert planned(SOL, *prices, stated=("moon-2",)) == Plan()
    held = Change("openai", "moon-2", "new_model", "aliases", None, ("moon-2-latest",))
    assert names_stated([held]) == {"moon-2", "moon-2-latest"}


def test_where_they_disagree_a_note_says_so() -> None:
    plan = planned(SOL, said("one", input="1", output="4"), said("two", OCTOBER, input="2", output="4"))
    assert plan.changes == ()
    assert str(plan.notes[0]) == "openai/moon-2: registries disagree on input: one 1 (2026-11-01), two 2 (2026-10-01)"


def test_a_price_that_moves_keeps_the_old_one_with_its_day() -> None:
    """Between the two days either may have held."""
    merged = accepted(SOL, said("one", OCTOBER, input="1", output="4"), said("two", OCTOBER, input="1", output="4"))
    later = accepted(merged, said("one", input="2", output="8"), said("two", input="2", output="8"))
    assert [cost(later, at=day) for day in ("2026-10-01", "2026-11-01")] == [1, 2]
    with pytest.raises(UncertainPriceError):
        cost(later, at="2026-10-15")
    assert not planned(
        later, said("one", OCTOBER, input="1", output="4"), said("two", OCTOBER, input="1", output="4")
    ).changes


def test_a_price_on_which_they_disagree_by_now_is_unknown_from_then_on() -> None:
    """Held as any; where they merely say nothing, nothing is inferred."""
    merged = accepted(SOL, said("one", OCTOBER, input="1", output="4"), said("two", OCTOBER, input="1", output="4"))
    assert planned(merged, said("one", input="1", output="4")).changes == ()
    both = said("one", input="1", output="4"), said("two", input="9", output="4")
    assert "registries disagree on input" in str(planned(merged, *both).changes[0].verdict)
    after = accepted(merged, *both)
    assert cost(after, at="2026-10-31") == 1
    with pytest.raises(UnknownPriceError, match="nothing from 2026-11-01 on"):
        cost(after, at="2026-11-01")
    again = accepted(
        after,
        said("one", date(2026, 12, 1), input="3", output="4"),
        said("two", date(2026, 12, 1), input="3", output="4"),
    )
    assert cost(again, at="2026-12-01") == 3


def test_a_kept_plan_has_them() -> None:
    """As `--plan-out` stores it; a level that there is none of is refused."""
    plan = planned(SOL, said("one", input="1", output="4"), said("two", input="1", output="4"), accept=("all",))
    kept = json.loads(json.dumps(as_values(plan)))
    assert merge(SOL, from_values(kept)) == merge(SOL, plan)
    for change in kept["changes"]:
        if change["dimension"] == "level":
            change["new"] = "guessed"
    with pytest.raises(ValueError, match="level"):
        from_values(kept)


def test_a_model_that_a_page_states_by_now_is_told_to_move() -> None:
    """Where the change is written; a held one leaves it where it is."""
    registry: Registry = parse_registry(accepted(SOL, *(said(who, input="1", output="4") for who in ("one", "two"))))
    more = models_of_more(registry, "openai")
    new = Change("openai", "moon-2", "new_model", "display_name", None, "Moon 2")
    (note,) = moved_on("openai", more, [new]).notes
    assert str(note) == "openai/moon-2: its vendor states it now: what stands under more goes"
    assert moved_on("openai", more, []).notes == ()
