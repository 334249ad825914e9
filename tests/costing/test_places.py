"""Rows that state a region cost what the model costs there; where that is not known they have no price, and say so."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from octoregistry.costing.values import Costs
from providers.registry import parse_registry
from tests.costing.form_logs import costs_in_json

REGISTRY = """\
default_provider: anthropic
providers:
  anthropic:
    models:
      claude-nine:
        display_name: Claude Nine
        input_per_million: 1.0
        output_per_million: 5.0
        aliases: [claude-nine-latest]
        rates:
          - {mode: standard, input: 2.0, output: 10.0}
          - {mode: batch, input: 1.0, output: 5.0}
          - {mode: standard, place: eu, input: 3.0, output: 15.0}
          - {mode: standard, place: eu, from: 2026-03-02, input: 4.0, output: 20.0}
          - {mode: standard, currency: EUR, input: 1.0, output: 9.0}
      claude-sonnet-9:
        display_name: Claude Sonnet 9
        input_per_million: 1.0
        output_per_million: 5.0
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def both(folder: Path, *rows: dict[str, object]) -> tuple[Costs, Costs]:
    """What a usage report costs in Python, and on an engine: of each row 1,000,000 tokens of input."""
    usual = {"model": "claude-nine", "starting_at": "2026-03-01T00:00:00Z", "cache_read_input_tokens": 0}
    file = folder / "report.jsonl"
    counts = {"uncached_input_tokens": 1_000_000, "output_tokens": 0}
    full = [{**usual, **counts, **row} for row in rows]
    file.write_text("\n".join(map(json.dumps, full)))
    rates = compile_rates(parse_registry(REGISTRY))
    return costs_of_files([(str(file), "jsonl")], rates, ()), costs_in_json(full, rates)


@pytest.mark.parametrize(
    ("row", "cost"),
    [
        ({"inference_geo": "global"}, 2),
        ({"inference_geo": "not_available"}, 2),
        ({"inference_geo": "eu"}, 3),
        ({"inference_geo": "EU"}, 3),
        ({"inference_geo": "eu", "starting_at": "2026-03-02T00:00:00Z"}, 4),
        ({"inference_geo": "eu", "model": "claude-nine-latest"}, 3),
        ({"inference_geo": "us", "model": "claude-sonnet-9", "starting_at": "2026-03-14T00:00:00Z"}, Decimal("2.2")),
    ],
)
def test_a_row_costs_what_the_model_costs_in_its_region(tmp_path: Path, row: dict[str, object], cost: object) -> None:
    """Stated in the registry, or by the vendor's file; on the row's day, under each of the model's names."""
    for costs in both(tmp_path, row):
        assert (costs.total, costs.problems) == (cost, ())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"inference_geo": "us"}, "no known price in us"),
        ({"inference_geo": "eu", "model": "claude-sonnet-9"}, "no known price in eu"),
        ({"inference_geo": "eu", "service_tier": "batch"}, "no known batch price"),
        ({"inference_geo": "us", "model": "claude-sonnet-9"}, "no known standard price for such a prompt on that day"),
    ],
)
def test_a_row_of_a_region_without_a_price_has_none(tmp_path: Path, row: dict[str, object], said: str) -> None:
    """The price of calls anywhere is not taken for it, nor is the batch price."""
    for costs in both(tmp_path, row, {"inference_geo": "global"}):
        assert costs.total == 2
        assert [problem.reason.startswith(said) for problem in costs.problems] == [True], costs.problems
