"""A vendor on loopback: routes requests, remembers them, and fails on demand."""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.waiting import LIMIT

PAGE = b"<!doctype html><html><title>Just a moment...</title><body>Checking your browser</body></html>"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # by lower-case name
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What the server answers: JSON, or bytes as they are, or bytes in pieces."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # bytes after which the connection is cut, although more were promised
    hang: bool = False  # never answers


HTML = Reply(PAGE, headers={"content-type": "text/html"})
HANG = Reply(hang=True)
CUT = Reply({"cut": "x" * 1000}, cut_after=40)


class Server:
    """One vendor. Subclasses say in `routes` what answers to which method and path."""

    routes: tuple[tuple[str, str, str], ...] = ()  # method, pattern of the path, name of the method that answers

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: deque[tuple[str, Reply]] = deque()
        self.mistakes: list[str] = []  # requests that a vendor would refuse, for the test to fail by
        self.numbers = itertools.count(1)  # of uploads, whatever was deleted since
        self.closing = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.http.block_on_close = False
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def fail(self, *replies: Reply, path: str = "") -> None:
        """The next requests whose path holds `path` get these replies, one each."""
        self.faults.extend((path, reply) for reply in replies)

    def asked(self, part: str) -> list[Request]:
        """The requests whose path holds `part`."""
        return [request for request in self.requests if part in request.path]

    def refuse(self, request: Request) -> Reply | None:
        """The vendor's answer to a request without the right key, or None."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.faults and self.faults[0][0] in request.path:
            return self.faults.popleft()[1]
        if (refused := self.refuse(request)) is not None:
            return refused
        for method, pattern, name in self.routes:
            match = re.fullmatch(pattern, request.path)
            if method == request.method and match:
                try:
                    return getattr(self, name)(request, **match.groupdict())
                except Exception as mistake:  # noqa: BLE001 - whatever is wrong with a request, the test is to say it
                    self.mistakes.append(f"{request.method} {request.path}: {mistake!r}")
                    return Reply({"error": {"message": repr(mistake)}}, 400)
        return Reply({"error": {"message": f"no route {request.method} {request.path}", "type": "not_found"}}, 404)

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's below
        class OneRequest(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:  # a client that was killed while it sent
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = server.answer(Request(self.command, url.path, parse_qs(url.query), headers, body))
                if reply.hang:
                    server.closing.wait(LIMIT)
                    self.close_connection = True
                    return
                self.give(reply)

            do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

            def give(self, reply: Reply) -> None:
                pieces, length = in_pieces(reply.body)
                self.send_response_only(reply.status)
                headers = {"content-type": "application/json", "date": self.date_time_string(), **reply.headers}
                if length is None:
                    headers["transfer-encoding"] = "chunked"
                else:
                    headers["content-length"] = str(length)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    if reply.cut_after is not None:
                        self.wfile.write(piece[: reply.cut_after])
                        self.wfile.flush()
                        self.connection.shutdown(socket.SHUT_RDWR)
                        self.close_connection = True
                        return
                    self.wfile.write(piece if length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
                if length is None:
                    self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_: Any) -> None:
                pass

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:  # a client that gave up waiting
                    self.close_connection = True

        return OneRequest


def in_pieces(body: Any) -> tuple[Iterable[bytes], int | None]:
    """What is sent of a reply's body, and its length; None where it is sent in pieces."""
    if callable(body):
        return body(), None
    if body is None:
        return [], 0
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [encoded], len(encoded)


def jsonl(rows: Iterable[Any]) -> bytes:
    """Rows as lines of JSON."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
