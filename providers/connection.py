"""The way to a vendor: the key, the SDK's client made when first needed, its errors as ours, our own retries; and no
request that goes anywhere but to the vendor.
"""

from __future__ import annotations

import importlib.util
import os
import re
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import unquote, urlsplit

from .base import LLMProvider
from .dimensions import UnknownPriceError
from .errors import AuthenticationError, ProviderError, RateLimitError, RequestError
from .received import json_object, named
from .retry import RetryPolicy, is_retryable, moment_of, retry_after
from .secret_spellings import spellings
from .vendors import VendorError, built_in_tables, vendor
from .wire import among

T = TypeVar("T")

# Transport errors by name, as httpx2 and httpx both call them: which of the two an SDK uses is its own affair.
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
_TOO_LATE = frozenset({"TimeoutException", "APITimeoutError"})
_CALLERS_MISTAKE = frozenset({"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"})  # an address, a header
# Statuses by which a server or a gateway says that it waited too long: for what, and what was done by then, nobody knows.
_GAVE_UP_WAITING = frozenset({408, 499})
# A gateway may repeat the key that it was sent; of fewer letters than these no vendor's key is, and words have them too.
_KEY_LENGTH = 8
# What of a result is not told of a call: the answer itself, and the caller's own word for a row.
_AS_IT_CAME = frozenset({"content", "parsed", "arguments", "unit_id"})
_PAY_FIRST = 402
_KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key"})
_PORTS = {"http": 80, "https": 443}


