"""/healthz, /readyz and /metrics: the state of the service."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from octoregistry.service.assembly import Service
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import error_responses
from octoregistry.service.metrics import collector


class Health(BaseModel):
    """That the process answers."""

    status: str


class Readiness(BaseModel):
    """Whether the registry and the run log can be read; `stale` are the providers that `status` complains of, `pages` says of
    each which page was last read, how old it is and who served it."""

    status: str
    models: int
    stale: list[str]
    pages: list[str]


def router(service: Service, live: LiveRegistry) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["health"])
    metrics = collector(service, live)

    @routes.get("/healthz")
    async def healthz() -> Health:
        """200 while the process answers: whoever gets none may start it again."""
        return Health(status="ok")

    @routes.get("/readyz", responses=error_responses(503))
    def readyz(response: Response) -> Readiness:
        """200 while the registry and the run log can be read. Stale prices are told, and no reason to send nobody here."""
        models = len(live.now())
        if live.fault:
            response.status_code = 503
            return Readiness(status=live.fault, models=models, stale=[], pages=[])
        found = service.freshness()
        stale = [one.provider for one in found if not one.fresh]
        return Readiness(status="stale" if stale else "ok", models=models, stale=stale, pages=list(map(str, found)))

    exposed = {"text/plain": {"schema": {"type": "string"}}}
    text: dict[int | str, dict[str, Any]] = {200: {"description": "Prometheus text", "content": exposed}}

    @routes.get("/metrics", response_class=Response, responses={**text, **error_responses(503)})
    def exposition() -> Response:
        """What Prometheus asks for; the same from every machine on one database."""
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    return routes
