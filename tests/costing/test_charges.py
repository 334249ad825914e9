"""Charges that usage counts are in the sum where the registry has their price; else the row says what it lacks."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.costing.costs import costs_of
from octoregistry.costing.files import read_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from octoregistry.costing.values import Costs
from providers.registry import parse_registry

REGISTRY = """\
default_provider: anthropic
providers:
  anthropic:
    charges:
      {charges}
    models:
      claude-nine:
        display_name: Claude Nine
        input_per_million: 1.0
        output_per_million: 5.0
        rates:
          - {{mode: standard, input: 2.0, output: 10.0}}
          - {{mode: batch, input: 1.0, output: 5.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


def log(folder: Path, *searches: tuple[str, int]) -> str:
    """A usage report: of each day so many searches, and 1,000,000 tokens of input."""
    rows = [
        {
            "starting_at": f"{day}T00:00:00Z",
            "model": "claude-nine",
            "uncached_input_tokens": 1_000_000,
            "cache_read_input_tokens": 0,
            "output_tokens": 0,
            "server_tool_use": {"web_search_requests": count},
        }
        for day, count in searches
    ]
    file = folder / "report.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return str(file)


def both(file: str, *charges: str) -> tuple[Costs, Costs]:
    """What the file costs in Python, and on an engine."""
    registry = REGISTRY.format(charges="\n      ".join(f"- {charge}" for charge in charges))
    rates = compile_rates(parse_registry(registry))
    read = read_files([file], [])
    try:
        return costs_of_files([(file, "jsonl")], rates, ()), costs_of(read.connection, read.table, rates, ())
    finally:
        read.connection.disconnect()


@pytest.mark.parametrize(
    ("charges", "cost", "lacking"),
    [
        (["{unit: web_search, per: 1000, usd: 10}"], "4.07", 0),
        (
            ["{unit: web_search, per: 1000, usd: 10}", "{unit: web_search, per: 1000, usd: 20, from: 2026-03-02}"],
            "4.10",
            0,
        ),
        (["{unit: web_search, per: 1000, usd: 10, from: 2026-03-02}"], "4.03", 1),
        (["{unit: web_search, per: 1000, usd: 10, mode: batch}"], "4", 2),
        (["{unit: web_search, per: 1000, usd: 10, free: 100 per day}"], "4", 2),
        (["{unit: web_search, per: 1000, usd: 10, when: {a: b}}", "{unit: web_search, usd: 1, when: {a: c}}"], "4", 2),
        (["{unit: image, usd: 1}"], "4", 2),
    ],
)
def test_searches_are_in_the_sum_where_their_price_is_known(
    tmp_path: Path, charges: list[str], cost: str, lacking: int
) -> None:
    """By day, mode and condition; what may be free first has no certain price. Python and an engine agree."""
    for costs in both(log(tmp_path, ("2026-03-01", 4), ("2026-03-02", 3)), *charges):
        assert costs.total == Decimal(cost)
        assert sum(problem.rows for problem in costs.problems) == lacking
        assert all(problem.in_sum and "web searches" in problem.reason for problem in costs.problems)


def test_a_count_below_zero_is_no_charge(tmp_path: Path) -> None:
    """It would lower the sum; it is told."""
    for costs in both(log(tmp_path, ("2026-03-01", -4)), "{unit: web_search, per: 1000, usd: 10}"):
        assert costs.total == Decimal(2)
        assert costs.problems
