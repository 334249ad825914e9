"""Anthropic: messages and message batches, with the SDK of today (anthropic 2)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from .answers import Answer
from .anthropic_messages import SPENT_CODES, read_answer, read_row, request_params, stream_pieces
from .base import BatchLimits, BatchResult
from .errors import ProviderError, RequestError
from .events import Events
from .jobs import CANCELLED, CANCELLING, COMPLETED, EXPIRED, FAILED, RUNNING, Job, State
from .received import entries_of, named, not_json, pages
from .request import Request, extra_in, with_extra
from .vendor import Stream, VendorProvider
from .wire import count, iso, section

# anthropic/types/messages/message_batch.py. "ended" says nothing of how: `_ending` reads the counts.
STATES = {"in_progress": RUNNING, "canceling": CANCELLING, "ended": COMPLETED}


class AnthropicProvider(VendorProvider):
    """One Anthropic model. A batch has no server-side file: `upload_batch_file` checks the local one, `create_batch`
    sends it.
    """

    name = "anthropic"
    sdk_module = "anthropic"
    env_vars = ("ANTHROPIC_API_KEY",)
    limits = BatchLimits(rows=100_000, file_bytes=256_000_000, unit_id=r"[A-Za-z0-9_-]{1,64}")
    longest_life = 48 * 3600.0
    spent_codes = SPENT_CODES
    tags_batches = False
    forgets_batches = True
    default_max_tokens = 8192  # the API wants a number; this one every model that it still serves can answer with

    # -- what VendorProvider asks for

    def _body(self, request: Request) -> Any:
        return request_params(self.model, request, self.default_max_tokens)

    def _send(self, body: Any, request: Request) -> tuple[Answer, str | None]:
        create = self.client.messages.with_raw_response.create
        raw = create(**body, extra_body=extra_in(body, request, self.name))
        return self._answer_in(raw, read_answer), raw.headers.get("request-id")

    def _open_stream(self, body: Any, request: Request) -> Stream:
        events = self.client.messages.create(**body, stream=True, extra_body=extra_in(body, request, self.name))
        return Events.of(events.response, self.name), events.response

    def _pieces(self, source: Any) -> Iterator[str | Answer]:
        return stream_pieces(source)

    def _row_of(self, name: str, request: Request) -> dict[str, Any]:
        return {"custom_id": name, "params": with_extra(self._body(request), request.extra, self.name)}

    def _upload(self, path: Path, rows: Path) -> str:  # noqa: ARG002 - `_checked` leaves out what Anthropic does not take
        """The file's path: Anthropic takes the rows with the batch, so the file must stay where it is until then."""
        return str(path.resolve())

    def _create(self, file_id: str, tag: str) -> str:  # noqa: ARG002 - Anthropic's batches carry no mark
        rows = self._rows_of_file(Path(file_id))
        call = self.client.messages.batches.with_raw_response.create
        return self._call(lambda: self._id_in(self._json_in(call(requests=rows))), repeatable=False)

    def _cancel(self, batch_id: str) -> None:
        self.client.messages.batches.with_raw_response.cancel(batch_id)

    def _list_jobs(self) -> Iterator[Job]:
        """The workspace's batches, the newest first, over all pages. Anthropic's batches carry no tag: tell them by
        time and size.
        """

        def fetch(cursor: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
            after = {"after_id": cursor} if cursor else {}
            raw = self.client.messages.batches.with_raw_response.list(limit=1000, **after)
            page = self._json_in(raw)
            batches = entries_of(page, "data", self.name)
            return batches, self._id_in(page, "last_id") if page.get("has_more") else None

        for fields in pages(lambda cursor: self._call(lambda: fetch(cursor)), self.name):
            yield _job(fields)

    def _make_client(self) -> Any:
        import anthropic  # noqa: PLC0415 - with the SDK only

        # An explicit key, so that no profile on disk is looked for; an explicit timeout, so that large `max_tokens`
        # are not refused.
        timeout = anthropic.Timeout(self.timeout, connect=min(10.0, self.timeout))
        http = anthropic.DefaultHttpxClient(timeout=timeout, event_hooks=self._hooks)
        client = anthropic.Anthropic(
            api_key=self._key, base_url=self.base_url, max_retries=0, timeout=timeout, http_client=http
        )
        return self._without_the_environments(client, "auth_token")

    def _address_of(self, client: Any) -> str:
        return str(client.base_url)

    def _errors(self) -> tuple[type[Exception], ...]:
        import anthropic  # noqa: PLC0415 - with the SDK only

        return (anthropic.AnthropicError,)

    def _error_of(self, error: Exception) -> ProviderError:
        import anthropic  # noqa: PLC0415 - with the SDK only

        if not isinstance(error, anthropic.APIStatusError):
            return self._transport_error(error)
        return self._status_error(
            error.status_code,
            str(error.api_message or error.response.text),
            error.response.headers,
            code=error.error_code or error.type,
            request_id=error.request_id,
        )

    def _find_model(self) -> None:
        named(self._json_in(self.client.models.with_raw_response.retrieve(self.model)), self.name)

    def _read_job(self, batch_id: str) -> Job:
        raw = self.client.messages.batches.with_raw_response.retrieve(batch_id)
        return _job(named(self._json_in(raw), self.name))

    def _rows(self, job: Job) -> Iterator[BatchResult]:
        """The rows of a batch that has ended, whatever became of each."""
        if not job.fields.get("results_url"):
            return
        yield from self._read_rows(job, partial(self._fetch, job.id), "custom_id", read_row)

    def _fetch(self, batch_id: str, spool: IO[bytes]) -> None:
        try:
            decoder = self.client.messages.batches.results(batch_id)  # which asks for the batch once more
        except (AttributeError, TypeError, ValueError, RecursionError) as error:  # and takes any answer for one
            raise not_json("the answer is no batch", self.name) from error
        try:
            for chunk in decoder.http_response.iter_bytes():
                spool.write(chunk)
        finally:
            decoder.close()

    def _rows_of_file(self, path: Path) -> list[dict[str, Any]]:
        """The rows of a JSONL file, each checked, since the API refuses a whole batch for one bad id."""
        try:
            text = path.read_bytes()
        except OSError as error:
            raise RequestError(f"cannot read {path}: {error.strerror}", provider=self.name, code="no_file") from error
        rows: list[dict[str, Any]] = []
        for number, line in enumerate(text.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                rows.append(_checked(json.loads(line), self.limits.unit_id))
            except (ValueError, KeyError, TypeError) as error:
                told = f"line {number} of {path.name} is no batch row: {error}"
                raise RequestError(told, provider=self.name, code="bad_row") from error
        return rows


def _checked(row: Any, pattern: str) -> dict[str, Any]:
    """A row of a file as the API takes it. Raises ValueError, KeyError or TypeError for what is none."""
    if not isinstance(row["custom_id"], str) or not re.fullmatch(pattern, row["custom_id"]):
        raise ValueError(f"the custom_id {row['custom_id']!r} does not fit {pattern}")
    return {"custom_id": row["custom_id"], "params": row["params"]}


def _job(fields: Mapping[str, Any]) -> Job:
    """A message batch of the API. Its counts stay 0 until it has ended, so there is no progress before."""
    state = str(fields.get("processing_status") or "unknown")
    counted = section(fields, "request_counts")
    by_kind = {name: count(counted, name) for name in ("processing", "succeeded", "errored", "canceled", "expired")}
    meaning = STATES.get(state)
    if state == "ended":
        meaning = _ending(by_kind, cancelled=bool(fields.get("cancel_initiated_at")))
    failed = by_kind["errored"] + by_kind["canceled"] + by_kind["expired"]
    return Job(
        id=str(fields.get("id") or ""),
        state=state,
        meaning=meaning,
        has_rows=bool(fields.get("results_url")),
        counts={"total": sum(by_kind.values()), "completed": by_kind["succeeded"], "failed": failed}
        if counted
        else None,
        created_at=iso(fields.get("created_at")),
        started_at=iso(fields.get("created_at")),
        updated_at=iso(fields.get("ended_at") or fields.get("cancel_initiated_at")),
        completed_at=iso(fields.get("ended_at")),
        expires_at=iso(fields.get("expires_at")),
        fields=fields,
    )


def _ending(by_kind: Mapping[str, int], *, cancelled: bool) -> State:
    """How a batch ended, by what became of its rows."""
    lost = sum(by_kind[kind] for kind in ("errored", "canceled", "expired"))
    if cancelled and by_kind["canceled"]:
        return CANCELLED
    if by_kind["succeeded"] or not lost:
        return replace(COMPLETED, why=EXPIRED.why) if by_kind["expired"] else COMPLETED
    if by_kind["canceled"] == lost:
        return CANCELLED
    return replace(FAILED, why=EXPIRED.why) if by_kind["expired"] == lost else FAILED
