"""A server that nobody here wrote: `@copilotkit/aimock`, installed by `make test-conformance`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import LIMIT

HERE = Path(__file__).parent
CLI = HERE / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"


class AIMock:
    """The running server, and its controls."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """What its control interface answers."""
        data = None if body is None else json.dumps(body).encode()
        method = method or ("GET" if data is None else "POST")
        headers = {"content-type": "application/json", "authorization": "Bearer test-key"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read() or b"null")

    def chaos(self, **rates: float) -> None:
        """From now on requests fail at these rates; without any, none does."""
        self.control("/__aimock/chaos", rates) if rates else self.control("/__aimock/chaos", method="DELETE")


@pytest.fixture(scope="session")
def _server() -> Iterator[AIMock]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not CLI.exists():
        pytest.skip("@copilotkit/aimock is not installed: make test-conformance installs it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [node, str(CLI), "--port", str(port), "--fixtures", str(HERE / "fixtures.json"), "--log-level", "silent"]
    environment = {**os.environ, "AIMOCK_API_KEYS": "test-key"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment) as process:
        try:
            for _ in range(200):
                if process.poll() is not None:
                    pytest.fail(f"aimock did not start: {process.stderr.read().decode() if process.stderr else ''}")
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield AIMock(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


@pytest.fixture
def aimock(_server: AIMock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AIMock]:
    monkeypatch.setenv("OPENAI_BASE_URL", _server.url + "/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", _server.url)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", _server.url)
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v1beta")  # the only one that it serves
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(variable, "test-key")
    for variable in ("GEMINI_API_KEY", "OPENAI_CUSTOM_HEADERS", "OCTOREGISTRY_MODELS", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    yield _server
    _server.chaos()
