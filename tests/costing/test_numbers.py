"""Tokens are whole numbers, whatever type a column has, and nothing overflows on the way to the last digit."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest

from octoregistry.costing.costs import costs_of
from octoregistry.costing.rates import compile_rates
from providers.interpretation import BELOW
from providers.registry import Registry

MOST = 10**18 - 1


def registry(**prices):
    rates = [{"mode": "standard", **prices}]
    models = {"road": {"display_name": "R", "input_per_million": 1, "output_per_million": 1, "rates": rates}}
    acme = {"env_var": "K", "default_model": "road", "models": models}
    defaults = {"input_per_million": 1, "output_per_million": 1, "realtime_multiplier": 2}
    return Registry({"default_provider": "acme", "providers": {"acme": acme}, "defaults": defaults}, "-", "-")


def used(tokens):
    rows = len(tokens)
    return pa.table(
        {"day": ["2026-10-01"] * rows, "provider": ["acme"] * rows, "model": ["road"] * rows, "input": tokens}
    )


@pytest.fixture
def costs(engine, on_engine):
    """What tokens cost on the engine, at prices."""

    def costs_at(tokens, prices=None):
        return costs_of(engine, on_engine(used(tokens)), compile_rates(registry(**prices or {"input": 1})), ())

    return costs_at


NEGATIVE, NO_NUMBER = BELOW, "tokens that are no whole number"
TOO_MANY = "more tokens than anybody has: 1000000000000000000 and over"


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        (pa.int64(), [(1, 1), (None, 0), (2, 2), (-1, NEGATIVE), (2**63 - 1, TOO_MANY), (-(2**63), NEGATIVE)]),
        (pa.int16(), [(7, 7)]),
        (pa.float64(), [(1.0, 1), (None, 0), (2.5, NO_NUMBER), (float("nan"), NO_NUMBER), (float("inf"), NO_NUMBER)]),
        (pa.decimal128(20, 0), [(Decimal(3), 3), (Decimal(0), 0)]),
        (pa.string(), [("3", 3), (" 4 ", 4), ("5.0", 5), ("", 0), (None, 0), ("-4", NEGATIVE), ("many", NO_NUMBER)]),
        (pa.string(), [(text, NO_NUMBER) for text in ("1e3", "1.5", "0x10", "1,000", "٣")]),
        (pa.bool_(), [(True, NO_NUMBER), (False, NO_NUMBER)]),
    ],
    ids=str,
)
def test_a_column_of_any_type_is_counted_exactly_or_told_to_be_none(engine, on_engine, kind, counted):
    usage = used(pa.array([tokens for tokens, _ in counted], kind)).append_column("n", pa.array(range(len(counted))))

    found = costs_of(engine, on_engine(usage), compile_rates(registry(input=1)), ["n"])

    said = {row["n"]: None if row["cost"] is None else row["cost"] * 10**6 for row in found.groups}
    assert said == {n: None if isinstance(expected, str) else expected for n, (_, expected) in enumerate(counted)}
    reasons = Counter(expected for _, expected in counted if isinstance(expected, str))
    assert {problem.reason: problem.rows for problem in found.problems} == reasons


def test_what_is_no_number_is_in_no_total(costs):
    found = costs(pa.array(["3", "many", "1e3"]))

    assert found.total == Decimal("0.000003")
    assert [(problem.reason, problem.rows) for problem in found.problems] == [(NO_NUMBER, 2)]
    assert found.rows == 3


def test_a_bill_that_64_bits_of_picodollars_cannot_hold_is_exact(costs):
    found = costs(pa.array([MOST] * 20), {"input": Decimal("1.000001")})

    assert found.total == Decimal("1.000001") * MOST * 20 / 10**6
    assert found.total > 9_200_000


def test_the_longest_prices_are_exact(costs):
    found = costs(pa.array([123_456_789, 987_654_321]), {"input": Decimal("999999.123456789012345678")})

    assert Fraction(found.total) == Fraction("999999.123456789012345678") * (123_456_789 + 987_654_321) / 10**6
