"""What a row says where its recipe does not look is told, and in no silence left out of its cost."""

import json
from decimal import Decimal

import pytest

from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from providers import parse_registry
from tests.costing.closed_rows import CALL, reasons
from tests.costing.form_logs import REGISTRY, M, costs_either_way

RATES = compile_rates(parse_registry(REGISTRY))


@pytest.fixture
def cost(tmp_path):
    """What rows cost, the same wherever they are read."""

    def of(*rows, **names):
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        return costs_either_way([path], RATES, (), How(names=names))

    return of


@pytest.mark.parametrize("taken", ["tokens_of_before", "b"])
def test_what_a_map_takes_away_and_nothing_counts_is_told(cost, taken):
    costs = cost({**CALL, "prompt": 3 * M, taken: M}, {**CALL, "prompt": M, taken: 0}, input=f"prompt-{taken}")

    assert (costs.total, reasons(costs)) == (1, [f"a number that no recipe knows: {taken}"])


@pytest.mark.parametrize(("counted", "usd"), [("cached_input", "2.1"), ("contained", "2")])
def test_what_a_map_takes_away_and_counts_elsewhere_is_read(cost, counted, usd):
    costs = cost({**CALL, "prompt": 3 * M, "b": M}, input="prompt-b", **{counted: "b"})

    assert (costs.total, reasons(costs)) == (Decimal(usd), [])
