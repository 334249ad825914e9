"""What OpenRouter says: dollars per token, as text. It resells, so it speaks of the standard mode alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from octoregistry.sources.registries.registry_prices import (
    PER_TOKEN,
    PriceForm,
    RegistryPrice,
    entries,
    known_to,
    mapping,
    tokens,
)

NAME = "openrouter"
_WORDS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached_input",
    "input_cache_write": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "audio": "input_audio",
    "audio_output": "output_audio",
    "input_audio_cache": "cached_input_audio",
    "image_output": "output_image",
}


def prices(answer: Any, as_of: date) -> Iterator[RegistryPrice]:
    """Its prices of the vendors' models. `:batch`, `:free` and other variants are its own offers, not the vendor's."""
    form, vendors = PriceForm(NAME, as_of, PER_TOKEN), known_to(NAME)
    for entry in entries(mapping(answer).get("data")):
        prefix, _, model = str(entry.get("id")).partition("/")
        known = vendors.get(prefix)
        if known is None or not model or ":" in model:
            continue
        pricing = mapping(entry.get("pricing"))
        yield from form.prices_of(known, model, pricing, _WORDS)
        for longer in entries(pricing.get("overrides")):
            if above := tokens(longer.get("min_prompt_tokens")):
                yield from form.prices_of(known, model, longer, _WORDS, above=above)
