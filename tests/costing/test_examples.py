"""Each problem gets one of its rows, wherever that stands, and the log is not read once for each."""

import pyarrow as pa

from octoregistry.costing import examples
from octoregistry.costing.arrow import in_memory
from octoregistry.costing.costs import costs_of
from octoregistry.costing.examples import with_examples
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.sql import connect
from providers.registry import PACKAGED, load_registry

MANY = 5_000


def test_rare_problems_behind_thousands_of_one_kind_have_their_examples_after_two_questions(monkeypatch):
    models = ["gpt-common"] * MANY + ["gpt-rare-1", "gpt-rare-2", None]
    columns = {"day": ["2026-10-01"] * len(models), "provider": ["openai"] * len(models), "model": models}
    usage = in_memory(pa.table({**columns, "input": range(1, len(models) + 1)}))
    asked = []
    answer = examples.answer
    monkeypatch.setattr(examples, "answer", lambda *given: asked.append(given) or answer(*given))
    connection, rates = connect(), compile_rates(load_registry(PACKAGED))

    costs = with_examples(costs_of(connection, usage, rates, ()), connection, usage, rates)

    shown = {problem.model: problem.example["input"] for problem in costs.problems}
    assert shown == {"gpt-common": 1, "gpt-rare-1": MANY + 1, "gpt-rare-2": MANY + 2, None: MANY + 3}
    assert len(asked) == 2
    connection.disconnect()
