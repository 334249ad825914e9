"""The whole HTTP face as one application."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from octoregistry.service.assembly import Service
from octoregistry.service.database import DatabaseError
from octoregistry.service.http import api_page, catalogue, changes, estimates, health, overview, reports, review
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.sessions import SHORTEST, Sessions
from octoregistry.service.runner import ServiceStopped
from octoregistry.settings.service import ServiceSettings


class UnsafeServiceError(Exception):
    """The service would be open to more than it should be; the text says what to set."""


def application(service: Service, token: str | None, hosts: Collection[str] | None = None) -> FastAPI:
    """The application over a service that somebody else starts and stops, asked by one of the names in `hosts`, or by any
    name without them. Raises RegistryError, UnsafeError.
    """
    if token is not None and len(token) < SHORTEST:
        raise UnsafeServiceError(
            f"the token has {len(token)} letters, {SHORTEST} are the least: take `openssl rand -hex 32`"
        )
    live, sessions = LiveRegistry(service.registry), Sessions(token, service.database)
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
    app.include_router(review.router(service, sessions, live))
    app.include_router(overview.router(service, live))
    app.include_router(api_page.router(app))

    @app.exception_handler(DatabaseError)
    def no_database(_request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 503)

    @app.exception_handler(ServiceStopped)
    def ending(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "the service ends"}, 503)

    app.add_middleware(_SecurityHeaders, hosts=hosts)
    return app


class _SecurityHeaders:
    """Adds security headers, answers HEAD as GET (the server sends no body then), and refuses unknown host names: a page
    elsewhere can give its own name our address, and its script would then read what only this machine can reach.

    Starlette's own wrapper would cost a task a request.
    """

    # not `no-referrer`: with it browsers say `Origin: null` of our own forms
    _HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the headers added."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._HEADERS]
            await send(message)

        if scope["type"] == "http" and (fault := _two_ways_to_read(scope)):
            headers = {"connection": "close"}  # whatever stands behind it is not taken for a request
            await JSONResponse({"detail": fault}, 400, headers)(scope, receive, sent)
            return
        if self.hosts is not None and scope["type"] == "http" and not self._is_ours(scope):
            await JSONResponse({"detail": "no name of this service: set service.hosts"}, 421)(scope, receive, sent)
            return
        if scope.get("method") == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, sent)

    def _is_ours(self, scope: Scope) -> bool:
        """True where the host is an address, which nobody can give to another, `localhost`, or one of the names set."""
        given = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        try:
            name = urlsplit(f"//{given}").hostname or ""
        except ValueError:
            return False
        return name in ("", "localhost", *(self.hosts or ())) or _is_address(name)


def _two_ways_to_read(scope: Scope) -> str | None:
    """What makes a request another one to whoever stands before us (RFC 9112, 3.2 and 6.3): a body with two lengths, a host
    that is not named once; None for any other.
    """
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" in names and b"content-length" in names:
        return "Content-Length beside Transfer-Encoding: send one of them"
    if names.count(b"host") != 1 and (b"host" in names or scope["http_version"] != "1.0"):
        return "a request names its Host once"
    return None


def allowed_hosts(host: str, settings: ServiceSettings) -> Collection[str] | None:
    """By which names a service that listens at `host` may be asked, None for any: where it is open to others than this
    machine, and nothing is set, whoever reaches it may read.
    """
    return settings.hosts if settings.hosts or _is_loopback(host) else None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def check_bind(host: str, token: str | None) -> None:
    """Raise UnsafeServiceError where `host` is more than this machine and there is no token."""
    if token is None and not _is_loopback(host):
        raise UnsafeServiceError(f"{host} is not this machine alone: set a token, or listen at 127.0.0.1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
