"""The events of an answer that was asked for piece by piece, in whatever form its server sends them."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import ProviderError
from .received import content_type, not_json, refuse_page

_FIELD = re.compile(rb"(?:(data|event|id|retry)$|([A-Za-z][\w-]*):)")
_SIGN = re.compile(r"\S")
_DONE = b"[DONE]"  # OpenAI's mark of the end
_value_at = json.JSONDecoder().raw_decode


class Events(Iterator[Mapping[str, Any]]):
    """The events in the body of a response: of a stream, as they come
    (https://html.spec.whatwg.org/multipage/server-sent-events.html); or in JSON, each once it is there: an array of them,
    one a line, or one object `alone`. What the body is called decides nothing but how long it may take. What it is cut off in
    is left out; ProviderError for what is no event.
    """

    def __init__(self, body: Iterable[bytes], provider: str) -> None:
        self.alone = False
        self._provider = provider
        self._begun = False
        self._events = self._read(lines_of(iter(body)))

    @classmethod
    def of(cls, response: Any, provider: str) -> Events:
        """The events of an answer that nobody has read yet."""
        lifted = getattr(response.stream, "lifted", None)  # of a body with a deadline
        if lifted is not None and content_type(response) != "application/json":
            lifted()
        return cls(response.stream, provider)

    def __next__(self) -> Mapping[str, Any]:
        event = next(self._events)
        self.alone = self.alone and not self._begun
        self._begun = True
        return event

    def _read(self, lines: Iterator[bytes]) -> Iterator[Mapping[str, Any]]:
        data: list[bytes] = []
        held: list[bytes] = []  # a value that is no field's and goes on beyond its line, with all that follows
        line, is_ended = b"\n", False
        for line in lines:
            said = line.strip()
            value = _data_of(said)
            if is_ended := ends(line):
                break
            if held or (value is said and not data and said[:1] in {b"{", b"[", b"<"}):
                events = None if held else self._in_a_line(said)
                held += [line] if events is None else []
                yield from events or ()
            elif value:
                data.append(value)
            elif not said:
                yield from self._values(data)
                data = []
        if held:
            yield from self._in_one(b"".join(held))
        yield from self._values(data, end=None if is_ended else line)

    def _in_a_line(self, line: bytes) -> list[Mapping[str, Any]] | None:
        """The events of a line that is JSON; None where it is none, or not yet."""
        try:
            events = self._values([line])
        except ProviderError:
            return None
        self.alone = not self._begun and len(events) == 1 and line.startswith(b"{")
        return events

    def _in_one(self, body: bytes) -> list[Mapping[str, Any]]:
        """The events of lines that are JSON only together, whatever stands beside them."""
        refuse_page(body[:256], "the answer", self._provider)
        try:
            events = self._checked([json.loads(body)])
        except (UnicodeError, json.JSONDecodeError, RecursionError):
            data = [value for line in body.splitlines() if (value := _data_of(line.strip()))]
            events = self._values(data, end=body)
        self.alone = not self._begun and len(events) == 1 and body.lstrip().startswith(b"{")
        return events

    def _values(self, data: list[bytes], end: bytes | None = None) -> list[Mapping[str, Any]]:
        """The events in lines of data, one behind the other; `end` is what the body ends with, where it ends behind them."""
        text, found, at = "", [], 0
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(b"\n".join(data), final=end is None)
            while (sign := _SIGN.search(text, at)) is not None:
                value, at = _value_at(text, sign.start())
                found.append(value)
        except (ValueError, RecursionError) as error:
            if end is None or not (found or self._begun) or not _is_cut(error, text, end):
                told = b"\n".join(data)[:120].decode("utf-8", "replace")
                raise not_json(f"the answer is not JSON: {error}: {told}", self._provider) from error
        return self._checked(found)

    def _checked(self, found: list[Any]) -> list[Mapping[str, Any]]:
        events = [event for value in found for event in (value if isinstance(value, list) else [value])]
        if not all(isinstance(event, Mapping) for event in events):
            raise not_json("the answer is JSON, but neither an object nor events", self._provider)
        return events


def ends(line: bytes) -> bool:
    """Whether a line says that nothing follows, whatever its server does then."""
    return _data_of(line.strip()).startswith(_DONE)


def _data_of(line: bytes) -> bytes:
    """What a line gives to its event: nothing where it is a comment or another field; all of it where it is no field."""
    field = _FIELD.match(line)
    if field is None:
        return b"" if line.startswith(b":") else line
    return line[field.end() :].strip() if b"data" in field.groups() else b""


def _is_cut(error: Exception, text: str, end: bytes) -> bool:
    """Whether JSON is none because its body ended before it did: in the midst of a line, or of what the last one begins."""
    if not end.endswith((b"\n", b"\r")) or str(error).startswith("Unterminated"):
        return True
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip())


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each line, with its end, however the bytes come; the last may have none."""
    held: list[bytes] = []  # of a line that has not ended
    for piece in pieces:
        if held and held[-1].endswith(b"\r") and piece[:1] not in {b"", b"\n"}:
            yield b"".join(held)
            held = []
        *lines, last = piece.splitlines(keepends=True) or [b""]
        for line in lines:
            yield b"".join([*held, line])
            held = []
        held += [last] if last else []
        if last.endswith(b"\n"):
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)
