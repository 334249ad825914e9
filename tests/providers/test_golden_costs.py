"""Costs worked out by hand from the vendors' pages, one a line of golden/costs.csv, held against the packaged registry."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from providers.dimensions import UncertainPriceError, UnknownPriceError
from providers.registry import load_registry

with (Path(__file__).parent / "golden" / "costs.csv").open(encoding="utf-8") as file:
    CALLS = list(csv.DictReader(file))
TOKENS = ("input", "cached_input", "cache_write_5m", "output")
REGISTRY = load_registry()


def _name(call: dict[str, str]) -> str:
    return "-".join((call["model"], call["day"], call["mode"], call["input"]))


@pytest.mark.parametrize("call", CALLS, ids=_name)
def test_a_call_costs_what_the_page_of_its_day_says(call):
    pricing = REGISTRY.pricing(call["vendor"], call["model"])
    tokens = {name: int(call[name]) for name in TOKENS if call[name]}
    expected = {"unknown": UnknownPriceError, "between": UncertainPriceError}.get(call["cost in USD"])
    if expected is None:
        assert pricing.cost(**tokens, mode=call["mode"], at=call["day"]) == Decimal(call["cost in USD"])
        return
    with pytest.raises(expected):
        pricing.cost(**tokens, mode=call["mode"], at=call["day"])


def test_there_are_sixty_calls_over_three_vendors_and_all_modes():
    assert len(CALLS) >= 60
    assert {call["vendor"] for call in CALLS} == {"anthropic", "gemini", "openai"}
    assert {call["mode"] for call in CALLS} == {"standard", "batch", "flex", "priority"}


CHATS = [model for one in REGISTRY.providers.values() for model in one.models.values() if model.kind in (None, "chat")]


@pytest.mark.parametrize("model", CHATS, ids=lambda model: model.id)
def test_a_reader_of_the_two_plain_prices_computes_the_same(model):
    """Batch prices, and realtime as their multiple, on the day on which the model was checked."""
    pricing = REGISTRY.pricing(model.provider, model.id)
    batch = (1_000 * model.input_per_million + 500 * model.output_per_million) / 1_000_000
    multiplier = model.realtime_multiplier or REGISTRY.providers[model.provider].realtime_multiplier
    call = {"input": 1_000, "output": 500, "at": model.source.checked}
    assert pricing.cost(**call) == batch * multiplier
    if model.batch_support:
        assert pricing.cost(**call, mode="batch") == batch


def test_a_batch_row_with_cache_reads_costs_half_of_the_same_call_where_the_discount_is_on_all_usage():
    """Of every model of Anthropic that has both prices."""
    call = {"input": 36_214, "cached_input": 18_107, "output": 789}
    found = 0
    for model in REGISTRY.models("anthropic").values():
        pricing, day = REGISTRY.pricing("anthropic", model.id), model.source.checked
        try:
            standard, batch = (pricing.cost(**call, mode=mode, at=day) for mode in ("standard", "batch"))
        except UnknownPriceError:
            continue
        assert batch * 2 == standard, model.id
        found += 1
    assert found > 5
