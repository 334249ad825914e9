"""/api/models: what the registry says of models and their prices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel

from octoregistry.planning.rates_in_force import base_prices, in_force
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import IsoDay, ResponseCache, error_responses, respond
from providers import Registry
from providers.dimensions import DIMENSIONS, MODES, UnknownModelError
from providers.entries import Model, Rate


class ModelLine(BaseModel):
    """A model with its prices for ordinary prompts, USD per million tokens as decimal text; null: not known."""

    provider: str
    model: str
    display_name: str
    status: str
    retires_on: date | None
    standard_input: str | None
    standard_output: str | None
    batch_input: str | None
    batch_output: str | None
    context_window: int | None
    max_output_tokens: int | None
    aliases: list[str]
    checked: date | None


class ModelCatalogue(BaseModel):
    """The models of the registry on a day."""

    day: date
    models: list[ModelLine]


class RateLine(BaseModel):
    """The prices of one mode, prompt size and first day, USD per million tokens as decimal text."""

    mode: str
    above_input_tokens: int | None
    since: date | None
    derived: bool
    prices: dict[str, str]


class ModelPrices(ModelLine):
    """A model with every price, in force and announced, and where they were read."""

    day: date
    rates: list[RateLine]
    announced: list[RateLine]
    page: str | None


Day = Annotated[IsoDay | None, Query(description="Prices of this day; today in UTC without it.")]


def router(live: LiveRegistry) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/models", tags=["registry"])
    cache = ResponseCache()

    @routes.get("", response_model=ModelCatalogue, responses=error_responses(304, 404))
    async def models(
        request: Request,
        provider: Annotated[str | None, Query(description="This provider only.")] = None,
        retired: Annotated[bool, Query(description="Retired models, too.")] = False,
        at: Day = None,
    ) -> Response:
        """Every model, with its prices."""
        registry, day = live.now(), at or datetime.now(UTC).date()
        if provider is not None and provider not in registry.providers:
            raise HTTPException(404, f"no provider {provider!r}")
        wanted = [
            model for model in registry if provider in (None, model.provider) and (retired or model.status != "retired")
        ]

        def make() -> Any:
            return {"day": day.isoformat(), "models": [_line(registry, model, day) for model in wanted]}

        return respond(request, cache.get((registry.text_sha256, provider, retired, day), make))

    @routes.get("/{provider}/{model}", response_model=ModelPrices, responses=error_responses(304, 404))
    async def model(request: Request, provider: str, model: str, at: Day = None) -> Response:
        """One model, by id or alias, with every price."""
        registry, day = live.now(), at or datetime.now(UTC).date()
        try:
            found = registry.model(provider, model)
        except UnknownModelError:
            raise HTTPException(404, f"no model {provider}/{model}") from None
        return respond(
            request,
            cache.get((registry.text_sha256, found.provider, found.id, day), lambda: _prices(registry, found, day)),
        )

    return routes


def _line(registry: Registry, model: Model, day: date) -> dict[str, Any]:
    rates = registry.pricing(model.provider, model.id).rates
    prices = {mode: base_prices(rates, mode, day) for mode in ("standard", "batch")}
    return {
        "provider": model.provider,
        "model": model.id,
        "display_name": model.display_name,
        "status": model.status,
        "retires_on": _day(model.retires_on),
        **{f"{mode}_{name}": _usd(prices[mode].get(name)) for mode in prices for name in ("input", "output")},
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "aliases": list(model.aliases),
        "checked": _day(model.source.checked) if model.source else None,
    }


def _prices(registry: Registry, model: Model, day: date) -> dict[str, Any]:
    rates = registry.pricing(model.provider, model.id).rates
    later = sorted((rate for rate in rates if rate.start and rate.start > day), key=lambda rate: rate.start or day)
    return {
        **_line(registry, model, day),
        "day": day.isoformat(),
        "rates": [_rate(rate) for mode in MODES for rate in in_force(rates, mode, day).values()],
        "announced": [_rate(rate) for rate in later],
        "page": model.source.page if model.source else None,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "mode": rate.mode,
        "above_input_tokens": rate.above_input_tokens,
        "since": _day(rate.start),
        "derived": rate.derived,
        "prices": {name: f"{rate.prices[name]:f}" for name in DIMENSIONS if name in rate.prices},
    }


def _usd(price: Decimal | None) -> str | None:
    return None if price is None else f"{price:f}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
