"""What is sent to Gemini for a prompt, what its content says, and what became of a row of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from .answers import Answer, Failure, tool_call, unread, with_parts, with_usage
from .dialects import GEMINI, translated
from .errors import RequestError
from .media import Media
from .request import Request, with_extra
from .served import ServedUsage
from .wire import among, counts_so_far, error_in, field, listed, section, text_in

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
# What a part may say (google/genai/types.py, Part).
_OF_PARTS = {
    *("text", "thought", "thought_signature", "function_call", "function_response", "tool_call", "tool_response"),
    *("inline_data", "file_data", "executable_code", "code_execution_result", "part_metadata", "document_metadata"),
    *("media_resolution", "media_processing", "video_metadata", "audio_metadata", "audio_transcription"),
    *("speech_metadata", "spreadsheet_metadata"),
}
# Errors of rows carry HTTP statuses or gRPC codes: 4 DEADLINE_EXCEEDED, 8 RESOURCE_EXHAUSTED, 10 ABORTED, 13
# INTERNAL, 14 UNAVAILABLE.
PASSING_CODES = frozenset({4, 8, 10, 13, 14, 408, 409, 429, 499, 500, 502, 503, 504})


def contents_of(request: Request) -> list[dict[str, Any]]:
    """The turns of a conversation, as the SDK takes them."""
    roles = {"user": "user", "assistant": "model"}
    return [
        {"role": roles[message.role], "parts": [_part(part) for part in message.parts]} for message in request.messages
    ]


def _part(part: str | Media) -> dict[str, Any]:
    if isinstance(part, str):
        return {"text": part}
    if part.url is not None:
        if part.media_type.endswith("/*"):
            told = f"nothing tells what kind of image {part.url} is, and Gemini must be told: give its media_type"
            raise RequestError(told, provider="gemini", code="bad_request")
        return {"file_data": {"file_uri": part.url, "mime_type": part.media_type}}
    return {"inline_data": {"data": part.data, "mime_type": part.media_type}}


def generation_config(request: Request) -> dict[str, Any]:
    """How to answer, in the SDK's snake_case; `batch_row` makes the wire's of it."""
    if request.cache:
        told = (
            "Gemini caches by itself; a cache made beforehand is named by extra={'cachedContent': 'cachedContents/...'}"
        )
        raise RequestError(told, provider="gemini", code="bad_request")
    config: dict[str, Any] = {}
    if request.max_tokens is not None:
        config["max_output_tokens"] = request.max_tokens
    if request.temperature is not None:
        config["temperature"] = request.temperature
    if request.schema is not None:
        config["response_mime_type"] = "application/json"
        config["response_json_schema"] = translated(request.schema, GEMINI)
    if request.reasoning == "off":  # google/genai/types.py, ThinkingConfig: 0 is disabled
        config["thinking_config"] = {"thinking_budget": 0}
    elif request.reasoning:
        config["thinking_config"] = {"thinking_level": request.reasoning.upper()}
    return config


def own_keys(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor's own keys in the wire's camelCase, as it reads them in either."""
    camels = {_camel(name): value for name, value in extra.items()}
    config = camels.get("generationConfig")
    if isinstance(config, Mapping):
        camels["generationConfig"] = {_camel(name): value for name, value in config.items()}
    return camels


def batch_row(key: str, request: Request, model: str) -> dict[str, Any]:
    """One line of a batch's input file, in the wire's camelCase."""
    asked: dict[str, Any] = {"contents": _camels(contents_of(request))}
    if request.system:
        asked["systemInstruction"] = {"parts": [{"text": request.system}]}
    config = generation_config(request)
    schema = config.pop("response_json_schema", None)  # whose keys are its own
    asked["generationConfig"] = {**_camels(config), **({} if schema is None else {"responseJsonSchema": schema})}
    whole = with_extra({**asked, "model": model}, own_keys(request.extra), "gemini")
    told = {name: value for name, value in whole.items() if name != "model"}
    if not told["generationConfig"]:
        del told["generationConfig"]
    return {"key": key, "request": told}


def read_answer(response: Mapping[str, Any], mode: str | None = None) -> Answer:
    """The answer that a response holds: the text parts that are no thoughts. A blocked prompt has no candidate, and
    may be billed.
    """
    answer = with_usage(response, mode, partial(_read, response))
    parts = [part for one in listed(response, "candidates")[:1] for part in listed(section(one, "content"), "parts")]
    return with_parts(
        answer, (name for part in parts for name in part if part[name] and _snake(name) not in _OF_PARTS), ()
    )


