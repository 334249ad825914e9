"""The JSON Schema of models.yaml, for editors, made from the very tables that validation goes by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import checks, validation
from .dimensions import MODES, STATUSES

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
    checks.status: {"enum": list(STATUSES)},
    checks.mode: {"enum": list(MODES)},
}

_MEANINGS = {
    "input_per_million": "batch price of the input, USD per million tokens",
    "output_per_million": "batch price of the output, USD per million tokens",
    "realtime_multiplier": "realtime price = batch price × this; falls from the model to its provider to the defaults",
    "batch_discount": "what batches cost less where the vendor's page states standard prices only: 0.5 is 50%",
    "above_input_tokens": "holds for prompts strictly larger than this",
    "from": "the first day on which the rate holds; without it as far back as is known",
    "derived": "no page states it: a standard price with the vendor's general batch discount applied",
    "cache_storage_hour": "USD per million tokens and hour",
    "missing_since": "the first day on which the vendor's list did not hold the model",
    "env_var": "the environment variable that holds the key",
}


def schema() -> dict[str, Any]:
    """The schema, as JSON Schema 2020-12."""
    rate = _group(validation.RATE_KEYS, "rate")
    parts = {"rates": {"type": "array", "items": rate}, "source": _group(validation.SOURCE_KEYS)}
    model = _group(validation.MODEL_KEYS, "model", **parts)
    provider = _group(validation.PROVIDER_KEYS, "provider", models=_named(model))
    defaults = _group(validation.DEFAULT_KEYS, "defaults")
    root = _group(validation.ROOT_KEYS, "root", providers=_named(provider), defaults=defaults)
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
