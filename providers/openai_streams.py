"""The events of a streamed OpenAI answer: its text piece by piece, then the whole answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .answers import Answer, unread
from .openai_answers import read_answer, text_of
from .wire import counts_so_far, error_in, listed, plain, section, text_in

_SAYING = ("content", "refusal", "tool_calls", "function_call")


def chat_pieces(
    events: Iterable[Any], read: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
) -> Iterator[str | Answer]:
    """The pieces of a chat completion; nothing at the end where it did not come to one. The last event has the usage and
    no choice. An event may hold the whole answer.
    """
    chat, spoken = _Chat(), False
    for event in events:
        fields = plain(event)
        if error_in(fields):
            yield read_answer(read({**chat.counted(), **fields}))
            return
        try:
            text = chat.add(fields)
        except ValueError as error:
            yield unread(str(error))
            return
        spoken = spoken or bool(text)
        yield text
    try:
        told = chat.answer()
    except ValueError as error:
        yield unread(str(error))
        return
    if told is not None:
        answer = read_answer(read(told))
        if not spoken and answer.failure is None:
            yield answer.text
        yield answer


class _Chat:
    """A chat completion, put together from its events."""

    def __init__(self) -> None:
        self._message: Mapping[str, Any] = {}  # of an event that holds all of it
        self._whole: dict[str, Any] = {}
        self._beside: dict[str, Any] = {}  # what else the pieces say: what a server did for the answer
        self._choice: dict[str, Any] = {}
        self._texts: list[str] = []
        self._refusal = ""
        self._calls: list[dict[str, Any]] = []
        self._open: dict[Any, dict[str, Any]] = {}  # the last call that was begun at each place
        self._begun = self._stray = False  # there was a piece or a message; a text outside of both

    def add(self, fields: Mapping[str, Any]) -> str:
        """The text in an event. ValueError for what is none, and for a second message: pieces and wholes look alike."""
        self._whole.update(
            {name: value for name, value in fields.items() if value and name not in {"choices", "usage"}}
        )
        if section(fields, "usage"):
            self._whole["usage"] = counts_so_far(section(self._whole, "usage"), section(fields, "usage"))
        for choice in [one for one in listed(fields, "choices") if not one.get("index")][:1]:  # the plain call's
            self._choice.update(
                {name: choice[name] for name in ("finish_reason", "error", "usage") if choice.get(name)}
            )
            self._begun = self._begun or any(isinstance(choice.get(name), Mapping) for name in ("delta", "message"))
            self._stray = self._stray or bool(choice.get("text"))
            text = self._piece(section(choice, "delta"))
            message = section(choice, "message")
            if any(message.get(name) for name in _SAYING):
                if self._message and not self._said():
                    raise ValueError("its stream holds several messages")
                self._message = message
            return text
        return ""

    def counted(self) -> dict[str, Any]:
        """The usage that events stated so far."""
        return {"usage": self._whole["usage"]} if "usage" in self._whole else {}

    def _said(self) -> bool:
        return any(self._texts) or bool(self._calls or self._refusal)

    def _piece(self, delta: Mapping[str, Any]) -> str:
        for piece in listed(delta, "tool_calls"):
            self._call(piece, piece.get("index"))
        if section(delta, "function_call"):
            self._call(section(delta, "function_call"), "function_call")
        for name in [name for name in delta if delta[name] and name not in _SAYING]:
            held, given = self._beside.get(name), delta[name]
            self._beside[name] = [*held, *given] if isinstance(held, list) and isinstance(given, list) else given
        self._refusal += text_in(delta, "refusal")
        self._texts.append(text_of(delta.get("content")))
        return self._texts[-1]

    def _call(self, piece: Mapping[str, Any], place: Any) -> None:
        """Puts a piece to its call. One that has an id and a name of its own begins another, whatever its place; without a place
        it is of the call with its id. A name that is there already was said again.
        """
        told = section(piece, "function") or section(piece, "custom") or piece
        call = self._open.get(place)
        if place is None and piece.get("id"):
            call = next((one for one in self._calls if one["id"] == piece["id"]), call)
        if call is None and place is None and not piece.get("id") and self._calls:
            call = self._calls[-1]
        function = section(call or {}, "function")
        is_other = function.get("name") != told.get("name") and _is_object(function.get("arguments"))
        another = piece.get("id") and call and call["id"] not in {None, piece["id"]}
        if call is None or (told.get("name") and (another or is_other)):
            call = {"id": None}
            self._calls.append(call)
        self._open[place] = call
        call["id"] = call["id"] or piece.get("id")
        for name, given in (("name", told.get("name")), ("arguments", told.get("arguments") or told.get("input"))):
            if given:
                function = call.setdefault("function", {"name": "", "arguments": ""})
                piece_of = given if isinstance(given, str) else json.dumps(given)
                if name == "name" and function["name"] == piece_of:
                    continue
                if name == "arguments":
                    call["again"] = (
                        bool(function[name]) and piece_of.startswith(function[name]) and _is_object(piece_of)
                    )
                function[name] += piece_of

    def answer(self) -> Mapping[str, Any] | None:
        """The completion as the plain call gives it: its pieces, and of a whole message what they lack. None where it did not
        come to its end. ValueError for calls that are none.
        """
        said, message = self._said(), self._message
        if any(call.pop("again", False) and not _is_object(call["function"]["arguments"]) for call in self._calls):
            raise ValueError("its stream says what a call is made with once more, instead of more of it")
        if self._choice.get("finish_reason") is None and (said or not message):
            return None
        pieces = {"content": "".join(self._texts), "refusal": self._refusal or None, "tool_calls": self._calls}
        if said:
            message = {name: message[name] for name in message if not self._calls or name != "function_call"}
            message |= {name: piece for name, piece in pieces.items() if piece or name not in message}
        elif not message and self._begun and not self._stray:
            message = pieces
        choices = [{**self._choice, "message": {**self._beside, **message}}]
        return {**self._whole, "object": "chat.completion", "choices": choices}


def _is_object(text: Any) -> bool:
    """Whether a text is an object of JSON, whole."""
    try:
        return isinstance(text, str) and isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


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
