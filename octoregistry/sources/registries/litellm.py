"""What LiteLLM's table of model costs says: dollars per token, a key for each dimension, tier and mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from octoregistry.sources.registries.registry_prices import (
    PER_TOKEN,
    RegistryFacts,
    RegistryPrice,
    dollars,
    known_modalities,
    known_to,
    mapping,
    said_of_features,
    tokens,
)

NAME = "litellm"
_DIMENSIONS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cached_input_audio",
    "input_cost_per_image_token": "input_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_video_token": "output_video",
}
_MODES = {None: "standard", "batches": "batch", "flex": "flex", "priority": "priority"}
_SIZE = re.compile(r"(?<!\d)\d++-x-\d++/")  # 1024-x-1024/dall-e-2
_KEY = re.compile(
    rf"(?P<what>{'|'.join(_DIMENSIONS)})(?:_above_(?P<thousands>\d+)k_tokens)?(?:_(?P<mode>batches|flex|priority))?"
)


_FEATURES = {
    "supports_function_calling": "tools",
    "supports_response_schema": "structured_output",
    "supports_vision": "vision",
    "supports_prompt_caching": "caching",
}


def facts(answer: Any) -> Iterator[RegistryFacts]:
    """What it says of the models of the vendors' own APIs besides prices. What it calls the most input is the window."""
    vendors = known_to(NAME)
    for name, entry in mapping(answer).items():
        known = vendors.get(str(mapping(entry).get("litellm_provider")))
        if known is not None:
            yield RegistryFacts(
                NAME,
                known.provider,
                known.witness.own_id(name),
                tokens(entry.get("max_input_tokens")),
                tokens(entry.get("max_output_tokens")),
                known_modalities(entry.get("supported_modalities")),
                known_modalities(entry.get("supported_output_modalities")),
                said_of_features(entry, _FEATURES),
            )


def prices(answer: Any, as_of: date) -> Iterator[RegistryPrice]:
    """Its prices of the vendors' own APIs; ids stand as the vendor has them, or behind the vendor's name and a slash.

    Bedrock, Azure and Vertex AI are vendors of their own, with prices of their own.
    """
    vendors = known_to(NAME)
    for name, entry in mapping(answer).items():
        known = vendors.get(str(mapping(entry).get("litellm_provider")))
        if known is None:
            continue
        model = known.witness.own_id(name)
        if "/" in model and (model == name or _SIZE.search(model)):  # priced by something that is no token
            continue
        for key, value in entry.items():
            found = _KEY.fullmatch(key)
            usd = dollars(value, PER_TOKEN) if found else None
            if found and usd is not None:
                above = int(found["thousands"]) * 1000 if found["thousands"] else None
                yield RegistryPrice(
                    NAME, known.provider, model, _MODES[found["mode"]], above, _DIMENSIONS[found["what"]], usd, as_of
                )
