"""OpenAI: realtime calls and batches on chat completions or responses, with the SDK of today (openai 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from .answers import Answer
from .base import BatchLimits, BatchResult
from .errors import ProviderError
from .events import Events
from .jobs import CANCELLED, CANCELLING, COMPLETED, EXPIRED, FAILED, PENDING, RUNNING, Job
from .openai_answers import PASSING_CODES, SPENT_CODES, read_answer, read_row
from .openai_requests import CHAT, request_body, surface_of
from .openai_streams import chat_pieces, response_pieces
from .pricing import Usage
from .received import entries_of, named, pages
from .request import Request, extra_in, with_extra
from .vendor import Stream, VendorProvider
from .wire import among, count, error_in, iso, listed, section

# https://developers.openai.com/api/docs/guides/batch#4-check-the-status-of-a-batch; openai/types/batch.py
STATES = {
    "validating": PENDING,
    "in_progress": RUNNING,
    "finalizing": RUNNING,
    "completed": COMPLETED,  # also with an error file only
    "failed": FAILED,
    "expired": EXPIRED,
    "cancelling": CANCELLING,  # for up to ten minutes, then cancelled, with what was finished
    "cancelled": CANCELLED,
}
_TAG = "octoregistry"


class OpenAIProvider(VendorProvider):
    """One OpenAI model. `api.surface` may say "chat" or "responses"; without it the model decides."""

    name = "openai"
    sdk_module = "openai"
    extra = "openai"
    env_vars = ("OPENAI_API_KEY",)
    limits = BatchLimits(rows=50_000, file_bytes=200_000_000, unit_id=r"[\s\S]{1,512}")
    longest_life = 48 * 3600.0
    spent_codes = SPENT_CODES

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.surface = surface_of(self.model, (config.get("api") or {}).get("surface"))
        self._surface_of_file: dict[str, str] = {}

    def discard_file(self, file_id: str) -> None:
        """Deletes an uploaded file."""
        self._call(lambda: self.client.files.with_raw_response.delete(file_id))

    # -- what VendorProvider asks for

    def _body(self, request: Request) -> Any:
        return request_body(self.surface, self.model, request)

    def _send(self, body: Any, request: Request) -> tuple[Answer, str | None]:
        raw = self._endpoint.with_raw_response.create(**body, extra_body=extra_in(body, request, self.name))
        return self._answer_in(raw, lambda fields: read_answer(self._read(fields))), raw.request_id

    @property
    def _endpoint(self) -> Any:
        return self.client.chat.completions if self.surface == CHAT else self.client.responses

    def _open_stream(self, body: Any, request: Request) -> Stream:
        if self.surface == CHAT:
            body = {**body, "stream_options": {"include_usage": True}}
        events = self._endpoint.create(**body, stream=True, extra_body=extra_in(body, request, self.name))
        return Events.of(events.response, self.name), events.response

    def _pieces(self, source: Any) -> Iterator[str | Answer]:
        return chat_pieces(source, self._read) if self.surface == CHAT else response_pieces(source)

    def _row_of(self, name: str, request: Request) -> dict[str, Any]:
        body = with_extra(self._body(request), request.extra, self.name)
        return {"custom_id": name, "method": "POST", "url": self.surface, "body": body}

    def _upload(self, path: Path, rows: Path) -> str:
        def call() -> str:
            with rows.open("rb") as file:
                raw = self.client.files.with_raw_response.create(
                    file=(path.name, file, "application/jsonl"), purpose="batch"
                )
            return self._id_in(self._json_in(raw))

        file_id = self._call(call)
        self._surface_of_file[file_id] = _surface_in(path) or self.surface
        return file_id

    def _create(self, file_id: str, tag: str) -> str:
        asked: dict[str, Any] = {
            "input_file_id": file_id,
            "endpoint": self._surface_of_file.get(file_id, self.surface),
            "completion_window": "24h",
            "metadata": {_TAG: tag},
        }
        call = self.client.batches.with_raw_response.create
        return self._call(lambda: self._id_in(self._json_in(call(**asked))), repeatable=False)

    def _cancel(self, batch_id: str) -> None:
        self.client.batches.with_raw_response.cancel(batch_id)

    def _list_jobs(self) -> Iterator[Job]:
        """The account's batches, the newest first, over all pages."""

        def fetch(cursor: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
            after = {"after": cursor} if cursor else {}
            raw = self.client.batches.with_raw_response.list(limit=100, **after)
            page = self._json_in(raw)
            batches = entries_of(page, "data", self.name)
            return batches, self._id_in(batches[-1]) if page.get("has_more") and batches else None

        for fields in pages(lambda cursor: self._call(lambda: fetch(cursor)), self.name):
            yield _job(fields)

    def _make_client(self) -> Any:
        import openai  # noqa: PLC0415 - with the SDK only

        timeout = openai.Timeout(self.timeout, connect=min(10.0, self.timeout))
        http = openai.DefaultHttpxClient(timeout=timeout, event_hooks=self._hooks)
        client = openai.OpenAI(
            api_key=self._key, base_url=self.base_url, max_retries=0, timeout=timeout, http_client=http
        )
        return self._without_the_environments(client, "organization", "project", "admin_api_key")

    def _address_of(self, client: Any) -> str:
        return str(client.base_url)

    def _errors(self) -> tuple[type[Exception], ...]:
        import openai  # noqa: PLC0415 - with the SDK only

        return (openai.OpenAIError,)

    def _error_of(self, error: Exception) -> ProviderError:
        import openai  # noqa: PLC0415 - with the SDK only

        if not isinstance(error, openai.APIStatusError):
            return self._transport_error(error)
        body = error_in({"error": error.body})
        return self._status_error(
            error.status_code,
            str(body.get("message") or error.response.text),
            error.response.headers,
            code=error.code or error.type,
            request_id=error.request_id,
            spent=among(error.type, SPENT_CODES),
        )

    def _find_model(self) -> None:
        import openai  # noqa: PLC0415 - with the SDK only

        models = self.client.models.with_raw_response
        try:
            named(self._json_in(models.retrieve(self.model)), self.name)
        except openai.NotFoundError:  # not every server of this protocol tells of one model alone
            listed_ones = entries_of(self._json_in(models.list()), "data", self.name)
            if not any(one.get("id") == self.model for one in listed_ones):
                raise

    def _read_job(self, batch_id: str) -> Job:
        raw = self.client.batches.with_raw_response.retrieve(batch_id)
        return _job(named(self._json_in(raw), self.name))

    def _rows(self, job: Job) -> Iterator[BatchResult]:
        """The rows of the output file, then those of the error file: a batch may have both, either or none."""
        for name in ("output_file_id", "error_file_id"):
            file_id = job.fields.get(name)
            if not file_id:
                continue
            fetch = partial(self._fetch, str(file_id))
            yield from self._read_rows(job, fetch, "custom_id", partial(read_row, read=self._read))

    def _fetch(self, file_id: str, spool: IO[bytes]) -> None:
        with self.client.files.with_streaming_response.content(file_id) as response:
            for chunk in response.iter_bytes():
                spool.write(chunk)

    def _cache_writes_as_input(self, tokens: Usage) -> Usage:
        """OpenAI charges for cache writes as for any input, on models whose page states no price of their own for
        them.
        """
        if any("cache_write_5m" in rate.prices or "cache_write_1h" in rate.prices for rate in self.pricing.rates):
            return tokens
        written = tokens.cache_write_5m + tokens.cache_write_1h
        return replace(tokens, input=tokens.input + written, cache_write_5m=0, cache_write_1h=0)


def _job(fields: Mapping[str, Any]) -> Job:
    """A batch object of the API."""
    state = str(fields.get("status") or "unknown")
    counted = section(fields, "request_counts")
    errors = listed(section(fields, "errors"), "data")
    ended_at = next(
        (fields[name] for name in ("completed_at", "expired_at", "cancelled_at", "failed_at") if fields.get(name)), None
    )
    return Job(
        id=str(fields.get("id") or ""),
        state=state,
        meaning=STATES.get(state),
        has_rows=bool(fields.get("output_file_id") or fields.get("error_file_id")),
        counts={name: count(counted, name) for name in ("total", "completed", "failed")} if counted else None,
        error="; ".join(_batch_error_text(error) for error in errors) or None,
        retryable=bool(errors) and all(among(error.get("code"), PASSING_CODES) for error in errors),
        spent=any(among(error.get("code"), SPENT_CODES) for error in errors),
        created_at=iso(fields.get("created_at")),
        started_at=iso(fields.get("in_progress_at")),
        updated_at=iso(ended_at or fields.get("finalizing_at") or fields.get("in_progress_at")),
        completed_at=iso(ended_at),
        expires_at=iso(fields.get("expires_at")),
        tag=section(fields, "metadata").get(_TAG),
        fields=fields,
    )


def _batch_error_text(error: Mapping[str, Any]) -> str:
    """A batch's error in one line, with the line of the input file where there is one."""
    line = f" (line {error['line']})" if error.get("line") is not None else ""
    return f"{error.get('code') or 'error'}: {error.get('message') or 'no message'}{line}"


def _surface_in(path: Path) -> str | None:
    """The endpoint that a file's first row names: a batch must be made for the endpoint of its rows."""
    with path.open("rb") as file:
        first = file.readline()
    try:
        url = json.loads(first)["url"]
    except (ValueError, KeyError, TypeError):
        return None
    return url if isinstance(url, str) else None
