"""Rows made up by every recipe, of every form: an engine gives them the cost, the form and the reason that Python gives."""

from __future__ import annotations

import random
from collections import Counter

import ibis
import pyarrow as pa
import pytest

from octoregistry.costing.billed import billed
from octoregistry.costing.calls import calls
from octoregistry.costing.costs import costs_of
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.reading import How
from octoregistry.costing.records import Record
from octoregistry.costing.sql import connect
from octoregistry.costing.tally import Tally
from providers import parse_registry
from providers.interpretation import recipe_of
from providers.recipe import recipes
from tests.costing.conftest import OF_SPARK
from tests.costing.test_forms import REGISTRY

ROWS = 40
RATES = compile_rates(parse_registry(REGISTRY))
# What only Python reads: lines that are told by those before them.
FORMS = [one for one in recipes() if not (one.moved or one.carried or one.states_costs) and one.counts]
NUMBERS = [None, None, None, 0, 1, 7, 1000, 250_000]
TEXTS = {
    "day": ["2026-10-01", "2026-10-01T23:30:00-02:00", "2026-10-01T10:00:00", "1790812800", "yesterday", None],
    "provider": ["openai", "OpenAI ", "anthropic", "bedrock", None],
    "model": ["road", " Road", "song", "openai/road", "raod", None],
}


def made_up(recipe, chance):
    """A row of the form, its fields filled at random, mostly so that it has a price."""
    row = {}
    for fields in [recipe.total, *recipe.charges.values(), recipe.fields.get("requests", ())]:
        row |= {name: chance.choice([None] * 9 + [0, 3]) for name in fields if not name.startswith(":")}
    for terms in recipe.counts.values():
        for term in terms:
            for names in (term.names, *term.parts):
                row |= dict.fromkeys(names[:1], None if term.sign < 0 else chance.choice(NUMBERS))
    for words in (*recipe.modes, *recipe.places):
        said = [None] * 8 + [chance.choice(["flex", " Flex", *words.words])]
        row |= {name: chance.choice(said) for name in words.names[:1]}
    row |= {one.pattern: chance.choice([None] * 9 + [0, 3]) for one in recipe.wholes if "*" not in one.pattern}
    for name, texts in TEXTS.items():
        for field in recipe.fields.get(name, ())[:1]:
            if not field.startswith((":", "?")):
                row[field] = texts[0] if chance.random() < 0.8 else chance.choice(texts)
    for test in (
        *recipe.known_by,
        *recipe.calls,
        *([recipe.free_if, recipe.sum_of_others] if chance.random() < 0.1 else []),
    ):
        one = next((one for one in test if not one.absent), None)
        if one is not None and one.name not in recipe.usage and (one.values or row.get(one.name) is None):
            row[one.name] = chance.choice(sorted(one.values)) if one.values else 5
    row |= {name: str(chance.random()) for name in recipe.once_by}
    return {name: None if value is None else str(value) for name, value in row.items() if "*" not in name}


def log_of(recipe, seed):
    """Such rows as a table whose columns are there for every row; no name is longer than PostgreSQL's 63 bytes."""
    chance = random.Random(seed)  # noqa: S311 - guards nothing
    rows = [made_up(recipe, chance) for _ in range(ROWS)]
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if len(name) < 64]
    return [{"n": str(place), **{name: row.get(name) for name in names}} for place, row in enumerate(rows)]


def by_python(rows):
    """Form, cost and reason of each row, as the reader of small files gives them."""
    columns, names = frozenset(rows[0]), CallNames(RATES)
    tally = Tally(RATES, names, ["n"], How())
    records = [
        Record({name: value for name, value in row.items() if value is not None}, "", place, columns)
        for place, row in enumerate(rows)
    ]
    found = list(calls(records, recipes(), names, tally.forms, tally.counted))
    for call in found:
        has_zones = any(one.zone == "offset" for one in found)
        tally.add(billed(call, RATES.thresholds, ["n"]), has_zones=has_zones)
    costs = tally.costs()
    return costs.groups, costs.problems


def said(groups, problems):
    costs = {row["n"]: (row["rows"], row["requests"], row["cost"]) for row in groups}
    reasons = Counter()
    for one in problems:
        reasons[one.reason, one.in_sum] += one.rows
    return costs, reasons


@pytest.mark.parametrize("key", [one.key for one in FORMS])
def test_rows_of_every_form_cost_the_same_on_an_engine_as_in_python(key):
    recipe = next(one for one in FORMS if one.key == key)
    rows = log_of(recipe, key)
    if recipe_of(rows[0], columns=frozenset(rows[0])) is None:
        pytest.skip("not told apart in a table")
    engine = connect()
    check(engine, rows)
    engine.disconnect()


def check(engine, rows):
    table = ibis.memtable(pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in rows[0]])))
    costs = costs_of(engine, table, RATES, ["n"])

    assert said(costs.groups, costs.problems) == said(*by_python(rows))


@pytest.mark.parametrize("key", ["openai_usage", "litellm", "plain"])
def test_postgres_says_the_same(key, postgres_url):
    engine = ibis.connect(postgres_url)
    check(engine, log_of(next(one for one in FORMS if one.key == key), key))
    engine.disconnect()


@OF_SPARK
@pytest.mark.parametrize("key", ["plain", "litellm"])
def test_spark_says_the_same(key, spark):
    check(spark, log_of(next(one for one in FORMS if one.key == key), key))
