"""What is sent to Anthropic for a prompt, what its message says, and what became of a row of a batch."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from .answers import Answer, Failure, tool_call, unread, with_parts, with_usage
from .dialects import ANTHROPIC, translated
from .errors import RequestError
from .media import Media
from .request import Message, Request
from .served import ServedUsage
from .wire import among, counts_so_far, error_in, listed, plain, section, text_in

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

# Blocks of a message, and what their events bring (anthropic/types/beta, BetaContentBlock and BetaRawContentBlockDelta), but
# for those of which another model may be billed: a fallback, an advisor.
_BLOCKS = frozenset(
    {
        *("text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use", "mcp_tool_result"),
        *(
            "mcp_tool_listing",
            "web_search_tool_result",
            "web_fetch_tool_result",
            "tool_search_tool_result",
            "compaction",
        ),
        *("code_execution_tool_result", "bash_code_execution_tool_result", "text_editor_code_execution_tool_result"),
        "container_upload",
    }
)
_DELTAS = frozenset(
    {"text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta", "compaction_delta"}
)


def request_params(model: str, request: Request, max_tokens: int) -> dict[str, Any]:
    """The parameters of one message, the same for a realtime call and for a row of a batch; without `extra`."""
    if request.temperature is not None:
        raise _refused(
            "Anthropic's messages have no temperature any more; extra={'temperature': ...} sends it as it is"
        )
    if "key" in request.cache:
        raise _refused("Anthropic's cache has no key: give cache={'ttl': '5m'} or '1h'")
    params: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens or request.extra.get("max_tokens") or max_tokens,
        "messages": [{"role": message.role, "content": _content_of(message)} for message in request.messages],
    }
    if request.system:
        params["system"] = request.system
    config: dict[str, Any] = {}
    if request.schema is not None:
        config["format"] = {"type": "json_schema", "schema": translated(request.schema, ANTHROPIC)}
    if request.reasoning == "off":
        params["thinking"] = {"type": "disabled"}
    elif request.reasoning:
        params["thinking"] = {"type": "adaptive"}
        config["effort"] = request.reasoning
    if config:
        params["output_config"] = config
    if request.cache:
        ttl = request.cache.get("ttl", "5m")
        if ttl not in {"5m", "1h"}:  # anthropic/types/cache_control_ephemeral_param.py
            raise _refused(f"cache.ttl is {ttl!r}: Anthropic keeps a prefix for 5m or 1h")
        params["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return params


def _refused(why: str) -> RequestError:
    return RequestError(why, provider="anthropic", code="bad_request")


def _content_of(message: Message) -> str | list[dict[str, Any]]:
    return message.text if message.is_text else [_block(part) for part in message.parts]


def _block(part: str | Media) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if part.url is not None:
        source = {"type": "url", "url": part.url}
    else:
        source = {"type": "base64", "media_type": part.media_type, "data": part.data or ""}
    if part.is_image:
        return {"type": "image", "source": source}
    if part.media_type == "application/pdf":
        return {"type": "document", "source": source}
    if part.media_type.startswith("text/") and part.data is not None:
        text = base64.b64decode(part.data).decode("utf-8", "replace")
        return {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": text}}
    raise _refused(f"{part.name} is {part.media_type}: Anthropic reads images, PDF and text")


def read_answer(message: Mapping[str, Any], mode: str | None = None) -> Answer:
    """The answer that a message holds: its text blocks, whatever stands before them."""
    answer = with_usage(message, mode, partial(_read, message))
    return with_parts(answer, (block.get("type") for block in listed(message, "content")), _BLOCKS)


def _read(message: Mapping[str, Any], served: ServedUsage | None) -> Answer:
    error = error_in(message)
    if error:  # a gateway's failure, under the status of an answer
        kind = str(error.get("type") or "error")
        told = str(error.get("message") or "no message")
        return Answer("", "error", served, failure=Failure(told, kind, kind in PASSING_TYPES))
    if not isinstance(message.get("content"), list):
        failure = Failure("the response is no message", "no_answer", retryable=served is None, answered=True)
        return Answer("", "error", served, failure=failure)
    try:
        text = "".join(text_in(block) for block in listed(message, "content") if block.get("type") == "text")
    except ValueError as why:
        return unread(str(why), served)
    reason = str(message.get("stop_reason") or "unknown")
    refusal = None
    if reason == "refusal":
        details = section(message, "stop_details")
        refusal = (
            ": ".join(str(details[name]) for name in ("category", "explanation") if details.get(name))
            or "the model refused"
        )
    calls = tuple(
        tool_call(block.get("id"), block.get("name"), block.get("input"))
        for block in listed(message, "content")
        if block.get("type") == "tool_use"
    )
    model = str(message["model"]) if message.get("model") else None
    return Answer(text, reason, served, refusal, model=model, tool_calls=calls)


def stream_pieces(events: Iterable[Any]) -> Iterator[str | Answer]:
    """The pieces of a streamed message, then the whole of it; nothing at the end where it did not come to one. An event may
    be the whole message.
    """
    streamed = _Streamed()
    for event in events:
        fields = plain(event)
        if fields.get("type") == "error" or error_in(fields) or isinstance(fields.get("content"), list):
            answer = read_answer(fields)
            if answer.failure is None:
                yield answer.text
            yield answer
            return
        try:
            yield streamed.add(fields)
        except ValueError as why:
            yield unread(str(why))
            return
    if streamed.ended:
        yield streamed.answer()


class _Streamed:
    """A message, put together from its events."""

    def __init__(self) -> None:
        self.ended = False
        self._counted = False  # the answer's tokens, at its end: what the first event says of them is a beginning
        self._message: dict[str, Any] = {}
        self._blocks: list[dict[str, Any]] = []  # all that were begun: also what bills beside usage stands there
        self._open: dict[Any, dict[str, Any]] = {}  # the last one that was begun at each place

    def add(self, fields: Mapping[str, Any]) -> str:
        """The text in an event. ValueError for what is none."""
        kind, place = fields.get("type"), fields.get("index")
        if kind == "message_start":
            if self._message:
                raise ValueError("its stream holds several messages")
            self._message = dict(section(fields, "message"))
            blocks = listed(self._message, "content")
            return "".join([self._begin(number, block) for number, block in enumerate(blocks)])
        if kind == "content_block_start":
            return self._begin(place, section(fields, "content_block"))
        delta = section(fields, "delta")
        if kind == "content_block_delta" and delta.get("type") == "text_delta":
            return self._say(place, delta)
        if kind == "content_block_delta":
            if delta.get("type") not in _DELTAS:
                raise ValueError(f"its stream has a delta of the unknown type {str(delta.get('type'))!r}")
            if place in self._open:
                self._open[place]["pieces"].append(text_in(delta, "partial_json"))
        elif kind == "message_delta":
            self._message.update({name: value for name, value in delta.items() if value is not None})
            self._counted = self._counted or section(fields, "usage").get("output_tokens") is not None
            self._message["usage"] = counts_so_far(section(self._message, "usage"), section(fields, "usage"))
        elif kind == "message_stop":
            self.ended = True
        return ""

    def _begin(self, place: Any, block: Mapping[str, Any]) -> str:
        """The text that a block begins with."""
        self._open[place] = {**block, "pieces": []}
        self._blocks.append(self._open[place])
        return self._say(place, block) if block.get("type") == "text" else ""

    def _say(self, place: Any, piece: Mapping[str, Any]) -> str:
        if self._open.get(place, {}).get("type") != "text":
            self._begin(place, {"type": "text"})
        text = text_in(piece)
        self._open[place]["pieces"].append(text)
        return text

    def answer(self) -> Answer:
        """The message as the plain call gives it."""
        content = [_block_of(block) for block in self._blocks]
        if section(self._message, "usage") and not self._counted:
            self._message["usage"] = {**section(self._message, "usage"), "output_tokens": "not stated at the end"}
        return read_answer({**self._message, "content": content} if self._message else {})


def _block_of(begun: Mapping[str, Any]) -> dict[str, Any]:
    """A block with the pieces that came of it: of its text, or of what a call is made with."""
    block, pieces = {name: begun[name] for name in begun if name != "pieces"}, "".join(begun["pieces"])
    if block.get("type") == "text":
        return {**block, "text": pieces}
    return {**block, "input": pieces} if pieces else block


def read_row(row: Mapping[str, Any]) -> Answer:
    """What became of a row: a message, an error (nested twice on the wire), or nothing, as it was expired or
    cancelled.
    """
    result = section(row, "result")
    kind = result.get("type")
    if kind == "succeeded":
        return read_answer(section(result, "message"), mode="batch").of_row()
    if kind == "errored":
        outer = section(result, "error")
        error = section(outer, "error") or outer
        code = str(section(error, "details").get("error_code") or error.get("type") or "error")
        passing = among(error.get("type"), PASSING_TYPES) and code not in SPENT_CODES
        failed = Answer("", "error", failure=Failure(str(error.get("message") or "no message"), code, passing))
        return with_usage(section(result, "message"), "batch", lambda _: failed)
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
