"""A vendor's API on loopback, as far as realtime calls need it: OpenAI's wire, for the real SDK to talk to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class VendorReply:
    """What the model answers: text, why it stopped, and whether it refused."""

    text: str | None
    finish_reason: str = "stop"
    refusal: str | None = None


@dataclass
class Vendor:
    """A server that answers each prompt with what `speak` says. `requests` are the bodies it got."""

    speak: Callable[[str], VendorReply]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Vendor:
        """Serving until the block ends."""
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: two would wait for each other

            def do_POST(self) -> None:
                """Answers a chat completion."""
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                vendor.requests.append(body)
                answer = json.dumps(vendor.completion(body)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                """Nothing is logged."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops serving."""
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    @property
    def environment(self) -> dict[str, str]:
        """What has to be set for the SDK to come here."""
        url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        return {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": url}

    def completion(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request, with tokens counted as bytes / 4."""
        prompt = body["messages"][0]["content"]
        said = self.speak(prompt)
        tokens_in, tokens_out = tokens(prompt), tokens(said.text or "")
        message = {"role": "assistant", "content": said.text, "refusal": said.refusal}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": said.finish_reason, "message": message}],
            "usage": {
                "prompt_tokens": tokens_in,
                "completion_tokens": tokens_out,
                "total_tokens": tokens_in + tokens_out,
            },
        }


def tokens(text: str) -> int:
    """How many tokens `text` is, by the rule of thumb: its bytes divided by four."""
    return -(-len(text.encode()) // 4)
