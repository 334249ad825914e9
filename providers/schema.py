"""The JSON Schema of models.yaml, for editors, made from the very tables that validation goes by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import charge_checks, checks, level_checks, validation
from .charge_units import UNITS
from .dimensions import DIMENSIONS, FEATURES, KINDS, LEVELS, MODALITIES, MODES, STATUSES

BESIDE = Path(__file__).with_name("models.schema.json")

_VALUES: dict[Any, dict[str, Any]] = {
    checks.number: {"type": "number", "minimum": 0, "maximum": checks.HIGHEST},
    checks.multiplier: {"type": "number", "exclusiveMinimum": 0, "maximum": checks.HIGHEST},
    checks.share: {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    checks.count: {"type": "integer", "minimum": 1},
    checks.text: {"type": "string", "minLength": 1},
    checks.texts: {"type": "array", "items": {"type": "string", "minLength": 1}},
    checks.yes_or_no: {"type": "boolean"},
    checks.day: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    checks.place: {"type": "string", "pattern": r"^[a-z0-9-]+$"},
    checks.currency: {"type": "string", "pattern": "^[A-Z]{3}$"},
    checks.days: {"type": "object", "additionalProperties": {"type": "string", "format": "date"}},
    checks.status: {"enum": list(STATUSES)},
    checks.mode: {"enum": list(MODES)},
    checks.kind: {"enum": list(KINDS)},
    checks.features: {"type": "array", "items": {"enum": list(FEATURES)}, "uniqueItems": True},
    checks.modalities: {"type": "array", "items": {"enum": list(MODALITIES)}, "uniqueItems": True},
    checks.dimensions: {"type": "array", "items": {"enum": list(DIMENSIONS)}, "uniqueItems": True},
    checks.via: {"const": "digest"},
    level_checks.level: {"enum": list(LEVELS)},
    charge_checks.unit: {"enum": list(UNITS)},
    charge_checks.conditions: {
        "type": "object",
        "additionalProperties": {"type": ["string", "integer"]},
        "minProperties": 1,
    },
    charge_checks.free: {
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[1-9]\d* per (day|month)$"}]
    },
    validation.version: {"type": "integer", "minimum": 1, "maximum": validation.SCHEMA_VERSION},
}

_MEANINGS = {
    "input_per_million": "batch price of the input, USD per million tokens",
    "output_per_million": "batch price of the output, USD per million tokens",
    "realtime_multiplier": "realtime price = batch price × this; falls from the model to its provider to the defaults",
    "batch_discount": "what batches cost less where the vendor's page states standard prices only: 0.5 is 50%",
    "above_input_tokens": "holds for prompts strictly larger than this",
    "up_to_input_tokens": "answers for no longer prompt than this",
    "place": "the region in which the calls are answered; without it anywhere (global)",
    "currency": "the currency of its prices; without it US dollars",
    "up_to_derived": "no label states the bound: it is the smallest threshold that is known of the vendor",
    "seen_before": "the last day on which the price before this one was seen: between it and `from` either may have held",
    "read_on": "the day of the page that moved its prices, where that is not `from`",
    "first_seen": "the day of the first reading: before it no cost is known",
    "kind": "what the model is for",
    "modalities": "what goes in and what comes out",
    "facts_from": "who says so: page, list (the vendor's model list), vendor (its file), or the names of witnesses that agree",
    "via": "digest: a digest of the page was read, not the page itself",
    "last_seen": "mode -> the day on which the page last stated it, where that is not `checked`",
    "former_aliases": "name -> the day from which it is another model's: before it the name is billed at this one's prices",
    "replaced_by": "the model that the vendor names as its successor, or that answers under its name",
    "schema_version": "the version of this form; 1 where the key is absent",
    "from": "the first day on which the rate holds; without it as far back as is known",
    "derived": "no page states it: a standard price with the vendor's general batch discount applied",
    "derived_dimensions": "those of its prices that no page states, where the others are stated",
    "cache_storage_hour": "USD per million tokens and hour",
    "missing_since": "the first day on which the vendor's list did not hold the model",
    "charges": "what is billed besides tokens",
    "charges_source": "where and when the provider's own charges were read",
    "unit": "what is counted",
    "per": "how many of the unit the price buys; 1 where the key is absent",
    "usd": "the price in USD",
    "when": "what must hold for the price: {size: 1024x1024, quality: high, resolution: 720p}",
    "free": "how many cost nothing first: 1500 per day, 5000 per month, or so many in all",
    "model": "the id of a model of which no token has a price; without it one of the provider's tools",
    "more": "models of which no page states a price in USD, and hosts that are called without a key variable",
    "level": "how sure: stated by the vendor's page (nothing is written), listed by its price API, vouched by two registries",
    "vouched_by": "the registries that agree on every price of the rate",
    "seen_on": "the day on which all of them had its prices",
    "env_var": "the environment variable that holds the key",
}


def schema() -> dict[str, Any]:
    """The schema, as JSON Schema 2020-12."""
    rate = _group(validation.RATE_KEYS, "rate")
    keys = charge_checks.CHARGE_KEYS
    charges = {"type": "array", "items": {**_group(keys), "required": list(charge_checks.REQUIRED)}}
    own = {key: check for key, check in keys.items() if key != "model"}
    own_charges = {"type": "array", "items": {**_group(own), "required": list(charge_checks.REQUIRED)}}
    parts = {
        "rates": {"type": "array", "items": rate},
        "charges": own_charges,
        "source": _group(validation.SOURCE_KEYS),
        "last_seen": _group(validation.LAST_SEEN_KEYS),
        "modalities": _group(validation.MODALITY_KEYS),
        "facts_from": _group(validation.FACT_KEYS),
    }
    model = _group(validation.MODEL_KEYS, "model", **parts)
    tools = {"charges": charges, "charges_source": _group(validation.SOURCE_KEYS)}
    provider = _group(validation.PROVIDER_KEYS, "provider", models=_named(model), **tools)
    defaults = _group(validation.DEFAULT_KEYS, "defaults")
    aside = _group(validation.MODEL_KEYS, "model under more", **parts)
    more = _group(validation.PROVIDER_KEYS, "provider", models=_named(aside), **tools)
    root = _group(validation.ROOT_KEYS, "root", providers=_named(provider), more=_named(more), defaults=defaults)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A registry of language models and their prices",
        **root,
    }


def text() -> str:
    """The schema as it is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _group(keys: dict[str, Any], required: str | None = None, **parts: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    for key, check in keys.items():
        meaning = {"description": _MEANINGS[key]} if key in _MEANINGS else {}
        properties[key] = {**(parts[key] if key in parts else _VALUES[check]), **meaning}
    group: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        group["required"] = list(validation.REQUIRED[required])
    return group


def _named(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


if __name__ == "__main__":
    BESIDE.write_text(text(), encoding="utf-8")
    print(BESIDE)
