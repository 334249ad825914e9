"""What a model's calls are billed besides tokens on a day: its own, then its provider's."""

from __future__ import annotations

from datetime import date

from octoregistry.queries.charges import charge_lines, charge_values, charges_after, charges_on
from providers.charges import get_charges
from providers.registry import parse_registry

REGISTRY_TEXT = """\
default_provider: acme
providers:
  acme:
    charges:
      - {unit: web_search, per: 1000, usd: 10}
      - {unit: web_search, per: 1000, usd: 12, from: 2026-09-01}
      - {unit: image, usd: 0.1}
      - {unit: page, usd: 1, from: 2027-01-01}
    models:
      acme-9:
        display_name: Acme 9
        input_per_million: 1.0
        output_per_million: 2.0
        charges:
          - {unit: image, usd: 0.24, mode: batch, when: {size: 4K}, free: 5 per day}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
REGISTRY = parse_registry(REGISTRY_TEXT)


def test_those_in_force_are_told_in_words_and_as_values() -> None:
    """A model's own price of a unit stands for the provider's; what is replaced or still to come is left out."""
    model = REGISTRY.model("acme", "acme-9")
    found = charges_on(REGISTRY, model, date(2026, 9, 4))
    assert list(charge_lines(found)) == [
        "0.24 per image, batch (size 4K), after 5 per day free",
        "12.00 per 1,000 web searches, since 2026-09-01",
    ]
    assert charge_values(found[0]) == {
        "unit": "image", "per": 1, "usd": "0.24", "mode": "batch", "when": {"size": "4K"}, "free": "5 per day",
        "since": None,
    }  # fmt: skip
    assert [str(charge.usd) for charge in charges_on(REGISTRY, model, date(2026, 8, 1))] == ["0.24", "10"]


def test_those_to_come_and_those_that_may_have_begun_are_told() -> None:
    """With their day, and within the days on which either may have held with a word of it."""
    text = REGISTRY_TEXT.replace("from: 2026-09-01}", "from: 2026-09-01, seen_before: 2026-08-01}")
    registry = parse_registry(text)
    model = registry.model("acme", "acme-9")
    assert list(charges_after(get_charges(model.provider, model.id, registry), date(2026, 8, 15))) == [
        "12.00 per 1,000 web searches, from 2026-09-01; it changed after 2026-08-01: either may have held",
        "1.00 per page, from 2027-01-01",
    ]
    assert list(charges_after(get_charges(model.provider, model.id, registry), date(2027, 1, 1))) == []
