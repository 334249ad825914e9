"""How much of a provider may change, or go, at once: bootstraps and takeovers, lists halved, pages cut in half."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from octoregistry.sources.listings import ListedModel
from providers.registry import parse_registry

PAGE = "https://vendor.example/pricing"
DAY = date(2026, 9, 7)


def registry(count: int, *, rates: bool = True) -> str:
    """A registry of one vendor with `count` models m-0, m-1, … of the same price."""
    lines = [
        "default_provider: acme",
        "providers:",
        "  acme:",
        "    env_var: K",
        "    default_model: m-0",
        "    models:",
    ]
    for place in range(count):
        lines += [
            f"      m-{place}:",
            f"        display_name: M {place}",
            "        input_per_million: 1.0",
            "        output_per_million: 4.0",
        ]
        if rates:
            lines += [
                "        rates:",
                "          - {mode: standard, input: 2.0, output: 8.0}",
                "          - {mode: batch, input: 1.0, output: 4.0}",
                f"        source: {{page: '{PAGE}', checked: 2026-09-05}}",
            ]
    return "\n".join(
        [*lines, "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}", ""]
    )


def page(prices: dict[str, str], url: str = PAGE) -> PricedPage:
    """A page that states the input price of models by id, with 8 for the output, and half of that for batch."""

    def stated(usd: Decimal, place: int, column: int) -> StatedPrice:
        return StatedPrice(usd, Evidence(url, f"T1R{place + 2}C{column}", f"${usd}"))

    rates = [
        StatedRate(
            name,
            mode,
            {"input": stated(Decimal(usd) / by, place, 2), "output": stated(Decimal(8) / by, place, 3)},
            (name,),
        )
        for place, (name, usd) in enumerate(prices.items())
        for mode, by in (("standard", 1), ("batch", 2))
    ]
    return PricedPage(PageRates("acme", url, tuple(rates)), DAY, "f" * 64)


def planned(
    text: str, prices: dict[str, str] | PricedPage, listed: list[str] | None = None, **settings: object
) -> Plan:
    return plan_provider(
        parse_registry(text).providers["acme"],
        [prices if isinstance(prices, PricedPage) else page(prices)],
        [ListedModel(name) for name in listed] if listed is not None else None,
        today=DAY,
        settings=PlanSettings(**settings),  # type: ignore[arg-type]
    )


def held(plan: Plan) -> set[str]:
    return {reason.code for change in plan.held for reason in change.verdict.reasons} - {"together"}


def ids(start: int, stop: int) -> list[str]:
    return [f"m-{place}" for place in range(start, stop)]


@pytest.mark.parametrize(("moved", "codes"), [(6, set()), (7, {"share"})])
def test_more_than_six_in_ten_models_moved_at_once_are_held(moved: int, codes: set[str]) -> None:
    prices = {name: "3" if place < moved else "2" for place, name in enumerate(ids(0, 10))}
    plan = planned(registry(10), prices)
    assert held(plan) == codes
    assert bool(plan.applied) is not bool(codes)


def test_who_accepts_one_after_the_other_looks_at_each() -> None:
    """Eight of ten moved; each that a person lets pass makes the rest fewer, and none of them passes with it."""
    text, stated = registry(10), {**dict.fromkeys(ids(0, 8), "3"), "m-8": "2", "m-9": "2"}
    for name in ids(0, 7):
        text = merge(text, planned(text, stated, accepted=(name,)))
        rest = planned(text, stated)
        assert held(rest) == {"share"}
        assert not rest.applied
    assert "8 of 10 models have another price at once, 7 of them written before" in str(rest.held[0].verdict)
    text = merge(text, planned(text, stated, accepted=("m-7",)))
    assert not planned(text, stated).changes


def test_a_page_that_is_never_the_same_twice_is_that_of_its_day() -> None:
    text, stated = registry(10), {**dict.fromkeys(ids(0, 8), "3"), "m-8": "2", "m-9": "2"}
    text = merge(text, planned(text, stated, accepted=tuple(ids(0, 7))))
    fetched_again = replace(page(stated), sha256="e" * 64)
    assert held(planned(text, fetched_again)) == {"share"}


@pytest.mark.parametrize("moved", ["m-0", "m-9"])
def test_a_later_page_is_judged_by_what_it_changes_itself(moved: str) -> None:
    """Eight of ten moved and were accepted; the week after one moves, whether one of those or another."""
    stated = {**dict.fromkeys(ids(0, 8), "3"), "m-8": "2", "m-9": "2"}
    text = merge(registry(10), planned(registry(10), stated, accepted=("all",)))
    later = replace(page({**stated, moved: "4"}), sha256="e" * 64, checked=date(2026, 9, 14))
    plan = planned(text, later)
    assert not plan.held
    assert {change.model for change in plan.applied} == {moved}


def test_the_share_is_one_of_the_models_that_the_page_speaks_of() -> None:
    """Four of the five models on a page moved: that the registry knows five others makes it no likelier."""
    assert held(planned(registry(10), {**dict.fromkeys(ids(0, 4), "3"), "m-4": "2"})) == {"share"}


def test_of_two_models_a_share_says_nothing() -> None:
    assert not planned(registry(2), dict.fromkeys(ids(0, 2), "3")).held
    few = Limits(share_from=2)
    assert held(planned(registry(2), dict.fromkeys(ids(0, 2), "3"), limits=few)) == {"share"}


def test_new_models_on_a_page_of_shifted_prices_are_held_with_the_rest() -> None:
    plan = planned(registry(4), {**dict.fromkeys(ids(0, 4), "3"), "n-9": "2"})
    assert {change.model for change in plan.held if change.kind == "new_model"} == {"n-9"}


def test_the_first_filling_of_a_provider_is_not_held() -> None:
    """One model that somebody wrote by hand, and forty that are new: nothing that was known changes."""
    plan = planned(registry(1), dict.fromkeys(ids(0, 41), "2"))
    assert not plan.held
    assert len({change.model for change in plan.applied if change.kind == "new_model"}) == 40


def test_guesses_written_by_hand_are_models_like_others() -> None:
    """Ten entries with plain prices only, all of them elsewhere than the page: that is for a person to see."""
    assert held(planned(registry(10, rates=False), dict.fromkeys(ids(0, 10), "3"))) == {"share"}


def test_a_page_that_lost_most_of_its_models_is_held() -> None:
    for left, codes in ((4, set()), (3, {"vanished"})):
        prices = {**dict.fromkeys(ids(1, left), "2"), "m-0": "3"}
        assert held(planned(registry(10), prices)) == codes


def test_a_page_that_is_doubted_checks_nothing() -> None:
    """Not even the models of which it says what the registry says."""
    text = registry(10).replace("checked: 2026-09-05", "checked: 2026-08-01")
    sound = planned(text, dict.fromkeys(ids(0, 10), "2"))
    assert {change.dimension for change in sound.applied} >= {"source.checked"}
    assert not planned(text, {**dict.fromkeys(ids(0, 7), "3"), **dict.fromkeys(ids(7, 10), "2")}).applied


def test_models_long_gone_are_not_missed() -> None:
    """Seven of ten that no page of the last months had: those that are left are the page."""
    text = registry(10).replace("checked: 2026-09-05", "checked: 2026-07-01", 7)
    assert not planned(text, {"m-7": "3", "m-8": "2", "m-9": "2"}).held


@pytest.mark.parametrize(("recheck_days", "codes"), [(30, {"vanished"}), (7, {"vanished"}), (1, set())])
def test_a_check_that_is_not_due_yet_is_no_sign_that_a_model_has_long_gone(recheck_days: int, codes: set[str]) -> None:
    """Checks are renewed once they are so old, and people update once a month: seven of ten were there 35 days before."""
    text = registry(10).replace("checked: 2026-09-05", "checked: 2026-08-01", 7)
    assert held(planned(text, {"m-7": "3", "m-8": "2", "m-9": "2"}, recheck_days=recheck_days)) == codes


def test_a_page_of_nothing_but_strangers_is_held() -> None:
    plan = planned(registry(5), {f"n-{place}": "2" for place in range(9)})
    assert held(plan) == {"vanished"}


def test_a_page_on_which_new_models_took_the_place_of_old_ones_is_not() -> None:
    plan = planned(registry(6), {"m-0": "2", "m-1": "2", **{f"n-{place}": "2" for place in range(14)}})
    assert not plan.held


@pytest.mark.parametrize("gone", [5, 6])
def test_models_that_leave_the_list_are_marked_and_stay(gone: int) -> None:
    """A halved list: no deletion, and the models are marked."""
    text = registry(10)
    plan = planned(text, dict.fromkeys(ids(0, 10), "2"), ids(gone, 10))
    assert not plan.held
    after = parse_registry(merge(text, plan)).models("acme")
    assert len(after) == 10
    assert [model.id for model in after.values() if model.missing_since == DAY] == ids(0, gone)


def test_more_than_six_in_ten_models_gone_from_the_list_are_held() -> None:
    text = registry(10)
    prices = dict.fromkeys(ids(0, 10), "2")
    plan = planned(text, prices, ids(7, 10))
    assert held(plan) == {"vanished"}
    assert merge(text, plan) == text
    assert not planned(text, prices, ids(7, 10), accepted=("all",)).held


def test_an_empty_list_says_nothing() -> None:
    assert not planned(registry(10), dict.fromkeys(ids(0, 10), "2"), []).changes


def test_a_name_of_two_models_is_held_for_both() -> None:
    """Ambiguous is held: a page's "M 0" may mean either of the models of that name."""
    text = registry(2).replace("M 1", "M 0")
    stated = page({"m-0": "3"}).read.rates
    nameless = tuple(StatedRate("M 0", rate.mode, rate.prices) for rate in stated)
    plan = plan_provider(
        parse_registry(text).providers["acme"],
        [PricedPage(PageRates("acme", PAGE, nameless), DAY, "f" * 64)],
        today=DAY,
    )
    assert held(plan) == {"ambiguous"}
    assert {change.model for change in plan.held} == {"m-0", "m-1"}
    assert merge(text, plan) == text


def test_a_price_under_an_alias_alone_is_held_and_one_beside_the_models_own_name_is_not() -> None:
    """A vendor points "m-latest" at its next model: the page has its new price, the registry the old owner."""
    provider = parse_registry(registry(1)).providers["acme"]
    known = replace(provider.models["m-0"], aliases=("m-latest",))
    aliased = replace(provider, models={"m-0": known})

    def plan(prices: dict[str, str]) -> Plan:
        return plan_provider(aliased, [page(prices)], today=DAY)

    assert held(plan({"m-latest": "3"})) == {"alias"}
    assert not plan({"m-latest": "2"}).held
    assert not plan({"m-0": "3", "m-latest": "3"}).held
    assert held(plan({"m-0": "3", "m-latest": "2.5"})) == {"contradiction"}
