"""/api/estimate: what a workload costs with each model."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from octoregistry.queries.estimate import Cost, Estimate, UnknownCost, Workload, cost_in, cost_of, estimate
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import IsoDay, ResponseCache, error_responses, respond
from providers import Registry
from providers.dimensions import DIMENSIONS, MODES, UnknownModelError

Tokens = Annotated[int, Field(ge=0, le=10**12)]


class EstimateQuery(BaseModel):
    """A workload: the tokens of one request, each counted in one dimension, and how many such requests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str | None, Field(description="PROVIDER/MODEL, by id or alias; every model without it.")] = None
    input: Tokens = 0
    output: Tokens = 0
    cached_input: Tokens = 0
    cache_write_5m: Tokens = 0
    cache_write_1h: Tokens = 0
    input_audio: Tokens = 0
    cached_input_audio: Tokens = 0
    input_image: Tokens = 0
    input_video: Tokens = 0
    output_audio: Tokens = 0
    output_image: Tokens = 0
    output_video: Tokens = 0
    cache_storage_hour: Tokens = 0
    requests: Annotated[int, Field(ge=0, le=10**9)] = 1
    mode: Literal["standard", "batch", "flex", "priority"] = "standard"
    batch_percent: Annotated[int, Field(ge=0, le=100)] = 0
    at: IsoDay | None = None


class EstimateLine(BaseModel):
    """What the workload costs with one model, in USD as exact decimal text; where that is not known, why."""

    provider: str
    model: str
    usd: str | None
    modes: dict[str, str | None]
    unknown: str | None


class Estimates(BaseModel):
    """The costs, the cheapest first and what is unknown last."""

    day: date
    mode: str
    requests: int
    estimates: list[EstimateLine]


def router(live: LiveRegistry) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["registry"])
    cache = ResponseCache()

    @routes.get("/api/estimate", response_model=Estimates, responses=error_responses(304, 404))
    async def estimates(request: Request, query: Annotated[EstimateQuery, Query()]) -> Response:
        """What a workload costs with one model, or with each."""
        registry, day = live.now(), query.at or datetime.now(UTC).date()
        return respond(request, cache.get((registry.text_sha256, day, query), lambda: _values(registry, query, day)))

    return routes


def _values(registry: Registry, query: EstimateQuery, day: date) -> dict[str, Any]:
    tokens = {name: count for name in DIMENSIONS if (count := getattr(query, name))}
    load = Workload(tokens, day, query.requests, query.mode, query.batch_percent)
    found = estimate(registry, load) if query.model is None else (_of_model(registry, query.model, load),)
    return {
        "day": day.isoformat(),
        "mode": query.mode,
        "requests": query.requests,
        "estimates": [
            {
                "provider": one.model.provider,
                "model": one.model.id,
                "usd": _usd(one.cost),
                "modes": {mode: _usd(cost) for mode, cost in one.modes.items()},
                "unknown": str(one.cost) if isinstance(one.cost, UnknownCost) else None,
            }
            for one in found
        ],
    }


def _of_model(registry: Registry, name: str, load: Workload) -> Estimate:
    provider, _, model = name.partition("/")
    try:
        found = registry.model(provider, model)
    except UnknownModelError:
        raise HTTPException(404, f"no model {name}: give PROVIDER/MODEL") from None
    rates = registry.pricing(found.provider, found.id).rates
    return Estimate(found, cost_of(rates, load), {mode: cost_in(rates, load, mode) for mode in MODES})


def _usd(cost: Cost) -> str | None:
    return None if isinstance(cost, UnknownCost) else f"{cost:f}"
