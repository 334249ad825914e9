"""Tells a refusal of one row from a refusal of the whole run, and which refusals are alike."""

from __future__ import annotations

import re
from collections.abc import Hashable

from ..errors import AuthenticationError, ProviderError

# A key that may not do this, an address or a model that is not there; or a prompt that may not be answered, a file that
# the row names: told apart by what others are told. A redirect that is not followed is one of them.
_ABOUT_ALL = frozenset({403, 404, 405, 410})
_OF_THE_REQUEST = frozenset(
    {400, 422}
)  # of these it is about all where it names the model: retired, not there, not for us
_NOT_THERE, _KEY_REFUSED = frozenset({404, 410}), 401
_HEARD = 500  # signs of a refusal that are looked at: a gateway may answer with a whole page, or with the prompt
# What differs between two refusals of one kind: what is quoted (to the end, where the quote is cut off), and words with a
# digit in them (ids, counts) or of hex digits. Neither pattern looks at any sign twice.
_QUOTED = re.compile(r"""(?<!\w)(["'`]).*?(?:\1(?!\w)|\Z)""", re.DOTALL)
_WORD = re.compile(r"[\w-]+")
_HEX, _LONG = frozenset("0123456789abcdef"), 8


def kind_of(error: ProviderError) -> Hashable:
    """What two refusals have in common that are alike: status, code and words, without what each row has of its own."""
    return error.status_code, error.code, _WORD.sub(_common, _QUOTED.sub("", said_by(error)))


def said_by(error: ProviderError) -> str:
    """What the vendor said, as far as anybody reads."""
    return (error.vendor_message or "")[:_HEARD]


def _common(word: re.Match[str]) -> str:
    """A word that other rows are told too, or nothing in the place of one row's own."""
    text = word[0].lower()
    own = any(sign.isdigit() for sign in text) or (len(text) >= _LONG and _HEX.issuperset(text))
    return "" if own else word[0]


def is_about_all(error: ProviderError, model: str) -> bool:
    """Whether a refusal may be about the key, the address or the `model` rather than a row."""
    if error.retryable or error.spent:
        return False
    status = error.status_code
    if isinstance(error, AuthenticationError):
        return status == 403  # any other is about the key
    if status in _OF_THE_REQUEST:
        return bool(model) and model.casefold() in said_by(error).casefold()
    return status in _ABOUT_ALL or error.code == "other_origin" or (status is not None and 300 <= status < 400)


def is_same_cause(free: ProviderError, refusal: ProviderError) -> bool:
    """Whether what refused a `free` call may be what refused a row: the key, or the same status; of a row that was told of
    the model, that it is not there.
    """
    expected = _NOT_THERE if refusal.status_code in _OF_THE_REQUEST else {refusal.status_code}
    return free.status_code == _KEY_REFUSED or free.status_code in expected


def with_more(error: ProviderError, more: str) -> ProviderError:
    """A refusal that says more."""
    return type(error)(
        f"{said_by(error)}; {more}",
        provider=error.provider,
        status_code=error.status_code,
        code=error.code,
        request_id=error.request_id,
    )
