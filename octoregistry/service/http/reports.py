"""/reports/: the pages that runs have written."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse

from octoregistry.service.http.responses import error_responses, respond, response_body

_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json"}


def router(folder: FilePath) -> APIRouter:
    """The routes over the reports in `folder`, which need not be there yet."""
    routes = APIRouter(prefix="/reports", tags=["reports"])
    html: dict[int | str, dict[str, Any]] = {200: {"description": "The page", "content": {"text/html": {}}}}
    either: dict[int | str, dict[str, Any]] = {
        200: {"description": "The file", "content": {"text/html": {}, "application/json": {}}}
    }

    @routes.get("", include_in_schema=False)
    def without_slash() -> Response:
        """The list, at the address from which its links lead on."""
        return RedirectResponse("reports/")

    @routes.get("/", response_class=Response, responses={**html, **error_responses(304, 404)})
    def index(request: Request) -> Response:
        """The list of reports."""
        try:
            return _file(request, folder, "index.html")
        except HTTPException:
            raise HTTPException(404, "no report yet: the first run that has something to tell writes one") from None

    @routes.get("/{name}", response_class=Response, responses={**either, **error_responses(304, 404)})
    def report(
        request: Request,
        name: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.(html|json)$")],
    ) -> Response:
        """A report, or its data."""
        return _file(request, folder, name)

    return routes


def _file(request: Request, folder: FilePath, name: str) -> Response:
    # `name` has neither a slash nor a leading dot; a link that somebody put into the folder leads nowhere
    path = folder / name
    try:
        if path.is_symlink():
            raise FileNotFoundError
        content = path.read_bytes()
    except OSError:
        raise HTTPException(404, f"no report {name}") from None
    # The pages bring a policy of their own, by which they ask for nothing.
    return respond(request, response_body(content, _TYPES[path.suffix]))
