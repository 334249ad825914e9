"""/docs: the API as a page of our own, made of the OpenAPI document; it asks nothing of any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from octoregistry.service.http.responses import page_headers, page_style
from octoregistry.settings.templating import environment


def router(app: FastAPI) -> APIRouter:
    """The route, no part of the documented API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    def docs() -> HTMLResponse:
        """The page."""
        style, document = page_style(), app.openapi()
        html = environment().get_template("service/api.html.j2").render(
            style=style, up="", title=document["info"], calls=list(_calls(document)), shapes=list(_shapes(document))
        )  # fmt: skip
        return HTMLResponse(html, headers=page_headers(style))

    return routes


def _calls(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, verbs in document["paths"].items():
        for verb, call in verbs.items():
            yield {
                "path": path,
                "verb": verb.upper(),
                "says": call.get("description") or call.get("summary", ""),
                "token": bool(call.get("security")),
                "parameters": [_parameter(one) for one in call.get("parameters", ())],
                "answers": [
                    {"status": status, "says": one.get("description", ""), "shape": _shape_of(one)}
                    for status, one in call["responses"].items()
                ],
            }


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    schema = given.get("schema", {})
    return {
        "name": given["name"],
        "needed": given.get("required", False),
        "type": _type(schema),
        "default": schema.get("default"),
        "says": given.get("description") or schema.get("description", ""),
    }


def _shape_of(answer: Mapping[str, Any]) -> str:
    """The name of the shape that an answer's JSON has, else the kind of its content."""
    content = answer.get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return _type(schema) if schema else ", ".join(content)


def _shapes(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        fields = [
            {"name": key, "type": _type(value), "says": value.get("description", "")}
            for key, value in schema.get("properties", {}).items()
        ]
        yield {"name": name, "says": schema.get("description", ""), "fields": fields}


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in words: "list of ModelLine", "day or null", "one of standard, batch"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("format") in ("date", "date-time"):
        return {"date": "day", "date-time": "time"}[schema["format"]]
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema.get("type", "anything"))
