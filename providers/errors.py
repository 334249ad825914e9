"""Errors that a caller can get, and whether to abort, wait or check the row.

ProviderError
├── RateLimitError         wait, then repeat
├── AuthenticationError    no call will work
├── AmbiguousError         a batch may have been made: look before you repeat
└── RequestError           the caller's own mistake, found before anything is sent (a ValueError, too)
    └── SchemaError        a schema that the vendor cannot enforce (in `dialects`)
"""

from __future__ import annotations

import re
from typing import Any

# Programs tell failures apart by looking for these numbers in the text of an error (503: try again; the others: give
# up), so a number that only happens to stand in a vendor's message ("max_tokens: 4003 > 4000") must not look like a
# status.
_LOOKS_LIKE_A_STATUS = re.compile(r"4(?=0[013])|5(?=03)")
_SAYS_IT_PASSES = re.compile("timeout|unavailable")  # what those programs look for beside 503
_LONGEST_MESSAGE = 600


class ProviderError(Exception):
    """A call that a vendor refused, or that never got an answer.

    Its text carries the HTTP status once, where there was one; `vendor_message` is what the vendor said, untouched.
    `retryable` says that the same call may work later. `ambiguous` says that the vendor may have done what it was
    asked although no answer came: looking is right, repeating is not, for calls that cost money or create things.
    `spent` says that the account has nothing left, or reached a limit of its own: no call works before somebody pays, or
    raises it.
    """

    def __init__(  # noqa: PLR0913 - what is known of a failure
        self,
        message: str = "",
        *,
        provider: str = "",
        status_code: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        retryable: bool = False,
        ambiguous: bool = False,
        spent: bool = False,
    ) -> None:
        self.provider = provider
        self.status_code = status_code
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.retryable = retryable
        self.ambiguous = ambiguous
        self.spent = spent
        self.vendor_message = message
        super().__init__(_text(message, provider, status_code, code, retryable))


class RateLimitError(ProviderError):
    """Too many requests or tokens for now (status 429): the same call works after a wait."""


class AuthenticationError(ProviderError):
    """The key is missing, wrong, or may not do this (401, 403; Gemini says 400 for a bad key): no call will work."""


class AmbiguousError(ProviderError):
    """A batch may have been made, and no answer told its id. `batch_ids` are those of the account's batches that may be
    it, as far as the vendor lists them.
    """

    def __init__(self, message: str = "", *, batch_ids: tuple[str, ...] = (), **told: Any) -> None:
        self.batch_ids = batch_ids
        super().__init__(message, **{**told, "ambiguous": True})


class RequestError(ProviderError, ValueError):
    """What the caller asks for cannot be sent; the text names what is wrong with it. Nothing was sent."""


def without_stray_statuses(text: str) -> str:
    """`text` with 400, 401, 403 and 503 written 4_00 and so on, as Python groups digits: readable, and never taken
    for a status.
    """
    return _LOOKS_LIKE_A_STATUS.sub(r"\g<0>_", text)


def _text(message: str, provider: str, status: int | None, code: str | None, retryable: bool) -> str:
    """One line: who, the status once, the vendor's own code, what it said; and of what may pass a word that says so."""
    said = " ".join(message.split())
    if len(said) > _LONGEST_MESSAGE:
        said = said[:_LONGEST_MESSAGE] + "…"
    if code and code not in said:
        said = f"{code}: {said}" if said else code
    said = without_stray_statuses(said)
    if retryable and (status is None or status < 500) and not _SAYS_IT_PASSES.search(said):
        said = f"{'timeout' if status == 408 else 'unavailable'}: {said}"
    if status is not None:
        said = f"HTTP {status} {_kind(status)}{said}".rstrip()
    return f"{provider}: {said}" if provider else said


def _kind(status: int) -> str:
    """The word that programs look for beside the number: what a server cannot do now is unavailable, whatever number
    it gives.
    """
    return "unavailable: " if status >= 500 else ""
