"""/: how fresh the prices are, the last runs, what waits, and where the rest is."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from octoregistry.service.assembly import Service
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import page_headers
from octoregistry.service.runlog import Run
from octoregistry.settings.templating import environment, folder

_RUNS = 10


def router(service: Service, live: LiveRegistry) -> APIRouter:
    """The route, no part of the documented API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def overview() -> HTMLResponse:
        """The page. Raises DatabaseError."""
        style = (folder() / "service" / "review.css").read_text(encoding="utf-8")
        template = environment().get_template("service/overview.html.j2")
        html = template.render(
            style=style,
            models=len(live.now()),
            waiting=sum(service.log.counts().waiting.values()),
            pages=list(map(str, service.freshness())),
            runs=[_shown(run) for run in service.log.latest(_RUNS)],
        )
        return HTMLResponse(html, headers=page_headers(style))

    return routes


def _shown(run: Run) -> dict[str, object]:
    return {
        "slot": f"{run.slot:%Y-%m-%d %H:%M}Z",
        "job": run.job,
        "end": run.end or "running",
        "why": run.why,
        "changed": run.changed,
        "held": run.held,
        "report": (run.outcome or {}).get("report", ""),
    }
