"""What is sent to Anthropic for a prompt, what its message says, and what became of a row of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .answers import Answer, Failure
from .dialects import ANTHROPIC, translated
from .served import usage_of
from .wire import listed, section

# Types of errors that pass (anthropic/types/shared/error_type.py).
PASSING_TYPES = frozenset({"rate_limit_error", "overloaded_error", "api_error", "timeout_error"})
# Codes of status 429 that no wait cures: somebody has to raise a limit (anthropic/_error_classes.py).
SPENT_CODES = frozenset(
    {
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
        "ramp_limit_exceeded",
    }
)


def request_params(model: str, prompt: str, schema: dict[str, Any] | None, max_tokens: int) -> dict[str, Any]:
    """The parameters of one message, the same for a realtime call and for a row of a batch."""
    params: dict[str, Any] = {
        "model": model,
        "max_tokens": max_tokens,
        "messages": [{"role": "user", "content": prompt}],
    }
    if schema is not None:
        params["output_config"] = {"format": {"type": "json_schema", "schema": translated(schema, ANTHROPIC)}}
    return params


def read_answer(message: Mapping[str, Any], mode: str | None = None) -> Answer:
    """The answer that a message holds: its text blocks, whatever stands before them."""
    try:
        served = usage_of(message, mode=mode)
    except ValueError:
        served = None
    error = section(message, "error")
    if error:  # a gateway's failure, under the status of an answer
        kind = str(error.get("type") or "error")
        told = str(error.get("message") or "no message")
        return Answer("", "error", served, failure=Failure(told, kind, kind in PASSING_TYPES and served is None))
    if not isinstance(message.get("content"), list):
        failure = Failure("the answer is no message", "no_message", retryable=served is None, answered=True)
        return Answer("", "error", served, failure=failure)
    text = "".join(str(block.get("text") or "") for block in listed(message, "content") if block.get("type") == "text")
    reason = str(message.get("stop_reason") or "unknown")
    refusal = None
    if reason == "refusal":
        details = section(message, "stop_details")
        refusal = (
            ": ".join(str(details[name]) for name in ("category", "explanation") if details.get(name))
            or "the model refused"
        )
    return Answer(text, reason, served, refusal, model=str(message["model"]) if message.get("model") else None)


def read_row(row: Mapping[str, Any]) -> Answer:
    """What became of a row: a message, an error (nested twice on the wire), or nothing, as it was expired or
    cancelled.
    """
    result = section(row, "result")
    kind = result.get("type")
    if kind == "succeeded":
        answer = read_answer(section(result, "message"), mode="batch")
        if answer.failure is None:
            return answer
        # whatever is missing of it, Anthropic calls it answered, and bills it: it is not asked for again
        return replace(answer, failure=replace(answer.failure, retryable=False, answered=True))
    if kind == "errored":
        outer = section(result, "error")
        error = section(outer, "error") or outer
        code = str(section(error, "details").get("error_code") or error.get("type") or "error")
        passing = error.get("type") in PASSING_TYPES and code not in SPENT_CODES
        return Answer("", "error", failure=Failure(str(error.get("message") or "no message"), code, passing))
    if kind == "expired":
        return Answer(
            "", "expired", failure=Failure("the batch expired before this row was sent to the model", "expired", True)
        )
    if kind == "canceled":
        return Answer(
            "", "canceled", failure=Failure("the batch was cancelled before this row was sent to the model", "canceled")
        )
    return Answer(
        "", "unknown", failure=Failure(f"a result of the unknown type {kind!r}", "unknown_result", answered=True)
    )
