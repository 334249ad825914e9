"""A site on loopback that answers as each test wants, and settings that ask it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from octoregistry.settings import FetchSettings, Settings
from providers.vendors import Vendor

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """The site: `does` maps a path to what happens there, `asked` holds the (path, headers) of every request."""

    server: ThreadingHTTPServer
    does: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def says(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> str:
        """Has `path` answer with `body`; returns its address. `_` in a header's name stands for `-`."""
        content = body.encode() if isinstance(body, str) else body
        sent = {"Content-Type": "text/markdown; charset=utf-8", **{k.replace("_", "-"): v for k, v in headers.items()}}

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in sent.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)

        self.does[path] = answer
        return self.url(path)

    def paths(self) -> list[str]:
        """The paths that were asked for, robots.txt left out."""
        return [path for path, _ in self.asked if path != "/robots.txt"]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, dict(self.headers.items())))
            behaviour = here.does.get(self.path) or here.does.get(self.path.partition("?")[0])
            if behaviour is None:
                self.send_error(404)
            else:
                behaviour(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    here = Site(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings_of(tmp_path: Path) -> Callable[..., Settings]:
    """Settings with one provider, `acme`, whose prices stand at the given addresses."""

    def make(*urls: str, redirect_hosts: tuple[str, ...] = (), **fetch: Any) -> Settings:
        quick = {
            "allow_private_hosts": ("127.0.0.1",),
            "cache_dir": tmp_path / "cache",
            "crawl_delay": 0,
            "backoff": 0.01,
            "max_wait": 0.05,
            "total_deadline": 5,
        }
        provider = Vendor("acme", "Acme", prices=urls, redirect_hosts=redirect_hosts)
        return Settings(fetch=FetchSettings(**{**quick, **fetch}), providers={"acme": provider})

    return make
