"""What models.dev says: a block for each provider, dollars per million tokens, dearer tiers by the size of the context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from octoregistry.sources.registries.registry_prices import (
    PriceForm,
    RegistryFacts,
    RegistryPrice,
    entries,
    known_modalities,
    known_to,
    mapping,
    said_of_features,
    tokens,
)

NAME = "models-dev"
_WORDS = {
    "input": "input",
    "output": "output",
    "cache_read": "cached_input",
    "cache_write": "cache_write_5m",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}


_FEATURES = {"tool_call": "tools", "structured_output": "structured_output"}


def facts(answer: Any) -> Iterator[RegistryFacts]:
    """What it says of the models of the vendors' own APIs besides prices."""
    for block, known in known_to(NAME).items():
        for model, entry in mapping(mapping(mapping(answer).get(block)).get("models")).items():
            limits, kinds = mapping(mapping(entry).get("limit")), mapping(mapping(entry).get("modalities"))
            taken = known_modalities(kinds.get("input"))
            features = said_of_features(mapping(entry), _FEATURES)
            features |= {"vision": "image" in taken} if taken else {}
            features |= {"caching": True} if "cache_read" in mapping(mapping(entry).get("cost")) else {}
            yield RegistryFacts(
                NAME,
                known.provider,
                known.witness.own_id(model),
                tokens(limits.get("context")),
                tokens(limits.get("output")),
                taken,
                known_modalities(kinds.get("output")),
                features,
            )


def prices(answer: Any, as_of: date) -> Iterator[RegistryPrice]:
    """Its prices of the vendors' own APIs: the standard mode, and priority where the entry says how that is asked for."""
    form = PriceForm(NAME, as_of)
    for block, known in known_to(NAME).items():
        for model, entry in mapping(mapping(mapping(answer).get(block)).get("models")).items():
            cost = mapping(mapping(entry).get("cost"))
            yield from form.prices_of(known, model, _of_text(mapping(entry), cost), _WORDS)
            for tier in entries(cost.get("tiers")):
                size = mapping(tier.get("tier"))
                above = tokens(size.get("size"))
                if size.get("type") == "context" and above:
                    yield from form.prices_of(known, model, tier, _WORDS, above=above)
            for way in mapping(mapping(mapping(entry).get("experimental")).get("modes")).values():
                body = mapping(mapping(mapping(way).get("provider")).get("body"))
                if body.get("service_tier") == "priority":
                    yield from form.prices_of(known, model, mapping(mapping(way).get("cost")), _WORDS, mode="priority")


def _of_text(entry: Mapping[str, Any], cost: Mapping[str, Any]) -> Mapping[str, Any]:
    """The prices without `output` where that is not one of text: of a model that draws it is the pictures' price."""
    modalities = mapping(entry.get("modalities")).get("output", ["text"])
    if modalities == ["text"] or "output_audio" in cost:
        return cost
    return {key: price for key, price in cost.items() if key != "output"}
