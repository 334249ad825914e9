"""A line of one of OpenAI's batch files as a request of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OURS = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_tokens": "max_tokens",
    "temperature": "temperature",
}
_TEXTS = ("text", "input_text", "output_text")


def request_of(line: Mapping[str, Any], model: str | None) -> dict[str, Any]:
    """The request that a line `{"custom_id", "method", "url", "body"}` states: its messages, schema and limits in our
    words, the other keys of its body as `extra`. Raises ValueError for what is none, and for another model than `model`.
    """
    body = line.get("body")
    if not isinstance(body, Mapping):
        raise ValueError("it has a custom_id, and no body: it is no line of a batch file")  # noqa: TRY004
    rest = dict(body)
    stated = rest.pop("model", None)
    if model is not None and stated not in {None, model}:
        raise ValueError(f"its model is {stated!r}, and the run is of {model!r}: give --model")
    entry: dict[str, Any] = {"id": line["custom_id"]}
    for theirs, ours in _OURS.items():
        if rest.get(theirs) is not None:
            entry[ours] = rest.pop(theirs)
    turns = rest.pop("messages", None) or rest.pop("input", None)
    if isinstance(turns, str):
        entry["prompt"] = turns
    elif isinstance(turns, list):
        entry["messages"] = [_message(turn) for turn in turns]
    if rest.get("instructions"):
        entry["system"] = rest.pop("instructions")
    schema = _schema(rest.get("response_format")) or _schema((rest.get("text") or {}).get("format"))
    if schema is not None:
        entry["schema"] = schema
        rest.pop("response_format", None)
        rest.pop("text", None)
    return {**entry, "extra": rest} if rest else entry


def _schema(form: Any) -> Any:
    """The schema of a response_format, of either surface."""
    if not isinstance(form, Mapping) or form.get("type") != "json_schema":
        return None
    return (form.get("json_schema") or form).get("schema")


def _message(turn: Any) -> Any:
    if not isinstance(turn, Mapping):
        return turn
    content = turn.get("content")
    parts = content if isinstance(content, str) else [_part(part) for part in content or ()]
    role = {"developer": "system"}.get(str(turn.get("role")), turn.get("role"))
    return {"role": role, "content": parts}


def _part(part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    if part.get("type") in _TEXTS:
        return {"type": "text", "text": part.get("text")}
    if part.get("type") not in {"image_url", "input_image"}:
        return dict(part)
    image = part.get("image_url")
    address = str(image.get("url") if isinstance(image, Mapping) else image)
    if address.startswith("data:"):
        head, _, data = address.partition(",")
        return {"type": "image", "data": data, "media_type": head.removeprefix("data:").removesuffix(";base64")}
    return {"type": "image", "url": address}
