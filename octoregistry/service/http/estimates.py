"""/api/estimate: what a workload costs with each model."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from octoregistry.queries.estimate import Workload, estimate, estimate_of
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import IsoDay, ResponseCache, error_responses, respond
from providers import Registry
from providers.dimensions import DIMENSIONS, UnknownModelError
from providers.entries import Model
from providers.selection import kind_of

Kinds = Literal[
    "chat",
    "embedding",
    "image",
    "speech",
    "transcription",
    "realtime",
    "moderation",
    "completion",
    "video",
    "agent",
]
Features = Literal["tools", "structured_output", "vision", "caching"]
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
    kind: Annotated[Kinds | None, Field(description="Models of this kind; the model's own, or chat, without it.")] = (
        None
    )
    needs: Annotated[
        tuple[Features, ...], Field(max_length=8, description="Only models that are known to have these features.")
    ] = ()
    all: Annotated[bool, Field(description="Models that do not fit or retire soon, too.")] = False
    assume_earliest: Annotated[
        bool, Field(description="Before a model's first reading, take the prices of that reading.")
    ] = False


class EstimateLine(BaseModel):
    """What the workload costs with one model, in USD as exact decimal text; where that is not known, why.

    `least` and `most` where a price changed on a day that no page states. `notes`: why the model does not fit the workload,
    when it retires, and what its price rests on.
    """

    provider: str
    model: str
    usd: str | None
    modes: dict[str, str | None]
    unknown: str | None
    least: str | None
    most: str | None
    kind: str
    notes: list[str]


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
    load = Workload(tokens, day, query.requests, query.mode, query.batch_percent, assume_earliest=query.assume_earliest)
    own = None if query.model is None else _model(registry, query.model, day)
    task = load.task(query.kind or (own and kind_of(own).name) or "chat", query.needs)
    found = (
        estimate(registry, load, task, everything=query.all)
        if own is None
        else (estimate_of(registry, own, load, task),)
    )
    return {
        "day": day.isoformat(),
        "mode": query.mode,
        "requests": query.requests,
        "estimates": [one.as_values() for one in found],
    }


def _model(registry: Registry, name: str, day: date) -> Model:
    provider, _, model = name.partition("/")
    try:
        return registry.on_day(provider, model, str(day))
    except UnknownModelError:
        raise HTTPException(404, f"no model {name}: give PROVIDER/MODEL") from None
