"""Responses with an ETag: a client that has the same content gets 304 and no body."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import Lock
from typing import Annotated, Any

from fastapi import Request, Response
from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator

from octoregistry.report.page import asset

_MOST_CACHED = 256
_LONGEST_CACHED = 2_000_000


def _iso(value: Any) -> Any:
    # left to itself pydantic takes 0 for the first of January 1970
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("a day such as 2026-09-04")
    return value


IsoDay = Annotated[date, BeforeValidator(_iso)]


class ErrorDetail(BaseModel):
    """Why the request failed."""

    detail: str


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of the answers that are no success."""
    words = {
        304: "What you have is what there is",
        401: "No token, or a wrong one",
        403: "A request that did not come from our own page, or no token is set",
        404: "There is none",
        409: "It is decided already, or the pages have moved on",
        429: "Too many wrong secrets: wait as Retry-After says",
        503: "The run log or the registry cannot be read just now",
    }
    plain: dict[str, Any] = {"model": ErrorDetail}
    return {status: {"description": words[status], **({} if status == 304 else plain)} for status in statuses}


@dataclass(frozen=True, slots=True)
class ResponseBody:
    """Bytes and their fingerprint."""

    content: bytes
    etag: str
    media_type: str = "application/json"


def response_body(values: Any, media_type: str = "application/json") -> ResponseBody:
    """The body: bytes as they are, whatever else as JSON."""
    content = values if isinstance(values, bytes) else json.dumps(values, separators=(",", ":")).encode()
    return ResponseBody(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', media_type)


def respond(request: Request, body: ResponseBody, **headers: str) -> Response:
    """The body, or 304 for a request that names its ETag."""
    sent = {"ETag": body.etag, "Cache-Control": "no-cache", **headers}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if body.etag in known or "*" in known:
        return Response(status_code=304, headers=sent)
    return Response(body.content, media_type=body.media_type, headers=sent)


@cache
def page_style() -> Markup:
    """The style of the service's pages: the report's, and what they add to it."""
    return asset("report.css") + Markup("\n") + asset("service.css", "service")


def page_headers(style: str) -> dict[str, str]:
    """The headers of a page of ours with one style sheet and no script: it asks for nothing, and nobody keeps or frames it."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}


class ResponseCache:
    """A cache of response bodies, by the values that they are made from."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[Hashable, ResponseBody] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> ResponseBody:
        """The body of `key`, made where it is not there. If `make` raises, nothing is cached."""
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
                return found
        made = response_body(make())
        if len(made.content) <= _LONGEST_CACHED:
            with self._lock:
                self._bodies[key] = made
                while len(self._bodies) > _MOST_CACHED:
                    self._bodies.popitem(last=False)
        return made
