"""A registry of two vendors, and what the rows of a log cost by it: on an engine and in Python."""

import json

import pyarrow as pa

from octoregistry.costing.costs import costs_of
from octoregistry.costing.files import costs_of_plain_files
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from octoregistry.costing.sql import connect
from providers import parse_registry

REGISTRY = """\
default_provider: openai
providers:
  openai:
    env_var: K
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:
        display_name: Road
        input_per_million: 0.5
        output_per_million: 5.0
        aliases: [road-2026-01-01]
        rates:
          - {mode: standard, input: 1.0, output: 10.0, cached_input: 0.1, cache_write_5m: 1.25, cache_write_1h: 2.0,
             input_audio: 32.0, cached_input_audio: 3.2, input_image: 5.0}
          - {mode: batch, input: 0.5, output: 5.0, cached_input: 0.05}
          - {mode: flex, input: 0.5, output: 5.0}
      tune:
        display_name: Tune
        input_per_million: 0.5
        output_per_million: 5.0
        rates:
          - {mode: standard, input: 1.0, output: 10.0, cached_input: 0.1, cache_write_5m: 1.25, cache_write_1h: 2.0,
             input_audio: 32.0, cached_input_audio: 3.2, output_audio: 64.0, input_image: 5.0, output_image: 40.0}
      voice:
        display_name: Voice
        input_per_million: 0.5
        output_per_million: 5.0
        rates:
          - {mode: standard, input: 1.0, output: 10.0, cached_input: 0.1, cache_write_5m: 1.25, cache_write_1h: 2.0,
             input_audio: 32.0, cached_input_audio: 3.2, output_audio: 64.0, input_image: 5.0}
      path:
        display_name: Path
        input_per_million: 2.0
        output_per_million: 4.0
        batch_support: false
        realtime_multiplier: 1.0
        rates:
          - {mode: standard, input: 2.0, output: 4.0, cached_input: 0.2}
  anthropic:
    env_var: K
    default_model: song
    realtime_multiplier: 2.0
    models:
      song:
        display_name: Song
        input_per_million: 1.5
        output_per_million: 7.5
        rates:
          - {mode: standard, input: 3.0, output: 15.0, cached_input: 0.3, cache_write_5m: 3.75, cache_write_1h: 6.0}
          - {mode: standard, above_input_tokens: 200000, input: 6.0, output: 22.5, cached_input: 0.6}
          - {mode: batch, input: 1.5, output: 7.5}
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""
M = 1_000_000


def costs_in(tmp_path):
    """What the rows of a log cost that is written as JSON lines, to the last digit the same wherever they are read."""

    def cost(*rows, by=("model",), suffix=".jsonl"):
        path = tmp_path / f"log{suffix}"
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        return costs_either_way([path], compile_rates(parse_registry(REGISTRY)), by)

    return cost


def costs_either_way(paths, rates, by=(), how=None):
    """What files cost, read in Python as if they were few, and as if they were many, where they may be an engine's."""
    files = usage_files([str(path) for path in paths])
    costs = costs_of_files(files, rates, by, how)
    many = costs_of_plain_files(files, rates, by, how)
    if many is not None:
        assert said(many) == said(costs)
    return costs


def costs_in_json(rows, rates, by=()):
    """What rows cost in a table of an engine whose columns hold their objects as JSON."""
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: [_as_text(row.get(name)) for row in rows] for name in names}
    engine = connect()
    try:
        usage = engine.create_table(
            "rows", pa.table({name: pa.array(held, pa.string()) for name, held in cells.items()})
        )
        return costs_of(engine, usage, rates, by)
    finally:
        engine.disconnect()


def _as_text(value):
    return value if value is None or isinstance(value, str) else json.dumps(value)


def said(costs):
    """What Python and an engine must both say of a log."""
    problems = sorted((str(one), one.rows, one.in_sum, str(one.first_day), str(one.last_day)) for one in costs.problems)
    groups = [tuple(row.items()) for row in costs.groups]
    return costs.total, costs.rows, costs.form, problems, groups, costs.assumed, costs.derived