class Connection(LLMProvider):
    """What every call to a vendor goes through. What differs between SDKs stands in the subclasses."""

    sdk_module: ClassVar[str]
    extra: ClassVar[str] = ""  # of the package, that brings the SDK; else it is called as the vendor
    env_vars: tuple[str, ...]  # where the key may stand, in order
    spent_codes: ClassVar[frozenset[str]] = frozenset()  # codes of an account that has nothing left to spend
    timeout: float
    retry: RetryPolicy

    def _prepare(self, base_url: str | None) -> None:
        """Finds the key and the SDK, and remembers what must never be shown. Needs no network."""
        self.base_url = base_url
        self._key = self._find_key()
        self._require_sdk()
        self._secrets: tuple[str, ...] = (self._key,)
        self._origin: tuple[str, str, int | None] | None = None
        self._spellings: re.Pattern[str] | None = None
        self._client: Any = None
        self._client_lock = threading.Lock()

    # -- what each SDK says of itself

    @abstractmethod
    def _make_client(self) -> Any:
        """A client of the SDK, with our timeout, without its own retries, and with `_hooks` on each request."""

    @abstractmethod
    def _address_of(self, client: Any) -> str:
        """The address that a client sends its requests to."""

    @abstractmethod
    def _errors(self) -> tuple[type[Exception], ...]:
        """The exceptions that the SDK raises for calls that failed, besides those of its HTTP client."""

    @abstractmethod
    def _error_of(self, error: Exception) -> ProviderError:
        """What an exception of the SDK means."""

    # -- calls

    @property
    def client(self) -> Any:
        """The vendor's client, made when first asked for."""
        with self._client_lock:
            if self._client is None:
                client = self._make_client()
                address = self._address_of(client)
                self._origin = _origin(address)
                self._secrets = (*self._secrets, unquote(urlsplit(address).password or ""))
                self._spellings = None
                self._client = client
            return self._client

    def close(self) -> None:
        """Closes the client's connections; the next call makes another client."""
        with self._client_lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _without_the_environments(self, client: Any, *names: str) -> Any:
        """An SDK's client (openai and anthropic) without what the environment says that is not for its server: another key
        never, and where a file or a setting names another address than the vendor's, no header and none of `names` either.
        """
        headers = {} if self._is_elsewhere() else client._custom_headers
        client._custom_headers = {name: value for name, value in headers.items() if name.lower() not in _KEY_HEADERS}
        if self._is_elsewhere():
            for name in names:
                setattr(client, name, None)
        return client

    def _is_elsewhere(self) -> bool:
        """Whether a setting, or a person's own file, names an address that is not the vendor's."""
        own = _own_address(self.name)
        return bool(self.base_url) and (own is None or _origin(str(self.base_url)) != _origin(own))

    @property
    def _place(self) -> str | None:
        """The region that the address of our calls is of, by the vendor's file; None for its own address and for others'. Raises
        UnknownPriceError for an address in the vendor's domain that its file does not know.
        """
        facts, own = vendor(self.name), _own_address(self.name)
        address = str(self.base_url or os.environ.get(facts.base_url_env or "") or "")
        host = self._origin[1] if self._origin else _origin(address)[1]
        place = next((name for name, one in facts.places.items() if host in one.hosts), None)
        if place is None and own is not None and host != (known := _origin(own)[1]):
            domain = ".".join(known.split(".")[-2:])
            if f".{host}".endswith(f".{domain}"):
                raise UnknownPriceError(f"what calls to {host} cost is not known: the prices are those of {known}")
        return place

    @property
    def _hooks(self) -> dict[str, list[Callable[[Any], None]]]:
        """What looks at each request before it leaves, redirected ones too."""
        return {"request": [self._stay], "response": [self._bound, self._compare_clocks]}

    def _stay(self, request: Any) -> None:
        """Raises for a request that would leave the vendor's origin: each carries a key, a prompt or rows, and neither a
        redirect nor an address in an answer (of results, of an upload, of a next page) may take those elsewhere.
        """
        scheme, host, port = _origin(str(request.url))
        if (scheme, host, port) != self._origin:
            told = (
                f"the server sends the request on to {scheme}://{host}:{port}, another origin: nothing was sent there"
            )
            raise ProviderError(told, provider=self.name, code="other_origin")

    def _bound(self, response: Any) -> None:
        """Gives the body of an answer as long as the server may stay silent before it. What was asked for as a stream, and what
        is downloaded, may take longer: there each silence is bounded, not the whole. Of a stream that is lifted by whoever asked.
        """
        if response.request.method == "POST":
            from .deadline import Bounded  # noqa: PLC0415 - with the SDK only

            response.stream = Bounded(response, self.timeout)

    def _compare_clocks(self, response: Any) -> None:
        """Remembers how far the vendor's clock is ahead of ours, by an answer's Date."""
        moment = moment_of(response.headers.get("date"))
        if moment is not None:
            self.clock_offset = moment - time.time()

    def _call(
        self,
        call: Callable[[], T],
        *,
        repeatable: bool = True,
        once: bool = False,
        lost: list[ProviderError] | None = None,
    ) -> T:
        """What `call` returns; the SDK's errors as ours, and repeated by our policy unless it is made `once`. What the SDK
        said of a failure may hold the key, so no error of ours leads back to one of its.
        """
        _ = self.client  # imports the SDK, whose exceptions `_errors` names

        def attempt() -> T:
            try:
                return call()
            except ProviderError as error:
                failed = error
            except (*self._errors(), *_http_errors()) as error:
                ours = next((cause for cause in (error.__cause__, error) if isinstance(cause, ProviderError)), None)
                failed = ours or self._error_of(error)
            failed.__cause__ = failed.__context__ = None
            raise self._without_secrets(failed)

        return attempt() if once else self.retry.run(attempt, repeatable=repeatable, lost=lost)

    def _without_secrets(self, error: ProviderError) -> ProviderError:
        """`error`, or one like it in which the key stands nowhere, however a gateway spelt it."""
        told = (error.vendor_message, error.code, error.request_id)
        message, code, request_id = (None if text is None else self._hidden(str(text)) for text in told)
        if (message, code, request_id) == told:
            return error
        return type(error)(
            message or "",
            provider=error.provider,
            status_code=error.status_code,
            code=code,
            request_id=request_id,
            retry_after=error.retry_after,
            retryable=error.retryable,
            ambiguous=error.ambiguous,
            spent=error.spent,
        )

    def _without_key(self, told: T) -> T:
        """`told`, a text or what holds texts, of a vendor's answer: the key stands in none of them but `_AS_IT_CAME`."""
        if isinstance(told, Mapping):
            shown = {key: one if key in _AS_IT_CAME else self._without_key(one) for key, one in told.items()}
            return cast(T, shown)
        if isinstance(told, list):
            return cast(T, [self._without_key(one) for one in told])
        return cast(T, self._hidden(told)) if isinstance(told, str) else told

    def _hidden(self, text: str) -> str:
        if self._spellings is None:
            self._spellings = spellings(secret for secret in self._secrets if len(secret) >= _KEY_LENGTH)
        return self._spellings.sub("[key]", text) if self._spellings else text

    def _status_error(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str],
        *,
        code: str | None,
        request_id: str | None,
        bad_key: bool = False,
        spent: bool = False,
        wait: float | None = None,
    ) -> ProviderError:
        """What a refusal means. `bad_key` and `spent` (an account whose limit no wait raises) tell what the status does
        not; `wait` is what the body asks for, where the headers ask for nothing.
        """
        kind: type[ProviderError] = ProviderError
        spent = spent or status == _PAY_FIRST or self._says_it_is_spent(message, code)
        retryable = is_retryable(status, headers) and not spent
        if bad_key or status in {401, 403}:
            kind, retryable = AuthenticationError, False
        elif status == 429:
            kind = ProviderError if spent else RateLimitError
        asked = retry_after(headers, self.clock_offset)
        return kind(
            message,
            provider=self.name,
            status_code=status,
            code=None if code is None else str(code),
            request_id=request_id,
            retry_after=wait if asked is None else asked,
            retryable=retryable,
            ambiguous=status >= 500 or status in _GAVE_UP_WAITING,
            spent=spent,
        )

    def _says_it_is_spent(self, message: str, code: Any = None) -> bool:
        """Whether an error has words by which its vendor says that an account has nothing left to spend."""
        said = f"{code or ''} {message}".lower()
        try:
            told = vendor(self.name).calls.spent
        except VendorError:  # of a file that was changed since: the error that there is must not give way to that
            told = ()
        return among(code, self.spent_codes) or any(words.lower() in said for words in told)

    def _transport_error(self, error: BaseException) -> ProviderError:
        """What it means that no answer came: whether the request went out decides if it may be repeated blindly."""
        names = {
            kind.__name__ for cause in (error, error.__cause__) if cause is not None for kind in type(cause).__mro__
        }
        if names & _CALLERS_MISTAKE:
            return RequestError(f"the request cannot be sent: {error.__cause__ or error}", provider=self.name)
        sent = not names & _NEVER_SENT
        if names & _TOO_LATE:
            message = f"timeout: no answer within {self.timeout:g} s" if sent else "timeout: no connection"
        else:
            message = (
                f"unavailable: {'the connection was lost' if sent else 'no connection'} ({error.__cause__ or error})"
            )
        return ProviderError(message, provider=self.name, code="connection", retryable=True, ambiguous=sent)

    def _json_in(self, raw: Any) -> Mapping[str, Any]:
        """The JSON object of an SDK's raw response (openai and anthropic)."""
        return json_object(raw.http_response.content, self.name, raw.headers.get("content-type", ""))

    def _id_in(self, fields: Mapping[str, Any], name: str = "id") -> str:
        """The id of what was just made."""
        return self._hidden(str(named(fields, self.name, name)[name]))

    # -- key and SDK

    def get_api_key_env_var(self) -> str:
        """The environment variable that holds this provider's key."""
        return self.env_vars[0]

    def _find_key(self) -> str:
        for variable in self.env_vars:
            if key := os.environ.get(variable, "").strip():
                if not (key.isascii() and key.isprintable() and " " not in key):  # an SDK would quote it in its error
                    told = f"{variable} holds no key: there are letters in it that no header can carry"
                    raise AuthenticationError(told, provider=self.name, code="no_key")
                return key
        raise AuthenticationError(f"no key: set {' or '.join(self.env_vars)}", provider=self.name, code="no_key")

    def _require_sdk(self) -> None:
        """Raises where the SDK is not installed, without importing it."""
        try:
            found = importlib.util.find_spec(self.sdk_module)
        except ModuleNotFoundError:  # of the parent of a dotted name
            found = None
        if found is None:
            raise ImportError(
                f"{self.name} needs its SDK: pip install 'octoregistry[{self.extra or self.name}]'",
                name=self.sdk_module,
            )


@cache
def _own_address(name: str) -> str | None:
    """The address that the vendor's file beside us states, whatever a person's own says; None for a stranger's."""
    return built_in_tables().get(name, {}).get("base_url")


def _http_errors() -> tuple[type[Exception], ...]:
    """The exceptions of the HTTP client that the SDKs share."""
    import httpx2  # noqa: PLC0415 - with the SDK only

    return (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL)


def _origin(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, as browsers compare them."""
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme)
