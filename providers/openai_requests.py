"""What is sent to OpenAI for a prompt, and on which of its two surfaces."""

from __future__ import annotations

import re
from typing import Any

from .dialects import OPENAI, translated
from .errors import RequestError
from .media import Media
from .request import Message, Request

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"

# Models that the API serves on the responses surface only: those that openai/types/shared/responses_model.py lists
# beside the chat models. A test holds this table against the installed SDK.
RESPONSES_ONLY = (
    "o1-pro",
    "o3-pro",
    "o3-deep-research",
    "o4-mini-deep-research",
    "computer-use-preview",
    "gpt-5.5-pro",
    "gpt-5-codex",
    "gpt-5-pro",
    "gpt-5.1-codex-max",
    "gpt-daybreak-blue-latest",
    "gpt-daybreak-red-latest",
    "gpt-5.6-cyber",
    "gpt-6-cyber",
    "gpt-rosalind-research",
    "gpt-6-rosalind",
    "gpt-6.2-astra-law",
)
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def surface_of(model: str, stated: str | None = None) -> str:
    """The path that serves `model`: as the configuration states ("chat" or "responses"), else chat wherever the model
    has it.
    """
    if stated is not None:
        if stated not in {"chat", "responses"}:
            raise ValueError(f"api.surface is {stated!r}: it is 'chat' or 'responses'")
        return CHAT if stated == "chat" else RESPONSES
    return RESPONSES if _SNAPSHOT.sub("", model) in RESPONSES_ONLY else CHAT


def request_body(
    surface: str, model: str, request: Request, max_tokens_field: str = "max_completion_tokens"
) -> dict[str, Any]:
    """The body of one request, the same for a realtime call and for a row of a batch; without `extra`."""
    form: dict[str, Any] | None = None
    if request.schema is not None:
        enforced = translated(request.schema, OPENAI)
        form = {"name": _name(request.schema), "schema": enforced, "strict": True}
    body: dict[str, Any] = {"model": model}
    if surface == RESPONSES:
        body["input"] = request.prompt or [_input_of(message) for message in request.messages]
        if request.system:
            body["instructions"] = request.system
        if request.max_tokens is not None:
            body["max_output_tokens"] = request.max_tokens
        if form is not None:
            body["text"] = {"format": {"type": "json_schema", **form}}
        if request.reasoning:
            body["reasoning"] = {"effort": _EFFORTS.get(request.reasoning, request.reasoning)}
    else:
        told = [{"role": "system", "content": request.system}] if request.system else []
        body["messages"] = [*told, *(_message_of(message) for message in request.messages)]
        if request.max_tokens is not None:
            body[max_tokens_field] = request.max_tokens
            if twice := _LIMITS & request.extra.keys() - {max_tokens_field}:
                why = f"extra.{min(twice)} beside max_tokens: both are the longest answer: say it once"
                raise RequestError(why, provider="openai", code="bad_request")
        if form is not None:
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        if request.reasoning:
            body["reasoning_effort"] = _EFFORTS.get(request.reasoning, request.reasoning)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    return {**body, **_cache_of(request)}


_LIMITS = {"max_tokens", "max_completion_tokens"}  # two names of one limit
_EFFORTS = {"off": "none"}  # openai/types/shared/reasoning_effort.py


def _cache_of(request: Request) -> dict[str, Any]:
    """The cache controls: which requests share a prefix, and how long it is kept."""
    key, ttl = request.cache.get("key"), request.cache.get("ttl")
    controls: dict[str, Any] = {} if key is None else {"prompt_cache_key": str(key)}
    if ttl == "30m":  # openai/types/chat/completion_create_params.py, PromptCacheOptions
        controls["prompt_cache_options"] = {"ttl": ttl}
    elif ttl == "24h":
        controls["prompt_cache_retention"] = ttl
    elif ttl is not None:
        raise RequestError(
            f"cache.ttl is {ttl!r}: OpenAI keeps a prefix for 30m or 24h", provider="openai", code="bad_request"
        )
    return controls


def _message_of(message: Message) -> dict[str, Any]:
    """A message of the chat surface."""
    if message.is_text:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [_chat_part(part) for part in message.parts]}


def _chat_part(part: str | Media) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if part.is_image:
        return {"type": "image_url", "image_url": {"url": part.data_url}}
    if part.url is not None:
        told = f"{part.url}: chat completions take no file by its address; the responses surface does, or give its path"
        raise RequestError(told, provider="openai", code="bad_request")
    return {"type": "file", "file": {"filename": part.name, "file_data": part.data_url}}


def _input_of(message: Message) -> dict[str, Any]:
    """A message of the responses surface."""
    if message.is_text:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [_input_part(part) for part in message.parts]}


def _input_part(part: str | Media) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "input_text", "text": part}
    if part.is_image:
        return {"type": "input_image", "image_url": part.data_url, "detail": "auto"}
    if part.url is not None:
        return {"type": "input_file", "file_url": part.url}
    return {"type": "input_file", "filename": part.name, "file_data": part.data_url}


def _name(schema: dict[str, Any]) -> str:
    """The schema's title as a name that the API takes."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", str(schema.get("title") or "")).strip("_")[:64]
    return name or "answer"
