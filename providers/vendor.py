"""What the three vendors' providers share: the key, the client made when first needed, retries, spooled downloads,
costs.
"""

from __future__ import annotations

import importlib.util
import math
import os
import re
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, ClassVar, TypeVar

from .answers import Answer, Failure, batch_result, failed_row, realtime_result
from .base import BatchMetadata, BatchResult, BatchStatus, BatchStatusInfo, LLMProvider, RealtimeResult
from .dimensions import InvalidUsageError, UnknownPriceError
from .errors import AuthenticationError, ProviderError, RateLimitError
from .jobs import Job, status_of
from .pricing import Usage
from .received import json_object, named, spooled_lines
from .registry import load_registry
from .retry import RetryPolicy, is_retryable, number, retry_after
from .served import ServedUsage, usage_of

T = TypeVar("T")

# Transport errors by name, as httpx2 and httpx both call them: which of the two an SDK uses is its own affair.
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
_TOO_LATE = frozenset({"TimeoutException", "APITimeoutError"})
# Statuses by which a server or a gateway says that it waited too long: for what, and what was done by then, nobody knows.
_GAVE_UP_WAITING = frozenset({408, 499})
# A gateway may repeat the key that it was sent; of fewer letters than these no vendor's key is, and words have them too.
_KEY_LENGTH = 8
# Seconds in which a batch that was just made may be unknown to the server that is asked for it.
_FIRST_SEEN_AFTER = 120.0


