"""/api/models: what the registry says of models and their prices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel

from octoregistry.planning.rates_in_force import base_prices, in_force
from octoregistry.queries.charges import charge_values, charges_on
from octoregistry.queries.search import matching, same_model
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import IsoDay, ResponseCache, error_responses, respond
from providers import Registry
from providers.dimensions import DIMENSIONS, MODES, UnknownModelError
from providers.entries import Model, Rate
from providers.selection import ended, kind_of


class ModelLine(BaseModel):
    """A model with its prices for ordinary prompts, USD per million tokens as decimal text; null: not known."""

    provider: str
    model: str
    same_model: str
    display_name: str
    status: str
    kind: str
    first_seen: date | None
    deprecated_on: date | None
    retires_on: date | None
    replaced_by: str | None
    retired: bool
    features: list[str]
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
    up_to_input_tokens: int | None
    up_to_derived: bool
    since: date | None
    seen_before: date | None
    derived: bool
    derived_dimensions: list[str]
    level: str
    prices: dict[str, str]


class ChargeLine(BaseModel):
    """A price for something else than tokens: `usd` for `per` of `unit`, where all of `when` hold."""

    unit: str
    per: int
    usd: str
    mode: str
    when: dict[str, str]
    free: str | None
    since: date | None


class ModelPrices(ModelLine):
    """A model with every price, in force and announced, and where they were read."""

    day: date
    rates: list[RateLine]
    announced: list[RateLine]
    charges: list[ChargeLine]
    last_seen: dict[str, date]
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
        q: Annotated[str | None, Query(description="Models with these words in a name, at all that sell them.")] = None,
        at: Day = None,
    ) -> Response:
        """Every model, with its prices; with `q` the same model at several hosts stands together."""
        registry, day = live.now(), at or datetime.now(UTC).date()
        if provider is not None and provider not in registry.providers:
            raise HTTPException(404, f"no provider {provider!r}")
        wanted = [
            model for model in registry if provider in (None, model.provider) and (retired or not ended(model, day))
        ]

        if q is not None:
            wanted = matching(wanted, q)

        def make() -> Any:
            return {"day": day.isoformat(), "models": [_line(registry, model, day) for model in wanted]}

        return respond(request, cache.get((registry.text_sha256, provider, retired, q, day), make))

    @routes.get("/{provider}/{model}", response_model=ModelPrices, responses=error_responses(304, 404))
    async def model(request: Request, provider: str, model: str, at: Day = None) -> Response:
        """One model, by id or alias, with every price."""
        registry, day = live.now(), at or datetime.now(UTC).date()
        try:
            found = registry.on_day(provider, model, str(day))
        except UnknownModelError:
            raise HTTPException(404, f"no model {provider}/{model}") from None
        return respond(
            request,
            cache.get((registry.text_sha256, found.provider, found.id, day), lambda: _prices(registry, found, day)),
        )

    return routes


def _line(registry: Registry, model: Model, day: date) -> dict[str, Any]:
    rates = registry.rates(model)
    prices = {mode: {} if _unseen(model, day) else base_prices(rates, mode, day) for mode in ("standard", "batch")}
    return {
        "provider": model.provider,
        "model": model.id,
        "same_model": same_model(model.provider, model.id),
        "display_name": model.display_name,
        "status": model.status,
        "kind": str(kind_of(model)),
        "first_seen": _day(model.first_seen),
        "deprecated_on": _day(model.deprecated_on),
        "retires_on": _day(model.retires_on),
        "replaced_by": model.replaced_by,
        "retired": ended(model, day) is not None,
        "features": list(model.features),
        **{f"{mode}_{name}": _usd(prices[mode].get(name)) for mode in prices for name in ("input", "output")},
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "aliases": list(model.aliases),
        "checked": _day(model.source.checked) if model.source else None,
    }


def _prices(registry: Registry, model: Model, day: date) -> dict[str, Any]:
    rates = registry.rates(model)
    later = sorted((rate for rate in rates if rate.start and rate.start > day), key=lambda rate: rate.start or day)
    return {
        **_line(registry, model, day),
        "day": day.isoformat(),
        "rates": []
        if _unseen(model, day)
        else [_rate(rate) for mode in MODES for rate in in_force(rates, mode, day).values()],
        "announced": [_rate(rate) for rate in later],
        "charges": [charge_values(charge) for charge in charges_on(registry, model, day)],
        "last_seen": {mode: seen.isoformat() for mode, seen in model.last_seen.items()},
        "page": model.source.page if model.source else None,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "mode": rate.mode,
        "above_input_tokens": rate.above_input_tokens,
        "up_to_input_tokens": rate.up_to_input_tokens,
        "up_to_derived": rate.up_to_derived,
        "since": _day(rate.start),
        "seen_before": _day(rate.seen_before),
        "derived": rate.derived,
        "derived_dimensions": list(rate.derived_dimensions),
        "level": rate.level,
        "prices": {name: f"{rate.prices[name]:f}" for name in DIMENSIONS if name in rate.prices},
    }


def _unseen(model: Model, day: date) -> bool:
    """True before the first reading: no price is known then."""
    return model.first_seen is not None and day < model.first_seen


def _usd(price: Decimal | None) -> str | None:
    return None if price is None else f"{price:f}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
