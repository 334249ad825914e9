"""An answer that comes piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .answers import Answer
from .base import RealtimeResult
from .errors import ProviderError
from .received import not_json

_BROKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what SDKs raise for an event that is none


class AnswerStream(Iterator[str]):
    """The pieces of an answer's text, as they come. `result` is what the whole call came to, once they have all come: the
    same as `generate_realtime` gives, with usage and cost. Raises ProviderError where the stream breaks off; what fails
    before the first piece is repeated as any call.
    """

    def __init__(
        self,
        name: str,
        open_: Callable[[], tuple[Any, Callable[[], None]]],
        pieces: Callable[[Any], Iterator[str | Answer]],
        attempt: Callable[..., Any],
        failure: Callable[[Answer], ProviderError],
        finish: Callable[[Answer], RealtimeResult],
    ) -> None:
        self._name, self._open, self._read, self._attempt = name, open_, pieces, attempt
        self._failure, self._finish = failure, finish
        self._lost: list[ProviderError] = []
        self._source: tuple[Iterator[str | Answer], Callable[[], None]] | None = None
        self._begun = self._ended = False
        self._result: RealtimeResult | None = None
        attempt(self._pieces, lost=self._lost)

    def _pieces(self) -> Iterator[str | Answer]:
        if self._source is None:
            events, close = self._open()
            self._source = self._read(events), close
        return self._source[0]

    def _next(self) -> str | Answer:
        """The next piece that has a text, or the whole answer. What fails leaves no connection: the next try makes one."""
        try:
            piece = next((piece for piece in self._pieces() if piece), None)
        except BaseException as error:
            self._disconnect()
            if isinstance(error, _BROKEN) and not isinstance(error, ProviderError):
                raise not_json(f"the stream holds what is no event: {error}", self._name) from None
            raise
        if piece is not None and not (isinstance(piece, Answer) and piece.failure):
            return piece
        self._disconnect()
        if isinstance(piece, Answer) and piece.failure:
            raise self._failure(piece)
        told = "unavailable: the stream ended before the answer did"
        raise ProviderError(told, provider=self._name, code="cut", retryable=True, ambiguous=True)

    def __next__(self) -> str:
        if self._ended:
            raise StopIteration
        try:
            piece = self._attempt(self._next, once=self._begun, lost=self._lost)
        except BaseException:
            self._ended = True
            raise
        self._begun = True
        if not isinstance(piece, Answer):
            return str(piece)
        self._result = self._finish(piece)
        if self._lost:
            self._result["maybe_paid"] = len(self._lost)
        self.close()
        raise StopIteration

    @property
    def result(self) -> RealtimeResult:
        """The whole answer, with usage and cost; ProviderError before its end."""
        if self._result is None:
            raise ProviderError("the answer has not ended: read the stream to its end first", code="not_ended")
        return self._result

    def close(self) -> None:
        """Ends the stream early, and its connection. What was answered by then is billed, and no usage tells how much
        that is.
        """
        self._ended = True
        self._disconnect()

    def _disconnect(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source[1]()
