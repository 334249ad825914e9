"""/: how fresh the prices are, the last runs, what waits, a price that is looked for, and where the rest is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from octoregistry.planning.rates_in_force import base_prices
from octoregistry.queries import wording
from octoregistry.service.assembly import Service
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import page_headers, page_style
from octoregistry.service.runlog import Run
from octoregistry.settings.templating import environment
from providers.entries import Model
from providers.registry import Registry
from providers.selection import ended

_RUNS = 10
_FOUND = 30
_PRICES = ("input", "cached_input", "output")


def router(service: Service, live: LiveRegistry) -> APIRouter:
    """The route, no part of the documented API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def overview(find: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        """The page. Raises DatabaseError."""
        style, registry = page_style(), live.now()
        runs = [_run_row(run) for run in service.log.latest(_RUNS)]
        found = list(islice(_found(registry, find), _FOUND + 1))
        html = environment().get_template("service/overview.html.j2").render(
            style=style,
            up="",
            words=wording,
            models=len(registry),
            vendors=len(registry.providers),
            fault=live.fault,
            waiting=sum(service.log.counts().waiting.values()),
            pages=service.freshness(),
            runs=runs,
            report=next((run["report"] for run in runs if run["report"]), ""),
            find=find,
            found=[_price_row(registry, model, datetime.now(UTC).date()) for model in found[:_FOUND]],
            more=len(found) > _FOUND,
        )  # fmt: skip
        return HTMLResponse(html, headers=page_headers(style))

    return routes


def _found(registry: Registry, text: str) -> list[Model]:
    """The models that have all words of `text` in their names, those that serve first; none for no word."""
    words = text.lower().split()
    found = [
        model
        for model in registry
        if words
        and all(
            word in " ".join((model.provider, model.id, model.display_name, *model.aliases)).lower() for word in words
        )
    ]
    return sorted(found, key=lambda model: model.status == "retired")


def _price_row(registry: Registry, model: Model, today: date) -> dict[str, object]:
    standard, batch = (base_prices(registry.rates(model), mode, today) for mode in ("standard", "batch"))
    return {
        "provider": model.provider,
        "id": model.id,
        "display_name": model.display_name,
        "prices": [wording.price(standard.get(name)) for name in _PRICES] + [wording.price(batch.get("input"))],
        "ended": ended(model, today) or (f"retires on {model.retires_on}" if model.retires_on else ""),
        "checked": model.source.checked if model.source else None,
    }


def _run_row(run: Run) -> dict[str, object]:
    return {
        "slot": f"{run.slot:%Y-%m-%d %H:%M}Z",
        "job": run.job,
        "end": run.end or "running",
        "why": run.why,
        "changed": run.changed,
        "held": run.held,
        "report": (run.outcome or {}).get("report", ""),
    }
