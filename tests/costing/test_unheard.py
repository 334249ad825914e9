"""What a row says where its recipe does not look is told, and in no silence left out of its cost."""

import json
from decimal import Decimal

import pytest

from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from providers import parse_registry
from providers.interpretation import BELOW
from tests.costing.closed_rows import CALL, reasons
from tests.costing.form_logs import REGISTRY, M, costs_either_way, costs_in_json

RATES = compile_rates(parse_registry(REGISTRY))


@pytest.fixture
def cost(tmp_path):
    """What rows cost, the same wherever they are read."""

    def of(*rows, **names):
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)))
        return costs_either_way([path], RATES, (), How(names=names))

    return of


LONG = RATES.thresholds[0]


def test_failed_requests_of_a_batch_are_in_no_mean(cost):
    batch = {"object": "batch", "model": "road", "created_at": "2026-10-01"}
    batch |= {"usage": {"input_tokens": 3 * LONG, "output_tokens": 0, "total_tokens": 3 * LONG}}
    counts = {"total": 9, "completed": 2, "failed": 7}

    (row,) = cost({**batch, "request_counts": counts}).groups

    assert row["requests"] == 2


def test_what_is_taken_from_a_whole_that_is_nowhere_is_told_on_an_engine_too(tmp_path):
    row = {"start_time": "2026-10-01", "gen_ai.provider.name": "openai", "gen_ai.request.model": "road"}
    row |= {"gen_ai.usage.output_tokens": "100", "gen_ai.usage.cache_read.input_tokens": "400"}
    path = tmp_path / "log.csv"
    path.write_text("\n".join([",".join(row), ",".join(row.values())]))

    assert reasons(costs_in_json([row], RATES)) == reasons(costs_either_way([path], RATES)) == [BELOW]


@pytest.mark.parametrize("taken", ["tokens_of_before", "b"])
def test_what_a_map_takes_away_and_nothing_counts_is_told(cost, taken):
    costs = cost({**CALL, "prompt": 3 * M, taken: M}, {**CALL, "prompt": M, taken: 0}, input=f"prompt-{taken}")

    assert (costs.total, reasons(costs)) == (1, [f"a number that no recipe knows: {taken}"])


@pytest.mark.parametrize(("counted", "usd"), [("cached_input", "2.1"), ("contained", "2")])
def test_what_a_map_takes_away_and_counts_elsewhere_is_read(cost, counted, usd):
    costs = cost({**CALL, "prompt": 3 * M, "b": M}, input="prompt-b", **{counted: "b"})

    assert (costs.total, reasons(costs)) == (Decimal(usd), [])
