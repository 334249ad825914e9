"""Which language model is asked: the cheapest that can hold its answer to a schema, of the vendors whose key is set."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from octoregistry.reading.asking import Ask, asking
from providers import AuthenticationError, PricingError, Registry, Usage, get_provider

EXPECTED = Usage(input=4_000, output=1_000)
"""What one question about a page costs, in tokens: what the models are compared by."""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A model that can be asked. `name` is `PROVIDER/MODEL`."""

    name: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class NoModel:
    """Why no language model is asked; `wanted` says that the user asked for one, so that the reason is an error."""

    reason: str
    wanted: bool = False


def chosen(
    choice: str, registry: Registry, day: date, environment: Mapping[str, str] | None = None
) -> LanguageModel | NoModel:
    """The model for `choice`, which is `auto`, `off` or PROVIDER/MODEL; or why there is none."""
    if choice == "off":
        return NoModel("switched off")
    if choice != "auto":
        provider, _, model = choice.partition("/")
        return _model(provider, model) if model else NoModel(f"{choice!r} is no PROVIDER/MODEL", wanted=True)
    environment = os.environ if environment is None else environment
    priced = sorted(_priced(registry, day, environment))
    for _, provider, model in priced:
        found = _model(provider, model)
        if isinstance(found, LanguageModel):
            return found
    keys = ", ".join(sorted(entry.env_var for entry in registry.providers.values() if entry.env_var))
    return NoModel(
        f"no key of a vendor is set ({keys})" if not priced else "no SDK of a vendor with a key is installed"
    )


def _priced(registry: Registry, day: date, environment: Mapping[str, str]) -> list[tuple[Decimal, str, str]]:
    """(cost of a question, provider, model) of each active model that can enforce a schema and whose vendor's key is set."""
    found: list[tuple[Decimal, str, str]] = []
    for provider, entry in registry.providers.items():
        if not any(environment.get(name, "").strip() for name in _key_names(provider, entry.env_var)):
            continue
        for model in entry.models.values():
            ended = model.retires_on is not None and model.retires_on <= day
            if model.status != "active" or ended or not can_enforce(provider, model.id):
                continue
            try:
                found.append((registry.pricing(provider, model.id).cost_of(EXPECTED, at=day), provider, model.id))
            except PricingError:
                continue  # what is not known to cost little is not the cheapest
    return found


def _key_names(provider: str, env_var: str | None) -> tuple[str, ...]:
    return tuple(name for name in (env_var, "GEMINI_API_KEY" if provider == "gemini" else None) if name)


def can_enforce(provider: str, model: str) -> bool:
    """True for a model that is known to hold its answers to a JSON schema."""
    facts = _facts()
    can = facts.get(provider, {}).get("can")
    return bool(can and re.search(can, model)) and not re.search(facts["all"]["cannot"], model)


@cache
def _facts() -> dict[str, dict[str, str]]:
    text = resources.files("octoregistry.reading").joinpath("enforcing.toml").read_text(encoding="utf-8")
    facts: dict[str, dict[str, str]] = tomllib.loads(text)
    return facts


def _model(provider: str, model: str) -> LanguageModel | NoModel:
    try:
        vendor = get_provider({"api": {"provider": provider, "model": model, "max_tokens": 16_000}})
    except (AuthenticationError, ImportError, ValueError) as error:
        return NoModel(f"{provider}/{model} cannot be asked: {error}", wanted=True)
    return LanguageModel(f"{provider}/{model}", asking(vendor))


Chooser = Callable[[], LanguageModel | NoModel]
