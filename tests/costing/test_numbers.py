"""Tokens are whole numbers, whatever type a column has, and nothing overflows on the way to the last digit."""

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from octoregistry.costing.costs import costs_of
from octoregistry.costing.rates import compile_rates
from providers.registry import Registry

MOST = 10**18 - 1


def registry(**prices):
    rates = [{"mode": "standard", **prices}]
    models = {"road": {"display_name": "R", "input_per_million": 1, "output_per_million": 1, "rates": rates}}
    acme = {"env_var": "K", "default_model": "road", "models": models}
    defaults = {"input_per_million": 1, "output_per_million": 1, "realtime_multiplier": 2}
    return Registry({"default_provider": "acme", "providers": {"acme": acme}, "defaults": defaults}, "-", "-")


def costs(engine, tokens, prices=None):
    rows = len(tokens)
    usage = pa.table(
        {"day": ["2026-10-01"] * rows, "provider": ["acme"] * rows, "model": ["road"] * rows, "input": tokens}
    )
    return costs_of(engine, ibis.memtable(usage), compile_rates(registry(**prices or {"input": 1})), ())


@pytest.mark.parametrize(
    ("tokens", "usd", "reasons"),
    [
        (pa.array([1, None, 2]), "0.000003", []),
        (pa.array([1, -1]), "0.000001", ["tokens below 0"]),
        (pa.array([1, 2**63 - 1]), "0.000001", ["more tokens than anybody has: 1000000000000000000 and over"]),
        (pa.array([1, -(2**63)]), "0.000001", ["tokens below 0"]),
        (pa.array([7], pa.int16()), "0.000007", []),
        (pa.array([1.0, None, 2.0]), "0.000003", []),
        (pa.array([1.0, 2.5, float("nan"), float("inf")]), "0.000001", ["tokens that are no whole number"]),
        (pa.array([Decimal("3"), Decimal("0")], pa.decimal128(20, 0)), "0.000003", []),
        (pa.array(["3", " 4 ", "5.0", "", None]), "0.000012", []),
        (pa.array(["3", "many", "1e3", "1.5", "0x10", "1,000", "٣"]), "0.000003", ["tokens that are no whole number"]),
        (pa.array(["3", "-4"]), "0.000003", ["tokens below 0"]),
        (pa.array([True, False]), None, ["tokens that are no whole number"]),
    ],
)
def test_a_column_of_any_type_is_counted_exactly_or_told_to_be_none(engine, tokens, usd, reasons):
    found = costs(engine, tokens)

    assert found.total == Decimal(usd or 0)
    assert [problem.reason for problem in found.problems] == reasons
    assert found.rows == len(tokens)


def test_a_bill_that_64_bits_of_picodollars_cannot_hold_is_exact(engine):
    found = costs(engine, pa.array([MOST] * 20), {"input": Decimal("1.000001")})

    assert found.total == Decimal("1.000001") * MOST * 20 / 10**6
    assert found.total > 9_200_000


def test_the_longest_prices_are_exact(engine):
    found = costs(engine, pa.array([123_456_789, 987_654_321]), {"input": Decimal("999999.123456789012345678")})

    assert found.total == Decimal("999999.123456789012345678") * (123_456_789 + 987_654_321) / 10**6
