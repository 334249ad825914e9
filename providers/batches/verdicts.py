"""What a failed call means: its row fails, or waits for another try, or the whole run ends."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Hashable

from ..base import LLMProvider
from ..errors import AuthenticationError, ProviderError
from ..retry import RetryPolicy
from .attempts import Attempt, Attempts
from .journal import Journal
from .pace import Pace, Ticket
from .plan import ranges_of
from .requests import KeptRequests
from .submission import is_for_good
from .values import BatchSettings

_LONGEST_PAUSE = 60.0  # seconds between two tries of a row, but where the server asks for more, or answers nobody
_NO_ROOM = frozenset(
    {429, 503, 529}
)  # of these the vendor is the reason, but where it never has room for one row alone
_ROOM_RETURNS = 900.0  # seconds in which a limit by the minute has come round, and most outages are over
# A key that may not do this, an address or a model that is not there; or a prompt that may not be answered, a file that
# the row names: told apart by what others are told. A redirect that is not followed is one of them.
_ABOUT_ALL = frozenset({403, 404, 405, 410})
_MANY = 10  # rows that are refused alike, one after the other: it is not the rows
_PERHAPS_PAID = 3  # times `attempts`: no row is sent more often, whatever the others do, where each try may be billed
_PAST = 0.01  # seconds past the end of patience at which a row is tried for the last time
_SHOWN = 10  # rows that one message names
# What differs between two refusals of one kind: what is quoted, and words with a digit in them (ids, counts) or of hex digits.
_OF_THE_ROW = re.compile(r"""(?<!\w)(["'`]).*?\1(?!\w)|\b[\w-]*\d[\w-]*|\b[0-9a-f]{8,}\b""", re.IGNORECASE | re.DOTALL)


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
    ) -> None:
        self.provider, self.requests, self.journal = provider, requests, journal
        self.rows, self.pace, self.settings = rows, pace, settings
        self._earlier, self._answered_earlier = journal.size, journal.last_answer  # by other processes
        self._newest = -1  # the newest call that was answered
        # Rows that were refused, by what may refuse all: in which words, and the first call that began after that was known.
        self._open: dict[int, tuple[Hashable, int]] = {}
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
            self._open = {row: (kind, since) for row, (kind, since) in self._open.items() if since > ticket.number}
            self._alike = Counter(kind for kind, _ in self._open.values())
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
        if (
            attempt.first < 0
        ):  # each further try may be paid where the error is ambiguous: there less shows that it is the row
            attempt.first = ticket.number + 1 if error.ambiguous else self.pace.begun
        self._decide(attempt.row)
        if attempt.cut_off is not None and not error.retryable and not is_for_good(error):
            self.pace.answered(ticket)
            return error  # it is of the longer limit, and says nothing of the row, which keeps what was cut off
        if _is_about_all(error):
            return self._shared(error, attempt, ticket)
        if is_for_good(error):
            raise error
        if not error.retryable:
            self.pace.answered(ticket)
            self._keep_open(error, attempt, _OF_THE_ROW.sub("", error.vendor_message or ""))
            return error
        pause = self._pause(attempt.made)
        wait = self.pace.failed(ticket, error, pause, self._pause(1), self.settings.poll_longest)
        return error if self._is_over(attempt, error, ticket) else min(wait, self._longest_wait())

    def _shared(self, error: ProviderError, attempt: Attempt, ticket: Ticket) -> ProviderError | float:
        """What a refusal means that may be about everybody: others that were answered show that it is the row."""
        attempt.refused = self.pace.begun if attempt.refused < 0 else attempt.refused
        if not self.settings.patience or self._newest >= attempt.refused:
            return error
        self._keep_open(error, attempt)
        if not self._stands_still(error, attempt, ticket):
            return self._pause(attempt.made)
        self._decide(attempt.row)
        return error

    def _keep_open(self, error: ProviderError, attempt: Attempt, words: str = "") -> None:
        """Keeps that a row was refused, and may not be why. Raises the error where it is the answer to many rows, and no
        call that began later was answered: it is a setting, or the account, and they wait for the next run.
        """
        if not self.settings.patience:
            return
        kind = error.status_code, error.code, words
        with self._lock:
            self._open[attempt.row] = kind, self.pace.begun
            self._alike[kind] += 1
            if self._alike[kind] >= _MANY:
                told = f"{_MANY} rows one after the other were refused alike, and wait for the next run"
                raise _with(error, f"{told}; a patience of 0 fails them")

    def _decide(self, row: int) -> None:
        """It is known what a row failed by, or it was asked again since."""
        with self._lock:
            if row in self._open:
                self._alike[self._open.pop(row)[0]] -= 1

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
            refused = next((error for error in self._stuck.values() if _is_about_all(error)), None)
        if refused is None and (self.journal.has_answers or 0 <= self._works_since <= ticket.number):
            return True
        try:
            works = self.provider.verify_access()
        except ProviderError as error:
            self._unclear += 1
            if refused is None or (error.retryable and self._unclear < self.settings.attempts):
                return False
            raise self._named(refused) from None
        if refused is not None:
            if not works:
                raise self._named(refused)
            return True
        self._works_since = self.pace.begun if works else -1  # an outage may just have ended: one more call shows
        return False

    def _named(self, error: ProviderError) -> ProviderError:
        """A refusal that names the rows that it is the answer to."""
        with self._lock:
            rows = sorted(self._stuck)
        names = [request.unit_id for _, request in self.requests.read(ranges_of(rows[:_SHOWN]))]
        more = f" and {len(rows) - len(names)} more" if len(rows) > len(names) else ""
        told = "all that is left is refused, and nothing shows that the key, the address and the model are right: "
        told += f"{', '.join(map(repr, names))}{more}"
        return _with(error, told)

    def _longest_wait(self) -> float:
        """Seconds that one row may be put off, however long the server asks for: till patience is over, or without any as
        long as a single call would wait.
        """
        if not self.settings.patience:
            return (getattr(self.provider, "retry", None) or RetryPolicy()).longest_wait
        return max(0.0, self.settings.patience - self.pace.failing_for()) + _PAST

    def _pause(self, made: int) -> float:
        """Seconds before the next try of a row, as `api.transport_retry` has them."""
        policy: RetryPolicy = getattr(self.provider, "retry", None) or RetryPolicy()
        return min(policy.initial_delay * policy.multiplier ** min(made - 1, 30), _LONGEST_PAUSE)


def _with(error: ProviderError, more: str) -> ProviderError:
    """A refusal that says more."""
    return type(error)(
        f"{error.vendor_message}; {more}",
        provider=error.provider,
        status_code=error.status_code,
        code=error.code,
        request_id=error.request_id,
    )


def _is_about_all(error: ProviderError) -> bool:
    """Whether a refusal may be about the key, the address or the model rather than a row."""
    if error.retryable or error.spent:
        return False
    status = error.status_code
    if isinstance(error, AuthenticationError):
        return status == 403  # any other is about the key
    return status in _ABOUT_ALL or error.code == "other_origin" or (status is not None and 300 <= status < 400)
