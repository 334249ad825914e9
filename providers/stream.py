"""An answer that comes piece by piece."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .answers import Answer, in_whole_signs
from .base import RealtimeResult
from .errors import ProviderError
from .events import Events
from .received import not_json

BROKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what SDKs raise for an event that is none


class AnswerStream(Iterator[str]):
    """The pieces of an answer's text, as they come. `result` is what the whole call came to, once they have all come: the
    same as `generate_realtime` gives, with usage and cost. Raises ProviderError where the stream breaks off; what fails
    before the first piece is repeated as any call. To be entered where it may be left early: its end closes it.
    """

    def __init__(
        self,
        name: str,
        open_: Callable[[], tuple[Any, Any]],
        pieces: Callable[[Any], Iterator[str | Answer]],
        attempt: Callable[..., Any],
        failure: Callable[[Answer], ProviderError],
        finish: Callable[[Answer], RealtimeResult],
    ) -> None:
        self._name, self._open, self._read, self._attempt = name, open_, pieces, attempt
        self._failure, self._finish = failure, finish
        self._lost: list[ProviderError] = []
        self._source: tuple[Iterator[str | Answer], Any] | None = None  # the pieces, and the response that they come in
        self._events: Any = None
        self._begun = self._ended = False
        self._result: RealtimeResult | None = None
        self._reading = threading.Lock()  # held by the thread that reads
        attempt(self._pieces, lost=self._lost)

    def __enter__(self) -> AnswerStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pieces(self) -> Iterator[str | Answer]:
        if self._source is None:
            if self._ended:
                raise ProviderError("the stream was closed", provider=self._name, code="closed")
            events, response = self._open()
            self._source = _of_whole_signs(self._read(events)), response
            self._events = events
        return self._source[0]

    def _next(self) -> str | Answer:
        """The next piece that has a text, or the whole answer. What fails leaves no connection: the next try makes one."""
        try:
            piece = next((piece for piece in self._pieces() if piece), None)
        except BaseException as error:
            self._disconnect()
            if isinstance(error, BROKEN) and not isinstance(error, ProviderError):
                raise not_json(f"the stream holds what is no event: {error}", self._name) from None
            raise
        if piece is not None and not (isinstance(piece, Answer) and piece.failure):
            return piece
        self._disconnect()
        if isinstance(piece, Answer) and piece.failure:
            raise self._failure(begun(piece, self._events))
        told = "unavailable: the stream ended before the answer did"
        raise ProviderError(told, provider=self._name, code="cut", retryable=not self._ended, ambiguous=True)

    def __next__(self) -> str:
        try:
            with self._reading:
                return self._piece()
        finally:
            if self._ended:  # by another thread, while this one read
                self._disconnect()

    def _piece(self) -> str:
        """The next piece of the text; StopIteration at the end, and once the stream is closed, whatever that broke."""
        if self._ended:
            raise StopIteration
        try:
            piece = self._attempt(self._next, once=self._begun, lost=self._lost)
        except BaseException as error:
            was_closed, self._ended = self._ended, True
            if was_closed and isinstance(error, Exception):
                raise StopIteration from None
            raise
        self._begun = True
        if not isinstance(piece, Answer):
            return str(piece)
        self._result = self._finish(piece)
        if self._lost:
            self._result["maybe_paid"] = len(self._lost)
        self._ended = True
        raise StopIteration

    @property
    def result(self) -> RealtimeResult:
        """The whole answer, with usage and cost; ProviderError before its end."""
        if self._result is None:
            raise ProviderError("the answer has not ended: read the stream to its end first", code="not_ended")
        return self._result

    def close(self) -> None:
        """Ends the stream early, and its connection, from whatever thread: one that waits for the next piece gets the end.
        What was answered by then is billed, and no usage tells how much that is.
        """
        self._ended = True
        if (source := self._source) is not None:
            _shut_down(source[1])  # wakes a thread that reads, which then closes it
        if self._reading.acquire(blocking=False):
            try:
                self._disconnect()
            finally:
                self._reading.release()

    def _disconnect(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source[1].close()


def _of_whole_signs(pieces: Iterator[str | Answer]) -> Iterator[str | Answer]:
    """The pieces, none of which ends in the midst of a sign: its first half comes with its second one."""
    held = ""
    for piece in pieces:
        if isinstance(piece, Answer):
            if held:
                yield in_whole_signs(held)
            yield piece
            return
        text = held + piece
        held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        yield in_whole_signs(text.removesuffix(held))


def begun(answer: Answer, events: Any) -> Answer:
    """`answer` as it comes out of `events`: a failure, but for one that is the whole body alone, came when something was begun,
    and may be billed.
    """
    if answer.failure is None or (isinstance(events, Events) and events.alone):
        return answer
    return replace(answer, failure=replace(answer.failure, answered=True))


def _shut_down(response: Any) -> None:
    """Ends the connection that a response comes by, without closing it under a thread that reads from it."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # it has ended already
            socket.socket.shutdown(
                connection, socket.SHUT_RDWR
            )  # also of TLS, whose own would fail a read in another thread
