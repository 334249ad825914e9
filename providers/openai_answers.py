"""What an OpenAI response says, on either surface, and what became of a row of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from .answers import Answer, Failure, tool_call, unread, with_parts, with_usage
from .base import ToolCall
from .retry import is_retryable
from .served import ServedUsage
from .wire import among, count, error_in, listed, section, text_in

# Codes of errors that pass. `token_limit_exceeded` is the queue being full, not a bad request (openai-python#2084).
PASSING_CODES = frozenset(
    {
        "batch_expired",
        "request_timeout",
        "rate_limit_exceeded",
        "token_limit_exceeded",
        "server_error",
        "server_is_overloaded",
        "slow_down",
        "vector_store_timeout",
    }
)
# Status 429 that no wait cures: the account has to be topped up or its limit raised.
SPENT_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_CALLS = frozenset({"function_call", "custom_tool_call"})  # items of a response's output that ask the caller to act
# Items of a response's output (openai/types/responses/response_output_item.py).
_ITEMS = _CALLS | {
    *("message", "reasoning", "compaction", "program", "program_output", "additional_tools", "image_generation_call"),
    *("web_search_call", "file_search_call", "code_interpreter_call", "computer_call", "computer_call_output"),
    *("local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output", "apply_patch_call"),
    *("apply_patch_call_output", "mcp_call", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response"),
    *("function_call_output", "custom_tool_call_output", "tool_search_call", "tool_search_output"),
}
# What a message may say beside an answer, of OpenAI and of servers with its protocol.
_BESIDE = frozenset(
    {
        *(
            "role",
            "name",
            "id",
            "annotations",
            "reasoning",
            "reasoning_content",
            "reasoning_details",
            "thinking_blocks",
        ),
        *("executed_tools", "provider_specific_fields", "images", "content", "refusal", "tool_calls", "function_call"),
    }
)
_TEXTS = frozenset({"text", "output_text", "None"})  # types of parts that answer
_THOUGHTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text"})  # and of those that do not
_PASSING_STATUSES = frozenset({408, 409, 429})


def read_answer(response: Mapping[str, Any], mode: str | None = None) -> Answer:
    """The answer that a chat completion or a response holds."""
    answer = with_usage(response, mode, partial(_read, response))
    items = listed(response, "output")
    parts = [part for item in items if item.get("type") == "message" for part in listed(item, "content")]
    kinds = (one.get("type") for one in (*items, *parts))
    return with_parts(answer, kinds, _ITEMS | _TEXTS | _THOUGHTS | {"refusal"})


def _read(response: Mapping[str, Any], served: ServedUsage | None) -> Answer:
    model = str(response["model"]) if response.get("model") else None
    try:
        return (_read_response if "output" in response else _read_completion)(response, served, model)
    except ValueError as error:
        return unread(str(error), served, model)


def _read_completion(response: Mapping[str, Any], served: ServedUsage | None, model: str | None) -> Answer:
    """An answer of the chat surface. ValueError for one in another form."""
    choices = listed(response, "choices")
    error = error_in(response) or next((error_in(choice) for choice in choices[:1]), {})
    if error:  # a gateway's failure, under the status of an answer; beside choices in the midst of one
        words = [str(error[name]) for name in ("code", "type") if error.get(name)] or ["error"]
        passing = not PASSING_CODES.isdisjoint(words) or (words[0].isdigit() and is_retryable(int(words[0])))
        failure = Failure(str(error.get("message") or "no message"), words[0], passing, answered=bool(choices))
        return Answer("", "error", served, failure=failure, model=model)
    if not choices:
        failure = Failure("the response has no choices", "no_answer", retryable=served is None, answered=True)
        return Answer("", "error", served, failure=failure, model=model)
    message = section(choices[0], "message")
    reason = str(choices[0].get("finish_reason") or "unknown")
    refusal = text_in(message, "refusal") or None
    if refusal is None and reason == "content_filter":
        refusal = "the content filter left out the answer"
    elif not section(choices[0], "message"):
        raise ValueError("its choice has no message")
    calls = tuple(_tool_call(call) for call in [*listed(message, "tool_calls"), *_legacy_call(message)])
    text = text_of(message.get("content"))
    if (
        reason == "stop"
        and not (text or calls or refusal)
        and (apart := sorted(set(filter(message.get, message)) - _BESIDE))
    ):
        raise ValueError(f"its message says nothing but in {', '.join(apart)}")
    return Answer(text, reason, served, refusal, model=model, tool_calls=calls)


def _tool_call(call: Mapping[str, Any]) -> ToolCall:
    """A call of either surface: of a function, or of a custom tool that takes text. ValueError for one of neither."""
    told = section(call, "function") or section(call, "custom") or call
    if told is call and not call.get("name"):
        raise ValueError(f"it asks for a call of the unknown type {str(call.get('type'))!r}")
    arguments = told["arguments"] if "arguments" in told else told.get("input")
    return tool_call(call.get("call_id") or call.get("id"), told.get("name"), arguments)


def _legacy_call(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [message["function_call"]] if section(message, "function_call") else []


def _read_response(response: Mapping[str, Any], served: ServedUsage | None, model: str | None) -> Answer:
    """An answer of the responses surface: `output` mixes reasoning, tool calls and messages."""
    messages = [item for item in listed(response, "output") if item.get("type") == "message"]
    parts = [part for item in messages for part in listed(item, "content")]
    text = "".join(map(text_of, (item.get("content") for item in messages)))
    refusals = [str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal"]
    status = str(response.get("status") or "unknown")
    reason = str(section(response, "incomplete_details").get("reason") or status)
    if status == "incomplete" and reason not in {"max_output_tokens", "content_filter", status}:
        reason = f"{status}: {reason}"
    refusal = " ".join(refusals) if refusals else None
    if refusal is None and reason == "content_filter":
        refusal = "the content filter left out the answer"
    if status in {"failed", "cancelled", "queued", "in_progress"}:
        error = section(response, "error")
        code = str(error.get("code") or status)
        failure = Failure(
            str(error.get("message") or f"the response is {status}"), code, code in PASSING_CODES, answered=True
        )
        return Answer(text, reason, served, refusal, failure, model)
    called = tuple(_tool_call(item) for item in listed(response, "output") if among(item.get("type"), _CALLS))
    return Answer(text, reason, served, refusal, model=model, tool_calls=called)


def read_row(row: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict) -> Answer:
    """What became of a row. Rows fail in three shapes: an answer with an error status, no answer at all, and a failed
    response.
    """
    response, error = section(row, "response"), section(row, "error")
    body = section(response, "body")
    status = count(response, "status_code")
    if not response:
        code = str(error.get("code") or "no_response")
        said = str(error.get("message") or "the row has neither an answer nor an error")
        failure = Failure(said, code, code in PASSING_CODES, answered=not error)
        return Answer("", "error", failure=failure)
    if status >= 300 or ("error" in body and body["error"] and "output" not in body):
        told = section(body, "error") or error
        code = str(told.get("code") or told.get("type") or status)
        passing = code not in SPENT_CODES and (code in PASSING_CODES or status in _PASSING_STATUSES or status >= 500)
        failed = Answer("", "error", failure=Failure(str(told.get("message") or f"status {status}"), code, passing))
        return with_usage(read(body), "batch", lambda _: failed)
    return read_answer(read(body), mode="batch").of_row()


def text_of(content: Any) -> str:
    """The text of a message, or of a piece of one: one string, or the parts of a list that are no thoughts. ValueError for a
    text that stands elsewhere.
    """
    if isinstance(content, list):
        return "".join(part if isinstance(part, str) else _text_of_part(part) for part in content)
    return text_in({"content": content}, "content")


def _text_of_part(part: Any) -> str:
    kind = str(part.get("type")) if isinstance(part, Mapping) else "None"
    if not isinstance(part, Mapping) or (part.get("text") and kind not in _TEXTS | _THOUGHTS):
        raise ValueError(f"its content has a part of the unknown type {kind!r}")
    return text_in(part) if kind in _TEXTS else ""
