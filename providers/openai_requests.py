"""What is sent to OpenAI for a prompt, and on which of its two surfaces."""

from __future__ import annotations

import re
from typing import Any

from .dialects import OPENAI, translated

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
    surface: str, model: str, prompt: str, schema: dict[str, Any] | None, max_tokens: int | None
) -> dict[str, Any]:
    """The body of one request, the same for a realtime call and for a row of a batch."""
    form: dict[str, Any] | None = None
    if schema is not None:
        enforced = translated(schema, OPENAI)
        form = {"name": _name(schema), "schema": enforced, "strict": True}
    if surface == RESPONSES:
        body: dict[str, Any] = {"model": model, "input": prompt}
        if max_tokens is not None:
            body["max_output_tokens"] = max_tokens
        if form is not None:
            body["text"] = {"format": {"type": "json_schema", **form}}
        return body
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if max_tokens is not None:
        body["max_completion_tokens"] = max_tokens
    if form is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    return body


def _name(schema: dict[str, Any]) -> str:
    """The schema's title as a name that the API takes."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", str(schema.get("title") or "")).strip("_")[:64]
    return name or "answer"
