"""Anthropic on loopback: messages and message batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from .base import Reply, Request, Server, jsonl


@cache
def _types() -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    """The SDK's own types of a message and a batch; imported here, so that the rows below can be had without the SDK."""
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
    from anthropic.types.messages.batch_create_params import BatchCreateParams

    return TypeAdapter(MessageCreateParamsNonStreaming), TypeAdapter(BatchCreateParams)


def check_params(params: Any) -> None:
    """Raises where the parameters of a message are not what the SDK's own types allow."""
    list(_types()[0].validate_python(params, extra="forbid")["messages"])  # an Iterable is checked as it is read


def message(*texts: str, stop_reason: str = "end_turn", **more: Any) -> dict[str, Any]:
    """A message whose thinking stands before its text, with cache reads and writes."""
    thinking = {"type": "thinking", "thinking": "Two and two.", "signature": "c2ln"}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": [thinking, *({"type": "text", "text": text} for text in texts)],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 600,
            "cache_read_input_tokens": 300,
            "cache_creation_input_tokens": 100,
            "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
            "output_tokens": 200,
            "output_tokens_details": {"thinking_tokens": 150},
            "service_tier": "standard",
        },
        **more,
    }


def succeeded(unit_id: str, answer: Any = None) -> dict[str, Any]:
    return {"custom_id": unit_id, "result": {"type": "succeeded", "message": answer or message("4")}}


def errored(unit_id: str, kind: str, text: str) -> dict[str, Any]:
    error = {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"}
    return {"custom_id": unit_id, "result": {"type": "errored", "error": error}}


def lost(unit_id: str, kind: str) -> dict[str, Any]:
    return {"custom_id": unit_id, "result": {"type": kind}}


class AnthropicServer(Server):
    """Batches stand still until a test moves them."""

    routes = (
        ("POST", "/v1/messages", "create_message"),
        ("GET", "/v1/models/(?P<model>[^/]+)", "model"),
        ("POST", "/v1/messages/batches", "create"),
        ("GET", "/v1/messages/batches", "list"),
        ("GET", "/v1/messages/batches/(?P<batch_id>[^/]+)", "retrieve"),
        ("GET", "/v1/messages/batches/(?P<batch_id>[^/]+)/results", "results"),
        ("POST", "/v1/messages/batches/(?P<batch_id>[^/]+)/cancel", "cancel"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.message: Any = message("4")
        self.batches: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, bytes | Callable[[], Iterable[bytes]]] = {}
        self.page = 1000

    def refuse(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") == "Bearer test-key":
            return None
        error = {"type": "error", "error": {"type": "authentication_error", "message": "invalid bearer token"}}
        return Reply(error, 401, {"request-id": "req_refused"})

    def model(self, request: Request, model: str) -> Reply:
        return Reply({"id": model, "type": "model", "display_name": model, "created_at": "2026-01-01T00:00:00Z"})

    def create_message(self, request: Request) -> Reply:
        check_params(request.json)
        return Reply(self.message, headers={"request-id": "req_7"})

    def create(self, request: Request) -> Reply:
        requests = list(_types()[1].validate_python(request.json, extra="forbid")["requests"])
        for row in request.json["requests"]:
            check_params(row["params"])
        batch_id = f"msgbatch_{len(self.batches) + 1}"
        now = datetime.now(UTC)
        counts = {"processing": len(requests), "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
        self.batches[batch_id] = {
            "id": batch_id,
            "type": "message_batch",
            "processing_status": "in_progress",
            "request_counts": counts,
            "created_at": now.isoformat(),
            "expires_at": (now + timedelta(hours=24)).isoformat(),
            "ended_at": None,
            "results_url": None,
        }
        return Reply(self.batches[batch_id])

    def list(self, request: Request) -> Reply:
        batches = list(reversed(self.batches.values()))
        after = request.query.get("after_id", [None])[0]
        start = next((n + 1 for n, batch in enumerate(batches) if batch["id"] == after), 0)
        page = batches[start : start + self.page]
        more = start + self.page < len(batches)
        return Reply({"data": page, "has_more": more, "first_id": None, "last_id": page[-1]["id"] if page else None})

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        if batch_id not in self.batches:
            error = {"type": "error", "error": {"type": "not_found_error", "message": "no such batch"}}
            return Reply(error, 404)
        return Reply(self.batches[batch_id])

    def results(self, request: Request, batch_id: str) -> Reply:
        return Reply(self.rows[batch_id], headers={"content-type": "application/x-jsonl"})

    def cancel(self, request: Request, batch_id: str) -> Reply:
        self.batches[batch_id].update(processing_status="canceling", cancel_initiated_at=datetime.now(UTC).isoformat())
        return Reply(self.batches[batch_id])

    def finish(self, batch_id: str, rows: list[Any]) -> None:
        """Ends a batch with what became of each row."""
        kinds = [row["result"]["type"] for row in rows]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        self.rows[batch_id] = jsonl(rows)
        self.batches[batch_id].update(
            processing_status="ended",
            ended_at=datetime.now(UTC).isoformat(),
            results_url=f"{self.url}/v1/messages/batches/{batch_id}/results",
            request_counts={"processing": 0, **counts},
        )
