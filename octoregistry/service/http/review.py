"""/review: the page on which a person accepts or refuses held changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.requests import ClientDisconnect

from octoregistry.planning.doubts import held_by_labels_of_values
from octoregistry.queries import wording
from octoregistry.service.assembly import Service
from octoregistry.service.decisions import Decider
from octoregistry.service.http.changes import decide
from octoregistry.service.http.live_registry import LiveRegistry
from octoregistry.service.http.responses import page_headers, page_style
from octoregistry.service.http.review_cards import review_cards
from octoregistry.service.http.sessions import COOKIE, Sessions, from_here
from octoregistry.service.review_decisions import undoable
from octoregistry.settings.templating import environment

_MOST = 200
_MOST_BYTES = 10_000
_LONGEST_LABEL = 200
_UP = "../../"  # addresses are relative, so that a proxy may put the service anywhere


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as our pages send it; HTTPException 413 for more than they ever do."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                raise HTTPException(413, "more than any form of ours")
    except ClientDisconnect:  # nobody hears the answer
        raise HTTPException(400, "the form broke off") from None
    return dict(parse_qsl(body.decode("ascii", "replace")))


Form = Annotated[dict[str, str], Depends(_form)]
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$")]


def router(service: Service, sessions: Sessions, live: LiveRegistry) -> APIRouter:
    """The routes; none of them is part of the documented API."""
    routes = APIRouter(include_in_schema=False)
    page = _Page(service, sessions, live)

    @routes.get("/review")
    def review(request: Request) -> Response:
        """The page."""
        return page.respond(request)

    @routes.post("/login")
    def login(request: Request, form: Form) -> Response:
        """The cookie, for who has the token."""
        if not from_here(request):
            return page.respond(request, "This did not come from our own page.", 403)
        try:
            if not sessions.is_token(request, form.get("token", "").strip()):
                return page.respond(request, "That is not the token.", 401)
        except HTTPException as error:
            wait = (error.headers or {}).get("Retry-After", "1")
            return page.respond(request, f"Too many wrong tokens: try again in {wait} s.", error.status_code)
        response = RedirectResponse("review", 303)
        sessions.log_in(request, response, form.get("name", ""))
        return response

    @routes.post("/logout")
    def logout(request: Request, form: Form) -> Response:
        """The end of a log-in."""
        sessions.may_decide(request, form.get("csrf"))
        sessions.log_out(request)
        response = RedirectResponse("review", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @routes.post("/review/{name}/{word}")
    def decided(request: Request, name: Name, word: Literal["accept", "refuse", "undo"], form: Form) -> Response:
        """The page again, after a person's word."""
        try:
            by = sessions.may_decide(request, form.get("csrf"))
            decide(service, name, word, Decider(by or "", form.get("why", "")[:500]))
        except HTTPException as error:
            return page.respond(request, f"Not done: {error.detail}", error.status_code, up=_UP)
        return RedirectResponse(f"{_UP}review", 303)

    return routes


def _label_lines(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each label of a page that holds `changes`: what it says, where it stands first, and how many it holds."""
    found = sorted(held_by_labels_of_values(changes), key=lambda label: -label.prices)
    return [
        f"{one.provider}: {one.doubt.label[:_LONGEST_LABEL]!r}, a {one.doubt.place.replace('_', ' ')} at {one.doubt.address}"
        + (f" of {one.page}" if one.page else "")
        + f": {one.doubt.reason[:_LONGEST_LABEL]}; holds {one.count}"
        for one in found[:_MOST]
    ]


@dataclass(frozen=True, slots=True)
class _Page:
    """The page, for whoever asks."""

    service: Service
    sessions: Sessions
    live: LiveRegistry

    def respond(self, request: Request, message: str = "", status: int = 200, up: str = "") -> HTMLResponse:
        """What is held, with `message` above it; `up` leads from the address that was asked to that of the service."""
        style = page_style()
        session = self.sessions.session(request)
        waiting = self.service.decisions.all("waiting", _MOST)
        service = self.service
        html = environment().get_template("service/review.html.j2").render(
            cards=review_cards(waiting, self.live.now()),
            labels=_label_lines(change for one in waiting for change in one.changes),
            fresh=service.freshness(),
            decided=service.decisions.log() if session else (),
            undoable=undoable(service.runner),
            session=session,
            possible=self.sessions.possible,
            proposes=service.settings.service.pull_request,
            message=message,
            words=wording,
            style=style,
            up=up,
        )  # fmt: skip
        return HTMLResponse(html, status, page_headers(style))
