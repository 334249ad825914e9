"""What the vendors' providers share: settings, realtime calls, batches from their rows to their results."""

from __future__ import annotations

import json
import math
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, ClassVar, Unpack, cast

from . import unit_ids
from .answers import Answer, Failure, batch_result, failed_row, realtime_result
from .api_settings import settings_of
from .base import BatchMetadata, BatchResult, BatchStatus, BatchStatusInfo, RealtimeResult
from .bill import PricedProvider
from .connection import Connection
from .creation import Creations
from .errors import ProviderError, RequestError
from .events import Events
from .fit import instance
from .jobs import Job, error_of, status_of
from .received import spooled_lines
from .registry import load_registry
from .request import Options, Request, request_of
from .stream import BROKEN, AnswerStream, begun
from .vendors import own_route

Stream = tuple[Any, Any]  # the vendor's events, and the HTTP response that they come in

_MOST_AT_ONCE = 256  # calls of `agenerate_realtime` at a time
# Seconds in which a batch that was just made may be unknown to the server that is asked for it.
_FIRST_SEEN_AFTER = 120.0


class VendorProvider(Connection, PricedProvider):
    """A provider whose vendor has an SDK. What differs between vendors stands in the subclasses."""

    default_timeout: ClassVar[float] = 600.0
    lists_batches: ClassVar[bool] = True
    tags_batches: ClassVar[bool] = True

    def __init__(self, config: dict[str, Any]) -> None:
        """A provider for `config["api"]`, whose keys docs/providers.md tells. Needs a key, but no network."""
        self.config = config
        settings = settings_of(config.get("api") or {})
        self._registry = registry = load_registry()
        entry = registry.values["providers"].get(self.name, {})
        model = settings.model or entry.get("default_model")
        if not model:
            raise ValueError(f"no model for {self.name}: set api.model, or default_model in {registry.path}")
        self.model = model
        self.pricing = registry.estimator(self.name, self.model)
        self.max_tokens = settings.max_tokens
        self.timeout = settings.timeout or self.default_timeout
        self.retry = settings.retry
        address, key_variables = own_route(self.name)
        self.env_vars = self.env_vars if key_variables is None else key_variables
        self._prepare(settings.base_url or address)
        self._answering = {}
        self._created: dict[str, float] = {}  # batches that were made here, and when
        self._first_seen: dict[str, float] = {}
        self._defaults = settings.options
        self._threads: ThreadPoolExecutor | None = None
        self._creations = Creations(self, self._create)

    # -- what each vendor says of itself

    @abstractmethod
    def _read_job(self, batch_id: str) -> Job:
        """The batch as the vendor's server has it."""

    @abstractmethod
    def _body(self, request: Request) -> Any:
        """What is sent for a request. Raises RequestError for what this vendor cannot do."""

    @abstractmethod
    def _send(self, body: Any, request: Request) -> tuple[Answer, str | None]:
        """The answer, and the id of the call."""

    @abstractmethod
    def _open_stream(self, body: Any, request: Request) -> Stream:
        """The vendor's events, to be read, and the response that they come in, once its headers are there."""

    @abstractmethod
    def _pieces(self, source: Any) -> Iterator[str | Answer]:
        """The pieces of the text in the vendor's events, and at the end the whole answer."""

    @abstractmethod
    def _row_of(self, name: str, request: Request) -> dict[str, Any]:
        """A row of a batch under the name that the vendor takes."""

    @abstractmethod
    def _upload(self, path: Path, rows: Path) -> str:
        """The id of the file `path`, once the vendor has it; `rows` holds its rows as a vendor takes them."""

    @abstractmethod
    def _create(self, file_id: str, tag: str) -> str:
        """The id of a new batch; only a call that surely made none is repeated."""

    @abstractmethod
    def _cancel(self, batch_id: str) -> None:
        """Asks the vendor to cancel a batch."""

    @abstractmethod
    def _list_jobs(self) -> Iterator[Job]:
        """The account's batches, over all pages."""

    @abstractmethod
    def _rows(self, job: Job) -> Iterator[BatchResult]:
        """The rows of a batch that has ended."""

    @abstractmethod
    def _find_model(self) -> None:
        """Asks the vendor for what it says of the model, which costs nothing."""

    # -- realtime

    def generate_realtime(self, prompt: str | None, schema: Any = None, **options: Unpack[Options]) -> RealtimeResult:
        """The answer to one prompt. With a JSON schema, or a pydantic model, the vendor enforces that the answer fits it;
        of a model `parsed` is the instance. RequestError for what cannot be sent, and what this vendor cannot do.
        """
        return self._generated(self._request(prompt, schema, options))

    def generate_once(self, prompt: str | None, schema: Any = None, **options: Any) -> RealtimeResult:
        """What `generate_realtime` gives, by a single call: what fails is not repeated. A failure that states what is billed
        for it is a result with an `error`, as of a row.
        """
        return self._generated(self._request(prompt, schema, options), once=True)

    def _generated(self, request: Request, *, once: bool = False) -> RealtimeResult:
        body = self._body(request)

        def answered() -> tuple[Answer, str | None]:
            """A failure that came with status 200 is one, and repeated by the same policy."""
            answer, request_id = self._send(body, request)
            if answer.failure is not None and not (once and answer.served and answer.failure.answered):
                raise self._failure_of(answer, request_id)
            return answer, request_id

        lost: list[ProviderError] = []
        answer, request_id = self._call(answered, once=once, lost=lost)
        if answer.failure is not None:
            failed: Any = batch_result("", answer, self._cost_on, self._today())
            return cast(RealtimeResult, self._without_key(failed))
        result = self._result(answer, request, request_id)
        if lost:
            result["maybe_paid"] = len(lost)
        return result

    def _answer_in(self, raw: Any, read: Callable[[Mapping[str, Any]], Answer]) -> Answer:
        """The answer in an SDK's raw response (openai and anthropic): of one that streams though nobody asked for it, as of a
        stream.
        """
        try:
            return read(self._json_in(raw))
        except ProviderError:
            events = Events([raw.http_response.content], self.name)
            try:
                pieces = list(self._pieces(events))
            except (ProviderError, *BROKEN):
                pieces = []
            if pieces and isinstance(pieces[-1], Answer):
                return begun(pieces[-1], events)
            raise

    async def agenerate_realtime(
        self, prompt: str | None, schema: Any = None, **options: Unpack[Options]
    ) -> RealtimeResult:
        """What `generate_realtime` gives, without holding up the event loop: the call is made in a thread, and goes on,
        and is billed, where the task that waits for it is cancelled.
        """
        import asyncio  # noqa: PLC0415 - with a loop only

        with self._client_lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, f"{self.name}-call")
        call = partial(self.generate_realtime, prompt, schema, **options)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def verify_access(self) -> bool:
        """Whether the vendor, asked for free, takes our key and serves the model. Raises ProviderError where it does not."""
        self._call(self._find_model, once=True)
        return True

    def stream_realtime(self, prompt: str | None, schema: Any = None, **options: Unpack[Options]) -> AnswerStream:
        """The answer to one prompt, piece by piece; its `result` is there at the end. What fails before the first piece is
        repeated as any call, what breaks off later is an error.
        """
        request = self._request(prompt, schema, options)
        body = self._body(request)
        return AnswerStream(
            name=self.name,
            open_=lambda: self._open_stream(body, request),
            pieces=self._pieces,
            attempt=self._call,
            failure=lambda answer: self._failure_of(answer, None),
            finish=lambda answer: self._result(answer, request, None),
        )

    def format_batch_request(
        self, unit_id: str, prompt: str | None, schema: Any = None, **options: Unpack[Options]
    ) -> dict[str, Any]:
        """One row of a batch, ready for `json.dumps`. A unit may have any id: one that the vendor would refuse is written
        so that results come back under it all the same.
        """
        request = self._request(prompt, schema, options)
        name = self._name_of(unit_id)
        return unit_ids.row_with_id(self._row_of(name, request), unit_id, name)

    def _request(self, prompt: Any, schema: Any, options: Mapping[str, Any]) -> Request:
        defaults = {**self._defaults, **({} if self.max_tokens is None else {"max_tokens": self.max_tokens})}
        return request_of(self.name, prompt, schema, options, defaults)

    def _result(self, answer: Answer, request: Request, request_id: str | None) -> RealtimeResult:
        result = realtime_result(answer, self._cost_on, self._today(), request_id)
        if request.model is not None:
            try:
                result["parsed"] = instance(answer.text, request.model, request.schema or {})
            except ValueError as error:  # pydantic's, and UnfitError
                result["parsed"], result["unfit"] = None, str(error)
        return self._without_key(result)

    def _failure_of(self, answer: Answer, request_id: str | None) -> ProviderError:
        """The error that an answer comes to which is none: whether it is billed is open, unless the vendor says that nothing
        was answered.
        """
        failure = answer.failure or Failure("no answer")
        return ProviderError(
            failure.message,
            provider=self.name,
            code=failure.code,
            request_id=request_id,
            retryable=failure.retryable,
            ambiguous=failure.answered or answer.served is not None,
            spent=self._says_it_is_spent(failure.message, failure.code),
        )

    # -- batches

    def upload_batch_file(self, file_path: Path) -> str:
        """The id under which `create_batch` finds the rows of a JSONL file."""
        path = self._local_file(file_path)
        with unit_ids.uploadable(path) as rows:
            file_id = self._upload(path, rows)
        unit_ids.keep_for(file_id, path)
        return file_id

    def create_batch(self, file_id: str, *, tag: str | None = None) -> str:
        """The id of the new batch over the rows of a file. `tag` marks it for `list_batches`, where the vendor's batches
        carry a mark.

        Without a `tag` a call without an answer is looked into: the batch that it made is found by a mark of ours, or
        AmbiguousError names those that may be it.
        """
        self._check_id(file_id, "file")
        batch_id = self._creations.make(file_id) if tag is None else self._create(file_id, tag)
        unit_ids.keep_for(batch_id, file_id)
        self._created[batch_id] = self._first_seen[batch_id] = time.monotonic()
        return batch_id

    def get_batch_status(self, batch_id: str) -> BatchStatusInfo:
        """Where a batch stands; one that was made a moment ago and is not yet known to the server is PENDING."""
        self._check_id(batch_id, "batch")
        try:
            job = self._job(batch_id)
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
        return self._status_of(job)

    def _status_of(self, job: Job) -> BatchStatusInfo:
        now = time.monotonic()
        return status_of(job, now - self._first_seen.setdefault(job.id, now), self.longest_life)

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
            "error": error_of(job),
        }
        return results, metadata

    def iter_batch_results(self, batch_id: str) -> Iterator[BatchResult]:
        """The rows that a batch finished, one at a time: they are spooled to a file, and read from there."""
        yield from self._rows(self._ended(batch_id))

    def cancel_batch(self, batch_id: str) -> bool:
        """Whether the batch is being cancelled; False if it had ended already."""
        self._check_id(batch_id, "batch")
        if self._job(batch_id).ended:
            return False
        try:
            self._call(lambda: self._cancel(batch_id))
        except ProviderError as error:
            # It may end between the question and the cancelling; the API then refuses.
            if error.status_code in {400, 409} and self._job(batch_id).ended:
                return False
            raise
        return True

    def list_batches(self) -> Iterator[BatchStatusInfo]:
        """The account's batches, over all pages: where to look for one whose making was not answered.

        It is found by its `tag`, or where the vendor has none by `created_at` and `counts["total"]`.
        """
        try:
            for job in self._list_jobs():
                yield self._status_of(job.shown(self._hidden))
        except ProviderError as error:
            raise self._without_secrets(error) from None

    def _job(self, batch_id: str) -> Job:
        """The batch as its vendor's server has it; the key stands in nothing that it tells."""
        return self._call(lambda: self._read_job(batch_id)).shown(self._hidden)

    def _ended(self, batch_id: str) -> Job:
        """The batch, if it has ended."""
        self._check_id(batch_id, "batch")
        job = self._job(batch_id)
        if not job.ended and not job.has_rows:
            raise ProviderError(
                f"the batch has no results yet: it is {job.state}", provider=self.name, code="not_ended"
            )
        return job

    def _read_rows(
        self, job: Job, fetch: Callable[[IO[bytes]], None], id_key: str, read: Callable[[Mapping[str, Any]], Answer]
    ) -> Iterator[BatchResult]:
        """The rows of the results file that `fetch` writes, each by what `read` makes of it, under their units' ids; one that
        stands there twice, word for word, once.
        """
        seen = set[bytes]()
        for row in spooled_lines(fetch, self._call, self.name):
            if not isinstance(row, Failure) and row.get(id_key):
                known = len(seen)
                seen.add(blake2b(json.dumps(row).encode(), digest_size=16).digest())
                if len(seen) == known:
                    continue
            if isinstance(row, Failure):
                yield self._without_key(failed_row("", row))
            else:
                yield self._row(job, str(row.get(id_key) or ""), read(row))

    def _row(self, job: Job, name: str, answer: Answer) -> BatchResult:
        """The result of a row by its name at the vendor."""
        day = (job.completed_at or self._today())[:10]
        return self._without_key(batch_result(unit_ids.unit_of(name, job.id), answer, self._cost_on, day))

    def _local_file(self, file_path: Path | str) -> Path:
        """The path of a file that is to be uploaded, if it is there: no SDK says so in one way."""
        path = Path(file_path)
        if not path.is_file():
            raise RequestError(f"no file {path}", provider=self.name, code="no_file")
        return path

    def _name_of(self, unit_id: str) -> str:
        """What a unit is called at the vendor, which refuses a whole batch for one name that it does not take."""
        return unit_ids.name_of(unit_id, self.limits.unit_id, self.name)

    def _check_id(self, given: Any, what: str) -> None:
        """Raises for what is no id: the caller's mistake, not the vendor's answer."""
        if not isinstance(given, str) or not given or not given.isprintable():
            raise RequestError(f"{given!r} is no {what}'s id", provider=self.name, code="bad_id")
