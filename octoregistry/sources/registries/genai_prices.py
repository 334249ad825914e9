"""What genai-prices says: dollars per million tokens, with tiers, and with the day from which a price holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from octoregistry.sources.registries.registry_prices import PriceForm, RegistryPrice, entries, known_to, mapping, tokens

NAME = "genai-prices"
_WORDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cached_input_audio",
    "input_image_mtok": "input_image",
    "input_video_mtok": "input_video",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "output_video_mtok": "output_video",
}


def prices(answer: Any, as_of: date) -> Iterator[RegistryPrice]:
    """Its prices of the vendors' own APIs, as they hold on `as_of`.

    A model is known by its id and by the names that its rules give letter for letter; what its rules merely resemble
    (`contains`, patterns) is not looked at: gpt-4 and gpt-4o are different.
    """
    form, vendors = PriceForm(NAME, as_of), known_to(NAME)
    for block in entries(answer):
        known = vendors.get(str(block.get("id")))
        if known is None:
            continue
        models = entries(block.get("models"))
        named: dict[str, Mapping[str, Any]] = {str(model.get("id")): model for model in models}
        for model in models:
            for name in _names(mapping(model.get("match"))):
                named.setdefault(name, model)
        for name, model in named.items():
            prices = _in_force(model.get("prices"), as_of)
            base = {
                key: mapping(price).get("base") if isinstance(price, dict) else price for key, price in prices.items()
            }
            yield from form.prices_of(known, name, base, _WORDS)
            for above, longer in _tiers(prices).items():
                yield from form.prices_of(known, name, longer, _WORDS, above=above)


def _names(rule: Mapping[str, Any]) -> Iterator[str]:
    """The names that a rule spells out. `starts_with` names the model itself before all that follows it."""
    for key in ("equals", "starts_with"):
        if isinstance(rule.get(key), str):
            yield rule[key]
    for other in entries(rule.get("or")):
        yield from _names(other)


def _in_force(prices: Any, day: date) -> Mapping[str, Any]:
    """The prices that hold on `day`: of dated ones the last that has begun; one with another condition is none."""
    if isinstance(prices, dict):
        return prices
    found: Mapping[str, Any] = {}
    for dated in entries(prices):
        constraint = mapping(dated.get("constraint"))
        start = constraint.get("start_date")
        if not constraint or (set(constraint) <= {"start_date", "type"} and str(start) <= day.isoformat()):
            found = mapping(dated.get("prices"))
    return found


def _tiers(prices: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    tiers: dict[int, dict[str, Any]] = {}
    for key, price in prices.items():
        for tier in entries(mapping(price).get("tiers")):
            if above := tokens(tier.get("start")):
                tiers.setdefault(above, {})[key] = tier.get("price")
    return tiers