class VendorProvider(LLMProvider):
    """A provider whose vendor has an SDK. What differs between vendors stands in the subclasses."""

    sdk_module: ClassVar[str]
    env_vars: ClassVar[tuple[str, ...]]  # where the key may stand, in order
    default_timeout: ClassVar[float] = 600.0
    lists_batches: ClassVar[bool] = True
    tags_batches: ClassVar[bool] = True

    def __init__(self, config: dict[str, Any]) -> None:
        """A provider for `config["api"]`: model, max_tokens, retry, timeout_seconds. Needs a key, but no network."""
        self.config = config
        api: Mapping[str, Any] = config.get("api") or {}
        registry = load_registry()
        entry = registry.values["providers"].get(self.name, {})
        self.model = api.get("model") or entry.get("default_model")
        if not self.model:
            raise ValueError(f"no model for {self.name}: set api.model, or default_model in {registry.path}")
        self.pricing = registry.estimator(self.name, self.model)
        self.max_tokens = _whole(api.get("max_tokens"))
        self.timeout = number(api, "timeout_seconds", 0) or self.default_timeout
        self.retry = RetryPolicy.of(api.get("retry"))
        self._key = self._find_key()
        self._require_sdk()
        self._client: Any = None
        self._client_lock = threading.Lock()
        self._created: dict[str, float] = {}

    # -- what each vendor says of itself

    @abstractmethod
    def _make_client(self) -> Any:
        """A client of the vendor's SDK, with our timeout and without its own retries."""

    @abstractmethod
    def _errors(self) -> tuple[type[Exception], ...]:
        """The exceptions that the SDK raises for calls that failed."""

    @abstractmethod
    def _error_of(self, error: Exception) -> ProviderError:
        """What an exception of the SDK means."""

    @abstractmethod
    def _read_job(self, batch_id: str) -> Job:
        """The batch as the vendor's server has it."""

    @abstractmethod
    def _cancel(self, batch_id: str) -> None:
        """Asks the vendor to cancel a batch."""

    @abstractmethod
    def _list_jobs(self) -> Iterator[Job]:
        """The account's batches, over all pages."""

    @abstractmethod
    def _rows(self, job: Job) -> Iterator[BatchResult]:
        """The rows of a batch that has ended."""

    # -- realtime

    def _realtime(self, call: Callable[[], tuple[Answer, str | None]]) -> RealtimeResult:
        """The result of a call; a failure that came with status 200 is one, and repeated by the same policy."""

        def answered() -> tuple[Answer, str | None]:
            answer, request_id = call()
            if answer.failure is not None:
                raise self._failure_of(answer.failure, request_id)
            return answer, request_id

        answer, request_id = self._call(answered)
        return realtime_result(answer, self._cost_on, self._today(), request_id)

    def _failure_of(self, failure: Failure, request_id: str | None) -> ProviderError:
        return ProviderError(
            failure.message,
            provider=self.name,
            code=failure.code,
            request_id=request_id,
            retryable=failure.retryable,
        )

    # -- batches

    def get_batch_status(self, batch_id: str) -> BatchStatusInfo:
        """Where a batch stands; one that was made a moment ago and is not yet known to the server is PENDING."""
        try:
            job = self._call(lambda: self._read_job(batch_id))
        except ProviderError as error:
            made = self._created.get(batch_id)
            # anthropic-sdk-python#1432: retrieve answers 404 for some seconds after create.
            if error.status_code == 404 and made is not None and time.monotonic() - made < _FIRST_SEEN_AFTER:
                return {
                    "status": BatchStatus.PENDING,
                    "progress": None,
                    "error": None,
                    "provider_status": "not found yet",
                    "batch_id": batch_id,
                }
            raise
        return status_of(job, datetime.now(UTC), self.longest_life)

    def download_batch_results(self, batch_id: str) -> tuple[list[BatchResult], BatchMetadata]:
        """All rows that a batch finished, in any order, and their sums; also of one that expired or was cancelled."""
        job = self._ended(batch_id)
        results = list(self._rows(job))
        costs = [result.get("cost") for result in results]
        answered = sum(result["error"] is None or "usage" in result for result in results)
        lacking = (job.counts or {}).get("completed", 0) > answered  # rows that were answered and paid, but not given
        metadata: BatchMetadata = {
            "total_input_tokens": sum(result["input_tokens"] for result in results),
            "total_output_tokens": sum(result["output_tokens"] for result in results),
            "started_at": job.started_at or job.created_at,
            "completed_at": job.completed_at,
            "provider": self.name,
            "model": self.model,
            "total_cost": None if None in costs or lacking else math.fsum(cost for cost in costs if cost is not None),
            "error": job.error or (job.meaning.why if job.meaning else None),
        }
        return results, metadata

    def iter_batch_results(self, batch_id: str) -> Iterator[BatchResult]:
        """The rows that a batch finished, one at a time: they are spooled to a file, and read from there."""
        yield from self._rows(self._ended(batch_id))

    def cancel_batch(self, batch_id: str) -> bool:
        """Whether the batch is being cancelled; False if it had ended already."""
        if self._call(lambda: self._read_job(batch_id)).ended:
            return False
        try:
            self._call(lambda: self._cancel(batch_id))
        except ProviderError as error:
            # It may end between the question and the cancelling; the API then refuses.
            if error.status_code in {400, 409} and self._call(lambda: self._read_job(batch_id)).ended:
                return False
            raise
        return True

    def list_batches(self) -> Iterator[BatchStatusInfo]:
        """The account's batches, over all pages: where to look for one whose making was not answered.

        It is found by its `tag`, or where the vendor has none by `created_at` and `counts["total"]`.
        """
        for job in self._list_jobs():
            yield status_of(job, datetime.now(UTC), self.longest_life)

    def _ended(self, batch_id: str) -> Job:
        """The batch, if it has ended."""
        job = self._call(lambda: self._read_job(batch_id))
        if not job.ended and not job.has_rows:
            raise ProviderError(
                f"the batch has no results yet: it is {job.state}", provider=self.name, code="not_ended"
            )
        return job

    def _remember(self, batch_id: str) -> str:
        """`batch_id`, known from now on as one that was made here."""
        self._created[batch_id] = time.monotonic()
        return batch_id

    def _read_rows(
        self, fetch: Callable[[IO[bytes]], None], id_key: str, read: Callable[[Mapping[str, Any]], Answer], day: str
    ) -> Iterator[BatchResult]:
        """The rows of the results file that `fetch` writes, each by what `read` makes of it."""
        for row in spooled_lines(fetch, self._call, self.name):
            if isinstance(row, Failure):
                yield failed_row("", row)
            else:
                yield batch_result(str(row.get(id_key) or ""), read(row), self._cost_on, day)

    def _local_file(self, file_path: Path | str) -> Path:
        """The path of a file that is to be uploaded, if it is there: no SDK says so in one way."""
        path = Path(file_path)
        if not path.is_file():
            raise ProviderError(f"no file {path}", provider=self.name, code="no_file")
        return path

    def _check_unit_id(self, unit_id: Any) -> None:
        """Raises for an id that the vendor would refuse, and with it the batch."""
        if not isinstance(unit_id, str) or re.fullmatch(self.limits.unit_id, unit_id) is None:
            raise ProviderError(
                f"the unit id {unit_id!r} does not fit {self.limits.unit_id}", provider=self.name, code="bad_unit_id"
            )

    # -- calls

    @property
    def client(self) -> Any:
        """The vendor's client, made when first asked for."""
        with self._client_lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def close(self) -> None:
        """Closes the client's connections; the next call makes another client."""
        with self._client_lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _call(self, call: Callable[[], T], *, repeatable: bool = True) -> T:
        """What `call` returns; the SDK's errors as ours, and repeated by our policy."""
        _ = self.client  # imports the SDK, whose exceptions `_errors` names

        def once() -> T:
            try:
                return call()
            except self._errors() as error:
                raise self._error_of(error) from error

        return self.retry.run(once, repeatable=repeatable)

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
        retryable = is_retryable(status, headers)
        if bad_key or status in {401, 403}:
            kind, retryable = AuthenticationError, False
        elif status == 429:
            kind, retryable = (ProviderError, False) if spent else (RateLimitError, retryable)
        asked = retry_after(headers)
        return kind(
            message.replace(self._key, "[key]") if len(self._key) >= _KEY_LENGTH else message,
            provider=self.name,
            status_code=status,
            code=code,
            request_id=request_id,
            retry_after=wait if asked is None else asked,
            retryable=retryable,
            ambiguous=status >= 500 or status in _GAVE_UP_WAITING,
        )

    def _transport_error(self, error: BaseException) -> ProviderError:
        """What it means that no answer came: whether the request went out decides if it may be repeated blindly."""
        names = {
            kind.__name__ for cause in (error, error.__cause__) if cause is not None for kind in type(cause).__mro__
        }
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
        return str(named(fields, self.name, name)[name])

    # -- costs

    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD for so many tokens by the registry's two plain prices; a model that it does not know is priced by the
        defaults.
        """
        return self.pricing.estimate_cost(input_tokens, output_tokens, is_batch)

    def cost_of(self, result: Any, *, at: str | None = None) -> Decimal:
        """Exact USD of a result, or of a vendor's response, by the usage that it states; UnknownPriceError where no price
        is known, InvalidUsageError where it states no usage that can be counted.

        `at` is the day whose prices hold; without it the day that the result names, or today.
        """
        if isinstance(result, Mapping) and isinstance(result.get("usage"), Mapping) and "mode" in result:
            tokens, mode = Usage(**result["usage"]), result["mode"]
            at = at or result.get("served_on")
        else:
            try:
                served = usage_of(result)
            except ValueError as error:
                raise InvalidUsageError(str(error)) from error
            tokens, mode = served.tokens, served.mode
        return self._price(tokens, mode, at)

    def _cost_on(self, served: ServedUsage, day: str) -> Decimal:
        return self._price(served.tokens, served.mode, day)

    def _price(self, tokens: Usage, mode: str, day: str | None) -> Decimal:
        try:
            return self.pricing.cost_of(tokens, mode=mode, at=day)
        except UnknownPriceError:
            folded = self._cache_writes_as_input(tokens)
            if folded == tokens:
                raise
            return self.pricing.cost_of(folded, mode=mode, at=day)

    def _cache_writes_as_input(self, tokens: Usage) -> Usage:
        """`tokens` as they are billed by a vendor who charges for cache writes as for any input, unless a price of
        theirs is stated.
        """
        return tokens

    @staticmethod
    def _today() -> str:
        return datetime.now(UTC).date().isoformat()

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
                f"{self.name} needs its SDK: pip install 'octoregistry[{self.name}]'", name=self.sdk_module
            )


def _whole(max_tokens: Any) -> int | None:
    """The number of tokens that an answer may have, or None; raises here, before it becomes some SDK's error."""
    if max_tokens is None:
        return None
    number = isinstance(max_tokens, int | float) and not isinstance(max_tokens, bool)
    if not number or max_tokens < 1 or max_tokens % 1:
        raise ValueError(f"api.max_tokens is {max_tokens!r}: it is a whole number from 1 up")
    return int(max_tokens)
