"""The Gemini Developer API on loopback: generateContent, resumable uploads, batches as long-running operations,
downloads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from .base import Reply, Request, Server, jsonl


@cache
def _types() -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    """The SDK's own models of contents and of generationConfig, which forbid unknown keys, in the wire's camelCase too."""
    from google.genai import types

    return TypeAdapter(list[types.Content]), TypeAdapter(types.GenerationConfig)


def check_body(body: dict[str, Any]) -> None:
    """Raises where the body of a generateContent is not what the SDK's own types allow."""
    assert body.keys() <= {"contents", "generationConfig", "systemInstruction", "safetySettings", "continuationToken"}
    contents, config = _types()
    contents.validate_python(body["contents"])
    config.validate_python(body.get("generationConfig", {}))


def content(*texts: str, finish_reason: str = "STOP", **more: Any) -> dict[str, Any]:
    """A response whose thought stands before its text."""
    parts = [{"text": "Two and two.", "thought": True}, *({"text": text} for text in texts)]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish_reason, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 1000,
            "cachedContentTokenCount": 400,
            "candidatesTokenCount": 50,
            "thoughtsTokenCount": 150,
            "totalTokenCount": 1200,
        },
        "modelVersion": "gemini-3.5-flash-lite",
        "responseId": "resp-7",
        **more,
    }


def refusal(status: int, name: str, message: str, **detail: Any) -> dict[str, Any]:
    """The body of an error, with one detail."""
    error: dict[str, Any] = {"code": status, "status": name, "message": message}
    if detail:
        error["details"] = [detail]
    return {"error": error}


class GeminiServer(Server):
    """Batches stand still until a test moves them."""

    routes = (
        ("POST", "/v1/models/(?P<model>[^/:]+):generateContent", "generate"),
        ("GET", "/v1/models/(?P<model>[^/:]+)", "model"),
        ("POST", "/upload/v1/files", "start_upload"),
        ("POST", "/upload/(?P<session>[^/]+)/bytes", "upload"),
        ("POST", "/v1/models/(?P<model>[^/:]+):batchGenerateContent", "create"),
        ("GET", "/v1/batches", "list"),
        ("GET", "/v1/(?P<name>batches/[^/:]+)", "retrieve"),
        ("POST", "/v1/(?P<name>batches/[^/:]+):cancel", "cancel"),
        ("GET", "/v1/(?P<name>files/[^/:]+):download", "download"),
        ("DELETE", "/v1/(?P<name>files/[^/:]+)", "delete"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.content: Any = content("4")
        self.files: dict[str, bytes | Callable[[], Iterable[bytes]]] = {}
        self.pieces: dict[str, list[bytes]] = {}  # of uploads that are not finished
        self.operations: dict[str, dict[str, Any]] = {}
        self.page = 100

    def refuse(self, request: Request) -> Reply | None:
        if request.path.endswith("/bytes"):  # the address of an upload is its own key
            return None
        given = request.headers.get("x-goog-api-key")
        if given == "test-key":
            return None
        if given is None:
            return Reply(refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"), 403)
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        return Reply(refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", **reason), 400)

    def model(self, request: Request, model: str) -> Reply:
        return Reply({"name": f"models/{model}"})

    def generate(self, request: Request, model: str) -> Reply:
        check_body(request.json)
        return Reply(self.content)

    def start_upload(self, request: Request) -> Reply:
        assert request.headers["x-goog-upload-protocol"] == "resumable"
        assert request.headers["x-goog-upload-header-content-type"] == "application/jsonl"
        return Reply({}, headers={"x-goog-upload-url": f"{self.url}/upload/{next(self.numbers)}/bytes"})

    def upload(self, request: Request, session: str) -> Reply:
        """Takes a piece of a file; the SDK cuts after each 8 MB."""
        pieces = self.pieces.setdefault(session, [])
        assert int(request.headers["x-goog-upload-offset"]) == sum(map(len, pieces))
        pieces.append(request.body)
        if request.headers["x-goog-upload-command"] == "upload":
            return Reply({}, headers={"x-goog-upload-status": "active"})
        assert request.headers["x-goog-upload-command"] == "upload, finalize"
        whole = b"".join(self.pieces.pop(session))
        self.files[f"files/in{session}"] = whole
        file = {"name": f"files/in{session}", "sizeBytes": str(len(whole)), "state": "ACTIVE"}
        return Reply({"file": file}, headers={"x-goog-upload-status": "final"})

    def create(self, request: Request, model: str) -> Reply:
        batch = request.json["batch"]
        rows = [json.loads(line) for line in self.files[batch["inputConfig"]["fileName"]].splitlines()]
        for row in rows:
            assert row.keys() == {"key", "request"}
            check_body(row["request"])
        name = f"batches/b{len(self.operations) + 1}"
        now = datetime.now(UTC).isoformat()
        metadata = {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1.GenerateContentBatch",
            "model": f"models/{model}",
            "displayName": batch["displayName"],
            "state": "BATCH_STATE_PENDING",
            "createTime": now,
            "updateTime": now,
            "batchStats": {"requestCount": str(len(rows)), "pendingRequestCount": str(len(rows))},
            "name": name,
        }
        self.operations[name] = {"name": name, "metadata": metadata}
        return Reply(self.operations[name])

    def list(self, request: Request) -> Reply:
        start = int(request.query.get("pageToken", ["0"])[0])
        operations = list(self.operations.values())
        page: dict[str, Any] = {"operations": operations[start : start + self.page]}
        if start + self.page < len(operations):
            page["nextPageToken"] = str(start + self.page)
        return Reply(page)

    def retrieve(self, request: Request, name: str) -> Reply:
        if name not in self.operations:
            return Reply(refusal(404, "NOT_FOUND", "Batch not found"), 404)
        return Reply(self.operations[name])

    def cancel(self, request: Request, name: str) -> Reply:
        self.operations[name]["metadata"]["state"] = "BATCH_STATE_CANCELLED"
        self.operations[name]["done"] = True
        return Reply({})

    def delete(self, request: Request, name: str) -> Reply:
        del self.files[name]
        return Reply({})

    def download(self, request: Request, name: str) -> Reply:
        assert request.query["alt"] == ["media"]
        return Reply(self.files[name], headers={"content-type": "application/octet-stream"})

    def finish(self, name: str, state: str, rows: list[Any] | None = None, failed: int = 0, error: Any = None) -> None:
        """Ends a batch: its results file is named in `metadata.output` and again in `response`."""
        operation = self.operations[name]
        metadata = operation["metadata"]
        metadata.update(state=state, endTime=datetime.now(UTC).isoformat())
        metadata["batchStats"] = {"requestCount": str(len(rows or [])), "failedRequestCount": str(failed)}
        metadata["batchStats"]["successfulRequestCount"] = str(len(rows or []) - failed)
        operation["done"] = True
        if error is not None:
            operation["error"] = error
        if rows is not None:
            self.files[f"files/out-{name.removeprefix('batches/')}"] = jsonl(rows)
            metadata["output"] = {"responsesFile": f"files/out-{name.removeprefix('batches/')}"}
            operation["response"] = dict(metadata["output"])
