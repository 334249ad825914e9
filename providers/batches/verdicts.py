"""What a failed call means: its row fails, or waits for another try, or the whole run ends."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from ..base import LLMProvider
from ..errors import ProviderError
from ..retry import RetryPolicy
from .attempts import Attempt, Attempts
from .journal import Journal
from .pace import Pace, Ticket
from .plan import ranges_of
from .probe import asked_for_free
from .refusals import is_about_all, is_same_cause, kind_of, with_more
from .requests import KeptRequests
from .submission import is_for_good
from .values import BatchSettings

_LONGEST_PAUSE = 60.0  # seconds between two tries of a row, but where the server asks for more, or answers nobody
_NO_ROOM = frozenset(
    {429, 503, 529}
)  # of these the vendor is the reason, but where it never has room for one row alone
_ROOM_RETURNS = 900.0  # seconds in which a limit by the minute has come round, and most outages are over
_MANY = 10  # rows that are refused alike, one after the other: it is not the rows
_PERHAPS_PAID = 3  # times `attempts`: no row is sent more often, whatever the others do, where each try may be billed
_PAST = 0.01  # seconds past the end of patience at which a row is tried for the last time
_SHOWN = 10  # rows that one message names
_WAY_OUT = "a patience of 0 fails them"


class Verdicts:
    """The verdicts of one process's turn at a run."""

    def __init__(
        self,
        provider: LLMProvider,
        requests: KeptRequests,
        journal: Journal,
        rows: Attempts,
        pace: Pace,
        settings: BatchSettings,
        ends: Callable[[], bool],
    ) -> None:
        self.provider, self.requests, self.journal = provider, requests, journal
        self.rows, self.pace, self.settings, self._ends = rows, pace, settings, ends
        self._earlier, self._answered_earlier = journal.size, journal.newest_answered  # by other processes
        self._newest = -1  # the newest call that was answered
        # Rows that were refused, by what may refuse all: the first call that began after that was known, and the words; None
        # for those of a row that was refused before others were answered: it counts for nobody else.
        self._open: dict[int, tuple[int, Hashable | None]] = {}
        self._alike: Counter[Hashable] = Counter()  # how many of them in the same words
        self._stuck: dict[int, ProviderError] = {}  # rows that only fail, since the last answer
        self._settled = False  # whether these fail now
        self._unclear = 0  # free calls that told nothing
        self._works_since = -1  # the first call after a free one showed that the vendor answers
        self._lock, self._settling = threading.RLock(), threading.Lock()

    def answered(self, ticket: Ticket) -> None:
        """The vendor answered a call: what was known to be refused before that one began was not refused to all."""
        self.pace.answered(ticket)
        with self._lock:
            self._newest = max(self._newest, ticket.number)
            self._open = {row: (since, kind) for row, (since, kind) in self._open.items() if since > ticket.number}
            self._alike = Counter(kind for _, kind in self._open.values() if kind is not None)
            self._stuck.clear()
            self._settled, self._works_since, self._unclear = False, -1, 0

    def is_open(self, row: int) -> bool:
        """Whether a row was refused, and nothing shows yet that it is the row: no call that began later was answered."""
        return row in self._open

    def settled(self, attempt: Attempt) -> ProviderError | None:
        """The error that a row fails by without another try, as no row is left but those that only fail."""
        with self._lock:
            if self._settled and attempt.row in self._stuck:
                self._decide(attempt.row)
                return self._stuck[attempt.row]
            return None

    def of(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> ProviderError | float:
        """The error, where the row fails by it; or the seconds after which it is tried again. Raises what ends the run."""
        # each further try may be paid where the error is ambiguous: there less shows that it is the row
        if attempt.first < 0:
            attempt.first = ticket.number + 1 if error.ambiguous else self.pace.begun
        self._decide(attempt.row)
        if attempt.cut_off is not None and not error.retryable and not is_for_good(error):
            self.pace.answered(ticket)
            return error  # it is of the longer limit, and says nothing of the row, which keeps what was cut off
        if is_about_all(error, self.provider.model):
            return self._shared(error, attempt, ticket)
        if is_for_good(error):
            raise error
        if not error.retryable:
            self.pace.answered(ticket)
            self._keep_open(error, attempt.row, counts=not self._was_refused_before(attempt))
            return error
        pause, most = self._pause(attempt.made), self._longest_wait()
        patient = self.settings.patience > 0  # else whoever asks for more than a single call would wait is not heard
        longest = self.settings.poll_longest if patient else min(self.settings.poll_longest, most)
        wait = self.pace.failed(ticket, error, pause, self._pause(1), longest, None if patient else most)
        return error if self._is_over(attempt, error, ticket) else min(wait, most)

    def confirm(self, refusals: Iterable[ProviderError], ends: Callable[[], bool]) -> None:
        """Raises for a key or a model that is refused for free as well, where rows that are to fail at the end of a run were
        told so, and no later call was answered: then it may not be they. What is refused for free in another way says nothing.
        """
        told = [error for error in refusals if is_about_all(error, self.provider.model)]
        if not told:
            return
        try:
            asked_for_free(self.provider, ends)
        except ProviderError as error:
            same = [refusal for refusal in told if is_same_cause(error, refusal)]
            if same or error.retryable:
                raise self._named((same or told)[0], sorted(self._open)) from None

    def _shared(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> ProviderError | float:
        """What a refusal means that may be about everybody: others that were answered show that it is the row, as often as it
        is tried, and one that is answered later.
        """
        if not self.settings.patience:
            return error
        again = self._was_refused_before(attempt)
        attempt.refused = self.pace.begun if attempt.refused < 0 else attempt.refused
        self._keep_open(error, attempt.row, counts=not again)
        if again:
            return error if attempt.made >= self.settings.attempts else self._pause(attempt.made)
        if not self._stands_still(error, attempt, ticket):
            return self._pause(attempt.made)
        self._decide(attempt.row)
        return error

    def _was_refused_before(self, attempt: Attempt) -> bool:
        """Whether another row was answered by a call that began after this one had been refused, in whatever process."""
        before = self.journal.first_denied(attempt.row)
        if 0 <= before < self._earlier and (self._newest >= 0 or before < self._answered_earlier):
            return True
        return 0 <= attempt.refused <= self._newest

    def _keep_open(self, error: ProviderError, row: int, *, counts: bool) -> None:
        """Keeps that a row was refused, and may not be why. Raises the error where it is the answer to many rows that count,
        and no call that began later was answered: it is a setting, or the account, and they wait for the next run.
        """
        if not self.settings.patience:
            return
        kind = kind_of(error) if counts else None
        with self._lock:
            self._open[row] = self.pace.begun, kind
            if kind is None:
                return
            self._alike[kind] += 1
            if self._alike[kind] >= _MANY:
                told = f"{_MANY} rows one after the other were refused alike, and wait for the next run"
                raise with_more(error, f"{told}; {_WAY_OUT}")

    def _decide(self, row: int) -> None:
        """It is known what a row failed by, or it was asked again since."""
        with self._lock:
            _, kind = self._open.pop(row, (0, None))
            if kind is not None:
                self._alike[kind] -= 1

    def _others_were_answered(self, attempt: Attempt) -> bool:
        """Whether the vendor answered another row that was asked since this one first failed, in whatever process."""
        failed = self.journal.first_failed(attempt.row)
        if 0 <= failed < self._earlier and (self._newest >= 0 or failed < self._answered_earlier):
            return True
        return self._newest >= attempt.first

    def _is_last(self) -> bool:
        """Whether all other rows have their result, and the vendor answered one of them."""
        return self.rows.left == 1 and self.journal.has_answers

    def _is_over(self, attempt: Attempt, error: ProviderError, ticket: Ticket) -> bool:
        """Whether a row fails by a passing `error`: it was tried as often as the settings say, and another one was answered
        since it first failed; or it alone is left, or only rows like it, and its tries may all be paid. A vendor without
        room is its affair only where there was none for long. Else it waits; raises `error` once patience has run out.
        """
        attempts, patience, failing = self.settings.attempts, self.settings.patience, self.pace.failing_for()
        never_sent, no_room = error.status_code is None and not error.ambiguous, error.status_code in _NO_ROOM
        attempt.own += not never_sent and (ticket.is_trial or not no_room)
        if not patience:
            return attempt.made >= attempts
        if attempt.own >= attempts and (not no_room or failing >= min(patience / 2, _ROOM_RETURNS)):
            if self._others_were_answered(attempt) or self._is_last():
                return True
            if error.ambiguous and not no_room and self.rows.left == 1:
                return True
            if (error.ambiguous or no_room) and self._stands_still(error, attempt, ticket):
                return True
        if error.ambiguous and not no_room and self.journal.unanswered(attempt.row) >= attempts * _PERHAPS_PAID:
            return True
        if failing > patience:
            raise error
        return False

    def _stands_still(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> bool:
        """Whether a row fails as no row is left but those that only fail, and it is they, since the vendor answers. Raises
        the error where all of them are refused and nothing shows that they are.
        """
        with self._lock:
            self._stuck[attempt.row] = error
            if len(self._stuck) < self.rows.left:
                return False
        with self._settling:  # one free call, whoever comes first
            if not self._settled:
                self._settled = self._it_is_the_rows(ticket)
        if self._settled:
            self.rows.hurry()
        return self._settled

    def _it_is_the_rows(self, ticket: Ticket) -> bool:
        with self._lock:
            rows, model = sorted(self._stuck), self.provider.model
            refused = next((error for error in self._stuck.values() if is_about_all(error, model)), None)
        if refused is None and (self.journal.has_answers or 0 <= self._works_since <= ticket.number):
            return True
        try:
            works = asked_for_free(self.provider, self._ends)
        except ProviderError as error:
            self._unclear += 1
            if refused is None or (error.retryable and self._unclear < self.settings.attempts):
                return False
            raise self._named(refused, rows) from None
        if works is None:
            return False
        if refused is not None:
            if not works:
                raise self._named(refused, rows)
            return True
        self._works_since = self.pace.begun if works else -1  # an outage may just have ended: one more call shows
        return False

    def _named(self, error: ProviderError, rows: list[int]) -> ProviderError:
        """A refusal that names the rows that it is the answer to."""
        names = [request.unit_id for _, request in self.requests.read(ranges_of(rows[:_SHOWN]))]
        more = f" and {len(rows) - len(names)} more" if len(rows) > len(names) else ""
        told = "all that is left is refused, and nothing shows that the key, the address and the model are right: "
        return with_more(error, f"{told}{', '.join(map(repr, names))}{more}; {_WAY_OUT}")

    def _longest_wait(self) -> float:
        """Seconds that one row may be put off, however long the server asks for: till patience is over, or without any as
        long as a single call would wait.
        """
        if not self.settings.patience:
            return self._policy.longest_wait
        return max(0.0, self.settings.patience - self.pace.failing_for()) + _PAST

    def _pause(self, made: int) -> float:
        """Seconds before the next try of a row, as `api.transport_retry` has them."""
        return min(self._policy.pause(made), _LONGEST_PAUSE)

    @property
    def _policy(self) -> RetryPolicy:
        return getattr(self.provider, "retry", None) or RetryPolicy()
