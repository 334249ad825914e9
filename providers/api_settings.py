"""What a configuration's `api` says, checked: an unknown key, or a value that no call can have, is an error here and not
silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .request import DEFAULTS, check_options
from .retry import RETRY_KEYS, RetryPolicy, number

# Every key that `api` may have, and what it says; docs/providers.md tells more.
KEYS = {
    "provider": "the vendor",
    "model": "the model's id or alias",
    "max_tokens": "the longest answer",
    "timeout_seconds": "how long a server may stay silent",
    "transport_retry": "our own retries",
    "retry": "the caller's retries: accepted, and left to it",
    "max_inflight_batches": "batches of a run at the vendor at a time",
    "surface": 'OpenAI: "chat" or "responses"',
    "system": "what the model is told before all else",
    "temperature": "how far answers may differ",
    "reasoning": "how much a model thinks: off, low, medium, high",
    "cache": "how long a prompt's beginning is kept",
    "extra": "the vendor's own keys of a request",
    "base_url": "the address of the vendor's API",
}


class SettingsError(ValueError):
    """A key of `api` that nobody reads, or a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The settings of one provider, as far as they are its own."""

    model: str | None
    max_tokens: int | None
    timeout: float | None  # seconds
    retry: RetryPolicy
    base_url: str | None
    options: Mapping[str, Any]  # what each request has that does not state it otherwise


def settings_of(api: Mapping[str, Any]) -> ApiSettings:
    """The settings that `config["api"]` states. Raises SettingsError, with the nearest key for one that is unknown."""
    refuse_unknown(api, KEYS, "api")
    own = api.get("transport_retry")
    if own is not None:
        if not isinstance(own, Mapping):
            raise SettingsError(f"api.transport_retry is {own!r}: it has {', '.join(RETRY_KEYS)}")
        refuse_unknown(own, RETRY_KEYS, "api.transport_retry")
        retry = RetryPolicy.of(own)
    else:  # a caller that retries by itself must not find each of its tries made three times
        retry = RetryPolicy() if api.get("retry") is None else RetryPolicy(attempts=1)
    whole(api.get("max_inflight_batches"), "api.max_inflight_batches")
    most = whole(api.get("max_tokens"), "api.max_tokens")
    options = {name: api[name] for name in DEFAULTS if api.get(name) is not None}
    try:
        check_options(options)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"api.{error}") from None
    return ApiSettings(
        model=_text(api, "model"),
        max_tokens=most,
        timeout=_timeout(api),
        retry=retry,
        base_url=_text(api, "base_url"),
        options=options,
    )


def refuse_unknown(stated: Mapping[str, Any], known: Mapping[str, str], where: str) -> None:
    """Raises for the first key that is not known, with the nearest one that is."""
    for key in stated:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1, 0.5)
            told = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise SettingsError(f"{where}.{key}: unknown setting; {told}")


def whole(value: Any, name: str) -> int | None:
    """A whole number from 1 up, or None; raises here, before it becomes some SDK's error."""
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 1 <= value < float("inf") or value % 1:
        raise SettingsError(f"{name} is {value!r}: it is a whole number from 1 up")
    return int(value)


def _timeout(api: Mapping[str, Any]) -> float | None:
    """Seconds; an error for 0, as nobody answers within that."""
    if api.get("timeout_seconds") is None:
        return None
    if not (seconds := number(api, "timeout_seconds", 0)):
        raise SettingsError(f"api.timeout_seconds is {api['timeout_seconds']!r}: it is a number above 0")
    return seconds


def _text(api: Mapping[str, Any], name: str) -> str | None:
    """Text, or None where the key is not there; an error for a blank, which a variable without a value leaves behind: taken
    for none, it would send prompts to another address than the one that was meant.
    """
    value = api.get(name)
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise SettingsError(f"api.{name} is {value!r}: it is text, or left out")
    return value
