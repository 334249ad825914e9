"""What a failed call means: its row fails, or waits for another try, or the whole run ends."""

from __future__ import annotations

from ..base import LLMProvider
from ..errors import ProviderError
from ..retry import RetryPolicy
from .attempts import Attempt, Attempts
from .journal import Journal
from .pace import Pace, Ticket
from .submission import is_for_good
from .values import BatchSettings

_LONGEST_PAUSE = 60.0  # seconds between two tries of a row, but where the server asks for more, or answers nobody
_NO_ROOM = frozenset(
    {429, 503, 529}
)  # of these the vendor is the reason, but where it never has room for one row alone
_ROOM_RETURNS = 900.0  # seconds in which a limit by the minute has come round, and most outages are over
_FORBIDDEN = 403  # a key that may not do this, or a prompt that may not be answered: told apart by what others are told
_FORBIDDEN_ROWS = 10  # that many one after the other, and it is the key


class Verdicts:
    """The verdicts of one process's turn at a run."""

    def __init__(
        self, provider: LLMProvider, journal: Journal, rows: Attempts, pace: Pace, settings: BatchSettings
    ) -> None:
        self.provider, self.journal, self.rows, self.pace, self.settings = provider, journal, rows, pace, settings
        self.forbidden = 0  # calls that were refused as forbidden since the last answer

    def answered(self) -> None:
        """The vendor answered a call."""
        self.pace.answered()
        self.forbidden = 0

    def of(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> ProviderError | float:
        """The error, where the row fails by it; or the seconds after which it is tried again. Raises what ends the run."""
        if error.status_code == _FORBIDDEN and is_for_good(error):
            if self.journal.answered_since(attempt.row) or self._is_last():
                return error
            self.forbidden += 1
            if self.forbidden < _FORBIDDEN_ROWS and self.rows.left > 1:
                return 0.0
        if is_for_good(error):
            raise error
        if not error.retryable:
            self.answered()
            return error
        pause = self.pace.failed(ticket, error, self._pause(attempt.made), self.settings.poll_longest)
        return error if self._is_over(attempt, error, ticket) else pause

    def _is_last(self) -> bool:
        """Whether all other rows have their result, and the vendor answered one of them."""
        return self.rows.left == 1 and self.journal.has_answers

    def _is_over(self, attempt: Attempt, error: ProviderError, ticket: Ticket) -> bool:
        """Whether a row fails by a passing `error`: it was tried as often as the settings say, and another one was answered
        since it first failed; or it alone is left, and its tries may all be paid. A vendor without room is its affair only
        where there was none for it alone and for long. Else it waits; raises `error` once patience has run out.
        """
        attempts, patience, failing = self.settings.attempts, self.settings.patience, self.pace.failing_for()
        never_sent, no_room = error.status_code is None and not error.ambiguous, error.status_code in _NO_ROOM
        attempt.own += not never_sent and (ticket.is_trial or not no_room)
        if not patience:
            return attempt.made >= attempts
        if attempt.own >= attempts:
            is_its_own = self.journal.answered_since(attempt.row) or self._is_last()
            if no_room:
                is_its_own = is_its_own and failing >= min(patience / 2, _ROOM_RETURNS)
            elif error.ambiguous:
                is_its_own = is_its_own or self.rows.left == 1
            if is_its_own:
                return True
        if failing > patience:
            raise error
        return False

    def _pause(self, made: int) -> float:
        """Seconds before the next try of a row, as `api.transport_retry` has them."""
        policy: RetryPolicy = getattr(self.provider, "retry", None) or RetryPolicy()
        return min(policy.initial_delay * policy.multiplier ** min(made - 1, 30), _LONGEST_PAUSE)
