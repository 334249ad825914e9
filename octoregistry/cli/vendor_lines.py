"""A line of one of OpenAI's batch files as a request of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LIMITS = ("max_completion_tokens", "max_output_tokens", "max_tokens")
_TEXTS = ("text", "input_text", "output_text")
_URLS = ("/v1/chat/completions", "/v1/responses")


def request_of(line: Mapping[str, Any], model: str | None = None, surface: str | None = None) -> dict[str, Any]:
    """The request that a line `{"custom_id", "method", "url", "body"}` states: its messages, schema and limits in our
    words, the other keys of its body as `extra`. Raises ValueError for what is none, for what cannot be said in our words,
    and for another model or, where it has keys of its own, another `surface` than the run's.
    """
    _refuse_others(line, ("custom_id", "method", "url", "body"), "the line")
    body, url = line.get("body"), line.get("url")
    if not isinstance(body, Mapping):
        raise ValueError("it has a custom_id, and no body: it is no line of a batch file")  # noqa: TRY004
    if line.get("method", "POST") != "POST" or (url is not None and url not in _URLS):
        raise ValueError(
            f"it asks for {line.get('method', 'POST')} {url}: only {' and '.join(_URLS)} are answered here"
        )
    rest = dict(body)
    stated = rest.pop("model", None)
    if model is not None and stated not in {None, model}:
        raise ValueError(f"its model is {stated!r}, and the run is of {model!r}: give --model")
    entry: dict[str, Any] = {"id": line["custom_id"]}
    limits = {rest.pop(name) for name in _LIMITS if rest.get(name) is not None}
    if len(limits) > 1:
        raise ValueError(f"it states several limits: {', '.join(map(str, limits))}")
    if limits:
        entry["max_tokens"] = limits.pop()
    if rest.get("temperature") is not None:
        entry["temperature"] = rest.pop("temperature")
    turns = rest.pop("messages", None) or rest.pop("input", None)
    if isinstance(turns, str):
        entry["prompt"] = turns
    elif isinstance(turns, list):
        entry["messages"] = [_message(turn) for turn in turns]
    if rest.get("instructions"):
        entry["system"] = rest.pop("instructions")
    schema, rest = _schema(rest)
    if schema is not None:
        entry["schema"] = schema
    if rest and (surface is None or (url is not None and url != surface)):
        where = "another vendor's run" if surface is None else f"a run on {surface}"
        raise ValueError(f"{', '.join(rest)}: keys of {url or 'its vendor'}, which {where} cannot send")
    return {**entry, "extra": rest} if rest else entry


def _schema(body: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """(the schema that a body of either surface asks for, its name as the title; the body without it)."""
    rest = dict(body)
    text = rest.get("text")
    beside = dict(text) if isinstance(text, Mapping) else {}
    form = beside.pop("format", None) or rest.get("response_format")
    if not isinstance(form, Mapping) or form.get("type") != "json_schema":
        return None, rest
    told = dict(form if text else form.get("json_schema") or {})
    schema, name = told.pop("schema", None), told.pop("name", None)
    told.pop("type", None)
    if told.get("strict") in {True, None}:  # as ours are
        told.pop("strict", None)
    if text:
        rest["text"] = {**beside, **({"format": told} if told else {})}
    else:
        rest["response_format"] = {"json_schema": told} if told else {}
    left = {key: value for key, value in rest.items() if value or key not in {"text", "response_format"}}
    return ({**schema, "title": name} if name and isinstance(schema, Mapping) else schema), left


def _message(turn: Any) -> Any:
    if not isinstance(turn, Mapping):
        return turn
    if turn.get("type", "message") != "message":
        raise ValueError(f"a turn of the type {turn['type']!r} cannot be sent")
    _refuse_others(turn, ("role", "content", "type"), "a message")
    content = turn.get("content")
    parts = content if isinstance(content, str) else [_part(part) for part in content or ()]
    role = {"developer": "system"}.get(str(turn.get("role")), turn.get("role"))
    return {"role": role, "content": parts}


def _part(part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    if part.get("type") in _TEXTS:
        _refuse_others(part, ("type", "text"), "a text")
        return {"type": "text", "text": part.get("text")}
    if part.get("type") not in {"image_url", "input_image"}:
        return dict(part)
    image = part.get("image_url")
    details = {**part, **image} if isinstance(image, Mapping) else dict(part)
    _refuse_others(details, ("type", "url", "image_url", "detail"), "an image")
    address = details.get("url") if isinstance(image, Mapping) else image
    if details.get("detail", "auto") != "auto" or not isinstance(address, str):
        raise ValueError(
            f"an image with the detail {details.get('detail')!r} and the address {address!r} cannot be sent"
        )
    if address.startswith("data:"):
        head, _, data = address.partition(",")
        return {"type": "image", "data": data, "media_type": head.removeprefix("data:").removesuffix(";base64")}
    return {"type": "image", "url": address}


def _refuse_others(stated: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Raises for a key that says something which nobody here would read; an empty one says nothing."""
    others = [str(key) for key, value in stated.items() if key not in known and value not in (None, [], {}, "")]
    if others:
        raise ValueError(f"{what} has {', '.join(others)}, which cannot be sent")
