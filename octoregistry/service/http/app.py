"""The whole HTTP face as one application."""

from __future__ import annotations

from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from octoregistry.service.assembly import Service
from octoregistry.service.database import DatabaseError
from octoregistry.service.http import catalogue, changes, estimates, health, reports, review
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.sessions import SHORTEST, Sessions
from octoregistry.service.running import Stopped


class UnsafeError(Exception):
    """The service would be open to more than it should be; the text says what to set."""


def application(service: Service, token: str | None) -> FastAPI:
    """The application over a service that somebody else starts and stops. Raises RegistryError, UnsafeError."""
    if token is not None and len(token) < SHORTEST:
        raise UnsafeError(f"the token has {len(token)} letters, {SHORTEST} are the least: take `openssl rand -hex 32`")
    live, sessions = LiveRegistry(service.registry), Sessions(token)
    app = FastAPI(
        title="octoregistry",
        version=version("octoregistry"),
        description="A registry of LLM models and prices that keeps itself true.",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # it would redirect to whatever host the request names
    )
    app.include_router(health.router(service, live))
    app.include_router(catalogue.router(live))
    app.include_router(estimates.router(live))
    app.include_router(changes.router(service, sessions))
    app.include_router(reports.router(Path(service.settings.service.report or "reports")))
    app.include_router(review.router(service, sessions))

    @app.get("/", include_in_schema=False)
    def home() -> Response:
        """What a person came for."""
        return RedirectResponse("review")

    @app.exception_handler(DatabaseError)
    def no_database(_request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 503)

    @app.exception_handler(Stopped)
    def ending(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "the service ends"}, 503)

    app.add_middleware(_Guarded)
    return app


class _Guarded:
    """Says of every answer what a browser may not make of it, and answers HEAD as GET: the server sends no body then.

    Starlette's own wrapper would cost a task a request.
    """

    # not `no-referrer`: with it browsers say `Origin: null` of our own forms
    _HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the headers added."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._HEADERS]
            await send(message)

        if scope.get("method") == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, sent)


def check_bind(host: str, token: str | None) -> None:
    """None where it is safe to listen at `host`; UnsafeError for more than this machine without a token."""
    if token is None and not _is_loopback(host):
        raise UnsafeError(f"{host} is not this machine alone: set a token, or listen at 127.0.0.1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
