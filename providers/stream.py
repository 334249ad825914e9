"""An answer that comes piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .answers import Answer
from .base import RealtimeResult
from .errors import ProviderError


class AnswerStream(Iterator[str]):
    """The pieces of an answer's text, as they come. `result` is what the whole call came to, once they have all come: the
    same as `generate_realtime` gives, with usage and cost. Raises ProviderError where the stream breaks off.
    """

    def __init__(self, pieces: Iterator[str | Answer], finish: Callable[[Answer], RealtimeResult]) -> None:
        self._pieces, self._finish = pieces, finish
        self._result: RealtimeResult | None = None

    def __next__(self) -> str:
        for piece in self._pieces:
            if isinstance(piece, Answer):
                self._result = self._finish(piece)
            elif piece:
                return piece
        raise StopIteration

    @property
    def result(self) -> RealtimeResult:
        """The whole answer, with usage and cost; ProviderError before its end."""
        if self._result is None:
            raise ProviderError("the answer has not ended: read the stream to its end first", code="not_ended")
        return self._result

    def close(self) -> None:
        """Ends the stream early. What was answered by then is billed, and no usage tells how much that is."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
