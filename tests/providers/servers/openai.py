"""OpenAI on loopback: chat completions, responses, files and batches."""

from __future__ import annotations

import email.parser
import email.policy
import json
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from .base import Reply, Request, Server, jsonl


@cache
def _types() -> dict[str, TypeAdapter[Any]]:
    """The SDK's own types of request bodies; imported here, so that the rows below can be had without the SDK."""
    from openai.types.batch_create_params import BatchCreateParams
    from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
    from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming

    return {
        "/v1/chat/completions": TypeAdapter(CompletionCreateParamsNonStreaming),
        "/v1/responses": TypeAdapter(ResponseCreateParamsNonStreaming),
        "/v1/batches": TypeAdapter(BatchCreateParams),
    }


def check_body(url: str, body: Any) -> None:
    """Raises where a body is not what the SDK's own types allow at this endpoint."""
    checked = _types()[url].validate_python(body, extra="forbid")
    list(checked.get("messages", ()))  # an Iterable is checked as it is read


def completion(text: str | None = "4", **message: Any) -> dict[str, Any]:
    """A chat completion with cached and reasoning tokens."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "gpt-5.4-mini-2026-03-01",
        "service_tier": "default",
        "choices": [
            {
                "index": 0,
                "finish_reason": message.pop("finish_reason", "stop"),
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 200,
            "total_tokens": 1200,
            "prompt_tokens_details": {"cached_tokens": 400},
            "completion_tokens_details": {"reasoning_tokens": 150},
        },
    }


def response(*texts: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A response whose reasoning stands before its message."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "model": "gpt-5.5-pro-2026-04-23",
        "status": status,
        "service_tier": "default",
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Two and two."}]},
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []} for text in texts],
            },
        ],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 0},
            "output_tokens": 200,
            "output_tokens_details": {"reasoning_tokens": 150},
            "total_tokens": 1200,
        },
        **more,
    }


def answered(unit_id: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    """A row of an output or error file that got an answer."""
    answer = {"status_code": status, "request_id": "req_1", "body": completion() if body is None else body}
    return {"id": f"batch_req_{unit_id}", "custom_id": unit_id, "response": answer, "error": None}


def unanswered(unit_id: str, code: str, message: str) -> dict[str, Any]:
    """A row of an error file that never got one."""
    return {
        "id": f"batch_req_{unit_id}",
        "custom_id": unit_id,
        "response": None,
        "error": {"code": code, "message": message},
    }


class OpenAIServer(Server):
    """Batches stand still until a test moves them."""

    routes = (
        ("POST", "/v1/chat/completions", "complete"),
        ("POST", "/v1/responses", "respond"),
        ("GET", "/v1/models/(?P<model>[^/]+)", "model"),
        ("POST", "/v1/files", "upload"),
        ("GET", "/v1/files/(?P<file_id>[^/]+)/content", "content"),
        ("DELETE", "/v1/files/(?P<file_id>[^/]+)", "delete"),
        ("POST", "/v1/batches", "create"),
        ("GET", "/v1/batches", "list"),
        ("GET", "/v1/batches/(?P<batch_id>[^/]+)", "retrieve"),
        ("POST", "/v1/batches/(?P<batch_id>[^/]+)/cancel", "cancel"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.completion: Any = completion()
        self.response: Any = response("4")
        self.files: dict[str, bytes | Callable[[], Iterable[bytes]]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.page = 100

    def refuse(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") == "Bearer test-key":
            return None
        error = {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
        return Reply({"error": error}, 401, {"x-request-id": "req_refused"})

    def complete(self, request: Request) -> Reply:
        check_body(request.path, request.json)
        return Reply(self.completion, headers={"x-request-id": "req_7"})

    def respond(self, request: Request) -> Reply:
        check_body(request.path, request.json)
        return Reply(self.response, headers={"x-request-id": "req_7"})

    def model(self, request: Request, model: str) -> Reply:
        return Reply({"id": model, "object": "model", "created": 1_790_000_000, "owned_by": "openai"})

    def upload(self, request: Request) -> Reply:
        head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        assert parts["purpose"].get_payload() == "batch"
        file_id = f"file-{next(self.numbers)}"
        self.files[file_id] = parts["file"].get_payload(decode=True)
        return Reply({"id": file_id, "object": "file", "purpose": "batch", "bytes": len(request.body)})

    def content(self, request: Request, file_id: str) -> Reply:
        return Reply(self.files[file_id], headers={"content-type": "application/octet-stream"})

    def delete(self, request: Request, file_id: str) -> Reply:
        del self.files[file_id]
        return Reply({"id": file_id, "object": "file", "deleted": True})

    def create(self, request: Request) -> Reply:
        check_body(request.path, request.json)
        asked = request.json
        for line in self.files[asked["input_file_id"]].splitlines():
            row = json.loads(line)
            assert row.keys() == {"custom_id", "method", "url", "body"}
            assert (row["method"], row["url"]) == ("POST", asked["endpoint"])
            check_body(row["url"], row["body"])
        batch_id = f"batch_{len(self.batches) + 1}"
        self.batches[batch_id] = {
            "id": batch_id,
            "object": "batch",
            "status": "validating",
            "created_at": int(time.time()),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            **asked,
        }
        return Reply(self.batches[batch_id])

    def list(self, request: Request) -> Reply:
        batches = list(reversed(self.batches.values()))
        after = request.query.get("after", [None])[0]
        start = next((n + 1 for n, batch in enumerate(batches) if batch["id"] == after), 0)
        page = batches[start : start + self.page]
        return Reply({"object": "list", "data": page, "has_more": start + self.page < len(batches)})

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        if batch_id not in self.batches:
            return Reply({"error": {"message": "No such batch", "type": "invalid_request_error"}}, 404)
        return Reply(self.batches[batch_id])

    def cancel(self, request: Request, batch_id: str) -> Reply:
        self.batches[batch_id]["status"] = "cancelling"
        return Reply(self.batches[batch_id])

    def finish(
        self, batch_id: str, status: str, output: list[Any] | None = None, errors: list[Any] | None = None
    ) -> None:
        """Ends a batch, with an output file, an error file, both or none."""
        batch = self.batches[batch_id]
        batch["status"] = status
        batch[f"{status}_at"] = int(time.time())
        for name, rows in (("output_file_id", output), ("error_file_id", errors)):
            if rows is not None:
                self.files[f"{batch_id}-{name}"] = jsonl(rows)
                batch[name] = f"{batch_id}-{name}"
        done, failed = len(output or []), len(errors or [])
        batch["request_counts"] = {"total": done + failed, "completed": done, "failed": failed}
