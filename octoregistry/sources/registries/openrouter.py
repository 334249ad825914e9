"""What OpenRouter says: dollars per token, as text. It resells, so it speaks of the standard mode alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from octoregistry.sources.registries.vouched import PER_TOKEN, Desk, Vouched, entries, mapping, tokens

NAME = "openrouter"
PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "google": "gemini"}
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
# What it calls a cache write of Gemini is the vendor's storage price by some share of an hour.
_GEMINI_WORDS = {key: name for key, name in _WORDS.items() if not name.startswith("cache_write")}
_VERSION = re.compile(r"(?<=\d)\.(?=\d)")


def vouched(answer: Any, as_of: date) -> Iterator[Vouched]:
    """Its prices of the three vendors' models. `:batch`, `:free` and other variants are its own offers, not the vendor's."""
    desk = Desk(NAME, as_of, PER_TOKEN)
    for entry in entries(mapping(answer).get("data")):
        prefix, _, model = str(entry.get("id")).partition("/")
        provider = PROVIDERS.get(prefix)
        if provider is None or not model or ":" in model:
            continue
        if provider == "anthropic":  # claude-opus-4.6 for the vendor's claude-opus-4-6
            model = _VERSION.sub("-", model)
        words = _GEMINI_WORDS if provider == "gemini" else _WORDS
        pricing = mapping(entry.get("pricing"))
        yield from desk.take(provider, model, pricing, words)
        for longer in entries(pricing.get("overrides")):
            if above := tokens(longer.get("min_prompt_tokens")):
                yield from desk.take(provider, model, longer, words, above=above)
