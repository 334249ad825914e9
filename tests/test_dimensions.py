"""A dimension is known wherever tokens are counted: what fails here is where a new one has to be written."""

from __future__ import annotations

import inspect
import json
import tomllib
from pathlib import Path

import pytest

from octoregistry.cli.extract import _COLUMNS
from octoregistry.queries.wording import LABELS
from octoregistry.service.http.estimates import EstimateQuery
from providers import DIMENSIONS, Usage
from providers.dimensions import ANSWER_DIMENSIONS, PROMPT_DIMENSIONS
from providers.pricing import Pricing
from providers.registry import Registry
from tools.digests import COLUMNS

PROVIDERS = Path(__file__).parents[1] / "providers"
PLAIN = tomllib.loads((PROVIDERS / "recipes" / "plain.toml").read_text(encoding="utf-8"))["plain"]
COUNTED = {
    "Usage, in providers/usage.py": Usage.__slots__,
    "Pricing.cost(), in providers/pricing.py": inspect.signature(Pricing.cost).parameters,
    "EstimateQuery, in service/http/estimates.py": EstimateQuery.model_fields,
    "the headings in queries/wording.py": LABELS,
    "the columns of extract, in cli/extract.py": [name for _, name in _COLUMNS],
    "the columns of the digests, in tools/digests.py": COLUMNS,
    "the counts of providers/recipes/plain.toml": PLAIN["counts"],
    "known_by of providers/recipes/plain.toml": PLAIN["known_by"][0].split(" or "),
    "models.schema.json (python -m providers.schema)": json.dumps(
        json.loads((PROVIDERS / "models.schema.json").read_text(encoding="utf-8"))
    ).split('"'),
    "PROMPT_DIMENSIONS, ANSWER_DIMENSIONS or what is stored": [
        *PROMPT_DIMENSIONS,
        *ANSWER_DIMENSIONS,
        "cache_storage_hour",
    ],
}


@pytest.mark.parametrize("where", COUNTED)
def test_every_dimension_is_known_to(where: str) -> None:
    assert [name for name in DIMENSIONS if name not in COUNTED[where]] == []


def test_usage_and_costs_count_nothing_else() -> None:
    assert set(Usage.__slots__) - {"requests"} == set(DIMENSIONS)
    others = {"self", "mode", "at", "requests", "assume", "place"}
    assert [name for name in inspect.signature(Pricing.cost).parameters if name not in others] == list(DIMENSIONS)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_tokens_of_a_dimension_have_its_price_and_no_other(dimension: str) -> None:
    entry = {"display_name": "R", "input_per_million": 1, "output_per_million": 1}
    rates = [{"mode": "standard", **{name: at for at, name in enumerate(DIMENSIONS, 1)}}]
    acme = {"env_var": "K", "default_model": "road", "models": {"road": {**entry, "rates": rates}}}
    defaults = {"input_per_million": 1, "output_per_million": 1, "realtime_multiplier": 2}
    registry = Registry({"default_provider": "acme", "providers": {"acme": acme}, "defaults": defaults}, "-", "-")
    cost = registry.pricing("acme", "road").cost(**{dimension: 10**6})
    assert cost == DIMENSIONS.index(dimension) + 1
