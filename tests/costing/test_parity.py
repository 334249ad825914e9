"""The same cost, to the last digit: `Pricing.cost` in Python, and the expression on every engine there is."""

import datetime
from decimal import Decimal
from fractions import Fraction

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoregistry.costing.costs import costs_of
from octoregistry.costing.rates import compile_rates
from providers.dimensions import DIMENSIONS, MODES, PROMPT_DIMENSIONS, PricingError, UncertainPriceError
from providers.registry import Registry
from tests.depth import DEPTH

PRICES = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=12) | st.sampled_from(
    [Decimal(0), Decimal("2.0"), 3, Decimal("0.075"), Decimal("1000000")]
)
DAYS = st.dates(datetime.date(2025, 12, 25), datetime.date(2026, 1, 20))
SIZES = st.sampled_from([10, 100, 1000])
COUNTS = st.one_of(st.just(0), st.integers(0, 12), st.sampled_from([99, 100, 101, 1000, 1001]), st.integers(0, 10**12))
OF_OUTPUT = [name for name in DIMENSIONS if name.startswith("output_")]
NAMES = ["road", "road-alias", "plain", "no-batch", "unheard-of", ""]


@st.composite
def registries(draw, *, unsure=True):
    """A registry of three models with random dated and tiered rates, and with plain prices only; with `unsure` some rates
    begin on a day that nobody knows.
    """
    slots = draw(
        st.lists(st.tuples(st.sampled_from(MODES), st.none() | SIZES, st.none() | DAYS), unique=True, max_size=8)
    )
    rates = []
    for mode, above, start in slots:
        prices = draw(st.dictionaries(st.sampled_from(DIMENSIONS), PRICES, max_size=6))
        rate = {"mode": mode, **prices}
        rate |= {"above_input_tokens": above} if above else {}
        seen = draw(st.none() | st.integers(2, 9)) if start and unsure else None
        rate |= {"seen_before": (start - datetime.timedelta(days=seen)).isoformat()} if seen else {}
        rates.append(rate | ({"from": start.isoformat()} if start else {}))
    plain = {"input_per_million": draw(PRICES), "output_per_million": draw(PRICES)}
    models = {
        "road": {"display_name": "R", **plain, "aliases": ["road-alias"], "rates": rates},
        "plain": {"display_name": "P", "input_per_million": Decimal("0.15"), "output_per_million": 1},
        "no-batch": {"display_name": "N", "input_per_million": 1, "output_per_million": 2, "batch_support": False},
    }
    acme = {"env_var": "K", "default_model": "road", "realtime_multiplier": Decimal("1.1"), "models": models}
    defaults = {"input_per_million": 1, "output_per_million": 1, "realtime_multiplier": 2}
    return Registry({"default_provider": "acme", "providers": {"acme": acme}, "defaults": defaults}, "-", "-")


@st.composite
def usages(draw):
    """Rows of calls, with a number each."""
    names = draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, unique=True))
    names += OF_OUTPUT if "output" in names else []  # whose output is of another modality nobody says, has no price
    row = st.fixed_dictionaries(
        {
            "day": DAYS,
            "provider": st.sampled_from(["acme"] * 9 + ["other"]),
            "model": st.sampled_from(NAMES + ["road"] * 6),
            "mode": st.sampled_from([*MODES, "standard", "standard", "fast"]),
            **dict.fromkeys(names, COUNTS),
        }
    )
    return [{"n": number, **values} for number, values in enumerate(draw(st.lists(row, min_size=1, max_size=40)))]


def by_python(registry, row):
    """The cost of one row as a program would ask for it: the least and the most, both None where that is refused."""
    tokens = {name: row[name] for name in DIMENSIONS if name in row}
    try:
        cost = registry.pricing(row["provider"], row["model"]).cost(mode=row["mode"], at=row["day"], **tokens)
    except UncertainPriceError as between:
        return between.least, between.most
    except PricingError:
        return None, None
    return cost, cost


LIMITS = settings(max_examples=4 * DEPTH, deadline=None, suppress_health_check=list(HealthCheck))


@LIMITS
@given(registry=registries(), rows=usages())
def test_every_row_costs_what_python_says_and_what_python_refuses_has_a_reason(engine, registry, rows):
    usage = ibis.memtable(pa.Table.from_pylist(rows))

    costs = costs_of(engine, usage, compile_rates(registry), ["n"])

    found = list(costs.groups)
    bounds = {row["n"]: (row["least"], row["most"]) if row["uncertain"] else (row["cost"],) * 2 for row in found}
    assert bounds == {row["n"]: by_python(registry, row) for row in rows}
    assert sum(row["cost"] is None for row in found) == sum(problem.rows for problem in costs.problems)


@LIMITS
@given(registry=registries(), rows=usages())
def test_a_total_is_the_sum_of_what_has_a_price_and_the_rest_is_counted(engine, registry, rows):
    usage = ibis.memtable(pa.Table.from_pylist(rows))
    costs = [by_python(registry, row) for row in rows]
    known = [least for least, most in costs if least is not None and least == most]
    between = [bounds for bounds in costs if bounds[0] != bounds[1]]

    (found,) = costs_of(engine, usage, compile_rates(registry), []).groups

    exact = sum(map(Fraction, known), Fraction(0))
    assert found["rows"] == len(rows)
    assert found["unpriced"] == len(costs) - len(known)
    assert found["cost"] is None if not known else Fraction(found["cost"]) == exact
    assert found["uncertain"] == len(between)
    if (
        between
    ):  # rows of one day that meet the same prices are taken together: the bounds are no wider than those of each
        least, most = (sum(map(Fraction, bounds), Fraction(0)) for bounds in zip(*between, strict=True))
        assert least <= Fraction(found["least"]) <= Fraction(found["most"]) <= most


@LIMITS
@given(registry=registries(unsure=False), rows=usages(), data=st.data())
def test_of_many_requests_in_a_row_the_mean_prompt_decides_the_tier(engine, registry, rows, data):
    for row in rows:
        row["requests"] = data.draw(st.integers(1, 50))
    usage = ibis.memtable(pa.Table.from_pylist(rows))

    found = costs_of(engine, usage, compile_rates(registry), ["n"]).groups

    def expected(row):
        """The tokens of the row at the prices of a call as large as the mean of its prompts."""
        prompt = sum(row.get(name, 0) for name in PROMPT_DIMENSIONS)
        mean = -(-prompt // row["requests"])  # above a whole number is what its ceiling is above
        rates = [rate for rate in registry.pricing("acme", row["model"]).rates if rate.mode == row["mode"]]
        fits = [
            rate
            for rate in rates
            if (rate.start or datetime.date.min) <= row["day"]
            and (rate.above_input_tokens or -1) < mean <= (rate.up_to_input_tokens or mean)
        ]
        tokens = {name: row[name] for name in DIMENSIONS if row.get(name)}
        if not tokens:
            return 0
        if not fits:
            return None
        rate = max(fits, key=lambda rate: (rate.start or datetime.date.min, rate.above_input_tokens or -1))
        if not tokens.keys() <= rate.prices.keys():
            return None
        return sum(Fraction(rate.prices[name]) * count for name, count in tokens.items()) / 10**6

    for row in found:
        asked = rows[row["n"]]
        if by_python(registry, {**asked, **dict.fromkeys(DIMENSIONS, 0)})[0] is None:
            assert row["cost"] is None
            continue
        usd = expected(asked)
        assert row["cost"] is None if usd is None else Fraction(row["cost"]) == usd
