"""/review: what is held, on a page on which a person decides."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from octoregistry.service.assembly import Service
from octoregistry.service.http.changes import decide
from octoregistry.service.http.sessions import COOKIE, Sessions, from_here
from octoregistry.service.notices import change_line
from octoregistry.templating import environment, folder

_MOST = 200


def router(service: Service, sessions: Sessions) -> APIRouter:
    """The routes; none of them is part of the documented API."""
    routes = APIRouter(include_in_schema=False)

    def page(request: Request, said: str = "", status: int = 200) -> HTMLResponse:
        style = (folder() / "service" / "review.css").read_text(encoding="utf-8")
        session = sessions.session(request)
        html = environment().get_template("service/review.html.j2").render(
            held=[
                {"id": one.id, "model": f"{one.provider}/{one.model}", "since": f"{one.first_seen:%Y-%m-%d %H:%M}Z",
                 "lines": [change_line(change) for change in one.changes]}
                for one in service.decisions.all("waiting", _MOST)
            ],
            fresh=[str(one) for one in service.freshness()],
            csrf=session.csrf if session else "",
            possible=sessions.possible,
            proposes=service.settings.service.pull_request,
            said=said,
            style=style,
        )  # fmt: skip
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        return HTMLResponse(html, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    @routes.get("/review")
    def review(request: Request) -> Response:
        """The page."""
        return page(request)

    @routes.post("/login")
    def login(request: Request, token: Annotated[str, Form(max_length=1000)]) -> Response:
        """The cookie, for who has the token."""
        if not from_here(request):
            return page(request, "This did not come from our own page.", 403)
        if not sessions.is_token(token.strip()):
            return page(request, "That is not the token.", 401)
        response = RedirectResponse("/review", 303)
        sessions.log_in(request, response)
        return response

    @routes.post("/logout")
    def logout(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
        """The end of a log-in."""
        sessions.may_decide(request, csrf)
        response = RedirectResponse("/review", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @routes.post("/review/{name}/{word}")
    def decided(
        request: Request,
        name: Annotated[str, Path(pattern=r"^[0-9a-f]{20}$")],
        word: Literal["accept", "refuse"],
        csrf: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """The page again, after a person's word."""
        try:
            sessions.may_decide(request, csrf)
            decide(service, name, word)
        except HTTPException as error:
            return page(request, f"Not done: {error.detail}", error.status_code)
        return RedirectResponse("/review", 303)

    return routes
