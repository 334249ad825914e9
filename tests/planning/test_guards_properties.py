"""Whatever a page says: what is written unseen has passed every guard, and a second run has nothing to add."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.price_order import ORDERS, PriceBook
from octoregistry.planning.rates_in_force import effective_rates
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from octoregistry.sources.registries import RegistryPrice
from providers.entries import Rate
from providers.registry import parse_registry

PAGE = "https://vendor.example/pricing"
DAY = date(2026, 9, 7)
KNOWN = {"input": "2.0", "output": "8.0", "cached_input": "0.2", "cache_write_5m": "2.5"}
TEXT = "\n".join(
    [
        "default_provider: acme",
        "providers:",
        "  acme:",
        "    env_var: K",
        "    default_model: m-0",
        "    models:",
        *(
            line
            for place in range(5)
            for line in (
                f"      m-{place}:",
                f"        display_name: M {place}",
                "        input_per_million: 1.0",
                "        output_per_million: 4.0",
                "        rates:",
                f"          - {{mode: standard, {', '.join(f'{k}: {v}' for k, v in KNOWN.items())}}}",
                "          - {mode: standard, above_input_tokens: 200000, input: 4.0, output: 16.0}",
                "          - {mode: batch, input: 1.0, output: 4.0}",
                f"        source: {{page: '{PAGE}', checked: 2026-08-21}}",
            )
        ),
        "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}",
        "",
    ]
)

usd = st.sampled_from(["0", "0.1", "0.5", "1", "1.9", "2", "2.5", "4", "5.9", "6", "8", "11", "16", "23", "24", "2000"])
slot = st.sampled_from([("standard", None), ("standard", 200_000), ("batch", None)])
prices = st.dictionaries(st.sampled_from(sorted(KNOWN)), usd, min_size=1)
stated = st.dictionaries(st.tuples(st.integers(0, 5), slot), prices, max_size=10)
witness = st.sampled_from(["rules", "llm:gemini/flash"])
vouched = st.lists(st.tuples(st.integers(0, 5), slot, st.sampled_from(sorted(KNOWN)), usd), max_size=12)


def page_of(said: dict[tuple[int, tuple[str, int | None]], dict[str, str]], who: str) -> PricedPage:
    rates = [
        StatedRate(
            f"m-{model}",
            mode,
            {name: StatedPrice(Decimal(price), Evidence(PAGE, f"T1R{model}C2", price)) for name, price in each.items()},
            (f"m-{model}",),
            above,
            witness=who,
        )
        for (model, (mode, above)), each in said.items()
    ]
    return PricedPage(PageRates("acme", PAGE, tuple(rates)), DAY, "f" * 64)


def planned(text: str, page: PricedPage, witnesses: Witnesses) -> Plan:
    return plan_provider(parse_registry(text).providers["acme"], [page], today=DAY, witnesses=witnesses)


def disorders(rates: tuple[Rate, ...]) -> set[str]:
    """What stands out of order in the rates, by order, place and dimension."""
    book = PriceBook(rates, DAY)
    found = set()
    for rate in rates:
        for name in rate.prices:
            change = Change("acme", "m", "price", name, None, None, rate.mode, rate.above_input_tokens)
            found |= {
                f"{rate.mode} {rate.above_input_tokens} {order.__name__}" for order in ORDERS if order(change, book)
            }
    return found


@settings(deadline=None)
@given(stated, witness, vouched)
def test_what_is_written_unseen_has_passed_every_guard(
    said: dict[tuple[int, tuple[str, int | None]], dict[str, str]],
    who: str,
    others: list[tuple[int, tuple[str, int | None], str, str]],
) -> None:
    witnesses = Witnesses(
        RegistryPrice("litellm", "acme", f"m-{model}", mode, above, name, Decimal(price), DAY)
        for model, (mode, above), name, price in others
    )
    page = page_of(said, who)

    plan = planned(TEXT, page, witnesses)

    written = [c for c in plan.applied if c.mode and c.kind != "kept" and isinstance(c.new, Decimal)]
    for change in written:
        assert change.new
        assert change.vouches or not change.contradicts
        assert change.vouches or change.witness == "rules"
        if isinstance(change.old, Decimal):
            assert max(change.new / change.old, change.old / change.new) < 3  # type: ignore[operator]
    assert len({c.model for c in written if isinstance(c.old, Decimal)}) <= 3
    merged = merge(TEXT, plan)
    before, after = (parse_registry(text).providers["acme"] for text in (TEXT, merged))
    for model in after.models.values():
        known = before.models.get(model.id)
        was = disorders(effective_rates(known, before.realtime_multiplier)) if known else set()
        assert disorders(effective_rates(model, after.realtime_multiplier)) <= was
    assert not planned(merged, page, witnesses).applied
