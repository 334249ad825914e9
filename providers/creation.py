"""Making a batch once: where a call got no answer, the batch is looked for before another one is made."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from .base import LLMProvider
from .errors import AmbiguousError, ProviderError
from .wire import moment_of

# Seconds that a vendor may need to make a batch, and to show it, after the longest call (600 s) has ended without answer.
SETTLE = 900.0
_BEFORE = 60.0  # seconds that a batch may be older than the call, by clocks that differ a little
_SHOWN = 10  # batches that one message lists


@dataclass(frozen=True, slots=True)
class _Unanswered:
    tag: str
    asked_at: float  # Unix time of our clock


class Creations:
    """The batches that one provider object makes without a mark of the caller's."""

    def __init__(self, provider: LLMProvider, create: Callable[[str, str], str]) -> None:
        self._provider, self._create = provider, create
        self._unanswered: dict[str, _Unanswered] = {}  # by the file whose batch may be there

    def make(self, file_id: str) -> str:
        """The id of the batch over a file. After a call without an answer a batch with its mark is looked for, now and
        before the next one; where batches carry no mark, AmbiguousError names those that were made since, and nothing
        is sent again.
        """
        earlier = self._unanswered.get(file_id)
        if earlier is not None:
            if not self._provider.tags_batches:
                self._refuse(earlier)
            elif (found := self._found(earlier)) is not None:
                return self._answered(file_id, found)
        asked = _Unanswered(secrets.token_hex(8), time.time())
        try:
            return self._answered(file_id, self._create(file_id, asked.tag))
        except ProviderError as error:
            if not error.ambiguous:
                raise
            failed = error
        self._unanswered[file_id] = asked
        if not self._provider.tags_batches:
            self._refuse(asked, failed)
        try:
            found = self._found(asked)
        except ProviderError:  # the next call looks again
            found = None
        if found is None:
            raise failed
        return self._answered(file_id, found)

    def _answered(self, file_id: str, batch_id: str) -> str:
        self._unanswered.pop(file_id, None)
        return batch_id

    def _found(self, asked: _Unanswered) -> str | None:
        batches = self._provider.list_batches()
        return next((info["batch_id"] for info in batches if info.get("tag") == asked.tag), None)

    def _refuse(self, asked: _Unanswered, failed: ProviderError | None = None) -> None:
        """Raises AmbiguousError, unless the vendor had its time and lists no batch that can be it."""
        since = asked.asked_at + self._provider.clock_offset - _BEFORE
        listed = True
        try:
            made = [
                info["batch_id"]
                for info in self._provider.list_batches()
                if (created := moment_of(info.get("created_at"))) is None or created >= since
            ]
        except ProviderError:
            made, listed = [], False
        if listed and not made and time.time() - asked.asked_at > SETTLE:
            return
        told = f"made since then: {', '.join(made[:_SHOWN])}" if made else "none made since then is listed yet"
        why = f" ({failed.vendor_message})" if failed else ""
        raise AmbiguousError(
            f"no answer tells whether the batch was made{why}; {told}; nothing is sent again",
            provider=self._provider.name,
            code="ambiguous",
            batch_ids=tuple(made),
        )
