"""The events of a streamed OpenAI answer: its text piece by piece, then the whole answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .answers import Answer
from .openai_answers import read_answer
from .wire import error_in, listed, plain, section


def chat_pieces(
    events: Iterable[Any], read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
) -> Iterator[str | Answer]:
    """The pieces of a chat completion; nothing at the end where it did not come to one. The last event has the usage and
    no choice.
    """
    texts: list[str] = []
    refusal = ""
    calls: dict[Any, dict[str, Any]] = {}  # by their place
    reason: Any = None
    error: Mapping[str, Any] = {}
    whole: dict[str, Any] = {}
    for event in events:
        fields = plain(event)
        if error_in(fields):
            yield read_answer(fields)
            return
        whole.update({name: fields[name] for name in ("model", "usage", "service_tier") if fields.get(name)})
        for choice in [one for one in listed(fields, "choices") if not one.get("index")][:1]:  # the plain call's
            delta = section(choice, "delta")
            for piece in listed(delta, "tool_calls"):
                call = calls.setdefault(piece.get("index"), {"function": {"name": "", "arguments": ""}})
                call["id"] = piece.get("id") or call.get("id")
                for name in ("name", "arguments"):
                    call["function"][name] += str(section(piece, "function").get(name) or "")
            refusal += str(delta.get("refusal") or "")
            reason = choice.get("finish_reason") or reason
            error = error_in(choice) or error
            if delta.get("content"):
                texts.append(str(delta["content"]))
                yield texts[-1]
    if reason is not None:
        message = {"content": "".join(texts), "refusal": refusal or None, "tool_calls": list(calls.values())}
        choices = [{"message": message, "finish_reason": reason, "error": error}]
        yield read_answer(read({**whole, "object": "chat.completion", "choices": choices}))


def response_pieces(events: Iterable[Any]) -> Iterator[str | Answer]:
    """The pieces of a response, whose last event holds all of it."""
    for event in events:
        fields = plain(event)
        if fields.get("type") == "response.output_text.delta":
            yield str(fields.get("delta") or "")
        elif fields.get("type") in {"response.completed", "response.incomplete", "response.failed"}:
            yield read_answer({"output": [], **section(fields, "response")})
            return