def _read(response: Mapping[str, Any], served: ServedUsage | None) -> Answer:
    model = field(response, "model_version")
    model = str(model) if model else None
    candidates = listed(response, "candidates")
    if not candidates and (failure := failure_in(response)) is not None:
        return Answer("", "error", served, failure=failure, model=model)
    blocked = section(response, "prompt_feedback")
    if not candidates:
        reason = field(blocked, "block_reason")
        if reason:
            said = field(blocked, "block_reason_message")
            return Answer("", str(reason), served, f"the prompt was blocked: {said or reason}", model=model)
        failure = Failure("the response has no candidates", "no_answer", retryable=served is None, answered=True)
        return Answer("", "error", served, failure=failure, model=model)
    first = candidates[0]
    parts = listed(section(first, "content"), "parts")
    try:
        text = _text_of(parts)
    except ValueError as why:
        return unread(str(why), served, model)
    reason = str(field(first, "finish_reason") or "FINISH_REASON_UNSPECIFIED")
    refusal = str(field(first, "finish_message") or reason) if reason in REFUSING_REASONS else None
    asked = [section(part, "function_call") for part in parts if section(part, "function_call")]
    calls = tuple(tool_call(field(call, "id"), call.get("name"), call.get("args") or {}) for call in asked)
    return Answer(text, reason, served, refusal, model=model, tool_calls=calls)


def _text_of(parts: list[Mapping[str, Any]]) -> str:
    """The text of the parts that are no thoughts."""
    return "".join(text_in(part) for part in parts if not part.get("thought"))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def failure_in(fields: Mapping[str, Any]) -> Failure | None:
    """The error that a row or an answer states, in the vendor's words; None where there is none."""
    error = error_in(fields)
    if not error:
        return None
    code = error.get("code")
    status = error.get("status") or code
    message = str(error.get("message") or "no message")
    return Failure(message, str(status) if status is not None else None, among(code, PASSING_CODES))


class _Whole:
    """An answer that comes in events."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.candidates: dict[Any, dict[str, Any]] = {0: {}}  # by their place; the first one is the answer
        self._usage: Mapping[str, Any] = {}

    def add(self, chunk: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Takes what an event says; the pieces of the answer in it."""
        self._usage = counts_so_far(self._usage, section(chunk, "usage_metadata"))
        self.fields |= {name: value for name, value in chunk.items() if value and name not in _APART}
        found = []
        for number, piece in enumerate(listed(chunk, "candidates")):
            place = number if field(piece, "index") is None else field(piece, "index")
            _add(self.candidates.setdefault(place, {}), piece)
            found += [piece] if place == 0 else []
        return found

    def answer(self) -> dict[str, Any]:
        """All of it as one response, with its candidates and its usage where it states them."""
        ended = bool(field(self.candidates[0], "finish_reason"))
        whole = {**self.fields, "candidates": list(self.candidates.values()) if ended else []}
        return {**whole, "usageMetadata": self._usage} if self._usage else whole


_APART = ("candidates", "usageMetadata", "usage_metadata")


def stream_pieces(chunks: Iterable[Mapping[str, Any]]) -> Iterator[str | Answer]:
    """The pieces of a streamed answer, then the whole of it; nothing at the end where it did not come to one."""
    whole = _Whole()
    for chunk in chunks:
        for piece in whole.add(chunk):
            try:
                yield _text_of(listed(section(piece, "content"), "parts"))
            except ValueError as why:
                yield unread(str(why))
                return
    answer = whole.answer()
    if answer["candidates"] or section(answer, "prompt_feedback"):
        yield read_answer(answer)


def _add(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Puts what a piece of a candidate says to what came before: a list behind the one that is there, all else in its place."""
    for name, value in piece.items():
        if isinstance(value, Mapping):
            held = whole.get(name)
            whole[name] = held if isinstance(held, dict) else {}
            _add(whole[name], value)
        elif isinstance(value, list) and isinstance(whole.get(name), list):
            whole[name].extend(value)
        elif value or name not in whole:
            whole[name] = list(value) if isinstance(value, list) else value


def read_row(row: Mapping[str, Any]) -> Answer:
    """What became of a row: a response, or an error of its own."""
    if (failure := failure_in(row)) is not None:
        failed = Answer("", "error", failure=failure)
        return with_usage(section(row, "response"), "batch", lambda _: failed)
    if "response" not in row:
        told = "the row has neither a response nor an error"
        return Answer("", "error", failure=Failure(told, "no_response", answered=True))
    return read_answer(section(row, "response"), mode="batch").of_row()


def _camels(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_camel(name): _camels(item) for name, item in value.items()}
    return [_camels(item) for item in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)
