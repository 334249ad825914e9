"""Authentication: a bearer token, or a session cookie of our own page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

COOKIE = "octoregistry_session"
CSRF_HEADER = "X-CSRF-Token"
SHORTEST = 16
_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in: `csrf` must come with all that it decides."""

    csrf: str


class Sessions:
    """Log-ins with one token. Nothing is kept: a cookie is signed with what follows from the token, and ends with it."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None
        self._key = hashlib.sha256(b"octoregistry session\0" + (self._token or secrets.token_bytes(32))).digest()

    @property
    def possible(self) -> bool:
        """False where no token is set: then everything is read-only."""
        return self._token is not None

    def is_token(self, given: str) -> bool:
        """True for the token, compared in constant time."""
        return self._token is not None and hmac.compare_digest(given.encode(), self._token)

    def log_in(self, request: Request, response: Response) -> None:
        """None; the response carries the cookie: no script reads it, and no other site's link or form sends it."""
        name = f"{int(time.time())}.{secrets.token_urlsafe(18)}"
        response.set_cookie(
            COOKIE,
            f"{name}.{self._mac('cookie', name)}",
            max_age=_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def session(self, request: Request) -> Session | None:
        """The log-in that a request's cookie proves."""
        name, _, mac = request.cookies.get(COOKIE, "").rpartition(".")
        if not self.possible or not hmac.compare_digest(mac.encode(), self._mac("cookie", name).encode()):
            return None
        issued = name.partition(".")[0]
        if not issued.isascii() or not issued.isdigit() or not 0 <= time.time() - int(issued) <= _SECONDS:
            return None
        return Session(self._mac("csrf", name))

    def may_decide(self, request: Request, csrf: str | None = None) -> None:
        """None for who may; HTTPException 401 or 403 for everybody else."""
        if not self.possible:
            raise HTTPException(403, "read-only: no token is set")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme:
            # a browser adds no such header on its own, so nobody else's page can have made it
            if scheme.lower() == "bearer" and self.is_token(given.strip()):
                return
            raise HTTPException(401, "a wrong token", {"WWW-Authenticate": "Bearer"})
        session = self.session(request)
        if session is None:
            raise HTTPException(401, "log in at /review, or send the token", {"WWW-Authenticate": "Bearer"})
        sent = csrf or request.headers.get(CSRF_HEADER, "")
        if not from_here(request) or not hmac.compare_digest(sent.encode(), session.csrf.encode()):
            raise HTTPException(403, "this did not come from our own page: load it again")

    def _mac(self, use: str, name: str) -> str:
        return hmac.new(self._key, f"{use}\0{name}".encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def from_here(request: Request) -> bool:
    """False where a browser says that another site's page has made the request.

    `Sec-Fetch-Site`, which no script can set, is the browser's own word; a proxy that changes the host leaves it true. Without
    it, over plain HTTP, the page's origin must be the host that was asked.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")
