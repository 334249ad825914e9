"""Gemini: generateContent and batches of the Gemini Developer API, with the SDK of today (google-genai 3)."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from .answers import Answer
from .base import BatchLimits, BatchResult
from .errors import ProviderError
from .events import Events
from .gemini_content import (
    PASSING_CODES,
    batch_row,
    contents_of,
    failure_in,
    generation_config,
    own_keys,
    read_answer,
    read_row,
    stream_pieces,
)
from .jobs import CANCELLED, CANCELLING, COMPLETED, EXPIRED, FAILED, PENDING, RUNNING, Job, State
from .received import entries_of, json_object, named, pages
from .request import Request
from .vendor import Stream, VendorProvider
from .wire import among, count, field, iso, listed, section

# google/genai/types.py, JobState; the wire says BATCH_STATE_*, the SDK JOB_STATE_*.
STATES: dict[str, State] = {
    "UNSPECIFIED": PENDING,
    "QUEUED": PENDING,
    "PENDING": PENDING,
    "RUNNING": RUNNING,
    "UPDATING": RUNNING,
    "PAUSED": RUNNING,  # it can be resumed; if nobody does, `longest_life` ends it
    "CANCELLING": CANCELLING,
    "SUCCEEDED": COMPLETED,
    "PARTIALLY_SUCCEEDED": COMPLETED,
    "FAILED": FAILED,
    "CANCELLED": CANCELLED,
    "EXPIRED": EXPIRED,
}
# Of google.rpc.ErrorInfo, under status 400.
BAD_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED"})
# An answer of another shape than the SDK reads. ValueError: an HTML page where JSON should be (json's and pydantic's errors
# are ValueErrors). KeyError: an upload that was answered without the address to upload to. TypeError, AttributeError,
# RecursionError: a number where a list should be, and the like.
UNREAD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
_environment = threading.Lock()


class GeminiProvider(VendorProvider):
    """One Gemini model."""

    name = "gemini"
    sdk_module = "google.genai"
    env_vars = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
    limits = BatchLimits(rows=100_000, file_bytes=2_000_000_000, unit_id=r"[\s\S]{1,512}")
    default_timeout = 120.0
    longest_life = 96 * 3600.0
    forgets_batches = True

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._wire = threading.local()  # what the call under way has heard, and its response

    def discard_file(self, file_id: str) -> None:
        """Deletes an uploaded file."""
        self._call(lambda: self.client.files.delete(name=file_id))

    # -- what VendorProvider asks for

    def _body(self, request: Request) -> Any:
        config = generation_config(request)
        config["automatic_continuation"] = False  # one call, one price: the SDK would pay for others in silence
        if request.system:
            config["system_instruction"] = request.system
        if request.extra:
            self._row_of("", request)  # raises where the vendor's own keys contradict the call: the SDK would not
            config["http_options"] = {"extra_body": own_keys(request.extra)}
        return {"model": self.model, "contents": contents_of(request), "config": config}

    def _send(self, body: Any, request: Request) -> tuple[Answer, str | None]:  # noqa: ARG002 - it is all in the body
        # What it says is read from the wire: the SDK drops what it does not know.
        heard: list[Mapping[str, Any]] = []
        self._wire.heard = heard
        try:
            self.client.models.generate_content(**body)
        except UNREAD:  # what the SDK cannot take of an answer that is there, and paid
            if not heard:
                raise
        finally:
            self._wire.heard = None
        return read_answer(heard[-1]), field(heard[-1], "response_id")

    def _open_stream(self, body: Any, request: Request) -> Stream:  # noqa: ARG002 - it is all in the body
        heard: list[Mapping[str, Any]] = []
        self._wire.heard = heard
        events = self.client.models.generate_content_stream(**body)
        next(events, None)  # `_events` begins with one of its own: with it the call is made, and a refusal shows here
        # The SDK keeps the response to itself, and leaves it open where the events are not read to their end.
        return self._heard_of(events, heard), self._wire.response

    def _heard_of(self, events: Iterator[Any], heard: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The events of a stream as they were on the wire, while the SDK reads them, in whatever thread."""
        self._wire.heard = heard
        for _ in events:
            self._wire.heard = None
            yield from heard
            heard.clear()
            self._wire.heard = heard
        self._wire.heard = None
        yield from heard

    def _pieces(self, source: Any) -> Iterator[str | Answer]:
        return stream_pieces(source)

    def _row_of(self, name: str, request: Request) -> dict[str, Any]:
        return batch_row(name, request, self.model)

    def _upload(self, path: Path, rows: Path) -> str:
        config = {"mime_type": "application/jsonl", "display_name": path.name}
        uploaded = self._call(lambda: self.client.files.upload(file=str(rows), config=config))
        return self._id_in({"name": uploaded.name}, "name")

    def _create(self, file_id: str, tag: str) -> str:
        config = {"display_name": tag}
        create = self.client.batches.create
        made = self._call(lambda: create(model=self.model, src=file_id, config=config), repeatable=False)
        return self._id_in({"name": made.name}, "name")

    def _cancel(self, batch_id: str) -> None:
        self.client.batches.cancel(name=batch_id)

    def _list_jobs(self) -> Iterator[Job]:
        """The project's batches over all pages."""

        def fetch(cursor: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
            page = self._get("batches?" + urlencode({"pageSize": 100, **({"pageToken": cursor} if cursor else {})}))
            # Google leaves out a list that is empty, but then says nothing of an error either.
            operations = entries_of(page if "error" in page else {"operations": [], **page}, "operations", self.name)
            return operations, str(page["nextPageToken"]) if page.get("nextPageToken") else None

        for operation in pages(lambda cursor: self._call(lambda: fetch(cursor)), self.name):
            yield _job(operation)

    def _make_client(self) -> Any:
        from google import genai  # noqa: PLC0415 - with the SDK only

        # It would warn, in the answer's own words, of each value that it does not know: we tell of those ourselves.
        warnings.filterwarnings("ignore", r"(?s).* is not a valid ", UserWarning, r"google\.genai\._common")
        with _one_key_in_the_environment():
            # Milliseconds; the SDK has no timeout at all of its own, and repeats nothing unless it is told to. Not Vertex,
            # whatever the environment says: its batches have other states and no files.
            hooks = {**self._hooks, "response": [*self._hooks["response"], self._hear]}
            options = genai.types.HttpOptions(
                base_url=self.base_url,
                timeout=max(1, int(self.timeout * 1000)),
                client_args={"event_hooks": hooks},
            )
            return genai.Client(api_key=self._key, vertexai=False, http_options=options)

    def _address_of(self, client: Any) -> str:
        return str(client._api_client._http_options.base_url)

    def _hear(self, response: Any) -> None:
        """Keeps what an answer says. Raises for what the SDK makes an empty answer of: a page or anything but an object, with
        status 200.
        """
        if response.status_code == 200 and response.url.path.endswith(":streamGenerateContent"):
            self._wire.response = response
            response.stream.read_as(self._events(Events.of(response, self.name), response.headers))
        if response.status_code != 200 or not response.url.path.endswith(":generateContent"):
            return
        fields = json_object(response.read(), self.name, response.headers.get("content-type", ""))
        self._note(fields, response.headers)

    def _events(self, events: Events, headers: Mapping[str, str]) -> Iterator[bytes]:
        """The body of a stream as the SDK takes it: an empty event for each, and one at the beginning."""
        yield b"data: {}\n\n"
        for event in events:
            if (failure := failure_in(event)) is not None:
                counted = section(event, "usage_metadata")
                billed = any(map(bool, counted.values()))
                failure = replace(
                    failure, answered=billed or not events.alone, retryable=failure.retryable and not billed
                )
                raise self._failure_of(Answer("", "error", failure=failure), None)
            self._note(event, headers)
            yield b"data: {}\n\n"

    def _note(self, fields: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Keeps what the call under way has heard; of one that somebody makes by the client itself nothing."""
        heard = getattr(self._wire, "heard", None)
        if heard is not None:
            heard.append(_with_tier(fields, headers))

    def _errors(self) -> tuple[type[Exception], ...]:
        from google.genai import errors  # noqa: PLC0415 - with the SDK only

        return (errors.APIError, errors.UnknownApiResponseError, *UNREAD)

    def _error_of(self, error: Exception) -> ProviderError:
        from google.genai import errors  # noqa: PLC0415 - with the SDK only

        if isinstance(error, ProviderError):
            return error
        if isinstance(error, errors.APIError):
            return self._refusal(
                error.code,
                error.details if isinstance(error.details, Mapping) else {},
                getattr(error.response, "headers", None) or {},
            )
        if isinstance(error, UNREAD):
            message = f"the answer is not what was asked for: {error}"
            return ProviderError(message, provider=self.name, code="not_json", retryable=True, ambiguous=True)
        return self._transport_error(error)

    def _refusal(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> ProviderError:
        """What a refusal means. A bad key is status 400 here, told from other bad requests by its reason."""
        told = section(body, "error") or body
        details = listed(told, "details")
        reasons = [str(detail["reason"]) for detail in details if detail.get("reason")]
        return self._status_error(
            status,
            str(told.get("message") or ""),
            headers,
            code=reasons[0] if reasons else (str(told["status"]) if told.get("status") else None),
            request_id=headers.get("x-request-id") or headers.get("x-goog-request-id"),
            bad_key=not BAD_KEY_REASONS.isdisjoint(reasons),
            wait=_retry_delay(details),
        )

    def _find_model(self) -> None:
        named(self._get(f"models/{self.model}"), self.name, "name")

    def _read_job(self, batch_id: str) -> Job:
        return _job(named(self._get(batch_id), self.name, "name"))

    def _get(self, path: str) -> Mapping[str, Any]:
        """The JSON at a path of the API, as it is on the wire.

        The SDK's own reader drops an operation's `error` and its counts (`_BatchJob_from_mldev`; python-genai#1323),
        and with PARTIALLY_SUCCEEDED its end.
        """
        response = self.client._api_client.request("get", path, {})
        return json_object(str(response.body or "").encode(), self.name)

    def _rows(self, job: Job) -> Iterator[BatchResult]:
        """The rows of the results file, or those that came with the job."""
        for answer in job.fields["inlined"]:
            yield self._row(job, str(section(answer, "metadata").get("key") or ""), read_row(answer))
        name = job.fields["file"]
        if not name:
            return
        yield from self._read_rows(job, partial(self._fetch, name), "key", read_row)

    def _fetch(self, name: str, spool: IO[bytes]) -> None:
        self.client.files.download(file=name, destination=spool)


@contextmanager
def _one_key_in_the_environment() -> Iterator[None]:
    """Hides GEMINI_API_KEY while a client is made: the SDK warns when both are set, even though it is given the key."""
    with _environment:
        hidden = os.environ.pop("GEMINI_API_KEY", None) if os.environ.get("GOOGLE_API_KEY") else None
        try:
            yield
        finally:
            if hidden is not None:
                os.environ["GEMINI_API_KEY"] = hidden


def _job(operation: Mapping[str, Any]) -> Job:
    """A batch as the wire tells it: a long-running operation, with the batch as its metadata and again as its
    response.
    """
    metadata, response = section(operation, "metadata"), section(operation, "response")
    state = str(field(metadata, "state") or field(operation, "state") or "unknown")
    meaning = STATES.get(state.removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_"))
    output = section(metadata, "output") or section(response, "output") or response
    file = field(output, "responses_file")
    inlined = listed(section(output, "inlined_responses"), "inlined_responses")
    stats = section(metadata, "batch_stats")
    counts = None
    if stats:
        completed, failed = count(stats, "successful_request_count"), count(stats, "failed_request_count")
        counts = {"total": count(stats, "request_count"), "completed": completed, "failed": failed}
    error = section(operation, "error")
    told = f"{error.get('status') or error.get('code')}: {error.get('message')}" if error else None
    return Job(
        id=str(field(operation, "name") or ""),
        state=state,
        meaning=meaning,
        has_rows=bool(file or inlined),
        counts=counts,
        error=told,
        retryable=among(error.get("code"), PASSING_CODES),
        created_at=iso(field(metadata, "create_time")),
        started_at=iso(field(metadata, "start_time") or field(metadata, "create_time")),
        updated_at=iso(field(metadata, "update_time")),
        completed_at=iso(field(metadata, "end_time")),
        tag=field(metadata, "display_name"),
        fields={"file": file, "inlined": inlined},
    )


def _with_tier(fields: Mapping[str, Any], headers: Mapping[str, str]) -> Mapping[str, Any]:
    """An answer with the service tier that its headers name; both of them where it names another itself."""
    heard, usage = headers.get("x-gemini-service-tier"), section(fields, "usage_metadata")
    said = [tier for tier in (field(fields, "service_tier"), field(usage, "service_tier")) if tier]
    if not heard or (said and all(isinstance(tier, str) and tier.lower() == heard.lower() for tier in said)):
        return fields
    others = {name: value for name, value in fields.items() if name != "serviceTier"}
    return {**others, "service_tier": ", then ".join(map(str, (*said, heard)))}


def _retry_delay(details: list[Mapping[str, Any]]) -> float | None:
    """Seconds of google.rpc.RetryInfo's `retryDelay` ("39s"), or None."""
    for detail in details:
        delay = str(detail.get("retryDelay") or "")
        if delay.endswith("s"):
            try:
                return float(delay[:-1])
            except ValueError:
                continue
    return None
