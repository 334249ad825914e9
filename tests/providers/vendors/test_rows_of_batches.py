"""What a row of a batch costs, and whether it is paid again: the tier that it names, an empty answer, a row that came twice."""

from __future__ import annotations

import json

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire

from providers import PricingError, usage_of
from providers.recipe import recipes

TIERS = sorted({word for recipe in recipes() for one in recipe.modes for word in one.words if ":" not in word} - {"*"})


def row_of(vendor, tier=None, text="4", unit="a"):
    """A row of the vendor's results, whose answer names a tier where the vendor's answers do."""
    if vendor.name == "openai":
        return openai_wire.answered(unit, {**openai_wire.completion(text), **({"service_tier": tier} if tier else {})})
    if vendor.name == "anthropic":
        message = anthropic_wire.message(text)
        usage = {**message["usage"], **({"service_tier": tier} if tier else {})}
        return anthropic_wire.succeeded(unit, {**message, "usage": usage})
    content = gemini_wire.content(text)
    usage = {**content["usageMetadata"], **({"trafficType": tier.upper()} if tier else {})}
    return {"key": unit, "response": {**content, "usageMetadata": usage}}


def finish(vendor, batch_id, rows):
    if vendor.name == "openai":
        vendor.server.finish(batch_id, "completed", rows)
    elif vendor.name == "anthropic":
        vendor.server.finish(batch_id, rows)
    else:
        vendor.server.finish(batch_id, "BATCH_STATE_SUCCEEDED", rows)


def results_of(vendor, tmp_path, rows):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path, ids=("a",))
    finish(vendor, batch_id, rows)
    return provider, *provider.download_batch_results(batch_id)


def test_a_row_costs_the_batch_price_or_none_by_the_result_as_by_its_line(vendor, tmp_path):
    lines = {tier: row_of(vendor, tier, unit=f"u{number}") for number, tier in enumerate(["", *TIERS])}
    provider, results, _ = results_of(vendor, tmp_path, list(lines.values()))
    plain = results[0]["cost"]
    assert plain
    for (tier, line), result in zip(lines.items(), results, strict=True):
        of_line = usage_of(json.dumps(line))
        assert (result["mode"], result["usage"]) == (of_line.mode, of_line.tokens.tokens()), tier
        if result["mode"] == "batch":
            assert (result["cost"], float(provider.cost_of(line))) == (plain, plain), tier
        else:
            assert result["mode"].startswith("batch + "), tier
            assert (result["cost"], result["content"]) == (None, "4"), tier
            with pytest.raises(PricingError, match=r"batch \+ "):
                provider.cost_of(line)


def test_the_list_price_and_batch_are_the_tiers_of_a_batch_and_no_other_has_its_price(openai, tmp_path):
    modes = {tier: usage_of(row_of(openai, tier)).mode for tier in ("auto", "default", "batch", "flex", "priority")}
    assert modes == {
        "auto": "batch",
        "default": "batch",
        "batch": "batch",
        "flex": "batch + flex",
        "priority": "batch + priority",
    }


def test_a_row_that_is_answered_with_nothing_is_not_sent_again(vendor, tmp_path):
    empty = {
        "openai": [openai_wire.answered("a", body) for body in ({}, {"id": "x", "object": "chat.completion"})],
        "anthropic": [anthropic_wire.succeeded("a", {"id": "msg_1"})],
        "gemini": [{"key": "a", "response": {}}, {"key": "a"}],
    }[vendor.name]
    for line in empty:
        _, (result,), sums = results_of(vendor, tmp_path, [line])
        assert (result["retryable"], result["cost"], sums["total_cost"]) == (False, None, None), line


def test_a_row_that_stands_in_the_results_twice_is_given_and_summed_once(vendor, tmp_path):
    line = row_of(vendor)
    _, results, sums = results_of(vendor, tmp_path, [line, line])
    assert len(results) == 1
    assert sums["total_input_tokens"] == results[0]["input_tokens"]
    assert sums["total_cost"] is None  # the server counts two answered rows: that one is lacking is told, too


def test_another_answer_to_a_row_is_another_row(vendor, tmp_path):
    _, results, sums = results_of(vendor, tmp_path, [row_of(vendor, text="4"), row_of(vendor, text="four")])
    assert [result["content"] for result in results] == ["4", "four"]
    assert sums["total_cost"] == pytest.approx(2 * results[0]["cost"])
