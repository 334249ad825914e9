"""The events of a streamed OpenAI answer: its text piece by piece, then the whole answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .answers import Answer, unread
from .openai_answers import read_answer, text_of
from .wire import error_in, listed, plain, section, text_in

_SAYING = ("content", "refusal", "tool_calls", "function_call")


def chat_pieces(
    events: Iterable[Any], read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
) -> Iterator[str | Answer]:
    """The pieces of a chat completion; nothing at the end where it did not come to one. The last event has the usage and
    no choice. An event may hold the whole answer.
    """
    chat = _Chat()
    for event in events:
        fields = plain(event)
        if error_in(fields):
            yield read_answer(fields)
            return
        try:
            yield chat.add(fields)
        except ValueError as error:
            yield unread(str(error))
            return
    if (told := chat.answer()) is not None:
        answer = read_answer(read(told))
        if chat.message and answer.failure is None:
            yield answer.text
        yield answer


class _Chat:
    """A chat completion, put together from its events."""

    def __init__(self) -> None:
        self.message: Mapping[str, Any] = {}  # of an event that holds all of it
        self._whole: dict[str, Any] = {}
        self._choice: dict[str, Any] = {}
        self._texts: list[str] = []
        self._refusal = ""
        self._calls: dict[Any, dict[str, Any]] = {}  # by their place
        self._begun = self._stray = False  # there was a piece or a message; a text outside of both

    def add(self, fields: Mapping[str, Any]) -> str:
        """The text in an event. ValueError for what is none, and for a second message: pieces and wholes look alike."""
        self._whole.update({name: fields[name] for name in ("model", "usage", "service_tier") if fields.get(name)})
        for choice in [one for one in listed(fields, "choices") if not one.get("index")][:1]:  # the plain call's
            self._choice.update({name: choice[name] for name in ("finish_reason", "error") if choice.get(name)})
            self._begun = self._begun or any(isinstance(choice.get(name), Mapping) for name in ("delta", "message"))
            self._stray = self._stray or bool(choice.get("text"))
            text = self._piece(section(choice, "delta"))
            message = section(choice, "message")
            if not (any(self._texts) or self._calls) and any(message.get(name) for name in _SAYING):
                if self.message:
                    raise ValueError("its stream holds several messages")
                self.message = message
            return text
        return ""

    def _piece(self, delta: Mapping[str, Any]) -> str:
        for piece in listed(delta, "tool_calls"):
            call = self._calls.setdefault(piece.get("index"), {"function": {"name": "", "arguments": ""}})
            call["id"] = piece.get("id") or call.get("id")
            for name in ("name", "arguments"):
                given = section(piece, "function").get(name) or ""
                call["function"][name] += given if isinstance(given, str) else json.dumps(given)
        self._refusal += text_in(delta, "refusal")
        self._texts.append(text_of(delta.get("content")))
        return self._texts[-1]

    def answer(self) -> Mapping[str, Any] | None:
        """The completion as the plain call gives it; None where it did not come to its end."""
        said = any(self._texts) or bool(self._calls)
        if said:
            self.message = {}
        message = self.message
        if not message and self._begun and (said or not self._stray):
            calls = list(self._calls.values())
            message = {"content": "".join(self._texts), "refusal": self._refusal or None, "tool_calls": calls}
        if self._choice.get("finish_reason") is None and not self.message:
            return None
        choices = [{**self._choice, "message": message}]
        return {**self._whole, "object": "chat.completion", "choices": choices}


def response_pieces(events: Iterable[Any]) -> Iterator[str | Answer]:
    """The pieces of a response, whose last event holds all of it; it may be the only one."""
    texts: list[str] = []
    items: dict[Any, Mapping[str, Any]] = {}
    for event in events:
        fields = plain(event)
        kind = fields.get("type")
        if error_in(fields) or kind == "error":
            yield read_answer({"error": error_in(fields) or fields})
            return
        if kind == "response.output_text.delta":
            try:
                texts.append(text_in(fields, "delta"))
            except ValueError as error:
                yield unread(str(error))
                return
            yield texts[-1]
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            item = section(fields, "item")
            place = fields.get("output_index")
            items[item.get("id") or len(items) if place is None else place] = item
        elif "output" in fields or kind in {"response.completed", "response.incomplete", "response.failed"}:
            response = fields if "output" in fields else section(fields, "response")
            said = {} if response.get("output") else _output_of("".join(texts), items.values())
            answer = read_answer({**response, **said})
            if answer.failure is None and not any(texts):
                yield answer.text
            yield answer
            return


def _output_of(text: str, items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The output that came before a last event that repeats none of it: every item, and the text of the pieces."""
    output = list(items)
    if text:
        for place, item in enumerate(output):
            parts = [part for part in listed(item, "content") if part.get("type") != "output_text"]
            output[place] = {**item, "content": parts} if item.get("type") == "message" else item
        output.append({"type": "message", "content": [{"type": "output_text", "text": text}]})
    return {"output": output} if output else {}
