"""What is sent to Gemini for a prompt, what its content says, and what became of a row of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answers import Answer, Failure
from .dialects import GEMINI, translated
from .served import usage_of
from .wire import field, listed, section

# Ways to stop that are a refusal (google/genai/types.py, FinishReason). MAX_TOKENS, MALFORMED_* and the like are not:
# the text so far counts.
REFUSING_REASONS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
        "PUP_LIMITED_DISABLED",
    }
)
# Errors of rows carry HTTP statuses or gRPC codes: 4 DEADLINE_EXCEEDED, 8 RESOURCE_EXHAUSTED, 10 ABORTED, 13
# INTERNAL, 14 UNAVAILABLE.
PASSING_CODES = frozenset({4, 8, 10, 13, 14, 408, 409, 429, 499, 500, 502, 503, 504})


def generation_config(schema: dict[str, Any] | None, max_tokens: int | None) -> dict[str, Any]:
    """How to answer, in the SDK's snake_case; `batch_row` makes the wire's of it."""
    config: dict[str, Any] = {}
    if max_tokens is not None:
        config["max_output_tokens"] = max_tokens
    if schema is not None:
        config["response_mime_type"] = "application/json"
        config["response_json_schema"] = translated(schema, GEMINI)
    return config


def batch_row(key: str, prompt: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a batch's input file, in the wire's camelCase."""
    request: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
    if config:
        request["generationConfig"] = {_camel(name): value for name, value in config.items()}
    return {"key": key, "request": request}


def read_answer(response: Mapping[str, Any], mode: str | None = None) -> Answer:
    """The answer that a response holds: the text parts that are no thoughts. A blocked prompt has no candidate, and
    may be billed.
    """
    try:
        served = usage_of(response, mode=mode)
    except ValueError:
        served = None
    model = field(response, "model_version")
    model = str(model) if model else None
    candidates = listed(response, "candidates")
    blocked = section(response, "prompt_feedback")
    if not candidates:
        reason = field(blocked, "block_reason")
        if reason:
            said = field(blocked, "block_reason_message")
            return Answer("", str(reason), served, f"the prompt was blocked: {said or reason}", model=model)
        failure = Failure("the response has no candidates", "no_candidates", retryable=served is None, answered=True)
        return Answer("", "error", served, failure=failure, model=model)
    first = candidates[0]
    parts = listed(section(first, "content"), "parts")
    text = "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
    reason = str(field(first, "finish_reason") or "FINISH_REASON_UNSPECIFIED")
    refusal = str(field(first, "finish_message") or reason) if reason in REFUSING_REASONS else None
    return Answer(text, reason, served, refusal, model=model)


def read_row(row: Mapping[str, Any]) -> Answer:
    """What became of a row: a response, or an error of its own."""
    error = section(row, "error")
    if error:
        code = error.get("code")
        status = error.get("status") or code
        message = str(error.get("message") or "no message")
        failure = Failure(message, str(status) if status is not None else None, code in PASSING_CODES)
        return Answer("", "error", failure=failure)
    response = section(row, "response")
    if not response:
        told = "the row has neither a response nor an error"
        return Answer("", "error", failure=Failure(told, "no_response", retryable=True, answered=True))
    return read_answer(response, mode="batch")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)
