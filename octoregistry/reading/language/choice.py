"""Chooses the cheapest language model that can hold its answer to a schema; where it fails, the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from octoregistry.reading.language.endpoint import endpoint
from octoregistry.reading.language.llm_call import Ask, NotAskedError, Reply, ask_with
from octoregistry.settings import ReadingSettings
from providers import AuthenticationError, PricingError, Registry, Usage, get_provider
from providers.selection import Task, recommended
from providers.vendors import vendor

EXPECTED = Usage(input=2_000, output=300)
"""What one question about a page costs, in tokens: what the models are compared by."""
_MOST_TRIED = 6


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A model that may be asked: `VENDOR/MODEL`, and how; `make` raises NotAskedError where it cannot be."""

    vendor: str
    model: str
    make: Callable[[], Ask]

    @property
    def name(self) -> str:
        """`VENDOR/MODEL`."""
        return f"{self.vendor}/{self.model}"


class LanguageModels:
    """The models that may be asked, in order: where one does not answer the next is asked, for the rest of the run too.

    `why_none` says why there is none, where there is none; `tried` says of each that did not answer why.
    """

    def __init__(self, models: Iterable[LanguageModel] = (), why_none: str = "") -> None:
        self._models = list(models)
        self._ask: Ask | None = None
        self.why_none = why_none
        self.tried: list[str] = []

    @property
    def name(self) -> str | None:
        """The model that is asked next, None where there is none (any more)."""
        return self._models[0].name if self._models else None

    @property
    def unavailable(self) -> str | None:
        """Why nobody can be asked, or None."""
        return None if self._models else "; ".join(self.tried) or self.why_none

    def ask(self, prompt: str, schema: dict[str, Any]) -> tuple[str, Reply]:
        """(who answered, the answer). Raises NotAskedError where nobody is left to ask."""
        while self._models:
            model = self._models[0]
            try:
                self._ask = self._ask or model.make()
                return model.name, self._ask(prompt, schema)
            except NotAskedError as why:
                self._pass_over(model, why)
        raise NotAskedError(f"no language model was asked: {self.unavailable}")

    def _pass_over(self, model: LanguageModel, why: NotAskedError) -> None:
        """The vendor's other models are passed over too, unless the failure was of this model alone."""
        self.tried.append(f"{model.name} could not be asked: {why}")
        self._ask = None
        self._models = [
            other for other in self._models if other is not model and (why.of_the_model or other.vendor != model.vendor)
        ]
        if len(self.tried) >= _MOST_TRIED:
            self._models = []


def chosen(
    choice: str,
    registry: Registry,
    day: date,
    own: ReadingSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> LanguageModels:
    """The models for `choice`, which is `auto`, `off` or PROVIDER/MODEL; `own` is the endpoint that the settings name.

    With `auto` that endpoint is asked and nobody else: whoever set it wants the pages to go there. A PROVIDER/MODEL is
    made at once: NotAskedError says why it cannot be asked.
    """
    environment = os.environ if environment is None else environment
    if choice == "off":
        return LanguageModels(why_none="switched off")
    if choice != "auto":
        provider, _, model = choice.partition("/")
        if not model:
            raise NotAskedError(f"{choice!r} is no PROVIDER/MODEL")
        named = _of_vendor(provider, model)
        ask = named.make()
        return LanguageModels([LanguageModel(provider, model, lambda: ask)])
    if own is not None and own.base_url and own.model:
        return LanguageModels([_own(own, environment)])
    priced = sorted(_priced(registry, day, environment))
    keys = ", ".join(sorted(entry.env_var for entry in registry.providers.values() if entry.env_var))
    return LanguageModels(
        (_of_vendor(provider, model) for _, provider, model in priced), f"no key of a vendor is set ({keys})"
    )


def _own(own: ReadingSettings, environment: Mapping[str, str]) -> LanguageModel:
    def make() -> Ask:
        key = environment.get(own.key_env, "").strip() if own.key_env else None
        if own.key_env and not key:
            raise NotAskedError(f"{own.key_env} is not set")
        return endpoint(own.base_url or "", own.model or "", key)

    return LanguageModel(urlsplit(own.base_url or "").netloc, own.model or "", make)


def _of_vendor(provider: str, model: str) -> LanguageModel:
    def make() -> Ask:
        try:
            return ask_with(get_provider({"api": {"provider": provider, "model": model, "max_tokens": 16_000}}))
        except (AuthenticationError, ImportError, ValueError) as error:
            raise NotAskedError(f"{provider}/{model} cannot be asked: {error}") from None

    return LanguageModel(provider, model, make)


def _priced(registry: Registry, day: date, environment: Mapping[str, str]) -> Iterator[tuple[Decimal, str, str]]:
    """(cost of a question, provider, model) of each active model that may be recommended for it and can hold its answers to
    a schema, of the vendors whose key is set."""
    task = Task(prompt=EXPECTED.input, answer=EXPECTED.output)
    for provider, entry in registry.providers.items():
        facts = vendor(provider)
        # Not by the registry's `env_var`: who sent a registry along would say who is asked.
        if not any(environment.get(name, "").strip() for name in facts.key_env):
            continue
        for model in recommended(entry.models.values(), task, day):
            if model.status != "active" or not facts.schemas.enforced_by(model.id):
                continue
            try:
                yield registry.pricing(provider, model.id).cost_of(EXPECTED, at=day), provider, model.id
            except PricingError:
                continue  # what is not known to cost little is not the cheapest
