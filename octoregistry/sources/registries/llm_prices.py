"""What llm-prices says: dollars per million tokens, input, output and cached input of the standard mode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from octoregistry.sources.registries.registry_prices import PriceForm, RegistryPrice, entries, known_to, mapping

NAME = "llm-prices"
_WORDS = {"input": "input", "output": "output", "input_cached": "cached_input"}
# A tier is an entry of its own: `gpt-5.4-272k`, named "GPT-5.4 >272k"; the mate below it is named "GPT-5.4 ≤272k".
_ABOVE = re.compile(r">\s*([0-9]{1,7})k", re.IGNORECASE)


def prices(answer: Any, as_of: date) -> Iterator[RegistryPrice]:
    """Its prices of the vendors' models."""
    form, vendors = PriceForm(NAME, as_of), known_to(NAME)
    for entry in entries(mapping(answer).get("prices")):
        known = vendors.get(str(entry.get("vendor")))
        if known is None:
            continue
        model, above = str(entry.get("id")), None
        if longer := _ABOVE.search(str(entry.get("name"))):
            above = int(longer[1]) * 1000
            model = model.removesuffix(f"-{longer[1]}k")
        yield from form.prices_of(known, model, entry, _WORDS, above=above)


def day_of(answer: Any) -> date | None:
    """The day on which the file says that it was brought up to date."""
    try:
        return date.fromisoformat(str(mapping(answer).get("updated_at")))
    except ValueError:
        return None
