"""Authentication: a bearer token, or a session cookie of our own page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from fastapi import HTTPException, Request, Response

from octoregistry.service.database import Database
from octoregistry.service.ended_sessions import EndedSessions
from octoregistry.service.http.throttle import Throttle

COOKIE = "octoregistry_session"
CSRF_HEADER = "X-CSRF-Token"
SHORTEST = 16
_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in: `csrf` must come with all that it decides, `by` is the name that was given."""

    csrf: str
    by: str
    fingerprint: str


class Sessions:
    """Log-ins with one token. A cookie is signed with what follows from the token, and ends with it; those that were ended
    before are kept, so that a copy of the cookie is dead as well. Wrong secrets are looked at a few at a time."""

    def __init__(self, token: str | None, database: Database) -> None:
        self._token = token.encode() if token else None
        self._key = hashlib.sha256(b"octoregistry session\0" + (self._token or secrets.token_bytes(32))).digest()
        self._ended = EndedSessions(database, timedelta(seconds=_SECONDS))
        self._throttle = Throttle()

    @property
    def possible(self) -> bool:
        """False where no token is set: then everything is read-only."""
        return self._token is not None

    def is_token(self, request: Request, given: str) -> bool:
        """True for the token, compared in constant time; HTTPException 429 for who has tried too many."""
        return self._judged(request, self._token is not None and hmac.compare_digest(given.encode(), self._token))

    def log_in(self, request: Request, response: Response, by: str = "") -> None:
        """Set the cookie in the response: no script reads it, and no other site's link or form sends it."""
        shown = base64.urlsafe_b64encode(" ".join(by.split())[:100].encode()).decode().rstrip("=")
        name = f"{int(time.time())}.{secrets.token_urlsafe(18)}.{shown}"
        response.set_cookie(
            COOKIE,
            f"{name}.{self._mac('cookie', name)}",
            max_age=_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def log_out(self, request: Request) -> None:
        """End the log-in of the request's cookie, for every copy of the cookie."""
        if session := self.session(request):
            self._ended.end(session.fingerprint)

    def session(self, request: Request) -> Session | None:
        """The log-in that a request's cookie proves."""
        name, _, mac = request.cookies.get(COOKIE, "").rpartition(".")
        if not self.possible or not hmac.compare_digest(mac.encode(), self._mac("cookie", name).encode()):
            return None
        issued, _, rest = name.partition(".")
        issued_at = int(issued) if issued.isascii() and issued.isdigit() else None
        if issued_at is None or not 0 <= time.time() - issued_at <= _SECONDS:
            return None
        fingerprint = hashlib.sha256(name.encode()).hexdigest()
        if fingerprint in self._ended:
            return None
        shown = rest.partition(".")[2]
        by = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode("utf-8", "replace")
        return Session(self._mac("csrf", name), by, fingerprint)

    def may_decide(self, request: Request, csrf: str | None = None) -> str | None:
        """Who it is that may, by the name given at log-in ("" where none was), None for who sends the token itself and says
        so with each decision; HTTPException 401, 403 or 429 for everybody else."""
        if not self.possible:
            raise HTTPException(403, "read-only: no token is set")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme:
            # a browser adds no such header on its own, so nobody else's page can have made it
            if scheme.lower() == "bearer" and self.is_token(request, given.strip()):
                return None
            raise HTTPException(401, "a wrong token", {"WWW-Authenticate": "Bearer"})
        session = self.session(request)
        if session is None:
            if COOKIE in request.cookies:
                self._judged(request, right=False)
            raise HTTPException(401, "log in at /review, or send the token", {"WWW-Authenticate": "Bearer"})
        sent = csrf or request.headers.get(CSRF_HEADER, "")
        if not from_here(request) or not hmac.compare_digest(sent.encode(), session.csrf.encode()):
            raise HTTPException(403, "this did not come from our own page: load it again")
        return session.by

    def _judged(self, request: Request, right: bool) -> bool:
        """`right`, for who may be told now; HTTPException 429 for who has tried too many."""
        address = request.client.host if request.client else ""
        if wait := self._throttle.attempt(address, right=right):
            raise HTTPException(429, "too many wrong secrets", {"Retry-After": str(wait)})
        return right

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
